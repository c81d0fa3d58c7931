"""Each way in which servers deviate from the documented types, by example, and what a reader finds then."""

import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.wire.chunk import Chunk, read_chunk
from dragoman.wire.completion import Completion, Usage, read_completion
from dragoman.wire.tolerant import count_in, mended, read, read_object, read_value, texts_of, without_nulls


def read_message(message, **choice):
    return read_completion(json.dumps({"choices": [{"message": message} | choice]}).encode()).message


def read_usage(usage):
    return read_completion(json.dumps({"usage": usage}).encode()).usage


def arguments_of(arguments):
    return read_message({"tool_calls": [{"id": "a", "function": {"name": "f", "arguments": arguments}}]}).tool_calls[0]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [({"city": "Paris"}, '{"city":"Paris"}'), ({}, "{}"), ([1], "[1]"), (3, "3"), (True, "true"), ("{}", "{}")],
)
def test_arguments_that_are_not_text_become_their_json_text(arguments, text):
    assert arguments_of(arguments).function.arguments == text


def test_arguments_that_are_null_are_no_text():
    assert arguments_of(None).function.arguments == ""


@pytest.mark.parametrize(("given_id", "read_id"), [(7, "7"), (1.5, "1.5"), ("x", "x"), (None, ""), ({}, "{}")])
def test_an_id_that_is_a_number_becomes_text(given_id, read_id):
    assert read_completion(json.dumps({"id": given_id}).encode()).id == read_id


@pytest.mark.parametrize(
    ("created", "seconds"),
    [("1700000000", 1700000000), (1700000000.0, 1700000000), (1700000000.75, 1700000000), (None, 0), ("soon", 0)],
)
def test_a_time_may_be_text_or_have_a_fraction(created, seconds):
    assert read_completion(json.dumps({"created": created}).encode()).created == seconds


def test_numbers_of_tokens_may_be_text_whole_floats_or_null():
    assert read_usage({"prompt_tokens": "9", "completion_tokens": 2.0, "total_tokens": None}) == Usage(9, 2, 0)
    assert read_usage({"prompt_tokens": True, "completion_tokens": [], "total_tokens": 3}) == Usage(0, 0, 3)


@pytest.mark.parametrize("usage", [[], "none", 0, False])
def test_a_usage_that_is_no_object_is_none(usage):
    assert read_usage(usage) is None


@pytest.mark.parametrize("choices", [{}, "none", 0, None, [None], ["x"], [[]]])
def test_choices_that_are_none_are_none(choices):
    assert read_completion(json.dumps({"choices": choices}).encode()).choices == ()


def test_one_bad_field_leaves_its_neighbours_alone():
    completion = read_completion(b'{"id":"c1","choices":{"bad":1},"model":"m","usage":{"total_tokens":3}}')

    assert (completion.id, completion.model, completion.choices, completion.usage.total_tokens) == ("c1", "m", (), 3)


def test_null_in_a_list_is_passed_over():
    message = read_message({"tool_calls": [None, {"id": "a"}], "annotations": [None]})

    assert [call.id for call in message.tool_calls] == ["a"]
    assert message.annotations == ()


MISTRAL = [
    {"type": "thinking", "thinking": [{"type": "text", "text": "Let me "}, {"type": "text", "text": "see."}]},
    {"type": "text", "text": "Claude "},
    {"type": "reference", "reference_ids": [1]},
    {"type": "text", "text": "Monet"},
]


def test_content_in_parts_is_its_text_and_its_thinking_is_reasoning():
    message = read_message({"content": MISTRAL})

    assert message.content == "Claude Monet"
    assert message.reasoning_content == "Let me see."
    assert message.to_dict()["content"] == MISTRAL


def test_content_in_parts_is_read_in_a_stream_too():
    delta = (
        read_chunk(json.dumps({"choices": [{"index": 0, "delta": {"content": MISTRAL[:2]}}]}).encode()).choices[0].delta
    )

    assert (delta.content, delta.reasoning_content) == ("Claude ", "Let me see.")


@pytest.mark.parametrize(
    ("parts", "texts"),
    [
        ([], {}),
        (["a", "b"], {"content": "ab"}),
        ([{"type": "output_text", "text": "a"}], {"content": "a"}),
        ([{"type": "refusal", "refusal": "no"}], {"refusal": "no"}),
        ([{"type": "thinking", "thinking": "hm"}], {"reasoning_content": "hm"}),
        ([{"type": "image_url", "image_url": {"url": "x"}}, None, 3, {"text": None}], {}),
        ("text", {}),
        (None, {}),
    ],
)
def test_which_texts_are_in_which_parts(parts, texts):
    assert texts_of(parts) == texts


def test_content_without_any_text_is_none():
    assert read_message({"content": []}).content is None
    assert read_message({"content": [{"type": "image_url"}]}).content is None


def test_a_text_that_reads_null_stays_a_text_beside_a_value_of_the_wrong_type():
    assert read_message({"content": "null"}, index="0").content == "null"


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (b'"caf\xc3"', "caf\ufffd"),
        (b'"\xff\xfe"', "\ufffd\ufffd"),
        (rb'"\ud83d"', "\ufffd"),
        (rb'"\udfa8 x"', "\ufffd x"),
        (rb'"\ud83d\ud83c\udfa8"', "\ufffd🎨"),
        (rb'"\ud83d\n\\ud83d"', "\ufffd\n\\ud83d"),
        (rb'"\ud83d\\\ud83d"', "\ufffd\\\ufffd"),
    ],
)
def test_half_a_character_is_mended(sent, text):
    chunk = read_chunk(b'{"choices":[{"index":0,"delta":{"content":%b}}]}' % sent)

    assert chunk.text == text
    assert chunk.to_dict()["choices"][0]["delta"]["content"] == text


