"""Runs of tools as scripts: no network, and time that passes when the script says so."""

import json
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from dragoman import Limits
from dragoman.call.settings import settings_for
from dragoman.errors import InvalidRequestError, OutputError, RunLimitError, TimeLimitError
from dragoman.tools.rounds import Plan, rounds
from dragoman.tools.runs import Ask, Consent, Invoke, Next, Open, Outcome, Tell
from dragoman.wire.chunk import read_chunk
from dragoman.wire.completion import read_completion

SETTINGS = settings_for("http://h/v1", api_key="k", model="m", timeout=None, retries=None, headers=None)


def add(a: int, b: int) -> int:
    """Add."""
    return a + b


def upper(text: str) -> str:
    return text.upper()


def says(content=None, *calls, tokens=10):
    message = {"role": "assistant", "content": content}
    if calls:
        message["tool_calls"] = [
            {"id": f"c{place}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
            for place, (name, arguments) in enumerate(calls)
        ]
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}]}
    body["usage"] = {"prompt_tokens": tokens - 1, "completion_tokens": 1, "total_tokens": tokens}
    return read_completion(json.dumps(body).encode())


class Clock:
    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def time(self):
        return self.now


class Played:
    """A run against answers written down: the requests it sent, what it told, what it called."""

    def __init__(self, *answers, tools=(add, upper), output=None, invoke=None, clock=None, **arguments):
        self.answers = list(answers)
        self.requests = []
        self.events = []
        self.invoke = invoke or (lambda one: Outcome(one.tool.call(one.arguments)))
        self.clock = clock or Clock()
        plan = Plan(SETTINGS, {"messages": "Go", "tools": tools, **arguments}, output)
        self.result = self._drive(rounds(plan, self.clock))

    def _drive(self, flow):
        outcome, failure = None, None
        while True:
            try:
                effect = flow.send(outcome) if failure is None else flow.throw(failure)
            except StopIteration as end:
                return end.value
            outcome, failure = self._perform(effect), None
            if isinstance(outcome, Exception):
                outcome, failure = None, outcome

    def _perform(self, effect):
        if isinstance(effect, Tell):
            self.events.append(effect.event)
            return None
        if isinstance(effect, Ask):
            self.requests.append(json.loads(effect.call.request.body))
            answer = self.answers.pop(0)
            return answer() if callable(answer) else answer
        if isinstance(effect, Consent):
            return effect.approve(effect.invocation)
        assert isinstance(effect, Invoke)
        return [self.invoke(one) for one in effect.invocations]


def told(played):
    return [message["content"] for message in played.requests[-1]["messages"] if message["role"] == "tool"]


def test_tools_are_called_until_the_model_answers():
    played = Played(says(None, ("add", {"a": 1, "b": 2}), ("upper", {"text": "x"})), says("3 and X"))
    result = played.result

    assert (result.text, result.rounds, result.usage.total_tokens) == ("3 and X", 2, 20)
    assert [tool["function"]["name"] for tool in played.requests[0]["tools"]] == ["add", "upper"]
    asked, called, first, second = played.requests[1]["messages"]
    assert asked == {"role": "user", "content": "Go"}
    assert called["tool_calls"][0]["function"]["name"] == "add"
    assert first == {"role": "tool", "tool_call_id": "c0", "content": "3"}
    assert second == {"role": "tool", "tool_call_id": "c1", "content": "X"}
    assert len(result.messages) == 5
    assert result.messages[-1] is result.completion.message
    assert [event.type for event in played.events] == ["round", "invocation", "invocation", "result", "result", "round"]


def test_what_the_checks_of_an_arguments_type_raise_is_told_to_the_model():
    @dataclass
    class Country:
        code: str

        def __post_init__(self):
            self.name = {"FR": "France"}[self.code]

    def capital(of: Country) -> str:
        return f"the capital of {of.name}"

    played = Played(says(None, ("capital", {"of": {"code": "XX"}})), says("Sorry."), tools=[capital])

    content = "Error: capital was not called: its arguments are not what it takes: KeyError: 'XX'"
    assert played.result.messages[2]["content"] == content


def test_a_conversation_goes_on_and_is_not_changed():
    said = [{"role": "system", "content": "Be brief."}]
    played = Played(says("ok"), messages=said)

    assert played.requests[0]["messages"] == said
    assert (len(said), len(played.result.messages)) == (1, 2)


@pytest.mark.parametrize(
    ("name", "arguments", "content"),
    [
        ("add", {"a": 1, "b": "one"}, "Error: add was not called: its arguments are not what it takes: Expected `int`"),
        ("add", {"a": 1}, "Error: add was not called: its arguments are not what it takes: Object missing"),
        ("other", {}, "Error: there is no tool called 'other'; there are: add, upper"),
    ],
)
def test_a_call_that_cannot_be_made_is_told_to_the_model(name, arguments, content):
    played = Played(says(None, (name, arguments)), says("sorry"))

    assert told(played)[0].startswith(content)
    assert played.result.text == "sorry"
    assert [event.failed for event in played.events if event.type == "result"] == [True]


def test_what_a_tool_raises_is_told_to_the_model():
    played = Played(
        says(None, ("add", {"a": 1, "b": 2})), says("so"), invoke=lambda _: Outcome(error=KeyError("no such painter"))
    )

    assert told(played) == ["Error: add failed: KeyError: 'no such painter'"]


