"""What a caller asks: every parameter of a chat completion. Types; no I/O.

Field by field `CreateChatCompletionRequest` of OpenAI's published API document, with what other vendors of the same
API add (`top_k`, `min_p`, `safe_prompt`). Every optional field may be null, which a server reads as its default.
Bounds stand in the types (`Meta`): the gateway checks them, the OpenAPI document states them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

from dragoman.wire.completion import Message
from dragoman.wire.message import RequestMessage, TextPart
from dragoman.wire.tool import FunctionDefinition, FunctionName, Name, Tool, ToolChoice

Penalty = Annotated[float, Meta(ge=-2, le=2)]
"""-2 to 2; positive values make the model repeat itself less."""

Bias = Annotated[float, Meta(ge=-100, le=100)]
"""-100 to 100."""

Probability = Annotated[float, Meta(ge=0, le=1)]
"""0 to 1."""


class TextFormat(TypedDict):
    """Answer in text."""

    type: Literal["text"]
    """`text`."""


class JsonFormat(TypedDict):
    """Answer with a JSON object."""

    type: Literal["json_object"]
    """`json_object`. Say in the messages that you want JSON: some models run on otherwise."""


class SchemaDefinition(TypedDict):
    """The JSON Schema an answer has to match."""

    name: Name
    """Letters, digits, underscores and dashes; at most 64."""
    schema: NotRequired[Mapping[str, Any] | None]
    """The schema."""
    description: NotRequired[str | None]
    """What the answer is for, for the model to read."""
    strict: NotRequired[bool | None]
    """Whether the answer must match exactly; default false."""


class SchemaFormat(TypedDict):
    """Answer with JSON that matches a schema."""

    type: Literal["json_schema"]
    """`json_schema`."""
    json_schema: SchemaDefinition
    """The schema and its name."""


ResponseFormat = TextFormat | JsonFormat | SchemaFormat
"""The form of the answer."""


class StreamOptions(TypedDict, total=False):
    """What a stream carries beside the answer."""

    include_usage: bool | None
    """Whether a last chunk, with no choices, says the usage; default false."""
    include_obfuscation: bool | None
    """Whether chunks are padded so that their size tells nothing; default true where a vendor does it."""


class CustomVoice(TypedDict):
    """A voice of your own."""

    id: str
    """Its id."""


class AudioOutput(TypedDict):
    """How the answer is to sound."""

    format: str
    """`wav`, `aac`, `mp3`, `flac`, `opus` or `pcm16`."""
    voice: str | CustomVoice
    """The voice's name, or one of your own."""


class Prediction(TypedDict):
    """Text that much of the answer will repeat, such as a file being edited."""

    type: Literal["content"]
    """`content`."""
    content: str | Sequence[TextPart]
    """The text."""


class Location(TypedDict, total=False):
    """Roughly where somebody is."""

    country: str | None
    """The country, as two letters (ISO 3166-1)."""
    region: str | None
    """The region, in words."""
    city: str | None
    """The city, in words."""
    timezone: str | None
    """The time zone's IANA name."""


class UserLocation(TypedDict):
    """Where the user is, for searches that depend on it."""

    type: Literal["approximate"]
    """`approximate`."""
    approximate: Location
    """The place."""


class WebSearchOptions(TypedDict, total=False):
    """How the model searches the web."""

    user_location: UserLocation | None
    """Where the user is."""
    search_context_size: str | None
    """`low`, `medium` or `high`: how much of what is found to read; default medium."""


class PromptCacheOptions(TypedDict, total=False):
    """What the vendor's prompt cache keeps."""

    mode: str | None
    """`implicit` (the vendor also chooses where to cut) or `explicit` (only at breakpoints); default implicit."""
    ttl: str | None
    """How long to keep it at least: `30m`."""


class ModerationConfig(TypedDict):
    """What comes of the judgement of one side of the conversation."""

    mode: str
    """`score` (the answer says the result) or `block` (what is judged harmful is withheld)."""


class ModerationPolicy(TypedDict, total=False):
    """What is judged."""

    input: ModerationConfig | None
    """What is asked."""
    output: ModerationConfig | None
    """What is answered."""


class Moderation(TypedDict):
    """Which model judges the conversation, and what comes of it."""

    model: str
    """The judging model."""
    policy: NotRequired[ModerationPolicy | None]
    """What is judged, and what comes of it."""


