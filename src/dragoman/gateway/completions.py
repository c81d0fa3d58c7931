"""The older API of completions as callers speak it: `POST /v1/completions`, a prompt instead of messages. No I/O.

The prompt is asked as a user's message: the models behind this gateway talk, and what they answer is the completion.
What that cannot be made to mean (a suffix, an echo of the prompt, tokens instead of text, the best of several) is
refused by name.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any, cast

import msgspec

from dragoman import sse
from dragoman.dialect.table import HEARD
from dragoman.errors import InvalidRequestError
from dragoman.gateway.tongue import Chat, Passing, wants_usage
from dragoman.wire.check import check_request, decode_body
from dragoman.wire.completion import Completion
from dragoman.wire.tolerant import objects_in

if TYPE_CHECKING:
    from dragoman.gateway.tongue import Document, Telling
    from dragoman.wire.chunk import Chunk, ChunkChoice, Delta
    from dragoman.wire.completion import Logprobs, Message

Json = dict[str, Any]

LONGEST = 16
"""Tokens of an answer whose request does not say, as the API has it."""

MEANINGLESS: dict[str, tuple[object, ...]] = {"suffix": ("",), "echo": (False,), "best_of": (1,)}
"""Fields that a chat completion cannot honour, and the values that ask for nothing."""


class Completions(Chat):
    """The tongue of the older API's clients."""

    def hear(self, raw: bytes) -> tuple[Json, tuple[str, ...]]:
        """The chat request that a body of this API is. Raises as `Tongue.hear`."""
        asked = decode_body(raw)
        for name, values in MEANINGLESS.items():
            if asked.get(name) is not None and asked[name] not in values:
                raise InvalidRequestError(f"{name}: chat models have no such thing; leave it out", param=name)
        body = {name: value for name, value in asked.items() if name not in {"prompt", "logprobs", *MEANINGLESS}}
        body["messages"] = [{"role": "user", "content": _prompt(asked.get("prompt"))}]
        if body.get("max_tokens") is None and body.get("max_completion_tokens") is None:
            body["max_tokens"] = LONGEST
        body |= _logprobs(asked.get("logprobs"))
        body = HEARD.hear(body)
        check_request(body)
        return body, ()

    def whole(self, document: Document, asked: Json) -> bytes:  # noqa: ARG002 - as in chat
        """A text completion."""
        told = document.to_dict()
        typed = document.choices if isinstance(document, Completion) else ()
        told["choices"] = [
            _choice(raw, each.message, _columns(each.logprobs, 0))
            for raw, each in zip(objects_in(told.get("choices")), typed, strict=True)
        ]
        return msgspec.json.encode(told | {"object": "text_completion"})

    def telling(self, asked: Json) -> Telling:
        """Text completions that each hold the next piece, and `[DONE]`."""
        return _Pieces(show_usage=wants_usage(asked))


class _Pieces(Passing):
    """Tells chunks as text completions."""

    def __init__(self, *, show_usage: bool) -> None:
        super().__init__(show_usage=show_usage)
        self._told: dict[int, int] = {}

    def feed(self, chunk: Chunk) -> bytes:
        if not chunk.choices and (chunk.usage is None or not self.show_usage):
            return b""
        told = chunk.to_dict()
        told["choices"] = [
            _choice(raw, each.delta, self._columns(each))
            for raw, each in zip(objects_in(told.get("choices")), chunk.choices, strict=True)
        ]
        return sse.encode(msgspec.json.encode(told | {"object": "text_completion"}))

    def _columns(self, choice: ChunkChoice) -> Json | None:
        start = self._told.get(choice.index, 0)
        self._told[choice.index] = start + sum(map(len, _tokens(choice.logprobs)))
        return _columns(choice.logprobs, start)


COMPLETIONS = Completions()


def _prompt(prompt: object) -> str:
    if isinstance(prompt, list) and len(cast("list[object]", prompt)) == 1:
        (prompt,) = cast("list[object]", prompt)
    if not isinstance(prompt, str):
        raise InvalidRequestError("prompt must be one text: a string, or an array of one string", param="prompt")
    return prompt


def _logprobs(asked: object) -> Json:
    """How chat asks for the log probabilities that this API asks for by a number."""
    if asked is None:
        return {}
    if isinstance(asked, bool) or not isinstance(asked, int):
        raise InvalidRequestError("logprobs must be a whole number: of likely tokens to name", param="logprobs")
    return {"logprobs": True, "top_logprobs": asked}


def _choice(choice: Json, said: Message | Delta, logprobs: Json | None) -> Json:
    """A choice of chat's as one of this API's: what was received of it, and its text."""
    kept = {name: value for name, value in choice.items() if name not in {"message", "delta"}}
    return {"finish_reason": None} | kept | {"text": said.content or said.refusal or "", "logprobs": logprobs}


def _tokens(logprobs: Logprobs | None) -> list[str]:
    return [] if logprobs is None else [each.token for each in logprobs.content or ()]


def _columns(logprobs: Logprobs | None, start: int) -> Json | None:
    """Log probabilities in this API's four columns; the tokens begin so many characters after the text does."""
    if logprobs is None:
        return None
    known = logprobs.content or ()
    tokens = _tokens(logprobs)
    return {
        "tokens": tokens,
        "token_logprobs": [each.logprob for each in known],
        "top_logprobs": [{likely.token: likely.logprob for likely in each.top_logprobs} for each in known],
        "text_offset": [*accumulate(map(len, tokens[:-1]), initial=start)] if tokens else [],
    }