def test_a_tool_that_takes_too_long_is_told_to_the_model():
    played = Played(says(None, ("add", {"a": 1, "b": 2})), says("so"), invoke=lambda _: None)

    assert told(played) == ["Error: add did not return in time"]


@pytest.mark.parametrize(
    ("verdict", "content"),
    [
        (True, "3"),
        (False, "Error: add was not called: it was not approved"),
        ("only on Sundays", "Error: add was not called: only on Sundays"),
        (None, "Error: add was not called: it was not approved"),
    ],
)
def test_calls_are_made_when_they_are_approved(verdict, content):
    seen = []

    def approve(invocation):
        seen.append((invocation.name, invocation.arguments, invocation.round))
        return verdict

    played = Played(says(None, ("add", {"a": 1, "b": 2})), says("so"), approve=approve)

    assert seen == [("add", {"a": 1, "b": 2}, 1)]
    assert told(played) == [content]
    assert "approve" not in played.requests[0]


@pytest.mark.parametrize(
    ("limits", "limit", "asked"),
    [
        (Limits(rounds=2), "rounds", 2),
        (Limits(tokens=25), "tokens", 3),
        (Limits(seconds=2.5), "seconds", 3),
        (None, "rounds", 10),
    ],
)
def test_a_run_ends_at_its_limits_with_what_there_is(limits, limit, asked):
    clock = Clock()

    def again():
        clock.now += 1.0
        return says(None, ("add", {"a": 1, "b": 2}))

    with pytest.raises(RunLimitError) as caught:
        Played(*[again] * 20, limits=limits, clock=clock)

    error = caught.value
    assert (error.limit, error.result.rounds, error.result.usage.total_tokens) == (limit, asked, asked * 10)
    assert len(error.result.messages) == 1 + 2 * asked
    assert error.partial is error.result.completion


def test_a_call_has_what_is_left_of_the_runs_time():
    clock = Clock()
    late = TimeLimitError("late", limit="total", seconds=2.0)

    def slow():
        clock.now += 3.0
        return late

    with pytest.raises(RunLimitError, match="not over within 3 s"):
        Played(slow, limits=Limits(seconds=3), clock=clock)
    with pytest.raises(TimeLimitError):
        Played(lambda: late, limits=Limits(seconds=3), clock=clock)


@pytest.mark.parametrize(
    ("choice", "then"),
    [
        ("required", None),
        ("any", None),
        ({"type": "function", "function": {"name": "add"}}, None),
        ("auto", "auto"),
        (None, None),
    ],
)
def test_a_model_is_made_to_call_a_tool_once(choice, then):
    played = Played(says(None, ("add", {"a": 1, "b": 2})), says("3"), tool_choice=choice)

    assert played.requests[0].get("tool_choice") == choice
    assert played.requests[1].get("tool_choice") == then


THEIRS = {"type": "function", "function": {"name": "ask_user", "parameters": {"type": "object"}}}


def test_calls_of_tools_that_are_only_defined_are_left_to_the_caller():
    played = Played(says(None, ("ask_user", {}), ("add", {"a": 1, "b": 2})), tools=[add, THEIRS])
    result = played.result

    assert [call.function.name for call in result.pending] == ["ask_user"]
    assert result.messages[-1] == {"role": "tool", "tool_call_id": "c1", "content": "3"}


def test_the_answer_may_be_of_a_type():
    played = Played(says(None, ("add", {"a": 1, "b": 2})), says('{"answer":3}'), output=int)

    assert played.result.parsed == 3
    assert played.requests[0]["response_format"]["type"] == "json_schema"
    with pytest.raises(OutputError):
        Played(says("three"), output=int)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"messages": None}, "messages is missing"),
        ({"tools": [add, add]}, "two tools are called 'add'"),
        ({"tools": 5}, "tools is a list"),
        ({"tools": "add"}, "tools is a list"),
        ({"tools": [add], "approve": True}, "approve is a function, not a bool"),
    ],
)
def test_what_is_wrong_as_written_is_said_before_anything_is_sent(arguments, sentence):
    with pytest.raises(InvalidRequestError, match=sentence):
        Plan(SETTINGS, {"messages": "Go", "tools": [], **arguments})


def test_streamed_it_tells_what_the_model_says_as_it_does():
    chunks = [
        read_chunk(b'{"choices":[{"index":0,"delta":{"content":"Hi"}}]}'),
        read_chunk(b'{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}'),
    ]
    stream = SimpleNamespace(completion=says("Hi"), usage=says("Hi").usage)
    flow = rounds(Plan(SETTINGS, {"messages": "Go", "tools": [add]}), Clock(), streamed=True)
    seen, outcome = [], None
    with pytest.raises(StopIteration) as end:
        while True:
            effect = flow.send(outcome)
            outcome = None
            if isinstance(effect, Open):
                assert json.loads(effect.call.request.body)["stream"] is True
                outcome = stream
            elif isinstance(effect, Next):
                outcome = chunks.pop(0) if chunks else None
            else:
                seen.append(effect.event.type)

    assert seen == ["text", "finish", "usage", "round"]
    assert end.value.value.text == "Hi"
