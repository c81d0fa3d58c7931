"""`ChatCompletionReasoningEffort` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionReasoningEffort

__all__ = ["ChatCompletionReasoningEffort"]
