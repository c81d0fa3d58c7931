"""llama.cpp's pieces become the chunks of OpenAI's form: nothing of its own beside them. No I/O."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from dragoman.engine.tools import Function

Json = dict[str, Any]


class Heading(msgspec.Struct, frozen=True):
    """What all chunks of an answer begin with."""

    id: str
    created: int
    model: str
    fingerprint: str

    def chunk(self, choices: list[Json], usage: Json | None = None) -> Json:
        """A chunk with these choices."""
        whole: Json = {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "service_tier": "default",
            "system_fingerprint": self.fingerprint,
            "choices": choices,
        }
        if usage is not None:
            whole["usage"] = usage
        return whole


def new_id() -> str:
    """The name of a new answer."""
    return f"chatcmpl-{secrets.token_hex(12)}"


def choice(index: int, delta: Json, finish: str | None = None, logprobs: Json | None = None) -> Json:
    """What a chunk adds to one answer."""
    return {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish}


def shown(piece: Json, top: int | None) -> Json | None:
    """The log probabilities of a piece as OpenAI shows them: as many alternatives as were asked for, no token ids."""
    found: Json | None = next((choice.get("logprobs") for choice in piece["choices"]), None)
    if top is None or not found:
        return None
    return {
        "content": [_token(token) | {"top_logprobs": _top(token, top)} for token in found["content"]],
        "refusal": None,
    }


def _token(token: Json) -> Json:
    return {name: token[name] for name in ("token", "logprob", "bytes")}


def _top(token: Json, top: int) -> list[Json]:
    return [_token(other) for other in token["top_logprobs"][:top]]


def call_begins(index: int, place: int, function: Function, *, legacy: bool) -> Json:
    """The delta that names a call."""
    named = {"name": function.name, "arguments": ""}
    if legacy:
        return choice(index, {"function_call": named})
    call = {"index": place, "id": f"call_{secrets.token_hex(12)}", "type": "function", "function": named}
    return choice(index, {"tool_calls": [call]})


def call_grows(index: int, place: int, text: str, *, legacy: bool) -> Json:
    """The delta that adds to a call's arguments."""
    more = {"arguments": text}
    return choice(index, {"function_call": more} if legacy else {"tool_calls": [{"index": place, "function": more}]})


class Tally:
    """How many tokens a request has used: its prompt once, every answer's own."""

    def __init__(self) -> None:
        self._prompt = 0
        self._cached = 0
        self._completion = 0

    def add(self, piece: Json) -> int:
        """Take what a piece of llama.cpp's says was used, if it says so; returns how many tokens were generated."""
        usage: Json | None = piece.get("usage")
        if usage is None:
            return 0
        if not self._prompt:
            self._prompt = usage["prompt_tokens"]
            details: Json = usage.get("prompt_tokens_details") or {}
            self._cached = details.get("cached_tokens", 0)
        generated: int = usage["completion_tokens"]
        self._completion += generated
        return generated

    def usage(self) -> Json:
        """All of it, as OpenAI spells it."""
        return {
            "prompt_tokens": self._prompt,
            "completion_tokens": self._completion,
            "total_tokens": self._prompt + self._completion,
            "prompt_tokens_details": {"cached_tokens": self._cached, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }
