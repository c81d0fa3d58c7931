"""`ParsedFunction` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.parsed_chat_completion import ParsedFunction, ParsedFunctionToolCall

__all__ = ["ParsedFunction", "ParsedFunctionToolCall"]
