"""What vendors send when they say no, read into one form; and the one form that is sent."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.wire.fault import SENTENCE_BOUND, Fault, encode_fault, find_fault, read_fault

OPENAI = {
    "message": "Invalid value.",
    "type": "invalid_request_error",
    "param": "messages[0].role",
    "code": "invalid_value",
}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"error": OPENAI}, Fault(**OPENAI)),
        ({"error": {"message": "Busy.", "type": None, "param": None, "code": None}}, Fault("Busy.")),
        ({"error": {"message": "No.", "code": 429, "status": "RESOURCE_EXHAUSTED"}}, Fault("No.", code="429", status=429)),
        ([{"error": {"code": 400, "message": "Bad.", "status": "INVALID"}}], Fault("Bad.", code="400", status=400)),
        ({"error": "model not found"}, Fault("model not found")),
        ({"error": "Overloaded", "error_type": "overloaded"}, Fault("Overloaded", type="overloaded")),
        ({"timestamp": 1, "status": 500, "error": "Internal", "message": "It broke."}, Fault("It broke.", status=500)),
        ({"error": True, "message": "No key."}, Fault("No key.")),
        ({"error": ["a", "b"]}, Fault("a; b")),
        ({"detail": "Not authenticated"}, Fault("Not authenticated")),
        (
            {"detail": [{"loc": ["body", "messages", 0, "role"], "msg": "field required", "type": "missing"}]},
            Fault("messages[0].role: field required", param="messages[0].role"),
        ),
        (
            {"object": "error", "message": {"detail": [{"loc": ["body", "n"], "msg": "too large"}]}, "type": "invalid"},
            Fault("n: too large", type="invalid", param="n"),
        ),
        ({"object": "error", "message": "No such model.", "code": 404}, Fault("No such model.", code="404", status=404)),
        ({"message": "Forbidden"}, Fault("Forbidden")),
        ({"msg": "no balance", "code": 1113}, Fault("no balance", code="1113")),
        ({"errors": [{"message": "first", "code": 7}, {"message": "second"}]}, Fault("first; second", code="7")),
        ({"errors": {"model": ["is unknown"]}}, Fault('{"model":["is unknown"]}')),
        (
            {"type": "about:blank", "title": "Too Many Requests", "status": 429, "detail": "Wait a minute."},
            Fault("Wait a minute.", type="about:blank", status=429),
        ),
        ({"title": "Gone", "status_code": 410}, Fault("Gone", status=410)),
        ({"error": {"metadata": {"raw": "x"}}}, Fault()),
        ({"error": 7}, Fault('{"error":7}')),
        ("out of memory", Fault("out of memory")),
    ],
    ids=str,
)  # fmt: skip
def test_a_fault_is_found_in_every_form_that_vendors_have(body, fault):
    assert read_fault(json.dumps(body).encode()) == fault


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", ""),
        (b"  upstream connect error\r\n or disconnect ", "upstream connect error or disconnect"),
        (b"<html><head><TITLE>\n502 Bad Gateway</TITLE></head><body>nginx</body></html>", "502 Bad Gateway"),
        (b"<h1>Service <b>Unavailable</b></h1>", "Service Unavailable"),
        (b"caf\xe9 closed", "caf\ufffd closed"),
        (b'{"error": {"message": "cut', '{"error": {"message": "cut'),
        (b"null", "null"),
        (b'{"ok": false}', '{"ok": false}'),
        (b"[" * 5000, "[" * SENTENCE_BOUND),
        (b"a" * 5000, "a" * SENTENCE_BOUND),
    ],
)
def test_of_a_body_without_a_message_the_words_are_shown_shortened(body, message):
    assert read_fault(body) == Fault(message)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        "text",
        7,
        {"choices": []},
        {"error": None, "choices": []},
        {"error": "", "errors": [], "message": "", "detail": None},
    ],
    ids=str,
)
def test_what_is_no_error_is_none(value):
    assert find_fault(value) is None


@pytest.mark.parametrize("claimed", [99, 200, 600, "4xx", "0404", 404.0, True, None])
def test_a_status_is_only_taken_for_one_when_it_is_an_errors(claimed):
    assert find_fault({"error": {"message": "x", "status": claimed}}).status is None


def test_the_errors_own_fields_win_over_those_beside_it():
    fault = find_fault({"error": {"message": "inner", "code": "a"}, "message": "outer", "code": "b", "type": "t"})

    assert fault == Fault("inner", code="a", type="t")


STEPS = st.lists(st.integers(0, 9) | st.from_regex(r"[a-z_]{1,6}", fullmatch=True).filter(lambda step: step != "body"))


@given(STEPS)
def test_a_place_is_written_as_a_path_into_the_request(steps):
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")

    fault = find_fault({"detail": [{"loc": ["body", *steps], "msg": "wrong"}]})

    assert fault.param == (path or None)
    assert fault.message == (f"{path}: wrong" if path else "wrong")


WORDS = ("error", "errors", "message", "detail", "msg", "code", "status", "loc", "type", "param", "title", "x")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


@given(JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40))
def test_reading_an_error_never_fails(body):
    fault = read_fault(body)

    assert isinstance(fault.message, str)
    assert fault.status is None or 400 <= fault.status <= 599
    assert all(word is None or (isinstance(word, str) and word) for word in (fault.type, fault.param, fault.code))


@pytest.mark.parametrize("depth", [500, 900, 1000, 5000])
@pytest.mark.parametrize(
    ("opened", "closed"), [('{"error":', "}"), ('{"detail":', "}"), ('{"message":', "}"), ('[{"errors":', "}]")]
)
def test_an_error_of_any_depth_is_survived(depth, opened, closed):
    body = opened * depth + "1" + closed * depth

    assert len(read_fault(body.encode()).message) <= SENTENCE_BOUND


def test_a_fault_is_sent_with_all_four_fields_of_openais_form():
    assert json.loads(encode_fault(Fault("Busy."))) == {
        "error": {"message": "Busy.", "type": "invalid_request_error", "param": None, "code": None}
    }
    assert json.loads(encode_fault(Fault("Busy."), "server_error"))["error"]["type"] == "server_error"
    assert json.loads(encode_fault(Fault(**OPENAI), "server_error")) == {"error": OPENAI}


FILLED = st.text(min_size=1)


@given(
    st.builds(Fault, message=FILLED, type=FILLED, param=st.none() | FILLED, code=st.none() | st.text("ab_", min_size=1))
)
def test_what_is_sent_is_read_again(fault):
    assert read_fault(encode_fault(fault)) == fault
