"""`ChatCompletionTokenLogprob` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.chat_completion import ChatCompletionTokenLogprob, TopLogprob

__all__ = ["ChatCompletionTokenLogprob", "TopLogprob"]
