"""Messages of each role, and each kind of content, as a caller writes them."""

from typing import NotRequired, get_args, get_origin, get_type_hints, is_typeddict

import msgspec
import pytest

from dragoman import InvalidRequestError
from dragoman.wire import message, request, tool
from dragoman.wire.check import check_request
from dragoman.wire.completion import read_completion
from dragoman.wire.message import AssistantPart, Part, RequestMessage
from dragoman.wire.shape import fields, required, tag

BREAK = {"prompt_cache_breakpoint": {"mode": "explicit"}}
TEXT = {"type": "text", "text": "Look:"}

PARTS = [
    TEXT,
    TEXT | BREAK,
    {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"}} | BREAK,
    {"type": "image_url", "image_url": "https://example.org/a.png"},
    {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}} | BREAK,
    {"type": "file", "file": {"file_id": "file-1"}} | BREAK,
    {"type": "file", "file": {"file_data": "data:application/pdf;base64,AA==", "filename": "a.pdf"}},
]

CALL = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}

MESSAGES = [
    {"role": "developer", "content": "Be brief.", "name": "house"},
    {"role": "developer", "content": [TEXT | BREAK]},
    {"role": "system", "content": "Be brief.", "name": "house"},
    {"role": "system", "content": [TEXT, TEXT]},
    {"role": "user", "content": "Hi", "name": "Ada"},
    {"role": "user", "content": PARTS},
    {"role": "user", "content": ""},
    {"role": "assistant", "content": "Hello.", "name": "m"},
    {"role": "assistant", "content": [TEXT, {"type": "refusal", "refusal": "I would rather not."}]},
    {"role": "assistant", "refusal": "I would rather not."},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "assistant", "function_call": {"name": "look", "arguments": "{}"}},
    {"role": "assistant", "audio": {"id": "audio_1"}},
    {"role": "assistant", "content": "4", "reasoning_content": "2 and 2"},
    {"role": "assistant", "content": "Once upon", "prefix": True},
    {"role": "tool", "tool_call_id": "call_1", "content": "21 °C", "name": "look"},
    {"role": "tool", "tool_call_id": "call_1", "content": [TEXT]},
    {"role": "function", "name": "look", "content": "21 °C"},
    {"role": "function", "name": "look", "content": None},
]

WRONG = [
    ({"content": "Hi"}, "role is missing: it must be one of 'developer', 'system', 'user', 'assistant', 'tool' or 'function'"),
    ({"role": 5, "content": "Hi"}, "role must be one of 'developer', 'system', 'user', 'assistant', 'tool' or 'function', not 5"),
    ({"role": None, "content": "Hi"}, "role must be one of 'developer', 'system', 'user', 'assistant', 'tool' or 'function', not null"),
    ({"role": "user"}, "content is missing"),
    ({"role": "user", "content": None}, "content must be a string or an array, not null"),
    ({"role": "user", "content": ["Hi"]}, "content[0] must be an object, not 'Hi'"),
    ({"role": "user", "content": [{"text": "Hi"}]}, "content[0].type is missing: it must be one of 'text', 'image_url', 'input_audio' or 'file'"),
    ({"role": "user", "content": [{"type": "text"}]}, "content[0].text is missing"),
    ({"role": "user", "content": [TEXT, {"type": "image_url", "image_url": {}}]}, "content[1].image_url.url is missing"),
    ({"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "AA=="}}]}, "content[0].input_audio.format is missing"),
    ({"role": "user", "content": [{"type": "file", "file": {"file_id": 7}}]}, "content[0].file.file_id must be a string, not 7"),
    ({"role": "user", "content": [TEXT | {"prompt_cache_breakpoint": {}}]}, "content[0].prompt_cache_breakpoint.mode is missing"),
    ({"role": "user", "content": "Hi", "name": 7}, "name must be a string, not 7"),
    ({"role": "system", "content": {"text": "Hi"}}, "content must be a string or an array, not an object"),
    ({"role": "assistant", "content": [{"type": "refusal"}]}, "content[0].refusal is missing"),
    ({"role": "assistant", "audio": {}}, "audio.id is missing"),
    ({"role": "assistant", "content": "", "prefix": "yes"}, "prefix must be true or false, not 'yes'"),
    ({"role": "tool", "content": "21 °C"}, "tool_call_id is missing"),
    ({"role": "function", "name": "look"}, "content is missing"),
    ({"role": "function", "content": "21 °C"}, "name is missing"),
]  # fmt: skip


def check(*messages):
    check_request({"model": "m", "messages": list(messages)})


@pytest.mark.parametrize("said", MESSAGES, ids=lambda said: f"{said['role']}: {' '.join(said)}")
def test_a_message_may_be_in_each_of_its_forms(said):
    check(said)


@pytest.mark.parametrize(("said", "sentence"), WRONG, ids=[sentence for _, sentence in WRONG])
def test_a_wrong_message_is_refused_by_its_place(said, sentence):
    with pytest.raises(InvalidRequestError) as caught:
        check({"role": "user", "content": "Hi"}, said)

    assert str(caught.value) == f"messages[1].{sentence}"
    assert caught.value.param == f"messages[1].{sentence.split()[0]}"


def test_no_field_of_a_message_or_a_part_is_without_an_example():
    shapes = {
        "role": (get_args(RequestMessage), MESSAGES),
        "type": (get_args(Part) + get_args(AssistantPart), [*PARTS, *MESSAGES[8]["content"]]),
    }
    for field, (kinds, examples) in shapes.items():
        for value, kind in tag(kinds).kinds.items():
            shown = set().union(*(example for example in examples if example[field] == value))
            assert shown == set(fields(kind)), value


@pytest.mark.parametrize("said", MESSAGES, ids=lambda said: f"{said['role']}: {' '.join(said)}")
def test_every_optional_field_may_be_null(said):
    kind = tag(get_args(RequestMessage)).kinds[said["role"]]
    left_out = [name for name in fields(kind) if name not in said and name not in required(kind)]

    check(said | dict.fromkeys(left_out))


@pytest.mark.parametrize("module", [message, request, tool], ids=lambda module: module.__name__)
def test_no_type_has_an_optional_field_that_may_not_be_null(module):
    for kind in filter(is_typeddict, vars(module).values()):
        for name, hint in get_type_hints(kind, include_extras=True).items():
            if name not in required(kind):
                allowed = get_args(hint)[0] if get_origin(hint) is NotRequired else hint
                assert type(None) in get_args(allowed), f"{kind.__name__}.{name}"


@pytest.mark.parametrize(
    "received",
    [
        {"role": "assistant", "content": "Paris.", "refusal": None, "annotations": []},
        {"role": "assistant", "content": None, "tool_calls": [CALL | {"type": None}]},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "a", "function": CALL["function"]}]},
        {"role": "assistant", "content": "", "reasoning_content": "Hm.", "vendor": {"x": 1}},
    ],
)
def test_what_a_vendor_answered_can_be_sent_back_as_it_came(received):
    # `to_dict` leaves nothing out, so what is checked here is what the vendor wrote.
    source = b'{"choices": [{"index": 0, "message": %b}]}' % msgspec.json.encode(received)
    answered = read_completion(source).message.to_dict()

    check({"role": "user", "content": "Hi"}, answered)
    assert answered == received
