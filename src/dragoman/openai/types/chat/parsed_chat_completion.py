"""A finished answer with its text, and its functions' arguments, read as a program's own types. Types; no I/O."""

from typing import Any, Generic, TypeVar

from dragoman.openai.types.chat.chat_completion import ChatCompletion, Choice
from dragoman.openai.types.chat.chat_completion_message import (
    ChatCompletionMessage,
    ChatCompletionMessageFunctionToolCall,
    Function,
)
from dragoman.structured import plain

T = TypeVar("T")
Json = dict[str, Any]


class ParsedFunction(Function):
    """Which function the model wants called, with what."""

    parsed_arguments: Any = None
    """The arguments as the type that the tool was made of; as JSON values where it was made of a schema."""

    def model_dump(self, **options: Any) -> Json:  # noqa: ANN401 - as BaseModel
        """The fields as a dict, the program's own value as JSON values."""
        return _plainly(super().model_dump(**options), "parsed_arguments")


class ParsedFunctionToolCall(ChatCompletionMessageFunctionToolCall):
    """A call of a function."""

    function: ParsedFunction  # pyright: ignore[reportIncompatibleVariableOverride] - as the original has it
    """The call."""


class ParsedChatCompletionMessage(ChatCompletionMessage, Generic[T]):
    """What the model said."""

    parsed: T | None = None
    """The text as the type asked for; None where there is no text, or a refusal."""
    tool_calls: list[ParsedFunctionToolCall] | None = None  # type: ignore[assignment] # pyright: ignore[reportIncompatibleVariableOverride] - as the original has it
    """The functions the model wants called."""

    @classmethod
    def hints(cls) -> Json:
        """The annotations; what was parsed is a program's own, and never looked at."""
        return super().hints() | {"parsed": Any}

    def model_dump(self, **options: Any) -> Json:  # noqa: ANN401 - as BaseModel
        """The fields as a dict, the program's own value as JSON values."""
        return _plainly(super().model_dump(**options), "parsed")


class ParsedChoice(Choice, Generic[T]):
    """One of the answers asked for with `n`."""

    message: ParsedChatCompletionMessage[T]  # pyright: ignore[reportIncompatibleVariableOverride] - as the original has it
    """The answer."""

    @classmethod
    def hints(cls) -> Json:
        """The annotations, without the type variable."""
        return super().hints() | {"message": ParsedChatCompletionMessage}


class ParsedChatCompletion(ChatCompletion, Generic[T]):
    """A finished answer."""

    choices: list[ParsedChoice[T]]  # type: ignore[assignment] # pyright: ignore[reportIncompatibleVariableOverride] - as the original has it
    """The answers."""

    @classmethod
    def hints(cls) -> Json:
        """The annotations, without the type variable."""
        return super().hints() | {"choices": list[ParsedChoice]}  # type: ignore[type-arg] # pyright: ignore[reportMissingTypeArgument] - the class itself is what opens them


def _plainly(dumped: Json, name: str) -> Json:
    if dumped.get(name) is not None:
        dumped[name] = plain(dumped[name])
    return dumped