class GenerationOptions(TypedDict, total=False):
    """How the answer is generated, and what it is made of."""

    frequency_penalty: Penalty | None
    """-2 to 2: lowers a token's likelihood by how often it has been used; default 0."""
    presence_penalty: Penalty | None
    """-2 to 2: lowers a token's likelihood once it has been used; default 0."""
    logit_bias: Mapping[str, Bias] | None
    """Token id to a bias of -100 (never) to 100 (only this)."""
    logprobs: bool | None
    """Whether to say how likely each token was; default false."""
    top_logprobs: Annotated[int, Meta(ge=0, le=20)] | None
    """How many of the likeliest tokens to name at each place, 0 to 20; needs `logprobs`."""
    max_completion_tokens: Annotated[int, Meta(ge=1)] | None
    """The most tokens to generate, reasoning included."""
    max_tokens: Annotated[int, Meta(ge=1)] | None
    """The same in the older spelling; `max_completion_tokens` wins where both are given."""
    n: Annotated[int, Meta(ge=1, le=128)] | None
    """How many answers to generate, 1 to 128; default 1."""
    modalities: Sequence[str] | None
    """`text`, `audio`, or both; default text."""
    audio: AudioOutput | None
    """How the answer is to sound; needs `audio` among the modalities."""
    prediction: Prediction | None
    """Text that much of the answer will repeat."""
    response_format: ResponseFormat | None
    """Text, any JSON object, or JSON that matches a schema; default text."""
    seed: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | None
    """The same seed, parameters and `system_fingerprint` give the same answer, as far as the server can."""
    service_tier: str | None
    """`auto`, `default`, `flex`, `scale`, `priority`, `fast`, or the vendor's own."""
    stop: str | Annotated[Sequence[str], Meta(max_length=4)] | None
    """Up to 4 texts at which to stop; they are not part of the answer."""
    store: bool | None
    """Whether the vendor may keep the answer for later; default false."""
    metadata: Mapping[str, str] | None
    """Up to 16 pairs to find a stored answer by."""
    stream_options: StreamOptions | None
    """What a stream carries beside the answer; only with `stream`."""
    temperature: Annotated[float, Meta(ge=0, le=2)] | None
    """0 (the likeliest token each time) to 2 (wild); default 1."""
    top_p: Probability | None
    """Choose among the likeliest tokens that have this much probability together; default 1."""
    top_k: Annotated[int, Meta(ge=-1)] | None
    """Choose among this many of the likeliest tokens; 0, or -1 with some vendors, is all. Not OpenAI's."""
    min_p: Probability | None
    """Choose among tokens at least this likely, measured against the likeliest. Not OpenAI's."""


class ToolOptions(TypedDict, total=False):
    """What the model may call."""

    tools: Sequence[Tool] | None
    """What the model may call, at most 128."""


class ServiceOptions(TypedDict, total=False):
    """How tools are called, who is asking, and what the vendor does beside answering."""

    tool_choice: ToolChoice | None
    """Whether it calls one; default `auto` when there are tools."""
    parallel_tool_calls: bool | None
    """Whether it may call several at once; default true."""
    function_call: Literal["none", "auto"] | FunctionName | None
    """`tool_choice` in the older form."""
    functions: Annotated[Sequence[FunctionDefinition], Meta(max_length=128)] | None
    """`tools` in the older form."""
    user: str | None
    """Who is asking, in your own terms, for the vendor to tell abuse."""
    reasoning_effort: str | None
    """`none`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`, or the vendor's own."""
    verbosity: str | None
    """`low`, `medium` or `high`: how much to write; default medium."""
    safe_prompt: bool | None
    """Whether to put the vendor's own safety instruction first; Mistral's and Beezy's."""
    web_search_options: WebSearchOptions | None
    """Lets the model search the web, where the vendor can."""
    safety_identifier: str | None
    """Who is asking, as a stable hash, for the vendor to tell abuse."""
    prompt_cache_key: str | None
    """Requests with the same key are likelier to share the prompt cache."""
    prompt_cache_retention: str | None
    """How long the prompt cache may keep this: `in_memory` or `24h`."""
    prompt_cache_options: PromptCacheOptions | None
    """More about the prompt cache."""
    moderation: Moderation | None
    """Asks the vendor to judge the messages along the way."""


class ChatOptions(GenerationOptions, ToolOptions, ServiceOptions):
    """Every parameter but the messages, the model and whether to stream."""


class ChatRequest(ChatOptions):
    """A request as it travels: the JSON body of `POST …/chat/completions`."""

    messages: Annotated[Sequence[RequestMessage], Meta(min_length=1)]
    """The conversation so far, oldest first."""
    model: str
    """Which model to ask."""
    stream: NotRequired[bool | None]
    """Whether to answer piece by piece as server-sent events; default false."""


Messages = str | Sequence[RequestMessage | Message]
"""What the client's methods take as messages: a user's text, or the conversation so far. A completion's `message`
can be put among them as it is."""
