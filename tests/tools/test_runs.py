"""What runs are made of."""

import math

from dragoman import Invocation, Limits, Result, Tool
from dragoman.tools.runs import Outcome, ResultEvent
from dragoman.wire.completion import ToolCall, read_completion


def test_limits_have_defaults_that_end():
    assert (Limits().rounds, Limits().tokens, Limits().seconds) == (10, None, math.inf)


def test_a_result_has_the_answers_text():
    completion = read_completion(b'{"choices":[{"message":{"content":"Monet"}}]}')

    assert Result(completion, [], None, 1, None).text == "Monet"


def test_an_invocation_shows_what_is_called_with_what():
    def add(a: int) -> int:
        return a

    shown = repr(Invocation("add", {"a": 1}, ToolCall("c1"), 1, Tool(add)))
    assert "name='add', arguments={'a': 1}" in shown
    assert "Tool(" not in shown


def test_what_came_of_a_call_is_a_value_or_an_error():
    assert Outcome(3) == Outcome(value=3, error=None)
    assert ResultEvent(ToolCall("c1"), "3", failed=False, value=3).type == "result"
