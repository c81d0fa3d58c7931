"""`ChatCompletionAllowedToolChoiceParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionAllowedToolChoiceParam

__all__ = ["ChatCompletionAllowedToolChoiceParam"]
