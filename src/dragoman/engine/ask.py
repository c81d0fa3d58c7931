"""A request becomes what llama.cpp is to do; what this model cannot do is refused by name. No I/O.

`FIELDS` says of every field of a request what the engine does about it: nothing is ignored in silence.
"""

from __future__ import annotations

import re
import secrets
from typing import Any, cast

import msgspec

from dragoman.engine import schema, tools
from dragoman.errors import InvalidRequestError

Json = dict[str, Any]

LONGEST = 512
"""The most tokens of an answer whose request does not say."""

ROLES = frozenset({"developer", "system", "user", "assistant", "tool", "function"})
"""The roles this API names. The embedded model's template writes any other under its own name."""

SHOWN = 40
"""How many characters of a wrong name are shown."""

FIELDS = {
    "messages": "honoured; text of every role, names and tool calls as text too. Images, sound and files are refused. "
    "A role nobody knows is written as it is, by the embedded model. A last assistant's message with `prefix: true` is "
    "gone on from, by the embedded model; the answer is what follows it. What an earlier answer thought "
    "(`reasoning_content`) is left out.",
    "model": "any name is answered; the completion says which model it was.",
    "stream": "honoured.",
    "stream_options": "include_usage is honoured; chunks are never padded, whatever include_obfuscation says.",
    "frequency_penalty": "honoured, over the last 64 tokens.",
    "presence_penalty": "honoured, over the last 64 tokens.",
    "logit_bias": "honoured; a key has to be a token of the model's vocabulary.",
    "logprobs": "honoured for text; a tool call has none.",
    "top_logprobs": "honoured, 0 to 20.",
    "max_completion_tokens": f"honoured; default {LONGEST}. An answer that fills the context before that ends there, "
    "with the finish reason `length`.",
    "max_tokens": "honoured where max_completion_tokens is not given.",
    "n": "honoured, beyond the slots too: the answers of seed, seed + 1, ….",
    "modalities": "text only; audio is refused.",
    "audio": "refused: this model does not speak.",
    "prediction": "accepted; it is a hint for speed, and there is none to be had from it here.",
    "response_format": "honoured; the answer is held to the schema while it is written, and checked afterwards: one "
    "that does not match is tried again, and at last an error. A stream cannot be, and ends with the error.",
    "seed": "honoured; the same seed gives the same answer.",
    "service_tier": "accepted; there is one tier, and the completion says `default`.",
    "stop": "honoured in text, up to 4 texts, none of them empty.",
    "store": "refused when true: nothing is kept.",
    "metadata": "accepted; it belongs to stored answers, and none is.",
    "temperature": "honoured; default 1.",
    "top_p": "honoured; default 1.",
    "top_k": "honoured; default 0, all.",
    "min_p": "honoured; default 0.",
    "tools": "functions are honoured; custom tools are refused.",
    "tool_choice": "honoured, by a stated rule: see the engine's page.",
    "parallel_tool_calls": "honoured.",
    "function_call": "honoured, as tool_choice; refused beside tools.",
    "functions": "honoured, as tools; the answer has a function_call. Refused beside tools.",
    "user": "accepted; who asks changes nothing.",
    "reasoning_effort": "`none` is accepted; any other is refused, since this model does not reason.",
    "verbosity": "`medium` is accepted; any other is refused, since this model does not know it.",
    "safe_prompt": "refused when true: there is no such prompt here.",
    "web_search_options": "refused: this model is on this machine alone.",
    "safety_identifier": "accepted; who asks changes nothing.",
    "prompt_cache_key": "accepted; the cache finds what prompts share by itself.",
    "prompt_cache_retention": "accepted; the cache lasts as long as the engine.",
    "prompt_cache_options": "accepted; the cache is always on.",
    "moderation": "refused: nothing here moderates.",
}
"""What the engine does about each field of a request."""

REFUSED: dict[str, tuple[frozenset[Any], str]] = {
    "audio": (frozenset(), "this model does not speak"),
    "web_search_options": (frozenset(), "this model is on this machine alone and cannot search"),
    "moderation": (frozenset(), "nothing here moderates"),
    "store": (frozenset({False}), "nothing is kept here"),
    "safe_prompt": (frozenset({False}), "there is no such prompt here"),
    "reasoning_effort": (frozenset({"none"}), "this model does not reason; leave it out, or say none"),
    "verbosity": (frozenset({"medium"}), "this model does not know it; leave it out, or say medium"),
}
"""Fields that promise what this model cannot do, the values that promise nothing, and why."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What one request asks of llama.cpp.

    Attributes:
        messages: the conversation as the template takes it.
        template: what the template is told besides.
        sampling: llama.cpp's parameters for each answer.
        seed: of the first answer; the next has the next.
        n: how many answers.
        most: the most tokens of an answer.
        calls: the functions each answer calls; none is an answer in text.
        legacy: whether the call is answered in the older form.
        held: the schema the text is held to; None where it is free.
        stream: whether the answer is streamed.
        usage: whether the stream ends with its usage.
        top: how many of the likeliest tokens are shown; None where no log probabilities are.
    """

    messages: list[Json]
    template: Json
    sampling: Json
    seed: int
    n: int
    most: int
    calls: list[tools.Function]
    legacy: bool
    held: Json | None
    stream: bool
    usage: bool
    top: int | None


