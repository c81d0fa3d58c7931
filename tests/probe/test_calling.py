"""Tools and functions: a vendor that calls them as it should, and one fault after the other."""

import pytest

from dragoman.probe.calling import CHECKS, fault_of_call, fault_of_function
from faulty_vendor import finding, verdict


@pytest.mark.parametrize("check", [check.name for check in CHECKS])
def test_what_is_right_is_honoured(check):
    assert verdict(check) == "honoured"


@pytest.mark.parametrize(
    ("check", "fault", "expected"),
    [
        ("tool_choice.named", "no-tools", "ignored"),
        ("tool_choice.named", "other-function", "broken"),
        ("tool_choice.named", "no-call-id", "broken"),
        ("tool_choice.required", "no-tools", "ignored"),
        ("tool_choice.required", "other-arguments", "broken"),
        ("tool_choice.auto", "no-tools", "unclear"),
        ("tool_choice.auto", "arguments-object", "broken"),
        ("tool_choice.auto", "stops-with-call", "broken"),
        ("tool_choice.none", "calls-anyway", "ignored"),
        ("tool_choice.none", "no-tools", "unclear"),
        ("parallel_tool_calls", "always-parallel", "ignored"),
        ("parallel_tool_calls", "no-tools", "unclear"),
        ("streamed-call", "no-tools", "ignored"),
        ("streamed-call", "no-call-index", "broken"),
        ("streamed-call", "other-arguments", "broken"),
        ("functions", "arguments-object", "broken"),
    ],
)
def test_a_fault_is_found(check, fault, expected):
    assert verdict(check, fault) == expected


def test_the_call_is_the_evidence():
    assert finding("tool_choice.named").evidence == 'calls get_weather({"city": "Oslo"}), finish_reason tool_calls'
    assert finding("streamed-call").evidence.endswith('pieces make up get_weather({"city": "Oslo"})')
    assert finding("parallel_tool_calls").evidence == "2 calls with true, 1 with false"


@pytest.mark.parametrize("call", [None, 1, {}, {"id": "x"}, {"id": "x", "type": "function"}, []], ids=repr)
def test_anything_may_stand_where_a_call_should(call):
    assert fault_of_call(call)


@pytest.mark.parametrize("arguments", ["", "{", "[]", "null", '{"city": 1}', None], ids=repr)
def test_arguments_of_no_use_are_told(arguments):
    assert "arguments" in fault_of_function("get_weather", arguments)
