"""A chat request as a request of Anthropic's Messages API. No I/O.

Field by field `POST /v1/messages` of the API's reference. What has another form there is given it; what has none is
dropped or refused, by name, as the caller declares; and everything that was changed is listed.
"""

from __future__ import annotations

from typing import Any

from dragoman.dialect import ANTHROPIC
from dragoman.dialect.anthropic.calls import offers
from dragoman.dialect.anthropic.models import Abilities, abilities
from dragoman.dialect.anthropic.turns import turns
from dragoman.dialect.private import public
from dragoman.dialect.speech import Speech, Words
from dragoman.dialect.spoken import Manner, Spoken

Json = dict[str, Any]

PATH = "/messages"
"""Where a request goes, from the address on."""

WORDS = Words(
    api=ANTHROPIC,
    name="Anthropic's Messages API",
    never={
        "audio": (),
        "function_call": ("auto", "none"),
        "functions": ([],),
        "modalities": (["text"], []),
        "n": (1,),
    },
    instead={},
    unsaid={
        "frequency_penalty": (0,),
        "logit_bias": ({},),
        "logprobs": (False,),
        "min_p": (0,),
        "moderation": (),
        "presence_penalty": (0,),
        "safe_prompt": (False,),
        "seed": (),
        "store": (False,),
        "top_logprobs": (0,),
        "web_search_options": (),
    },
    hints=frozenset({
        "prediction", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "verbosity",
    }),
    own=frozenset({
        "cache_control", "container", "context_management", "diagnostics", "inference_geo", "mcp_servers",
        "output_config", "speed", "thinking", "user_profile_id",
    }),
    settled=frozenset({"max_tokens", "messages", "model", "stream"}),
    spoken=frozenset({
        "max_completion_tokens", "max_tokens", "messages", "metadata", "model", "parallel_tool_calls",
        "reasoning_effort", "response_format", "safety_identifier", "service_tier", "stop", "stream",
        "stream_options", "temperature", "tool_choice", "tools", "top_k", "top_p", "user", ANTHROPIC,
    }),
)  # fmt: skip
"""What this API can say of chat's fields."""

EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "xhigh", "max": "max"}
"""`reasoning_effort` as `output_config.effort`."""

BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16_384, "xhigh": 24_576, "max": 31_999}
"""`reasoning_effort` in tokens of thought, for models that are told how many."""

LEAST_BUDGET = 1024
"""The fewest tokens of thought that this API takes."""

ANSWER = "answer"
"""The tool that stands for an answer in JSON, where its schema has no name to give it."""

TIERS = {"auto": "auto", "default": "standard_only", "standard_only": "standard_only"}


def speak(request: Json, manner: Manner | None = None) -> Spoken:
    """A chat request, its form checked, as a Messages request. It is left as it was.

    Args:
        request: the chat request, of JSON's own types.
        manner: what is declared of the upstream.

    Raises:
        InvalidRequestError: it asks for what this API has no word for.
    """
    return _Speech(public(request, but=ANTHROPIC), manner or Manner()).spoken()


