"""A finished answer. Types; no I/O."""

from collections.abc import Mapping
from typing import Any

from dragoman.openai.shape import Answered, BaseModel
from dragoman.openai.types.chat.chat_completion_message import ChatCompletionMessage
from dragoman.openai.types.completion_usage import CompletionUsage


class TopLogprob(BaseModel):
    """One of the likeliest tokens at a place."""

    token: str
    """The token."""
    bytes: list[int] | None = None
    """The token's UTF-8 bytes, for tokens that are parts of a character."""
    logprob: float
    """Its natural-log probability; -9999.0 stands for "very unlikely"."""


class ChatCompletionTokenLogprob(BaseModel):
    """A token of the answer and how likely it was."""

    token: str
    """The token."""
    bytes: list[int] | None = None
    """The token's UTF-8 bytes, for tokens that are parts of a character."""
    logprob: float
    """Its natural-log probability; -9999.0 stands for "very unlikely"."""
    top_logprobs: list[TopLogprob]
    """The likeliest tokens at this place."""


class ChoiceLogprobs(BaseModel):
    """Log probabilities of a choice's tokens."""

    content: list[ChatCompletionTokenLogprob] | None = None
    """Those of the text."""
    refusal: list[ChatCompletionTokenLogprob] | None = None
    """Those of the refusal."""


class Choice(BaseModel):
    """One of the answers asked for with `n`."""

    finish_reason: str
    """Why the model stopped: `stop`, `length`, `tool_calls`, `content_filter`, `function_call`, or the vendor's own."""
    index: int
    """Its place among the choices."""
    logprobs: ChoiceLogprobs | None = None
    """Log probabilities, when the request asked for them."""
    message: ChatCompletionMessage
    """The answer."""


class ModerationResults(BaseModel):
    """What was judged."""

    model: str
    """The judging model."""
    results: list[dict[str, Any]]
    """The judgements."""
    type: str
    """`moderation_results`."""


class ModerationError(BaseModel):
    """Why nothing was judged."""

    code: str
    """The code programs test for."""
    message: str
    """One sentence."""
    type: str
    """`error`."""

    @classmethod
    def describes(cls, value: Mapping[str, Any]) -> bool:
        """Whether it is one."""
        return value.get("type") == "error"


class Moderation(BaseModel):
    """The judgement of both sides of the conversation, where the request asked for it."""

    input: ModerationError | ModerationResults
    """Of what was asked."""
    output: ModerationError | ModerationResults
    """Of what was answered."""


class ChatCompletion(Answered):
    """A finished answer."""

    id: str
    """The server's name for this answer."""
    choices: list[Choice]
    """The answers: as many as the request's `n`, usually one."""
    created: int
    """When it was made, in seconds since 1970."""
    model: str
    """Which model answered; often more exact than the name that was asked for."""
    object: str
    """`chat.completion`."""
    metadata: dict[str, str] | None = None
    """What the request attached to be found by, where the server stores completions."""
    moderation: Moderation | None = None
    """The judgement of the conversation, where the request asked for it."""
    service_tier: str | None = None
    """The tier that served the request."""
    system_fingerprint: str | None = None
    """Changes when the server's set-up does, which is when `seed` stops giving the same answer."""
    usage: CompletionUsage | None = None
    """How many tokens it used; None where the server did not say."""
