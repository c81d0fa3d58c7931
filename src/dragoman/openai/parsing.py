"""Making a finished answer a parsed one. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from dragoman.openai.calls import completion_call, counted
from dragoman.openai.errors import ContentFilterFinishReasonError, LengthFinishReasonError
from dragoman.openai.omitted import is_given
from dragoman.openai.tools import checked, parsed_arguments
from dragoman.openai.types.chat.chat_completion import ChatCompletion
from dragoman.openai.types.chat.parsed_chat_completion import ParsedChatCompletion
from dragoman.structured import read, response_format
from dragoman.wire.tolerant import objects_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dragoman.exchange import Call
    from dragoman.openai.answer import Received
    from dragoman.openai.arguments import Messages
    from dragoman.openai.calls import Counted
    from dragoman.openai.config import Config

Json = dict[str, Any]


def is_typed(wanted: object) -> bool:
    """Whether a `response_format` is a type rather than what the wire calls one, or nothing."""
    return is_given(wanted) and wanted is not None and not isinstance(wanted, dict)


def as_sent(wanted: object) -> object:
    """A `response_format` as it travels.

    Raises:
        InvalidRequestError: (a ValueError) its type has no JSON Schema.
    """
    return response_format(wanted) if is_typed(wanted) else wanted


class Parse:
    """A call whose answer is to be parsed.

    Args:
        config: what the client was made with.
        messages: the conversation so far.
        model: which model to ask.
        wanted: the type of the answer.
        tools: strict functions.
        arguments: the others of the method.

    Attributes:
        call: the call.
        policy: counts its further attempts.

    Raises:
        ValueError: a tool is not strict, or a type has no JSON Schema.
    """

    def __init__(  # noqa: PLR0913 - what a request is made of
        self,
        config: Config,
        *,
        messages: Messages,
        model: str,
        wanted: object,
        tools: object,
        arguments: Mapping[str, Any],
    ) -> None:
        self._wanted = wanted
        self._tools = checked(tools)
        sent = {**arguments, "response_format": as_sent(wanted), "tools": self._tools or tools}
        asked = completion_call(config, "parse", messages=messages, model=model, stream=False, arguments=sent)
        made: tuple[Call, Counted] = counted(asked)
        self.call, self.policy = made

    def read(self, received: Received) -> ParsedChatCompletion[Any]:
        """What arrived, parsed; raises as `parsed`."""
        completion = ChatCompletion.answered(received.value, received.headers)
        return parsed(completion, self._wanted, self._tools)


def parsed(completion: ChatCompletion, wanted: object, tools: Iterable[Mapping[str, Any]]) -> ParsedChatCompletion[Any]:
    """An answer with its text as the type wanted, and its calls' arguments as those of their tools.

    Raises:
        LengthFinishReasonError: it was cut at its longest.
        ContentFilterFinishReasonError: it was filtered.
        ValueError: the text is not of that type.
    """
    value = completion.to_dict()
    tools = list(tools)
    for choice in objects_in(value.get("choices")):
        if choice.get("finish_reason") == "length":
            raise LengthFinishReasonError(completion=completion)
        if choice.get("finish_reason") == "content_filter":
            raise ContentFilterFinishReasonError(completion=completion)
        _parse(choice.setdefault("message", {}), wanted, tools)
    headers = getattr(completion, "answer_headers", {})
    return ParsedChatCompletion[Any].answered(value, headers)


def _parse(message: Json, wanted: object, tools: list[Mapping[str, Any]]) -> None:
    message["parsed"] = parsed_content(message.get("content"), message.get("refusal"), wanted)
    for call in objects_in(message.get("tool_calls")):
        function = call.get("function")
        if isinstance(function, dict):
            fields = cast("Json", function)
            fields["parsed_arguments"] = parsed_arguments(tools, fields.get("name", ""), fields.get("arguments", ""))
    message["tool_calls"] = message.get("tool_calls") or None


def parsed_content(content: str | None, refusal: str | None, wanted: Any) -> object:  # noqa: ANN401 - any type
    """A message's text as the type wanted; None where there is none to be read."""
    if not is_typed(wanted) or not content or refusal:
        return None
    return cast("object", read(wanted, content))
