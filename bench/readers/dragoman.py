"""This project's client."""

from chat_form import ASKED, take_chunk, take_whole

from dragoman import Dragoman


def take(told, event):
    if event.type == "text":
        told.said(event.text, event.index)
    elif event.type == "reasoning":
        told.reasoning += event.text
    elif event.type == "call":
        told.called(event.call.function.name, event.call.function.arguments)
    elif event.type == "finish":
        told.finished(event.reason, event.index)
    elif event.type == "usage":
        told.tokens = event.usage.total_tokens


def client(url, patience):
    return Dragoman(url, model="m", timeout=patience, retries=0)


def raw(told, url, patience):
    stream = client(url, patience).chat.stream(**ASKED)
    for chunk in stream:
        take_chunk(told, chunk)
    told.tokens = stream.usage.total_tokens if stream.usage else None


def streamed(told, url, patience):
    for event in client(url, patience).chat.stream(**ASKED).events():
        take(told, event)


def folded(told, url, patience):
    take_whole(told, client(url, patience).chat.stream(**ASKED).until_done())


def whole(told, url, patience):
    take_whole(told, client(url, patience).chat.create(**ASKED))


FORMS = {"raw": raw, "streamed": streamed, "folded": folded, "whole": whole}
