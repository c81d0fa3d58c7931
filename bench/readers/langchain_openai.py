"""LangChain's ChatOpenAI."""

import json

from chat_form import KEY
from langchain_openai import ChatOpenAI

from quirks import MESSAGES, TOOLS


def client(url, patience):
    made = ChatOpenAI(model="m", base_url=url, api_key=KEY, timeout=patience, max_retries=0, stream_usage=True)
    return made.bind_tools(TOOLS)


def take(told, message):
    for block in message.content if isinstance(message.content, list) else [message.content]:
        if isinstance(block, dict) and block.get("type") == "thinking":
            told.reasoning += "".join(each["text"] for each in block["thinking"])
        else:
            told.said(block["text"] if isinstance(block, dict) else block)
    told.reasoning += message.additional_kwargs.get("reasoning_content") or ""
    told.finished(message.response_metadata.get("finish_reason"))
    told.tokens = message.usage_metadata["total_tokens"] if message.usage_metadata else told.tokens


def streamed(told, url, patience):
    for message in client(url, patience).stream(MESSAGES):
        take(told, message)
        for call in message.tool_call_chunks:
            told.called(call["name"], call["args"])


def folded(told, url, patience):
    first, *others = client(url, patience).stream(MESSAGES)
    for other in others:
        first += other
    take(told, first)
    for call in first.tool_calls:
        told.called(call["name"], json.dumps(call["args"]))


def whole(told, url, patience):
    message = client(url, patience).invoke(MESSAGES)
    take(told, message)
    for call in message.tool_calls:
        told.called(call["name"], json.dumps(call["args"]))


FORMS = {"raw": streamed, "folded": folded, "whole": whole}