class _Speech(Speech):
    """One request being said."""

    def __init__(self, request: Json, manner: Manner) -> None:
        super().__init__(request, manner, WORDS)
        self._manner = manner
        self._able: Abilities = abilities(str(request.get("model")))
        self._answer = ""

    def spoken(self) -> Spoken:
        request, body = self.request, self.body
        self.refuse()
        body["model"] = request.get("model")
        self._limit()
        self._conversation()
        self._sampling()
        self._tools()
        # Where the caller says it in this API's own words, nothing is made of chat's.
        private = self.private
        config: Json = private.get("output_config") or {}
        if "format" not in config:
            self._format()
        if "thinking" not in private:
            self._effort()
        self._identify()
        if request.get("stream") is True:
            body["stream"] = True
        # A null takes out what was made.
        for name, value in self.rest():
            self._own(name, value)
        return Spoken(PATH, body, tuple(self.changes), self._answer)

    def _limit(self) -> None:
        most = self.request.get("max_completion_tokens") or self.request.get("max_tokens")
        self.body["max_tokens"] = most or self._manner.max_tokens or self._able.max_tokens
        if not most:
            self.changes.append(f"max_tokens: {self.body['max_tokens']}")

    def _conversation(self) -> None:
        system, self.body["messages"] = turns(self.request["messages"], self.changes, instructed=self._able.instructed)
        if len(system) == 1 and system[0].keys() == {"type", "text"}:
            self.body["system"] = system[0]["text"]
        elif system:
            self.body["system"] = system
        stop = self.request.get("stop")
        texts: list[str] = [stop] if isinstance(stop, str) else list(stop or ())
        said = [text for text in texts if text.strip()]
        if len(said) < len(texts):
            # The API takes no stop sequence of white space alone.
            self.changes.append("stop: white space dropped")
        if said:
            self.body["stop_sequences"] = said

    def _sampling(self) -> None:
        given = [name for name in ("temperature", "top_p", "top_k") if name in self.request]
        if "top_k" in given and self.request["top_k"] < 1:
            given.remove("top_k")
        if not self._able.sampling:
            for name in given:
                if self.request[name] != 1 or name == "top_k":
                    self.unsaid(name, "this model takes none")
            return
        for name in given:
            self.body[name] = self.request[name]
        if self.body.get("temperature", 0) > 1:
            self.body["temperature"] = 1
            self.changes.append("temperature: 1")
        if not self._able.both and {"temperature", "top_p"} <= self.body.keys():
            del self.body["top_p"]
            if self.request["top_p"] != 1:
                self.unsaid("top_p", "this model takes it or temperature, not both")

    def _tools(self) -> None:
        made, choice = offers(self.request)
        if made:
            self.body["tools"] = made
        if choice is not None:
            self.body["tool_choice"] = choice

    def _format(self) -> None:
        """The form of the answer: the API's own, or the input of a tool that has to be called."""
        wanted: Json = self.request.get("response_format") or {}
        kind = wanted.get("type", "text")
        if kind == "text":
            return
        named: Json = wanted.get("json_schema") or {}
        held: Json = named.get("schema") or {"type": "object"}
        by = self._manner.schemas
        if by == "auto":
            by = "format" if self._able.formats else "tool"
        if kind == "json_schema" and by == "format":
            self.body["output_config"] = {"format": {"type": "json_schema", "schema": held}}
            dropped = [name for name in ("name", "description", "strict") if named.get(name)]
            # The API's own format is always strict, and a schema's name means nothing to it.
            self.changes += [f"response_format.json_schema.{name}: dropped" for name in dropped if name != "strict"]
            return
        self._answer_by_tool(named.get("name") or ANSWER, held, named.get("description"))

    def _answer_by_tool(self, name: str, held: Json, description: str | None) -> None:
        tools: list[Json] = self.body.get("tools") or []
        choice: Json = self.body.get("tool_choice") or {"type": "auto"}
        if choice["type"] in {"any", "tool"} and tools:
            # A call is wanted, so this answer is not the one in JSON.
            self.changes.append("response_format: left to the answer after the tool call")
            return
        while any(tool.get("name") == name for tool in tools):
            name += "_"
        self._answer = name
        said = description or "Give the answer with this tool."
        self.body["tools"] = [*tools, {"name": name, "description": said, "input_schema": {"type": "object"} | held}]
        free = tools and choice["type"] == "auto"
        self.body["tool_choice"] = (
            {"type": "any"} | {n: v for n, v in choice.items() if n != "type"}
            if free
            else {"type": "tool", "name": name}
        )
        self.changes.append(f"response_format: asked for as the tool {name}")

    def _effort(self) -> None:
        effort = self.request.get("reasoning_effort")
        if effort is None or (effort == "none" and self._able.thinking == "none"):
            return
        if effort == "none":
            self.body["thinking"] = {"type": "disabled"}
        elif effort not in EFFORTS or self._able.thinking == "none":
            self.unsaid("reasoning_effort", f"this model knows no {effort!r}")
        elif self._able.thinking == "adaptive":
            config: Json = self.body.setdefault("output_config", {})
            config["effort"] = EFFORTS[effort]
            if EFFORTS[effort] != effort:
                self.changes.append(f"reasoning_effort: {EFFORTS[effort]}")
            self._think({"type": "adaptive"})
        else:
            self._budget(BUDGETS[effort])

    def _budget(self, budget: int) -> None:
        """So many tokens of thought; they count among the answer's, and have to be fewer."""
        body = self.body
        if not (self.request.get("max_completion_tokens") or self.request.get("max_tokens")):
            body["max_tokens"] = max(body["max_tokens"], 2 * LEAST_BUDGET)
        budget = min(budget, body["max_tokens"] - LEAST_BUDGET)
        if budget < LEAST_BUDGET:
            self.changes.append("reasoning_effort: dropped, max_tokens leaves no room to think")
        else:
            self._think({"type": "enabled", "budget_tokens": budget})

    def _think(self, thinking: Json) -> None:
        """Let the model think, which this API allows only where no tool is forced and nothing is sampled by hand."""
        choice: Json = self.body.get("tool_choice") or {}
        if choice.get("type") in {"any", "tool"}:
            self.changes.append("reasoning_effort: no thinking, a tool is forced")
            return
        self.body["thinking"] = thinking
        for name in ("temperature", "top_p", "top_k"):
            if name in self.body and (name == "top_k" or self.body[name] != 1):
                del self.body[name]
                self.changes.append(f"{name}: dropped, the model thinks")

    def _identify(self) -> None:
        request = self.request
        metadata: Json = dict(request.get("metadata") or {})
        user = request.get("safety_identifier") or request.get("user") or metadata.pop("user_id", None)
        if user:
            self.body["metadata"] = {"user_id": user}
        self.changes += [f"metadata.{name}: dropped" for name in metadata if name != "user_id"]
        tier = request.get("service_tier")
        if tier in TIERS:
            self.body["service_tier"] = TIERS[tier]
        elif tier is not None:
            self.unsaid("service_tier", f"Anthropic has no tier {tier!r}")

    def _own(self, name: str, value: Any) -> None:  # noqa: ANN401 - a field as its caller wrote it
        known: Json = self.body.pop(name, None) or {}
        if value is not None:
            self.body[name] = known | value if name == "output_config" else value
