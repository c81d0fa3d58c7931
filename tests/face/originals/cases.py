"""The calls that the published packages and our faces both make: what is asked, what the server does. No I/O.

Written with nothing but the standard library, and for either package of a name: an argument that needs one of the
package's own classes takes it from the package it is given.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from answers import BODIES, CALLED, CALLS, COMPLETION, DONE, STREAM, USAGE, document, step
from scripted import CLOSE, LAST_CHUNK, READ, RESET, answer, chunk, chunked_head, event, head

HELLO = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
TOOL = {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}


def nothing(_package):
    return {}


@dataclass(frozen=True)
class Case:
    """A call.

    Attributes:
        name: what a difference is listed under.
        scripts: what the server does, connection by connection.
        arguments: what the call is given beside the least, made with the package.
        stream: whether it is the call that streams.
        path: what is added to the address.
        client: what a client of its own is made with; without it the call goes through the one that is shared.
        use: what is done instead of making the one call.
        environment: variables that are set while it runs.
    """

    name: str
    scripts: tuple[Any, ...] = ([READ, document()],)
    arguments: Callable[[Any], dict[str, Any]] = nothing
    stream: bool = False
    path: str = ""
    client: Callable[[Any], dict[str, Any]] | None = None
    use: Callable[[Any], Any] | None = None
    environment: dict[str, str] = field(default_factory=dict)


def given(name, **arguments):
    """A call that is answered, for what it sends."""
    return Case(f"sends: {name}", arguments=lambda _: arguments)


def answered(name, body):
    """A call answered with a document."""
    return Case(f"answer: {name}", ([READ, document(body)],))


def whole(name, status, body, kind="application/json", *, stream=False):
    """A call answered with some bytes."""
    return Case(name, ([READ, answer(body, f"{status} X", {"Content-Type": kind})],), stream=stream)


def streamed(name, *pieces, ending=LAST_CHUNK):
    """A call answered with a stream."""
    script = [READ, chunked_head() + b"".join(map(chunk, pieces))]
    return Case(f"stream: {name}", ([*script, *(ending if isinstance(ending, list) else [ending])],), stream=True)


def choice(**fields):
    """A completion whose one choice is another."""
    return COMPLETION | {"choices": [COMPLETION["choices"][0] | fields]}


def said(**fields):
    """A completion whose message has more in it."""
    return choice(message={"role": "assistant", "content": "Monet"} | fields)


def without(mapping, *names):
    return {name: value for name, value in mapping.items() if name not in names}


DETAILED = COMPLETION["usage"] | {
    "prompt_tokens_details": {"cached_tokens": 1},
    "completion_tokens_details": {"reasoning_tokens": 2},
}
LOGPROBS = {"content": [{"token": "M", "logprob": -0.5, "bytes": None, "top_logprobs": []}]}

ANSWERS = [
    answered("plain", COMPLETION),
    answered("with a fingerprint and details", COMPLETION | {"system_fingerprint": "fp", "usage": DETAILED}),
    answered("calls a tool", CALLED),
    answered("calls a tool, content left out", choice(message={"role": "assistant", "tool_calls": [CALL]})),
    answered("log probabilities", choice(logprobs=LOGPROBS)),
    answered("log probabilities null", choice(logprobs=None)),
    answered("another finish reason", choice(finish_reason="new")),
    answered("finish reason null", choice(finish_reason=None)),
    answered("fields nobody documented", said(reasoning="so") | {"signature": "s"}),
    answered("reasoning", said(reasoning_content="so")),
    answered("another role", said(role="model")),
    answered("without object", without(COMPLETION, "object")),
    answered("without usage", without(COMPLETION, "usage")),
    answered("usage null", COMPLETION | {"usage": None}),
    answered("fingerprint null", COMPLETION | {"system_fingerprint": None}),
    answered("a tier", COMPLETION | {"service_tier": "default"}),
    answered("without id", without(COMPLETION, "id")),
    answered("another object", COMPLETION | {"object": "other"}),
    answered("no choices", COMPLETION | {"choices": []}),
    answered("numbers as text", COMPLETION | {"created": "1"}),
    whole("answer: an empty object", 200, b"{}"),
    whole("answer: a list", 200, b"[]"),
    whole("answer: null", 200, b"null"),
    whole("answer: broken", 200, b'{"id":'),
    whole("answer: empty", 200, b""),
    whole("answer: a page", 200, b"<html>", "text/html"),
    whole("answer: with a charset", 200, json.dumps(COMPLETION).encode(), "Application/JSON; charset=utf-8"),
    whole("answer: of no type", 200, json.dumps(COMPLETION).encode(), "application/octet-stream"),
    whole("answer: 201", 201, json.dumps(COMPLETION).encode()),
    Case("answer: 204", ([READ, head("204 X")],)),
    whole("answer: 302 to nowhere", 302, b"{}"),
    Case("answer: a stream that was not asked for", ([READ, STREAM],)),
    Case("answer: a document where a stream was asked for", stream=True),
]

STATUSES = [400, 401, 403, 404, 409, 418, 422, 429, 500, 502, 503, 504]
ERRORS = [
    whole(f"error: {status}, {body}", status, BODIES[body])
    for status in STATUSES
    for body in (BODIES if status in {400, 404, 429, 503} else ["as documented", "a bare string"])
]
TEXT = b'{"error":{"message":"no","type":"t"}}'
ERRORS += [
    whole("error: of a page", 500, b"<html>busy</html>", "text/html; charset=utf-8"),
    whole("error: without a message", 400, b'{"error":{"message":"","type":"t"}}'),
    whole("error: with a charset", 400, TEXT, "application/json; charset=utf-8"),
    whole("error: minimal", 401, TEXT),
    whole("error: where a stream was asked for", 429, TEXT, stream=True),
    whole("error: long", 502, b"x" * 10_007),
    Case("error: Retry-After", ([READ, answer(TEXT, "429 X", {"Retry-After": "7"})],)),
]

ODD = {"id": "c1", "created": 1, "model": "real", "choices": [{"index": 0, "delta": {"content": "x"}}]}
ENDED = step(finish="stop")
CRLF, CR = (b"".join((step("Mo"), ENDED, DONE)).replace(b"\n", newline) for newline in (b"\r\n", b"\r"))
ONE = step("Mo") + ENDED + DONE

STREAMS = [
    Case("stream: plain", ([READ, STREAM],), stream=True),
    Case("stream: calls a tool", ([READ, CALLS],), stream=True),
    streamed("without [DONE]", step("Mo"), ENDED),
    streamed("no reason and no [DONE]", step("Mo")),
    streamed("all in one piece", ONE),
    streamed("byte by byte", *(ONE[place : place + 1] for place in range(len(ONE)))),
    streamed("CRLF", CRLF),
    streamed("CR", CR),
    streamed("no blank line at the end", step("Mo"), ENDED.rstrip()),
    streamed("[DONE] without a blank line", step("Mo"), ENDED, b"data: [DONE]"),
    streamed("[DONE] and a space", step("Mo"), ENDED, b"data: [DONE] \n\n"),
    streamed("more after [DONE], in one piece", step("Mo") + ENDED + DONE + step("no")),
    streamed("more after [DONE], in the next piece", step("Mo"), ENDED, DONE, step("no")),
    streamed("comments", b": ping\n\n", step("Mo"), b": ping\n\n", ENDED, DONE),
    streamed("a byte order mark", b"\xef\xbb\xbf" + step("Mo"), ENDED, DONE),
    streamed("fields beside data", b"id: 7\nevent: message\nretry: 10\n" + step("Mo"), ENDED, DONE),
    streamed("an event without data", b"event: ping\n\n", step("Mo"), ENDED, DONE),
    streamed("two spaces", step("Mo").replace(b"data: ", b"data:  "), ENDED, DONE),
    streamed("no space", step("Mo").replace(b"data: ", b"data:"), ENDED, DONE),
    streamed("data in two lines", step("Mo").replace(b', "created"', b',\ndata: "created"'), ENDED, DONE),
    streamed("usage", step("Mo"), ENDED, USAGE, DONE),
    streamed("a role first", step(delta={"role": "assistant", "content": ""}), step("Mo"), ENDED, DONE),
    streamed("reasoning", step(delta={"reasoning_content": "so"}), step("Mo"), ENDED, DONE),
    streamed("another reason", step("Mo"), step(finish="new"), DONE),
    streamed("fields nobody documented", step("Mo", signature="s"), ENDED, DONE),
    streamed("without object and reason", event(ODD), ENDED, DONE),
    streamed("content null", step(delta={"content": None}), step("Mo"), ENDED, DONE),
    streamed("not JSON", step("Mo"), b"data: oops\n\n", ENDED),
    streamed("an error", step("Mo"), event({"error": {"message": "no more", "type": "t", "code": "503"}})),
    streamed("an error event", step("Mo"), b'event: error\ndata: {"message":"no more"}\n\n'),
    streamed("an error at once", event({"error": {"message": "no", "type": "t"}})),
    streamed("cut", step("Mo"), ending=RESET),
    streamed("short", step("Mo"), ending=CLOSE),
    streamed("empty"),
    streamed("nothing but [DONE]", DONE),
]

REACHING = [
    Case("network: closed without an answer", ([READ, CLOSE],)),
    Case("network: reset", ([READ, RESET],)),
    Case("network: nobody there", (), arguments=lambda _: {"server_url": "http://127.0.0.1:9"}),
    Case("network: no answer in time", ([READ],), arguments=lambda _: {"timeout_ms": 300}),
    Case("network: no answer in time, the client's", ([READ],), client=lambda _: {"timeout_ms": 300}),
    Case(
        "network: a stream that stalls",
        ([READ, chunked_head() + chunk(step("Mo"))],),
        lambda _: {"timeout_ms": 400},
        stream=True,
    ),
    Case(
        "network: kept open after [DONE]",
        ([READ, chunked_head() + chunk(step("Mo") + ENDED + DONE)],),
        lambda _: {"timeout_ms": 400},
        stream=True,
    ),
    Case("network: half a document", ([READ, head(headers={"Content-Type": "application/json", "Content-Length": "99"}) + b"{", CLOSE],)),
]  # fmt: skip


def busy(status=503):
    """A connection for one attempt that fails: r9s keeps those of failed attempts, and opens another for the next."""
    return [READ, answer(TEXT, f"{status} X", {"Retry-After": "0.02", "Connection": "close"}), CLOSE]


def retrying(package, *, strategy="backoff", elapsed=5000, connecting=True):
    backoff = package.utils.BackoffStrategy(1, 2, 1.1, elapsed)
    return {"retries": package.utils.RetryConfig(strategy, backoff, connecting)}


def retry_config(package):
    return {"retry_config": retrying(package)["retries"]}


FINE = [READ, document()]

RETRIES = [
    Case("retries: by default", (busy(), FINE)),
    Case("retries: of the call", (busy(), busy(), FINE), retrying),
    Case("retries: of a stream", (busy(), [READ, STREAM]), retrying, stream=True),
    Case("retries: of the client", (busy(), FINE), client=retry_config),
    Case("retries: of the client, not of the call", (busy(), FINE), lambda _: {"retries": None}, client=retry_config),
    Case("retries: another strategy", (busy(), FINE), lambda p: retrying(p, strategy="none")),
    Case("retries: no answer in time", ([READ], FINE), lambda p: retrying(p) | {"timeout_ms": 250}),
    Case("retries: closed without an answer", ([READ, CLOSE], FINE), retrying),
    Case(
        "retries: no answer in time, not for connections",
        ([READ], FINE),
        lambda p: retrying(p, connecting=False) | {"timeout_ms": 300},
    ),
    *(
        Case(f"retries: {status}", (busy(status), FINE), retrying)
        for status in (400, 408, 409, 425, 429, 500, 501, 502, 503, 504)
    ),
]

HEADERS = [
    Case("headers: of the call", arguments=lambda _: {"http_headers": {"X-One": "1", "Accept": "x/y", "User-Agent": "u"}}),
    Case("headers: another credential", arguments=lambda _: {"http_headers": {"Authorization": "Bearer other"}}),
    Case("headers: null", arguments=lambda _: {"http_headers": None}),
]  # fmt: skip


def credential(name, value, **environment):
    """A client made with a credential."""
    return Case(f"credential: {name}", client=lambda _: {"credential": value}, environment=environment)


CREDENTIALS = [
    credential("a text", "k"),
    credential("with its scheme", "Bearer k"),
    credential("with its scheme in lower case", "bearer k"),
    credential("from a function", lambda: "f"),
    credential("with spaces around", " k "),
    credential("an empty text", ""),
    credential("none", None),
    credential("none, but one in the environment", None, R9S_API_KEY="e", ATOMASDK_BEARER_AUTH="e"),
]

CLIENTS = [
    Case("address: a slash at the end", path="/", client=nothing),
    Case("address: of the call, a slash at the end", path="/"),
    Case("address: filled in", path="/{a}", client=lambda _: {"url_params": {"a": "pre"}}),
    Case("client: one that is none", client=lambda _: {"client": object()}),
    given("an unknown argument", unheard_of=1),
    given("no model", model=None),
    given("messages that are none", messages="hi"),
    given("a message without a role", messages=[{"content": "x"}]),
    given("half a token", max_tokens=7.5),
    given("a number as text", max_tokens="7"),
    given("a word as a number", temperature="hot"),
    given("a whole number for a fraction", temperature=1),
    given("no messages", messages=[]),
]

SHARED = [*ANSWERS, *ERRORS, *STREAMS, *REACHING, *RETRIES, *HEADERS, *CREDENTIALS, *CLIENTS]
