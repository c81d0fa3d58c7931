"""A request becomes what llama.cpp is to do; what this model cannot do is refused by name. No I/O.

`FIELDS` says of every field of a request what the engine does about it: nothing is ignored in silence.
"""

from __future__ import annotations

import secrets
from typing import Any, cast

import msgspec

from dragoman.engine import schema, tools
from dragoman.errors import InvalidRequestError

Json = dict[str, Any]

LONGEST = 512
"""The most tokens of an answer whose request does not say."""

FIELDS = {
    "messages": "honoured; text of every role. Images, sound and files are refused.",
    "model": "any name is answered; the completion says which model it was.",
    "stream": "honoured.",
    "stream_options": "include_usage is honoured; chunks are never padded, whatever include_obfuscation says.",
    "frequency_penalty": "honoured, over the last 64 tokens.",
    "presence_penalty": "honoured, over the last 64 tokens.",
    "logit_bias": "honoured; a key has to be a token of the model's vocabulary.",
    "logprobs": "honoured for text; a tool call has none.",
    "top_logprobs": "honoured, 0 to 20.",
    "max_completion_tokens": f"honoured; default {LONGEST}, or what the context leaves.",
    "max_tokens": "honoured where max_completion_tokens is not given.",
    "n": "honoured, beyond the slots too: the answers of seed, seed + 1, ….",
    "modalities": "text only; audio is refused.",
    "audio": "refused: this model does not speak.",
    "prediction": "accepted; it is a hint for speed, and there is none to be had from it here.",
    "response_format": "honoured; the answer is checked against the schema.",
    "seed": "honoured; the same seed gives the same answer.",
    "service_tier": "accepted; there is one tier, and the completion says `default`.",
    "stop": "honoured, up to 4 texts, none of them empty.",
    "store": "refused when true: nothing is kept.",
    "metadata": "accepted; it belongs to stored answers, and none is.",
    "temperature": "honoured; default 1.",
    "top_p": "honoured; default 1.",
    "top_k": "honoured; default 0, all.",
    "min_p": "honoured; default 0.",
    "tools": "functions are honoured; custom tools are refused.",
    "tool_choice": "honoured, by a stated rule: see the engine's page.",
    "parallel_tool_calls": "honoured.",
    "function_call": "honoured, as tool_choice.",
    "functions": "honoured, as tools; the answer has a function_call.",
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
        most: the most tokens of an answer; None where the request does not say.
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
    most: int | None
    calls: list[tools.Function]
    legacy: bool
    held: Json | None
    stream: bool
    usage: bool
    top: int | None


def plan(request: Json, vocabulary: int, *, continues: bool) -> Plan:
    """What a request, its form checked, asks of llama.cpp.

    Args:
        request: the body.
        vocabulary: how many tokens the model knows.
        continues: whether the model's template can leave the last message open.

    Raises:
        InvalidRequestError: it asks for what this model cannot do.
    """
    refuse(request)
    functions = tools.offered(request)
    for place, function in enumerate(functions):
        schema.checked(function.parameters, f"tools[{place}].function.parameters")
    calls = tools.chosen(request, functions)
    opened = _is_open(request, continues=continues)
    options: Json = request.get("stream_options") or {}
    held = None if calls else _held(request)
    return Plan(
        messages=[said(message, place) for place, message in enumerate(request["messages"])],
        template={"chat_template_kwargs": {"open": True}, "add_generation_prompt": False} if opened else {},
        sampling=_sampling(request, vocabulary) | ({} if held is None else {"grammar": schema.grammar(held)}),
        seed=_seed(request),
        n=request.get("n") or 1,
        most=request.get("max_completion_tokens") or request.get("max_tokens"),
        calls=calls,
        legacy=bool(request.get("functions")),
        held=held,
        stream=request.get("stream") is True,
        usage=options.get("include_usage") is True,
        top=(request.get("top_logprobs") or 0) if request.get("logprobs") and not calls else None,
    )


def refuse(request: Json) -> None:
    """Refuse what this model cannot do, by name.

    Raises:
        InvalidRequestError: there is such a field.
    """
    for name, (harmless, why) in REFUSED.items():
        value = request.get(name)
        if value is not None and not (isinstance(value, bool | str) and value in harmless):
            raise InvalidRequestError(f"{name}: {why}", param=name)
    if any(kind != "text" for kind in request.get("modalities") or []):
        raise InvalidRequestError("modalities: this model answers in text only", param="modalities")


def said(message: Json, place: int) -> Json:
    """A message as the template takes it: a role it knows, and text.

    Raises:
        InvalidRequestError: a part of it is not text.
    """
    content = message.get("content")
    if isinstance(content, list):
        for number, part in enumerate(cast("list[Json]", content)):
            if part.get("type") not in {"text", "refusal"}:
                where = f"messages[{place}].content[{number}]"
                raise InvalidRequestError(f"{where}: this model reads text only, not {part.get('type')!r}", param=where)
    text = tools.text_of(message)
    role = message["role"]
    if role == "developer":
        return {"role": "system", "content": text}
    if role in {"tool", "function"}:
        return {"role": "user", "content": f"The function answered: {text}"}
    if role == "assistant":
        return {"role": role, "content": text or _called(message) or message.get("refusal") or ""}
    return {"role": role, "content": text}


def _called(message: Json) -> str:
    """What an assistant's message without text called, as text."""
    calls = [call.get("function") or call.get("custom") or {} for call in message.get("tool_calls") or []]
    calls += [message["function_call"]] if message.get("function_call") else []
    return "\n".join(f"{call.get('name')}({call.get('arguments') or call.get('input') or ''})" for call in calls)


def _is_open(request: Json, *, continues: bool) -> bool:
    last: Json = request["messages"][-1]
    if not (last["role"] == "assistant" and last.get("prefix")):
        return False
    if not continues:
        raise InvalidRequestError("messages: this model's template cannot go on from a prefix", param="messages")
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
    stop = request.get("stop") or []
    stops = [stop] if isinstance(stop, str) else list(cast("list[str]", stop))
    if "" in stops:
        raise InvalidRequestError("stop: an empty text would stop before the first token", param="stop")
    if stops:
        sampling["stop"] = stops
    if request.get("logprobs"):
        sampling |= {"logprobs": True, "top_logprobs": request.get("top_logprobs") or 0}
    bias: Json = request.get("logit_bias") or {}
    for token in bias:
        if not token.isdecimal() or int(token) >= vocabulary:
            raise InvalidRequestError(
                f"logit_bias: {token[:20]!r} is no token of this model: they are numbers from 0 to {vocabulary - 1}",
                param="logit_bias",
            )
    if bias:
        sampling["logit_bias"] = [[int(token), value] for token, value in bias.items()]
    return sampling
