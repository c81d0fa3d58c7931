"""`ChatCompletionMessageCustomToolCall` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.chat_completion_message import ChatCompletionMessageCustomToolCall, Custom

__all__ = ["ChatCompletionMessageCustomToolCall", "Custom"]
