"""What a request brings: packed or not, within its bound."""

import asyncio
import gzip
import json
import zlib

import pytest

from dragoman.errors import InvalidRequestError
from dragoman.gateway.body import read_body
from dragoman.gateway.refusal import TurnedAwayError
from dragoman.transport.codings import accepted
from operated import ASKED, operated

TEXT = json.dumps(ASKED).encode()


def pack(data):
    # Without the time of day, which names of tests would have in them.
    return gzip.compress(data, mtime=0)


PACKED = pack(TEXT)


def read(raw, *codings, bound=10_000):
    async def receive():
        return {"type": "http.request", "body": raw}

    sent = [(b"host", b"x"), *((b"content-encoding", coding) for coding in codings)]
    return asyncio.run(read_body(receive, sent, bound))


def raw_deflate(data):
    made = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return made.compress(data) + made.flush()


@pytest.mark.parametrize(
    ("codings", "packed"),
    [
        ([], TEXT),
        ([b"identity"], TEXT),
        ([b""], TEXT),
        ([b"gzip"], PACKED),
        ([b"GZip"], PACKED),
        ([b"x-gzip"], pack(TEXT[:9]) + pack(TEXT[9:])),
        ([b"deflate"], zlib.compress(TEXT)),
        ([b"deflate"], raw_deflate(TEXT)),
        ([b"identity, gzip"], PACKED),
    ],
)
def test_a_body_is_read_as_it_was_before_it_was_packed(codings, packed):
    assert read(packed, *codings) == TEXT


@pytest.mark.parametrize(
    "codings", [[b"compress"], [b"aws-chunked"], [b"gzip, gzip"], [b"gzip", b"deflate"], [b"\xff"]]
)
def test_a_packing_that_nobody_here_undoes_is_named_with_those_that_are(codings):
    with pytest.raises(TurnedAwayError, match="which nobody here undoes: send it as it is, or in gzip") as caught:
        read(TEXT, *codings)

    assert caught.value.refusal.status == 415
    assert caught.value.refusal.headers == [(b"accept-encoding", accepted().encode())]


@pytest.mark.parametrize("packed", [pack(bytes(10_001)), pack(bytes(1 << 24)) * 9, bytes(10_001)])
def test_what_is_too_large_once_unpacked_is_too_large(packed):
    with pytest.raises(TurnedAwayError) as caught:
        read(packed, *([b"gzip"] if packed[:1] == b"\x1f" else []), bound=200_000 if len(packed) > 20_000 else 10_000)

    assert caught.value.refusal.status == 413


@pytest.mark.parametrize(
    ("packed", "sentence"),
    [
        (TEXT, "the body is not the gzip its Content-Encoding says"),
        (PACKED[:-9], "the body ends amid what its Content-Encoding says it is packed in"),
    ],
)
def test_a_body_that_is_not_packed_as_it_says_is_told_so(packed, sentence):
    with pytest.raises(InvalidRequestError, match=sentence):
        read(packed, b"gzip")


@pytest.mark.parametrize(
    ("said", "asks", "status"), [(10_000, True, 200), (10_001, True, 413), (10**30, True, 413), (10**30, False, 200)]
)
def test_who_asks_whether_to_send_a_body_that_is_too_large_is_told_before(said, asks, status):
    asked = []
    expected = [(b"expect", b"100-continue")] if asks else []

    async def receive():
        asked.append(1)
        return {"type": "http.request", "body": b"{}"}

    try:
        asyncio.run(read_body(receive, [(b"content-length", b"%d" % said), *expected], 10_000))
        found = 200
    except TurnedAwayError as turned:
        found = turned.refusal.status

    assert (found, len(asked)) == (status, int(status == 200))


def test_a_packed_request_is_answered_and_an_unknown_packing_refused_in_the_form_of_each_api(tmp_path):
    with operated(tmp_path) as gateway:
        _, secret = gateway.desk.create("ana")
        packed = gateway.ask("/v1/chat/completions", "POST", secret, PACKED, content_encoding="gzip")
        empty = gateway.ask("/v1/embeddings", "POST", secret, b"", content_encoding="gzip")
        admins = gateway.ask("/admin/keys", "POST", secret, gzip.compress(b"{}"), content_encoding="gzip")
        refused = [
            gateway.ask(path, "POST", secret, TEXT, content_encoding="compress")
            for path in ("/v1/chat/completions", "/v1/messages")
        ]
        asked = gateway.upstream.requests

    assert packed[0] == 200
    assert json.loads(asked[0].body) == ASKED
    assert empty[0] == 400
    assert admins[0] == 403
    for status, headers, told in refused:
        assert status == 415
        assert headers["accept-encoding"] == accepted()
        assert "'compress', which nobody here undoes" in json.loads(told)["error"]["message"]
