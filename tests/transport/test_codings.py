"""Content codings, undone piece by piece and within bounds."""

import gzip
import sys
import zlib
from importlib import import_module
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.transport import NoAnswer
from dragoman.transport.codings import PIECE, accepted, known

TEXT = b"The best French painter is a matter of taste. " * 50


def raw_deflate(data):
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeeze.compress(data) + squeeze.flush()


CODERS = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "bare deflate": ("deflate", raw_deflate),
}
if "br" in known():
    CODERS["br"] = ("br", import_module("brotli").compress)
if "zstd" in known():
    standard = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    CODERS["zstd"] = ("zstd", import_module(standard).compress)

every_coding = pytest.mark.parametrize(("name", "compress"), CODERS.values(), ids=CODERS)


def drain(coding):
    pieces = []
    while piece := coding.take():
        pieces.append(piece)
    return pieces


def decode(name, *coded):
    coding = known()[name]()
    out = []
    for data in coded:
        coding.put(data)
        out += drain(coding)
    return b"".join(out), coding.whole()


def test_what_is_accepted_is_what_can_be_undone():
    offered = accepted().split(", ")

    assert offered[:2] == ["gzip", "deflate"]
    assert set(offered) <= set(known())


@every_coding
def test_what_was_encoded_comes_back(name, compress):
    assert decode(name, compress(TEXT)) == (TEXT, True)


@every_coding
@given(cuts=st.lists(st.integers(0, 10_000), max_size=8), text=st.binary(max_size=500))
def test_however_it_is_cut(name, compress, cuts, text):
    coded = compress(text)
    places = sorted({0, len(coded), *(cut % len(coded) for cut in cuts)})
    pieces = [coded[start:stop] for start, stop in pairwise(places)]

    assert decode(name, *pieces) == (text, True)


@every_coding
def test_an_end_that_is_missing_is_noticed(name, compress):
    text, whole = decode(name, compress(TEXT)[:-1])

    assert TEXT.startswith(text)
    assert not whole


@every_coding
def test_no_piece_is_larger_than_the_bound_however_little_was_put_in(name, compress):
    coding = known()[name]()
    bomb = compress(bytes(40 * PIECE))
    assert len(bomb) < PIECE
    coding.put(bomb)
    pieces = drain(coding)

    assert sum(map(len, pieces)) == 40 * PIECE
    # brotli looks at the bound only when it has filled a buffer of its own.
    assert max(map(len, pieces)) <= (PIECE if name != "br" else 2 * PIECE)
    assert coding.whole()


@pytest.mark.parametrize("name", sorted(known()))
def test_noise_is_refused(name):
    coding = known()[name]()
    coding.put(b"\xff\xff not encoded at all")
    with pytest.raises(NoAnswer, match=name.removeprefix("x-")) as caught:
        drain(coding)
    assert caught.value.kind == "protocol"


@pytest.mark.parametrize("name", sorted({"gzip", "zstd"} & set(known())))
def test_several_members_are_one_body(name):
    compress = CODERS[name][1]

    assert decode(name, compress(b"one ") + compress(b"two")) == (b"one two", True)
    assert decode(name, compress(b"one "), compress(b"two")) == (b"one two", True)


def test_zero_padding_may_follow_gzip():
    assert decode("gzip", gzip.compress(TEXT) + bytes(512)) == (TEXT, True)
    assert decode("gzip", gzip.compress(TEXT), bytes(512)) == (TEXT, True)


@pytest.mark.parametrize("name", sorted({"deflate", "br"} & set(known())))
def test_nothing_may_follow_where_there_is_one_stream(name):
    with pytest.raises(NoAnswer) as caught:
        decode(name, CODERS[name][1](TEXT) + b"more")
    assert caught.value.kind == "protocol"
    with pytest.raises(NoAnswer, match="after its end"):
        decode(name, CODERS[name][1](TEXT), b"more")


@pytest.mark.parametrize("name", sorted(known()))
def test_nothing_at_all_is_whole(name):
    assert decode(name) == (b"", True)
