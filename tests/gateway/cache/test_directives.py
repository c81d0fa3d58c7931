"""What a caller's `Cache-Control` means."""

import pytest

from dragoman.gateway.cache.directives import NOTHING, Directives, directives_of

ALWAYS = float("inf")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (b"no-cache", Directives(no_cache=True)),
        (b"no-store", Directives(no_store=True)),
        (b"No-Cache, NO-STORE", Directives(no_cache=True, no_store=True)),
        (b"max-age=60", Directives(max_age=60)),
        (b'max-age="60" ,no-store', Directives(no_store=True, max_age=60)),
        (b"max-age=0", Directives(max_age=0)),
        (b"max-age=soon", Directives(max_age=0)),
        (b"max-age=-1", Directives(max_age=0)),
        (b"max-age", Directives(max_age=0)),
        (b"", NOTHING),
        (b"only-if-cached", Directives(only_if_cached=True)),
        (b"only-when-cached, community=yes", NOTHING),
    ],
)
def test_directives_are_read_as_they_are_written(said, meant):
    assert directives_of([(b"accept", b"*/*"), (b"cache-control", said)]) == meant


def test_several_lines_are_one_list():
    assert directives_of([(b"cache-control", b"no-cache"), (b"cache-control", b"no-store")]) == (
        True,
        True,
        ALWAYS,
        False,
    )


def test_who_says_nothing_wants_what_there_is():
    assert directives_of([(b"pragma", b"no-cache")]) is NOTHING
