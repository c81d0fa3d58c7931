"""What is said, and remembered, of how a request came to its answer."""

from dragoman.gateway import explain, refusal
from dragoman.gateway.explain import Refusals, told, tried
from dragoman.gateway.ledger import Entry, Totals


def entry(*upstreams, changed=()):
    made = Entry(Totals(), "r", "m", stream=False)
    made.changed = changed
    for name in upstreams:
        made.attempt(name, "m")
    return made


def test_an_answer_says_who_gave_it_and_at_which_attempt():
    assert told(entry("a", "b"), "b") == [(b"x-dragoman-attempts", b"2"), (b"x-dragoman-upstream", b"b")]


def test_it_says_what_was_changed_on_one_line_of_ascii():
    said = dict(told(entry("a", changed=("seed: dropped", "né\n:\tx")), "a"))

    assert said[b"x-dragoman-changed"] == rb"seed: dropped; n\xe9 : x"


def test_names_of_the_callers_own_put_no_control_character_into_a_header():
    said = dict(told(entry("a", changed=("metadata.a\0b\x1b[2J\x7f: dropped",)), "a"))

    assert said[b"x-dragoman-changed"] == rb"metadata.a\x00b\x1b[2J\x7f: dropped"


def test_what_was_changed_is_no_longer_than_a_header_may_be():
    said = dict(told(entry("a", changed=("x" * 5000,)), "a"))

    assert len(said[b"x-dragoman-changed"]) == explain.SAID


def test_a_refusal_says_who_was_asked_before_it_came_to_that():
    refused = tried(refusal.of_status(502, "no", "x", [(b"retry-after", b"1")]), entry("a", "b"), [(b"x-l", b"1")])

    assert refused.headers == [
        (b"retry-after", b"1"), (b"x-dragoman-attempts", b"2"), (b"x-dragoman-upstream", b"b"), (b"x-l", b"1"),
    ]  # fmt: skip


def test_a_refusal_that_nobody_was_asked_for_says_so():
    assert tried(refusal.of_status(502, "no", "x"), entry()).headers == [(b"x-dragoman-attempts", b"0")]


def test_refusals_are_remembered_by_the_names_of_their_requests():
    refusals = Refusals()
    refusals.note("a", "/v1/models", refusal.of_status(401, "no key", "x"), None)
    refusals.note("b", "/v1/models", refusal.of_status(401, "no key", "x"), None)
    refusals.note("a", "/v1/messages", refusal.of_status(429, "too many" * 1000, "x"), "key_1")

    later, earlier = refusals.of("a")
    assert (later.status, later.endpoint, later.key) == (429, "/v1/messages", "key_1")
    assert len(later.message) == explain.SAID
    assert (earlier.status, earlier.message, earlier.key) == (401, "no key", None)
    assert not refusals.of("c")


def test_there_is_room_for_so_many_and_the_oldest_go():
    refusals = Refusals()
    for number in range(explain.REMEMBERED + 1):
        refusals.note(f"r{number}", "none", refusal.of_status(404, "no", "x"), None)

    assert not refusals.of("r0")
    assert refusals.of("r1")
