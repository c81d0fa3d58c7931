"""`ChatCompletionPredictionContentParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionPredictionContentParam

__all__ = ["ChatCompletionPredictionContentParam"]
