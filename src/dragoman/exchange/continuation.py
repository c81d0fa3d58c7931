"""A stream that broke off is gone on with: whether that is safe, what is asked, how the pieces join. No I/O.

It is safe for one answer in plain text: its beginning can be given to another upstream as the last message, an
assistant's, and what comes is the rest of it. It is not for tool calls, JSON, log probabilities or several answers, of
which the beginning says too little, nor for a model that thinks before it answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import msgspec

from dragoman import errors
from dragoman.amount import is_count
from dragoman.dialect.table import named, names
from dragoman.wire.chunk import read_chunk, usage_in

if TYPE_CHECKING:
    from dragoman.wire.chunk import Chunk
    from dragoman.wire.completion import Completion, Usage

PLAIN: dict[str, tuple[Any, ...]] = {
    "tools": ([],),
    "functions": ([],),
    "logprobs": (False,),
    "n": (1,),
    "response_format": ({"type": "text"},),
    "modalities": (["text"], []),
    "audio": (),
    "reasoning_effort": ("none",),
    "top_logprobs": (0,),
    "prediction": (),
    "web_search_options": (),
}
"""Fields of which only these values, and null, ask for plain text."""

LIMITS = ("max_completion_tokens", "max_tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Whether a stream that breaks off is gone on with.

    It is where that is provably safe: of one answer in plain text, without tools, forms, log probabilities, thinking
    or fields that this version does not know, by a server that is known to go on from the beginning of an answer.

    Attributes:
        times: how often, in one stream.
        like: the row of `dragoman.dialect.table` that says how the server goes on, such as "vllm", where the client
            knows its address only; empty for what is known of the vendor.
    """

    times: int = 2
    like: str = ""


def resume_of(given: int | Resume | None, default: Resume | None) -> Resume | None:
    """The policy that an argument stands for: True, how often, or the whole of it; None where there is none.

    Raises:
        InvalidRequestError: the number is below 0, or there is no such row.
    """
    if given is None:
        return default
    policy = given if isinstance(given, Resume) else Resume() if given is True else Resume(times=given)
    if not is_count(policy.times):
        raise errors.InvalidRequestError(f"resume is a whole number from 0, not {policy.times!r}", param="resume")
    row = named(policy.like) if policy.like else None
    if policy.like and (row is None or row.continues is None):
        able = ", ".join(name for name in names() if (known := named(name)) is not None and known.continues is not None)
        raise errors.InvalidRequestError(
            f"nothing is known of how {policy.like!r} goes on with an answer; it is of {able}", param="resume"
        )
    return policy if policy.times else None


class Beginning(NamedTuple):
    """What there is of an answer.

    Attributes:
        text: its text.
        id: the answer's name, which its callers know.
        created: when it was begun.
        tokens: how many tokens of it were counted.
    """

    text: str
    id: str
    created: int
    tokens: int

    def after(self, earlier: Beginning, *, echo: str) -> Beginning:
        """What there is of an answer that was gone on with once already, `echo` said twice, and broke off again."""
        text = earlier.text.removesuffix(echo) + self.text
        return Beginning(text, earlier.id, earlier.created, earlier.tokens + self.tokens)


def is_plain(request: dict[str, Any]) -> bool:
    """Whether a request asks for one answer in plain text, which it does not begin itself."""
    messages: Any = request.get("messages")
    if messages and not isinstance(messages, str):
        last: Any = messages[-1]
        role: Any = (
            cast("Mapping[str, Any]", last).get("role") if isinstance(last, Mapping) else getattr(last, "role", None)
        )
        if role == "assistant":
            return False
    return all(request.get(name) is None or request[name] in values for name, values in PLAIN.items())


def was_cut(error: errors.APIError) -> bool:
    """Whether a stream ended because nothing more of it came, for whatever reason on the way."""
    stalled = isinstance(error, errors.TimeLimitError) and error.limit != "total"
    return stalled or isinstance(error, errors.ConnectionFailedError | errors.TruncatedError)


def beginning_of(error: errors.APIError, tokens: int) -> Beginning | None:
    """What there is of an answer that broke off so; None where nobody can go on from it.

    Args:
        error: how it broke off.
        tokens: how many tokens of it were counted.
    """
    broke = (errors.ProtocolError, errors.ServerError)
    partial = error.partial
    if partial is None or not (isinstance(error, broke) or was_cut(error)) or not _is_text(partial):
        return None
    return Beginning(partial.text, partial.id, partial.created, tokens)


def rest(request: dict[str, Any], beginning: Beginning) -> dict[str, Any]:
    """The request for the rest of an answer; each upstream is told the beginning itself in its own way."""
    left = {name: max(request[name] - beginning.tokens, 1) for name in LIMITS if isinstance(request.get(name), int)}
    return request | left


class Joint:
    """Where two parts of a stream meet: the second's chunks become the first's.

    Args:
        beginning: what there is.
        echo: what the second part begins with once more.
        mark: what the first chunk of the second part says of it, under `dragoman`; None for nothing.

    Attributes:
        echo: as given.
    """

    def __init__(self, beginning: Beginning, *, echo: str = "", mark: dict[str, Any] | None = None) -> None:
        self._beginning = beginning
        self._mark = mark
        self.echo = echo
        self._echo = echo

    def joined(self, chunk: Chunk) -> Chunk:
        """A chunk of the second part as one of the whole.

        Raises:
            ProtocolError: the second part does not begin as the first one did.
        """
        fields = chunk.to_dict()
        fields["id"] = self._beginning.id or fields.get("id", "")
        fields["created"] = self._beginning.created or fields.get("created", 0)
        if self._echo:
            self._skip(chunk, fields)
        if self._mark is not None:
            fields["dragoman"], self._mark = {"continued": self._mark}, None
        # What the upstream says may be of any type: what is reckoned with is the typed view.
        said = usage_in(fields)
        if chunk.usage is not None and said is not None:
            said |= self._counted(chunk.usage)
        return read_chunk(msgspec.json.encode(fields))

    def _skip(self, chunk: Chunk, fields: dict[str, Any]) -> None:
        for choice, raw in zip(chunk.choices, _objects(fields.get("choices")), strict=False):
            said = choice.delta.content or ""
            common = min(len(said), len(self._echo))
            if said[:common] != self._echo[:common]:
                raise errors.ProtocolError("the upstream that was to go on with the answer began another one")
            self._echo = self._echo[common:]
            if said:
                raw["delta"]["content"] = said[common:]

    def _counted(self, usage: Usage) -> dict[str, int]:
        """What both parts together used, as one upstream would have said it: the beginning was no prompt."""
        prompt = max(usage.prompt_tokens - self._beginning.tokens, 0)
        completion = usage.completion_tokens + self._beginning.tokens
        return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _is_text(partial: Completion) -> bool:
    if len(partial.choices) != 1 or not partial.text.strip():
        return False
    choice = partial.choices[0]
    said = choice.message.to_dict()
    return not choice.finish_reason and not any(
        value for name, value in said.items() if name not in {"role", "content"}
    )


def _objects(values: object) -> list[dict[str, Any]]:
    """Those of the values that are objects: the typed view has no others."""
    found = cast("list[object]", values) if isinstance(values, list) else []
    return [cast("dict[str, Any]", each) for each in found if isinstance(each, dict)]
