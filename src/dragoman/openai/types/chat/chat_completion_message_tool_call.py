"""`ChatCompletionMessageToolCall` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.chat_completion_message import (
    ChatCompletionMessageCustomToolCall,
    ChatCompletionMessageFunctionToolCall,
    ChatCompletionMessageToolCall,
    ChatCompletionMessageToolCallUnion,
    Function,
)

__all__ = [
    "ChatCompletionMessageCustomToolCall",
    "ChatCompletionMessageFunctionToolCall",
    "ChatCompletionMessageToolCall",
    "ChatCompletionMessageToolCallUnion",
    "Function",
]
