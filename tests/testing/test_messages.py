"""A script answers clients of Anthropic's Messages API in its own words: ours, and the vendor's."""

import anthropic
import pytest

import asking
from dragoman import OverloadedError, ServerError, TruncatedError
from dragoman.testing import Script, calls, chunks, cut, fails, interrupt, says, serving

ANTHROPIC = "https://api.anthropic.com/v1"
BOTH = pytest.mark.parametrize("stream", [False, True], ids=["document", "stream"])


def ask(*replies, stream):
    return asking.ask(Script(*replies), stream=stream, base_url=ANTHROPIC, model="claude-sonnet-4-5")


@BOTH
def test_a_text_is_the_answer_and_its_usage_is_said(stream):
    completion = ask(says("Claude Monet.", reasoning="Let me think.", usage=(7, 3)), stream=stream)

    assert completion.text == "Claude Monet."
    assert completion.message.reasoning_content == "Let me think."
    assert completion.finish_reason == "stop"
    assert completion.usage.completion_tokens == 3


@BOTH
def test_calls_of_tools_arrive_whole(stream):
    (call,) = ask(calls(("weather", {"city": "Paris"})), stream=stream).message.tool_calls

    assert (call.function.name, call.function.arguments) == ("weather", '{"city":"Paris"}')


@BOTH
def test_an_error_is_in_its_form(stream):
    with pytest.raises(OverloadedError) as caught:
        ask(fails(529, "busy"), stream=stream)

    assert caught.value.message == "busy"
    assert caught.value.type == "overloaded_error"


def test_an_error_of_another_type_keeps_it():
    with pytest.raises(ServerError) as caught:
        ask(fails(500, "busy", type="special_error"), stream=False)

    assert caught.value.type == "special_error"


def test_faults_are_the_same():
    with pytest.raises(TruncatedError) as cut_off:
        ask(cut(says("Claude Monet was"), after=2), stream=True)
    with pytest.raises(TruncatedError):
        ask(chunks({"choices": [{"index": 0, "delta": {"content": "Mo"}}]}, done=False), stream=True)

    assert cut_off.value.partial.text == "Claude Monet"


@pytest.mark.parametrize(("kind", "cls"), [("overloaded_error", OverloadedError), ("api_error", ServerError)])
@BOTH
def test_an_error_object_in_the_answer_is_one(stream, kind, cls):
    with pytest.raises(cls, match="had to stop"):
        ask(interrupt(says("Claude Monet was"), after=2, type=kind), stream=stream)


def test_the_vendors_own_client_is_answered_alike():
    asked = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Who?"}]}
    with serving(Script(says("Claude Monet"), says("Claude Monet"))) as url:
        with anthropic.Anthropic(base_url=url.removesuffix("/v1"), api_key="x", max_retries=0) as client:
            assert client.messages.create(**asked).content[0].text == "Claude Monet"
            with client.messages.stream(**asked) as stream:
                assert list(stream.text_stream) == ["Claude", " Monet"]