def plan(request: Json, vocabulary: int, *, embedded: bool) -> Plan:
    """What a request, its form checked, asks of llama.cpp.

    Args:
        request: the body.
        vocabulary: how many tokens the model knows.
        embedded: whether the model is the embedded one: another's template knows nothing of open messages.

    Raises:
        InvalidRequestError: it asks for what this model cannot do.
    """
    refuse(request)
    calls = tools.chosen(request, tools.offered(request))
    options: Json = request.get("stream_options") or {}
    held = None if calls else _held(request)
    opened = _is_open(request, embedded=embedded, free=not calls and held is None)
    return Plan(
        messages=said(request["messages"], embedded=embedded),
        template={"chat_template_kwargs": {"open": True}, "add_generation_prompt": False} if opened else {},
        sampling=_sampling(request, vocabulary) | ({} if held is None else {"grammar": schema.grammar(held)}),
        seed=_seed(request),
        n=request.get("n") or 1,
        most=request.get("max_completion_tokens") or request.get("max_tokens") or LONGEST,
        calls=calls,
        legacy=bool(request.get("functions")),
        held=held,
        stream=request.get("stream") is True,
        usage=options.get("include_usage") is True,
        top=(request.get("top_logprobs") or 0) if request.get("logprobs") and not calls else None,
    )


def refuse(request: Json) -> None:
    """Refuse what this model cannot do, and what nobody here knows, by name.

    Raises:
        InvalidRequestError: there is such a field.
    """
    for name in request.keys() - FIELDS.keys():
        if request[name] is not None:
            raise InvalidRequestError(
                f"{name[:SHOWN]}: the engine knows no such parameter; leave it out", param=name[:SHOWN]
            )
    for name, (harmless, why) in REFUSED.items():
        value = request.get(name)
        if value is not None and not (isinstance(value, bool | str) and value in harmless):
            raise InvalidRequestError(f"{name}: {why}", param=name)
    kinds: list[str] = request.get("modalities") or []
    if any(kind != "text" for kind in kinds):
        raise InvalidRequestError("modalities: this model answers in text only", param="modalities")


def said(messages: list[Json], *, embedded: bool) -> list[Json]:
    """The messages as the template takes them: a role it knows, and text.

    Raises:
        InvalidRequestError: a part of one is not text.
    """
    names: dict[str, str] = {}
    taken: list[Json] = []
    for place, message in enumerate(messages):
        path = f"messages[{place}]"
        if message["role"] not in ROLES:
            _foreign(message, path, embedded=embedded)
        _text_only(message, path)
        role, text = _spoken(message, names)
        if embedded:
            # Text that reads as the template's own marks would be taken for them, and speak with another's voice.
            role, text = (re.sub(r"<\|(?=im_(start|end)\|>)", "< |", said) for said in (role, text))
        taken.append({"role": role, "content": text})
    return taken


def _foreign(message: Json, path: str, *, embedded: bool) -> None:
    """See that a message of a role nobody knows can be written under that name: it is text, and the template is ours.

    Raises:
        InvalidRequestError: it cannot.
    """
    if not embedded:
        known = ", ".join(sorted(ROLES))
        raise InvalidRequestError(
            f"{path}.role must be one of {known}, not {message['role']!r}: this model's template may know no other",
            param=f"{path}.role",
        )
    for name in message.keys() - {"role", "content", "name"}:
        if message[name] is not None:
            raise InvalidRequestError(f"{path}.{name} means nothing in a message of this role", param=f"{path}.{name}")
    if not isinstance(message.get("name"), str | None) or not _is_text(message.get("content")):
        raise InvalidRequestError(f"{path} must be text, or parts that are text, of a name that is text", param=path)


def _is_text(content: Json | list[Any] | str | float | None) -> bool:
    if isinstance(content, list):
        return all(isinstance(part, dict) and isinstance(cast("Json", part).get("text"), str) for part in content)
    return isinstance(content, str | None)


