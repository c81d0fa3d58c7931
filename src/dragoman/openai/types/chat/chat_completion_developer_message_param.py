"""`ChatCompletionDeveloperMessageParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionDeveloperMessageParam

__all__ = ["ChatCompletionDeveloperMessageParam"]
