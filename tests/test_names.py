"""Names of calls, requests and entries: each is given once, by a process and its children alike."""

import os
import time

import pytest

from dragoman import names
from dragoman.names import LENGTH, fresh, sorting


def test_a_name_is_hexadecimal_and_given_once() -> None:
    given = [fresh() for _ in range(2000)]
    assert len(set(given)) == len(given)
    assert all(len(name) == LENGTH and set(name) <= set("0123456789abcdef") for name in given)


def test_names_that_sort_do_so_by_when_they_were_given(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []
    for milliseconds in (9, 10, 255, 1_795_000_000_000, 1_795_000_000_001, 4_000_000_000_000):
        monkeypatch.setattr(names, "time_ns", lambda now=milliseconds * 1_000_000: now)
        given.append(sorting())
    assert sorted(given) == given
    assert {len(name) for name in given} == {LENGTH}
    assert len({sorting() for _ in range(2000)}) == 2000


def test_a_child_does_not_give_what_its_parent_is_about_to() -> None:
    fresh()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, fresh().encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reader, 100).decode()
    os.close(reader)
    os.close(writer)
    assert theirs != fresh()


def test_machines_that_start_from_one_picture_of_a_memory_give_different_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """What differs between them is what the clock says when they come to life: later than when the picture was made."""
    fresh()
    ahead = set(names._drawn.names)
    for later in (1.5, -100.0):
        monkeypatch.setattr(names, "time", lambda later=later: time.time() + later)
        assert fresh() not in ahead
