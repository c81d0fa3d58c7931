"""A document or a stream: the content type decides."""

import time

import pytest

from dragoman.answer.reading import Reading
from dragoman.exchange import Call, Timeouts
from dragoman.face.either import either
from dragoman.face.record import RawResponse
from dragoman.retry import NEVER
from dragoman.secret import Secret
from dragoman.stream import drive
from dragoman.transport import Outgoing
from dragoman.transport.blocking import BlockingTransport
from scripted import READ, Scripted, answer, chunked, event

STEP = {"choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}]}


def outcome(*steps):
    with Scripted([READ, *steps]) as server:
        transport = BlockingTransport(trust_env=False)
        call = Call(
            request=Outgoing("POST", server.url(), (), b"{}"),
            timeouts=Timeouts(total=5),
            retry=NEVER,
            secret=Secret(""),
        )
        found = drive(either(call, time, streamed=False), transport)
        if isinstance(found, Reading):
            found.answer.close()
        transport.close()
        return found


def test_events_are_a_stream():
    assert isinstance(outcome(chunked(event(STEP), event("[DONE]"))), Reading)


@pytest.mark.parametrize("kind", ["application/json", "text/html", "text/plain"])
def test_anything_else_is_a_document(kind):
    found = outcome(answer(b"{}", headers={"Content-Type": kind}))

    assert isinstance(found, RawResponse)
    assert (found.status_code, found.content, found.media_type) == (200, b"{}", kind)


@pytest.mark.parametrize("status", ["201 Created", "204 No Content"])
def test_another_success_is_a_document_whatever_it_holds(status):
    found = outcome(answer(b"", status, {"Content-Type": "text/event-stream"}))

    assert found.status_code == int(status[:3])
