"""`ChatCompletionToolChoiceOptionParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionToolChoiceOptionParam

__all__ = ["ChatCompletionToolChoiceOptionParam"]