def test_half_a_character_in_an_unknown_field_is_mended_when_that_is_read():
    assert read_chunk(b'{"vendor":"\xc3"}').to_dict() == {"vendor": "\ufffd"}


@pytest.mark.parametrize(
    ("sent", "read_as"),
    [
        (b'\xef\xbb\xbf{"vendor":1}', {"vendor": 1}),
        (b'{"vendor":[NaN,-Infinity,Infinity,"NaN \\" -Infinity"]}', {"vendor": [None, None, None, 'NaN " -Infinity']}),
        (b'{"vendor":1e999}', {"vendor": math.inf}),
        (b'{"vendor":-1e999,"created":99999999999999999999999}', {"vendor": -math.inf, "created": 10**23 - 1}),
    ],
)
@pytest.mark.parametrize("reader", [read_completion, read_chunk])
def test_a_byte_order_mark_and_numbers_that_are_none_are_no_reason_to_refuse_an_answer(reader, sent, read_as):
    received = reader(sent)

    assert received.to_dict() == read_as
    json.loads(received.to_json(), parse_constant=pytest.fail)


@pytest.mark.parametrize("reader", [read_completion, read_chunk])
def test_a_number_without_end_where_something_is_counted_is_left_at_its_default(reader):
    answer = reader(b'{"created":1e999,"choices":[{"index":-1e999}],"usage":{"prompt_tokens":1e999,"total_tokens":5}}')

    assert (answer.created, answer.choices[0].index) == (0, 0)
    assert answer.usage == Usage(total_tokens=5)


def test_a_number_of_thousands_of_digits_is_read_as_one_that_is_as_large():
    said = b'{"vendor":[%b,-%b,%b],"usage":{"prompt_tokens":%b}}' % (b"9" * 5000, b"9" * 5000, b"9" * 300, b"9" * 5000)

    assert read_completion(said).to_dict()["vendor"] == [math.inf, -math.inf, 10**300 - 1]


def test_a_log_probability_that_is_no_number_is_left_at_its_default():
    said = b'{"choices":[{"message":{},"logprobs":{"content":[{"token":"x","logprob":-Infinity}]}}]}'

    assert read_completion(said).choices[0].logprobs.content[0].logprob == -9999.0


@pytest.mark.parametrize(
    "text", [b'"' * 200_001 + b"NaN", b'{"a":"' + rb"\"" * 200_000 + b"NaN", b"\\" * 200_001 + b"NaN"]
)
def test_what_cannot_be_mended_is_refused_soon(text):
    with pytest.raises(msgspec.DecodeError):
        read_value(text)


@given(
    st.recursive(
        st.none() | st.integers(-(2**60), 2**60) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_nothing_that_is_whole_is_mended(value):
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert mended(text.encode()) == text.encode()


@pytest.mark.parametrize(
    ("text", "kind"),
    [(b"[]", "an array"), (b"null", "null"), (b'"x"', "a string"), (b"1.5", "a number"), (b"true", "a boolean")],
)
def test_what_is_no_object_is_refused_by_its_name(text, kind):
    with pytest.raises(msgspec.DecodeError, match=f"expected a JSON object, got {kind}"):
        read(text, Completion)


@pytest.mark.parametrize("deep", [b'{"a":' * 100_000, b'{"choices":' + b"[" * 100_000, b'{"vendor":' + b"[" * 100_000])
@pytest.mark.parametrize("reader", [read_completion, read_chunk, read_object, lambda data: read(data, Chunk)])
def test_a_nest_without_end_is_refused_and_breaks_nothing(deep, reader):
    with pytest.raises(msgspec.DecodeError, match="nested too deep"):
        reader(deep)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    [*Completion.__struct_fields__, "message", "delta", "index", "content", "tool_calls", "logprobs"]
)


@given(st.dictionaries(NAMES, JSON), st.dictionaries(NAMES, JSON), st.dictionaries(NAMES, JSON))
def test_no_json_object_is_refused_and_none_loses_a_field(outer, choice, message):
    for reader, place in ((read_completion, "message"), (read_chunk, "delta")):
        document = outer | {"choices": [choice | {place: message}]}
        received = reader(msgspec.json.encode(document))

        assert received.to_dict() == msgspec.json.decode(msgspec.json.encode(document))
        assert isinstance(received.text if isinstance(received, Chunk) else received.message.role, str)
        hash(received.id)


def test_nulls_are_left_out_at_every_depth():
    assert without_nulls({"a": None, "b": {"c": None, "d": [{"e": None}, None]}}) == {"b": {"d": [{}, None]}}


@pytest.mark.parametrize(
    ("said", "count"),
    [(7, 7), (7.0, 7), (0, 0), (-1, 0), (None, 0), ("7", 0), ([7], 0), (1e400, 0), (float("nan"), 0)],
)
def test_a_count_is_a_number_that_something_can_be_counted_to(said, count):
    assert count_in({"tokens": said}, "tokens") == count
