"""`ChatCompletionMessageFunctionToolCall` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.chat_completion_message import ChatCompletionMessageFunctionToolCall, Function

__all__ = ["ChatCompletionMessageFunctionToolCall", "Function"]
