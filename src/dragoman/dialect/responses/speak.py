"""A chat request as a request of OpenAI's Responses API. No I/O.

Field by field `POST /v1/responses` of the API's reference. What has another form there is given it; what has none is
dropped or refused, by name, as the caller declares; and everything that was changed is listed. A request that was
heard in this API's own words is said in them again.
"""

from __future__ import annotations

import re
from typing import Any, cast

from dragoman.dialect import RESPONSES
from dragoman.dialect.private import public
from dragoman.dialect.responses.hear import LOGPROBS
from dragoman.dialect.responses.items import kind_of
from dragoman.dialect.responses.tools import choice, tool
from dragoman.dialect.responses.turns import input_of
from dragoman.dialect.speech import Speech, Words
from dragoman.dialect.spoken import Manner, Spoken
from dragoman.wire.tolerant import objects_in

Json = dict[str, Any]

PATH = "/responses"
"""Where a request goes, from the address on."""

ENCRYPTED = "reasoning.encrypted_content"
"""What has to be asked for so that thoughts which nobody keeps can go back."""

_AS_IT_IS = (
    "metadata", "model", "moderation", "parallel_tool_calls", "prompt_cache_key", "prompt_cache_options",
    "prompt_cache_retention", "safety_identifier", "service_tier", "temperature", "top_p", "user",
)  # fmt: skip

WORDS = Words(
    api=RESPONSES,
    name="the Responses API",
    never={
        "audio": (),
        "background": (False,),
        "function_call": ("auto", "none"),
        "functions": ([],),
        "input": (),
        "max_output_tokens": (),
        "modalities": (["text"], []),
        "n": (1,),
    },
    instead={
        "background": "the answer is waited for here: leave it out, or stream",
        "function_call": "functions are tools here: say it as tool_choice",
        "functions": "functions are tools here: say them as tools",
        "input": "say it as messages",
        "max_output_tokens": "say it as max_completion_tokens",
    },
    unsaid={
        "frequency_penalty": (0,),
        "logit_bias": ({},),
        "min_p": (0,),
        "presence_penalty": (0,),
        "safe_prompt": (False,),
        "seed": (),
        "stop": ([],),
        "top_k": (0, -1),
    },
    hints=frozenset({"prediction"}),
    own=frozenset({
        "context_management", "conversation", "include", "instructions", "max_tool_calls", "previous_response_id",
        "prompt", "reasoning", "text", "truncation",
    }),
    settled=frozenset({"background", "input", "max_output_tokens", "model", "stream"}),
    spoken=frozenset({
        *_AS_IT_IS, "logprobs", "max_completion_tokens", "max_tokens", "messages", "reasoning_effort",
        "response_format", "store", "stream", "stream_options", "tool_choice", "tools", "top_logprobs", "verbosity",
        "web_search_options", RESPONSES,
    }),
)  # fmt: skip
"""What this API can say of chat's fields."""

# Any other of OpenAI's answers 400: "Encrypted content is not supported with this model".
_THINKING = re.compile(r"(?:.*[/:])?(?:o\d|codex-|gpt-(?:[5-9]|\d\d))(?!.*-chat)")
_NAMED = frozenset({"audio", "name"})


def speak(request: Json, manner: Manner | None = None) -> Spoken:
    """A chat request, its form checked, as a Responses request. It is left as it was.

    Args:
        request: the chat request, of JSON's own types.
        manner: what is declared of the upstream.

    Raises:
        InvalidRequestError: it asks for what this API has no word for.
    """
    return _Speech(public(request, but=RESPONSES), manner or Manner()).spoken()


