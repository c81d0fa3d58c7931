"""openai-python: its raw streams, and its helper `.stream()`."""

from chat_form import ASKED, KEY, fields, openai_like, take_whole
from openai import OpenAI


def client(url, patience):
    return OpenAI(base_url=url, api_key=KEY, max_retries=0, timeout=patience)


def take(told, event):
    if event.type == "content.delta":
        told.said(event.delta)
    elif event.type == "tool_calls.function.arguments.done":
        told.called(event.name, event.arguments)
    elif event.type == "chunk":
        usage, choices = event.chunk.usage, event.chunk.choices
        told.tokens = usage.total_tokens if usage else told.tokens
        for choice in choices or ():
            # These two have no event of their own.
            told.reasoning += fields(choice.delta, "reasoning_content") or ""
            told.finished(choice.finish_reason, choice.index)
            if choice.index:
                told.said(choice.delta.content, choice.index)


def streamed(told, url, patience):
    with client(url, patience).chat.completions.stream(model="m", **ASKED) as stream:
        for event in stream:
            take(told, event)


def folded(told, url, patience):
    with client(url, patience).chat.completions.stream(model="m", **ASKED) as stream:
        take_whole(told, stream.get_final_completion())


FORMS = openai_like(client) | {"streamed": streamed, "folded": folded}
