"""`ChatCompletionAllowedToolsParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionAllowedToolsParam

__all__ = ["ChatCompletionAllowedToolsParam"]