class _Speech(Speech):
    """One request being said."""

    def __init__(self, request: Json, manner: Manner) -> None:
        super().__init__(request, manner, WORDS)
        self._heard = RESPONSES in self.request

    def spoken(self) -> Spoken:
        request, body = self.request, self.body
        self.refuse()
        body |= {name: request[name] for name in _AS_IT_IS if name in request}
        most = request.get("max_completion_tokens") or request.get("max_tokens")
        if most:
            body["max_output_tokens"] = most
        body["input"] = self._input(request["messages"])
        self._tools()
        self._how()
        # This API keeps answers unless it is told not to.
        body["store"] = request.get("store") is True
        if request.get("stream") is True:
            body["stream"] = True
            options: Json = request.get("stream_options") or {}
            left = {name: value for name, value in options.items() if name != "include_usage"}
            body |= {"stream_options": left} if left else {}
        # A null takes out what was made.
        for name, value in self.rest():
            self._own(name, value)
        self._include()
        return Spoken(PATH, body, tuple(self.changes))

    def unsaid(self, name: str, why: str) -> None:
        """Do what is declared with a field that cannot be said; one that was said in this API goes as it came."""
        if self._heard:
            self.body[name] = self.request[name]
        else:
            super().unsaid(name, why)

    def _input(self, messages: list[Json]) -> list[Json]:
        items = input_of(messages)
        if self._heard:
            return items
        for place, message in enumerate(messages):
            said = [name for name in sorted(_NAMED) if message.get(name) and message["role"] != "tool"]
            if message.get("reasoning_content") and RESPONSES not in message:
                said.append("reasoning_content")
            self.changes += [f"messages[{place}].{name}: dropped" for name in said]
        return [item for item in items if kind_of(item) != "reasoning" or _is_thought_here(item)]

    def _tools(self) -> None:
        request, body = self.request, self.body
        tools = [tool(self._strictness(each)) for each in request.get("tools") or ()]
        if "web_search_options" in request:
            tools.append(_search(request["web_search_options"]))
        if tools:
            body["tools"] = tools
        if "tool_choice" in request:
            body["tool_choice"] = choice(request["tool_choice"])

    def _strictness(self, offered: Json) -> Json:
        """A function that says whether it is strict: by default it is here, and is not in chat."""
        if self._heard or offered.get("type") != "function":
            return offered
        inner: Json = offered["function"]
        return offered | {"function": inner if inner.get("strict") is not None else inner | {"strict": False}}

    def _how(self) -> None:
        """In what form to answer, how hard to think first, and what to say of the tokens."""
        request, body = self.request, self.body
        text: Json = {"verbosity": request["verbosity"]} if "verbosity" in request else {}
        wanted: Json = request.get("response_format") or {}
        if wanted.get("type") == "json_schema":
            text["format"] = {"type": "json_schema"} | (wanted.get("json_schema") or {})
        elif wanted:
            text["format"] = wanted
        if text:
            body["text"] = text
        if "reasoning_effort" in request:
            body["reasoning"] = {"effort": request["reasoning_effort"]}
        if request.get("logprobs"):
            body["include"] = [LOGPROBS]
        if request.get("top_logprobs"):
            body["top_logprobs"] = request["top_logprobs"]

    def _own(self, name: str, value: Any) -> None:  # noqa: ANN401 - a field as its caller wrote it
        known: Any = self.body.pop(name, None)
        if name in {"reasoning", "text"} and value is not None:
            self.body[name] = (known or {}) | value
        elif name == "include" and value is not None:
            before: list[Any] = known or []
            self.body[name] = before + [each for each in value if each not in before]
        elif value is not None:
            self.body[name] = value

    def _include(self) -> None:
        """Ask for what the next turn needs back."""
        body = self.body
        reasoning: Json = body.get("reasoning") or {}
        thinks = reasoning.get("effort") not in (None, "none") or _THINKING.match(str(body.get("model"))) is not None
        asked = cast("list[object]", body.get("include") or [])
        if thinks and not body["store"] and ENCRYPTED not in asked:
            body["include"] = [*asked, ENCRYPTED]


def _is_thought_here(item: Json) -> bool:
    """Whether a server of this API may know a thought again: one without a name is another vendor's.

    Of one that nobody keeps a summary alone says nothing: servers refuse it as an item they do not find.
    """
    return bool(item.get("encrypted_content") or (item.get("id") and objects_in(item.get("content"))))


def _search(options: Json) -> Json:
    """Chat's search as the tool that it is here; where the user is, is flat."""
    where: Json = options.get("user_location") or {}
    made: Json = {"type": "web_search"} | {name: value for name, value in options.items() if value is not None}
    if where:
        place: Json = where.get("approximate") or {}
        made["user_location"] = {"type": "approximate"} | place
    return made