def _text_only(message: Json, path: str) -> None:
    content = message.get("content")
    for number, part in enumerate(cast("list[Json]", content) if isinstance(content, list) else []):
        if part.get("type") not in {"text", "refusal"}:
            where = f"{path}.content[{number}]"
            raise InvalidRequestError(f"{where}: this model reads text only, not {part.get('type')!r}", param=where)
    if message.get("audio"):
        raise InvalidRequestError(
            f"{path}.audio: this model reads text only, and keeps no sound", param=f"{path}.audio"
        )


def _spoken(message: Json, names: dict[str, str]) -> tuple[str, str]:
    """A message's role and its text, in the words that this model gets to see; `names` gets what each call is of."""
    role: str = message["role"]
    name: str = message.get("name") or ""
    text = tools.text_of(message)
    if role in {"tool", "function"}:
        name = name or names.get(message.get("tool_call_id", ""), "")
        return "user", f"The function {name} answered: {text}" if name else f"The function answered: {text}"
    text = f"{name}: {text}" if name else text
    if role == "assistant":
        calls: list[Json] = message.get("tool_calls") or []
        inner: list[Json] = [call.get("function") or call["custom"] for call in calls]
        names |= {call["id"]: function["name"] for call, function in zip(calls, inner, strict=True)}
        inner += [message["function_call"]] if message.get("function_call") else []
        called = [f"{call['name']}({call.get('arguments') or call.get('input') or ''})" for call in inner]
        return role, "\n".join(part for part in (text or message.get("refusal") or "", *called) if part)
    return "system" if role == "developer" else role, text


def _is_open(request: Json, *, embedded: bool, free: bool) -> bool:
    """Whether the last message is to be gone on from."""
    *before, last = request["messages"]
    for place, message in enumerate(before):
        if message.get("prefix"):
            where = f"messages[{place}].prefix"
            raise InvalidRequestError(f"{where}: only the last message can be gone on from", param=where)
    if not last.get("prefix"):
        return False
    where = f"messages[{len(before)}].prefix"
    if last["role"] != "assistant":
        raise InvalidRequestError(f"{where}: only an assistant's message can be gone on from", param=where)
    if not embedded:
        raise InvalidRequestError(f"{where}: this model's template cannot go on from a message", param=where)
    if not free:
        raise InvalidRequestError(
            f"{where}: a function's arguments and JSON begin anew, so nothing goes on", param=where
        )
    return True


def _held(request: Json) -> Json | None:
    form: Json = request.get("response_format") or {}
    if form.get("type") == "json_object":
        return schema.ANY_OBJECT
    if form.get("type") != "json_schema":
        return None
    wanted = form["json_schema"].get("schema")
    param = "response_format.json_schema.schema"
    if wanted is None:
        raise InvalidRequestError(f"{param} is missing", param=param)
    return schema.checked(wanted, param)


def _seed(request: Json) -> int:
    # llama.cpp's seeds are of 32 bits, and its highest means "choose one".
    given = request.get("seed")
    return (given if given is not None else secrets.randbits(32)) % 0xFFFF_FFFF


def _sampling(request: Json, vocabulary: int) -> Json:
    """llama.cpp's sampling parameters; its own defaults are not OpenAI's, so each is said."""
    defaults = {"temperature": 1.0, "top_p": 1.0, "top_k": 0, "min_p": 0.0}
    defaults |= {"frequency_penalty": 0.0, "presence_penalty": 0.0}
    sampling: Json = {
        name: default if request.get(name) is None else request[name] for name, default in defaults.items()
    }
    stop: Any = request.get("stop")
    stops: list[str] = [stop] if isinstance(stop, str) else list(stop or [])
    if "" in stops:
        raise InvalidRequestError("stop: an empty text would stop before the first token", param="stop")
    if stops:
        sampling["stop"] = stops
    if request.get("logprobs"):
        # llama.cpp takes 0 alternatives to mean no log probabilities at all; the one too many is not shown.
        sampling |= {"logprobs": True, "top_logprobs": request.get("top_logprobs") or 1}
    bias: Json = request.get("logit_bias") or {}
    for token in bias:
        if not re.fullmatch("[0-9]{1,9}", token) or int(token) >= vocabulary:
            raise InvalidRequestError(
                f"logit_bias: {token[:SHOWN]!r} is no token of this model: they are numbers from 0 to {vocabulary - 1}",
                param="logit_bias",
            )
    if bias:
        sampling["logit_bias"] = [[int(token), value] for token, value in bias.items()]
    return sampling
