"""`CreateChatCompletionRequestMessageParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import CreateChatCompletionRequestMessageParam

__all__ = ["CreateChatCompletionRequestMessageParam"]
