"""What readers of quirks have in common: what is asked, and answers of OpenAI's form as they are told."""

from quirks import MESSAGES, TOOLS

KEY = "sk-none"
ASKED = {"messages": MESSAGES, "tools": TOOLS}


def fields(delta, name):
    """A field that a client's types may not know."""
    value = getattr(delta, name, None)
    return (getattr(delta, "model_extra", None) or {}).get(name) if value is None else value


def take_chunk(told, chunk):
    """Take a chunk of OpenAI's form."""
    usage = getattr(chunk, "usage", None)
    told.tokens = usage.total_tokens if usage else told.tokens
    for choice in chunk.choices or ():
        delta = choice.delta
        told.said(delta.content, choice.index)
        told.reasoning += fields(delta, "reasoning_content") or ""
        told.finished(choice.finish_reason, choice.index)
        for call in delta.tool_calls or ():
            told.called(call.function.name, call.function.arguments)


def take_whole(told, completion):
    """Take a completion of OpenAI's form."""
    told.tokens = completion.usage.total_tokens if completion.usage else None
    for choice in completion.choices:
        told.said(choice.message.content, choice.index)
        told.reasoning += fields(choice.message, "reasoning_content") or ""
        told.finished(choice.finish_reason, choice.index)
        for call in choice.message.tool_calls or ():
            told.called(call.function.name, call.function.arguments)


def openai_like(client):
    """The readers of a client that is made like openai's; `client` makes one for a URL and a patience."""

    def raw(told, url, patience):
        for chunk in client(url, patience).chat.completions.create(model="m", stream=True, **ASKED):
            take_chunk(told, chunk)

    def whole(told, url, patience):
        take_whole(told, client(url, patience).chat.completions.create(model="m", **ASKED))

    return {"raw": raw, "whole": whole}
