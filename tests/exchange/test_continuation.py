"""Where a stream breaks off and another goes on: whether that is safe, and how the pieces join."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman import errors
from dragoman.exchange.continuation import Beginning, Joint, beginning_of, is_plain, rest
from dragoman.wire.chunk import read_chunk
from dragoman.wire.completion import read_completion

BEGUN = Beginning("Claude Mo", "c7", 7, 3)


def partial(content="Claude Mo", finish=None, **message):
    message |= {"role": "assistant", "content": content}
    choices = [{"index": 0, "message": message, "finish_reason": finish}]
    return read_completion(json.dumps({"id": "c7", "created": 7, "choices": choices}).encode())


def broken(kind=errors.TruncatedError, of=None, **fields):
    return kind("cut", partial=of or partial(), **fields)


def chunk(content=None, usage=None, **fields):
    choices = [] if content is None else [{"index": 0, "delta": {"content": content}}]
    return read_chunk(json.dumps({"id": "c8", "created": 8, "choices": choices, "usage": usage} | fields).encode())


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"tools": [], "n": 1, "logprobs": False},
        {"response_format": {"type": "text"}},
        {"stop": ["x"], "seed": 1, "n": None},
    ],
)
def test_one_answer_in_plain_text_can_be_gone_on_with(asked):
    assert is_plain({"model": "m", "messages": []} | asked)


@pytest.mark.parametrize(
    "asked",
    [
        {"n": 2},
        {"tools": [{}]},
        {"logprobs": True},
        {"response_format": {"type": "json_object"}},
        {"audio": {}},
        {"messages": [{"role": "assistant", "content": "I"}]},
    ],
)
def test_anything_else_cannot(asked):
    assert not is_plain(asked)


@pytest.mark.parametrize(
    "error",
    [
        broken(),
        broken(errors.ConnectionFailedError),
        broken(errors.ServerError, status=500),
        broken(errors.TimeLimitError, limit="idle", seconds=1.0),
        broken(of=partial(finish="")),
    ],
)
def test_what_broke_off_for_the_upstreams_reasons_has_a_beginning(error):
    assert beginning_of(error, 3) == BEGUN


@pytest.mark.parametrize(
    "error",
    [
        broken(errors.TimeLimitError, limit="total", seconds=1.0),
        broken(errors.BadRequestError, status=400),
        broken(of=partial("")),
        broken(of=partial(finish="stop")),
        broken(of=partial(tool_calls=[{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{"}}])),
        broken(of=partial(reasoning_content="Hm.")),
        errors.TruncatedError("cut"),
    ],
)
def test_what_nobody_can_go_on_from_has_none(error):
    assert beginning_of(error, 3) is None


def test_the_rest_may_be_as_long_as_is_left():
    asked = rest({"model": "m", "max_tokens": 10, "max_completion_tokens": 2}, BEGUN)

    assert asked == {"model": "m", "max_tokens": 7, "max_completion_tokens": 1}


def test_the_second_parts_chunks_become_the_firsts():
    joint = Joint(BEGUN, mark={"upstream": "here"})
    first, second = joint.joined(chunk("net", vendor=1)), joint.joined(chunk("."))

    assert (first.id, first.created, first.text, first.extra["vendor"]) == ("c7", 7, "net", 1)
    assert first.extra["dragoman"] == {"continued": {"upstream": "here"}}
    assert "dragoman" not in second.extra


@pytest.mark.parametrize(("prompt", "told"), [(10, 7), (1, 0), (None, 0)])
def test_the_usage_is_that_of_one_answer(prompt, told):
    usage = {"prompt_tokens": prompt, "completion_tokens": 2}
    joined = Joint(BEGUN).joined(chunk(usage=usage)).usage

    assert (joined.prompt_tokens, joined.completion_tokens, joined.total_tokens) == (told, 5, told + 5)


def test_the_usage_is_that_of_one_answer_wherever_its_vendor_put_it():
    ended = {"index": 0, "delta": {}, "finish_reason": "stop", "usage": {"prompt_tokens": 10, "completion_tokens": 2}}

    assert Joint(BEGUN).joined(chunk(choices=[ended])).usage.completion_tokens == BEGUN.tokens + 2


@pytest.mark.parametrize("said", [5, "x", ["x"], [], {}, {"prompt_tokens": "x"}, {"completion_tokens": 1.5}, True])
def test_a_usage_of_any_type_does_not_end_the_stream(said):
    joined = Joint(BEGUN).joined(chunk(" on", usage=said))

    assert joined.text == " on"
    if not isinstance(said, dict):
        assert joined.to_dict()["usage"] == said


def test_choices_of_any_type_do_not_end_the_stream():
    choices = [5, None, {"index": 0, "delta": {"content": BEGUN.text + " on"}}]

    assert Joint(BEGUN, echo=BEGUN.text).joined(chunk(choices=choices)).text == " on"


@given(st.text("ab", min_size=1, max_size=8), st.text("ab", max_size=8), st.data())
def test_a_beginning_that_comes_again_is_skipped_however_it_is_cut(begun, further, data):
    whole = begun + further
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    joint = Joint(Beginning(begun, "c", 1, 1), echo=begun)

    assert "".join(joint.joined(chunk(piece)).text for piece in pieces) == further


def test_another_answer_is_no_rest():
    joint = Joint(BEGUN, echo=BEGUN.text)

    with pytest.raises(errors.ProtocolError, match="began another one"):
        joint.joined(chunk("Edgar"))


@pytest.mark.parametrize(("said", "echo"), [("net", ""), ("Claude Monet", "Claude Mo"), (" Monet", " Mo")])
def test_what_is_known_grows_with_each_part(said, echo):
    grown = Beginning(said, "c8", 8, 2).after(BEGUN, echo=echo)

    assert grown == Beginning("Claude Monet", "c7", 7, 5)
