"""Mistral's client."""

import json

from chat_form import ASKED, KEY, fields
from mistralai.client import Mistral


def client(url, patience):
    return Mistral(server_url=url.removesuffix("/v1"), api_key=KEY, timeout_ms=int(patience * 1000))


def said(told, content, index):
    for part in content if isinstance(content, list) else [content]:
        kind = getattr(part, "type", None)
        if kind == "thinking":
            told.reasoning += "".join(each.text for each in part.thinking)
        else:
            told.said(part if kind is None else part.text, index)


def take(told, answer, place):
    if isinstance(getattr(answer, "usage", None), object) and answer.usage:
        told.tokens = answer.usage.total_tokens or None
    for choice in answer.choices:
        message = getattr(choice, place)
        said(told, message.content or None, choice.index)
        told.reasoning += fields(message, "reasoning_content") or ""
        told.finished(choice.finish_reason, choice.index)
        for call in message.tool_calls or ():
            arguments = call.function.arguments
            # Documented as either.
            told.called(call.function.name, json.dumps(arguments) if isinstance(arguments, dict) else arguments)


def raw(told, url, patience):
    for event in client(url, patience).chat.stream(model="m", **ASKED):
        take(told, event.data, "delta")


def whole(told, url, patience):
    take(told, client(url, patience).chat.complete(model="m", **ASKED), "message")


FORMS = {"raw": raw, "whole": whole}
