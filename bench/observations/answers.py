"""What of an answer reaches its user as the server said it."""

import copy
import json
import pickle

from answers import COMPLETION
from observations import answer, document, failure, named, observe, said, server, yes

HEADERS = {"x-request-id": "req_7", "x-ratelimit-remaining-tokens": "42"}


def answered(asker, reply):
    """What a client makes of a reply."""
    with server(reply) as there:
        return asker.ask(asker.client(there.url))


@observe
def unknown_fields_of_answers(asker):
    choice = COMPLETION["choices"][0]
    message = choice["message"] | {"x_new": "in the message"}
    body = COMPLETION | {
        "x_new": "at the top",
        "choices": [choice | {"message": message, "x_new": "in the choice"}],
        "usage": COMPLETION["usage"] | {"x_new": "in the usage"},
    }
    kept = repr(asker.dump(answered(asker, document(body))))
    lost = [place for place in ("top", "choice", "message", "usage") if f"the {place}" not in kept]
    return yes(not lost, f"no: dropped from {', '.join(lost)}")


@observe
def open_finish_reasons(asker):
    finish = asker.finish(answered(asker, said(finish="x_new")))
    return yes(finish == "x_new", f"no: said to be `{finish}`")


@observe
def typed_reasoning(asker):
    return yes(asker.reasoning(answered(asker, said(message={"reasoning_content": "hm", "reasoning": "hm"}))) == "hm")


@observe
def answers_travel(asker):
    found = answered(asker, document())
    again = pickle.loads(pickle.dumps(found)), copy.deepcopy(found)
    return yes(all(asker.dump(one) == asker.dump(found) for one in again))


def full(headers=HEADERS):
    """A plain answer with headers."""
    return answer(json.dumps(COMPLETION).encode(), headers=headers)


@observe
def request_ids(asker):
    with server(full()) as there:
        client = asker.client(there.url)
        if asker.identity(asker.ask(client)) == "req_7":
            return "yes"
        headers, _ = asker.raw(client)
    return yes(headers.get("x-request-id") == "req_7")


@observe
def headers_of_answers(asker):
    with server(full()) as there:
        headers, _ = asker.raw(asker.client(there.url))
    return yes(headers.get("x-ratelimit-remaining-tokens") == "42")


@observe
def bytes_of_answers(asker):
    with server(full()) as there:
        _, body = asker.raw(asker.client(there.url))
    return yes(isinstance(body, bytes) and b'"Monet"' in body)


@observe
def errors_within_success(asker):
    body = {"error": {"message": "slow down", "code": 429, "type": "rate_limit"}}
    with server(document(body)) as there:
        client = asker.client(there.url)
        error = failure(lambda: asker.text(asker.ask(client)))
    if error is None:
        return "no: an answer without a text"
    status = getattr(error, "status_code", getattr(error, "status", None))
    return yes(asker.own(error) and status == 429, f"no: {named(error)}{f', {status}' if status else ''}")


@observe
def pages_within_success(asker):
    page = answer(b"<html>busy</html>", headers={"Content-Type": "text/html"})
    with server(page) as there:
        client = asker.client(there.url)
        found = []
        error = failure(lambda: found.append(asker.ask(client)))
    if error is None:
        return f"no: an answer of type `{type(found[0]).__name__}`"
    return yes(asker.own(error), f"no: {named(error)}")
