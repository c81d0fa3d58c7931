"""Two requests are compared by what they say, and their difference reads like a review."""

import pytest

from dragoman.testing.matching import difference, without
from dragoman.testing.tape import Told, told


def chat(**fields):
    return Told("POST", "/v1/chat/completions", json={"model": "m", "seed": 1} | fields)


def test_named_fields_are_left_out_wherever_they_are():
    one = chat(seed=2, metadata={"id": 3, "kept": 4})

    assert without(one, ["seed", "metadata.id", "no.such", "model.deeper"]).json == {
        "model": "m",
        "metadata": {"kept": 4},
    }
    assert one.json["seed"] == 2


@pytest.mark.parametrize("body", [b"", b"[1]", b"no JSON", b"\xff"])
def test_a_body_without_fields_stays(body):
    request = told("POST", "/x", body)

    assert without(request, ["seed"]) == request


def test_a_difference_is_from_the_nearest():
    recorded = [Told("GET", "/v1/models"), chat(messages=[{"role": "user", "content": "Who?"}])]
    asked = chat(messages=[{"role": "user", "content": "Where?"}])

    lines = difference(asked, recorded).splitlines()

    assert [line.strip() for line in lines if line[0] in "+-"] == [
        "--- recorded",
        "+++ asked",
        '-      "content": "Who?",',
        '+      "content": "Where?",',
    ]


def test_other_bodies_and_addresses_differ_by_line_too():
    assert "-POST /a\n+POST /b" in difference(told("POST", "/b", b"x y"), [told("POST", "/a", b"x y")])
    assert "-x y\n+x z" in difference(told("POST", "/a", b"x z"), [told("POST", "/a", b"x y")])


def test_with_nothing_recorded_there_is_no_difference():
    assert difference(chat(), []) == "nothing is left that was recorded"
