"""A stream that breaks off and is gone on with: one answer to its reader, never a word twice, an error where it is unsafe."""

import asyncio
import json
import threading
import time

import pytest

from answers import DONE, USAGE, step
from colours import BOTH, Outcome, name_of
from dragoman import (
    AsyncDragoman,
    CallCancelledError,
    Cancellation,
    Dragoman,
    InvalidRequestError,
    Resume,
    StreamClosedError,
    Timeouts,
    TruncatedError,
)
from dragoman.engine import Engine, EngineTransport
from dragoman.hooks import Ended
from dragoman.transport import NoAnswer
from faulty_vendor import Vendor
from scripted import CLOSE, LAST_CHUNK, READ, Hold, Scripted, answer, chunk, chunked, chunked_head, event
from vendors import Vendors, fails, streams

ASK = {"messages": "Who is the best French painter?", "model": "m", "resume": Resume(like="vllm")}
BEGUN = [READ, chunked_head() + chunk(step("Claude")) + chunk(step(" Mo")), CLOSE]
REST = [READ, chunked(step("net"), step(".", "stop"), USAGE, DONE)]


def refusal(status):
    return answer(b'{"error":{"message":"no"}}', status)


@pytest.fixture(params=BOTH, ids=name_of)
def colour(request):
    return request.param


def test_the_loop_just_sees_more_chunks(colour):
    with Scripted(BEGUN, REST) as server:
        got = colour.stream(server.url("/v1"), ASK)
        first, second = (connection.requests[0].json for connection in server.connections)

    assert got.error is None
    assert "".join(got.texts) == got.result.text == got.result.completion.text == "Claude Monet."
    assert got.result.completion.finish_reason == "stop"
    assert second == first | {
        "add_generation_prompt": False,
        "continue_final_message": True,
        "messages": [*first["messages"], {"role": "assistant", "content": "Claude Mo"}],
    }


def test_the_usage_is_that_of_one_answer_and_what_was_spent_that_of_both_parts(colour):
    with Scripted(BEGUN, REST) as server:
        stream = colour.stream(server.url("/v1"), ASK).result

    # The second part has reported 3 and 2; of the first there are the 3 tokens that its 9 bytes are taken for.
    assert (stream.usage.prompt_tokens, stream.usage.completion_tokens) == (0, 5)
    spent = stream.spent
    assert (spent.attempts, spent.source) == (("partial", "reported"), "partial")
    assert spent.completion_tokens == 5
    assert spent.prompt_tokens > 3


def test_the_attempts_tell_of_it(colour):
    with Scripted(BEGUN, [READ, refusal("503 Service Unavailable"), *REST]) as server:
        stream = colour.stream(server.url("/v1"), ASK).result

    assert [(one.status, one.error) for one in stream.attempts] == [
        (200, "TruncatedError"),
        (503, "OverloadedError"),
        (200, ""),
    ]


def test_hooks_hear_of_each_part_as_a_call_of_its_own(colour):
    told = []
    with Scripted(BEGUN, REST) as server:
        colour.stream(server.url("/v1"), ASK, hooks=[told.append])

    ended = [moment for moment in told if isinstance(moment, Ended)]
    assert [each.outcome for each in ended] == ["failed", "done"]


def test_a_stream_that_stalls_is_gone_on_with():
    hold = Hold()
    with Scripted([*BEGUN[:2], hold], REST) as server:
        with Dragoman(server.url("/v1"), timeout=Timeouts(idle=0.05)) as client:
            stream = client.chat.stream(**ASK)
            assert stream.until_done().text == "Claude Monet."
            hold.release()

    assert [one.error for one in stream.attempts] == ["TimeLimitError", ""]


def test_it_may_break_off_again_and_is_bounded(colour):
    second = [READ, chunked_head() + chunk(step("net")), CLOSE]
    with Scripted(BEGUN, second, REST) as server:
        whole = colour.stream(server.url("/v1"), ASK | {"max_tokens": 9})
        asked = [connection.requests[0].json for connection in server.connections]
    with Scripted(BEGUN, second, second, second) as server:
        cut = colour.stream(server.url("/v1"), ASK)
        times = len(server.connections)

    assert "".join(whole.texts) == "Claude Monetnet."
    assert [each["max_tokens"] for each in asked] == [9, 6, 5]
    assert [one["messages"][-1]["content"] for one in asked[1:]] == ["Claude Mo", "Claude Monet"]
    assert (times, type(cut.error), cut.error.partial.text) == (3, TruncatedError, "Claude Monetnet")
    assert cut.error.spent.attempts == ("partial",) * 3


@pytest.mark.parametrize(
    "unsafe",
    [
        {"n": 2},
        {"logprobs": True},
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        {"response_format": {"type": "json_object"}},
        {"extra_body": {"guided_regex": "[a-z]*"}},
        {"guided_regex": "[a-z]*"},
        {"messages": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "It is"}]},
        {"resume": False},
        {"resume": True},
    ],
    ids=["n", "logprobs", "tools", "JSON", "extra", "unknown", "a prefix of its own", "not asked for", "not declared"],
)
def test_where_it_is_not_safe_the_error_is_as_ever(colour, unsafe):
    with Scripted(BEGUN, REST) as server:
        got = colour.stream(server.url("/v1"), ASK | unsafe)
        times = len(server.connections)

    assert (times, type(got.error), got.error.partial.text) == (1, TruncatedError, "Claude Mo")


@pytest.mark.parametrize(
    "said",
    [
        step(delta={"reasoning_content": "Hm."}),
        step(delta={"tool_calls": [{"index": 0, "id": "1", "type": "function", "function": {"name": "f"}}]}),
        step("Claude Mo", "length"),
    ],
    ids=["thinking", "a call", "an end"],
)
def test_an_answer_that_is_no_text_is_not_gone_on_with(colour, said):
    with Scripted([READ, chunked_head() + chunk(said), CLOSE], REST) as server:
        got = colour.stream(server.url("/v1"), ASK)
        times = len(server.connections)

    assert times == 1
    assert got.error is None or isinstance(got.error, TruncatedError)


def test_who_cannot_go_on_after_all_leaves_the_first_error(colour):
    with Scripted(BEGUN, [READ, refusal("400 Bad Request")]) as server:
        got = colour.stream(server.url("/v1"), ASK)

    assert (type(got.error), got.error.partial.text) == (TruncatedError, "Claude Mo")
    assert [one.error for one in got.error.history] == ["TruncatedError", "BadRequestError"]


def test_the_deadline_is_one(colour):
    hold = Hold()
    with Scripted(BEGUN, [READ, hold]) as server:
        got = colour.stream(server.url("/v1"), ASK, timeout=0.5)
        hold.release()

    assert (type(got.error), got.error.partial.text) == (TruncatedError, "Claude Mo")
    assert got.error.history[-1].error == "TimeLimitError"


def test_a_client_may_do_it_always():
    with Vendor("breaks-off") as vendor, Dragoman(vendor.url, model="m") as client:
        always = client.with_options(resume=Resume(times=1, like="llama.cpp"))
        broken = always.chat.stream(messages="Count.", max_tokens=50, temperature=0)
        with pytest.raises(TruncatedError):
            broken.until_done()
        with pytest.raises(TruncatedError):
            never = always.chat.stream(messages="Count.", max_tokens=50, temperature=0, resume=0)
            never.until_done()

    assert (len(broken.attempts), len(never.attempts)) == (2, 1)
    # This vendor says the same again and breaks off at the same place.
    assert broken.text == never.text


KEPT = chunked_head(headers={"x-dragoman-repeats": "10"})
CALL = {"tool_calls": [{"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": "{"}}]}
MORE = {"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]}
ANY = {"messages": "Who?", "model": "m", "resume": True, "tools": [{"type": "function", "function": {"name": "f"}}]}
ANY_BEGUN = [READ, KEPT + chunk(step(delta=CALL)), CLOSE]
ANY_WHOLE = (
    chunk(step(delta=CALL)) + chunk(step(delta=MORE)) + chunk(step(None, "tool_calls")) + chunk(USAGE) + chunk(DONE)
)


def again(body, **more):
    """An answer that the server has given before, as it says."""
    headers = {"x-dragoman-repeats": "10", "idempotent-replayed": "true"}
    return [READ, chunked_head(headers=headers | more) + body]


def test_whoever_goes_on_by_itself_is_asked_for_the_same_answer_whatever_it_is(colour):
    with Scripted(ANY_BEGUN, [*again(ANY_WHOLE), LAST_CHUNK]) as server:
        got = colour.stream(server.url("/v1"), ANY)
        first, second = (connection.requests[0] for connection in server.connections)

    assert got.error is None
    (call,) = got.result.completion.tool_calls
    assert call.function.arguments == "{}"
    assert first.body == second.body
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    # It is paid once, and told once.
    assert (got.result.spent.attempts, got.result.spent.completion_tokens) == (("reported",), 2)
    assert [one.error for one in got.result.attempts] == ["TruncatedError", ""]


def test_it_may_be_cut_again_and_again_but_not_for_ever(colour):
    part = chunk(step(delta=CALL)) + chunk(step(delta=MORE))
    with Scripted(ANY_BEGUN, [*again(part), CLOSE], [*again(ANY_WHOLE), LAST_CHUNK]) as server:
        whole = colour.stream(server.url("/v1"), ANY)
    with Scripted(ANY_BEGUN, *[[*again(part), CLOSE]] * 3) as server:
        cut = colour.stream(server.url("/v1"), ANY)
        times = len(server.connections)

    assert whole.result.completion.tool_calls[0].function.arguments == "{}"
    assert (times, type(cut.error)) == (3, TruncatedError)
    assert cut.error.partial.tool_calls[0].function.arguments == "{}"


def test_another_answer_is_not_joined_to_it(colour):
    with Scripted(ANY_BEGUN, [READ, KEPT + ANY_WHOLE, LAST_CHUNK]) as server:
        got = colour.stream(server.url("/v1"), ANY)

    assert type(got.error) is TruncatedError
    assert got.error.partial.tool_calls[0].function.arguments == "{"


def test_what_the_server_breaks_off_itself_is_not_asked_for_again(colour):
    said = chunk(step(delta=CALL)) + chunk(event({"error": {"message": "no more"}}))
    with Scripted([READ, KEPT + said, LAST_CHUNK], ANY_BEGUN) as server:
        got = colour.stream(server.url("/v1"), ANY)
        times = len(server.connections)

    assert "no more" in str(got.error)
    assert times == 1


class Cloud:
    """Vendors in memory at the hosts they are known by."""

    def __init__(self, host, *answers):
        self.vendors = Vendors({host: answers})
        self.client = Dragoman(f"https://{host}/v1", api_key="k", transport=self.vendors)

    def text(self, **asked):
        return self.client.chat.stream(**{"messages": "Who?", "model": "m", "resume": True} | asked).until_done().text


def test_mistral_repeats_the_beginning_which_is_not_said_twice():
    cloud = Cloud("api.mistral.ai", streams("Claude", " Mo", cut=True), streams("Clau", "de Monet", "."))

    assert cloud.text() == "Claude Monet."
    assert cloud.vendors.asked[1].json["messages"][-1] == {
        "role": "assistant",
        "content": "Claude Mo",
        "prefix": True,
    }


def test_another_answer_is_no_rest():
    cloud = Cloud("api.mistral.ai", streams("Claude", cut=True), streams("Edgar Degas"))

    with pytest.raises(Exception, match="began another one") as caught:
        cloud.text()
    assert caught.value.partial.text == "Claude"


def test_deepseek_is_asked_at_its_other_address():
    cloud = Cloud("api.deepseek.com", streams("Claude Mo", cut=True), streams("net."))

    assert cloud.text() == "Claude Monet."
    assert [asked.target for asked in cloud.vendors.asked] == ["/v1/chat/completions", "/beta/chat/completions"]


def test_no_credential_goes_to_another_host():
    cloud = Cloud("house.example", streams("Claude Mo", cut=True), streams("net."))

    with pytest.raises(TruncatedError):
        cloud.text(resume=Resume(like="deepseek"))
    assert len(cloud.vendors.asked) == 1


def messages_stream(*texts, cut=False):
    """A stream of Anthropic's."""
    events = [
        {"type": "message_start", "message": {"id": "m1", "model": "c", "usage": {"input_tokens": 3}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    ]
    events += [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}} for text in texts
    ]
    if not cut:
        events += [
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
            {"type": "message_stop"},
        ]
    pieces = [f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in events]
    return lambda cls: cls(*pieces, kind="text/event-stream", cut=cut)


def test_anthropics_older_models_go_on_from_a_prefill_that_ends_in_no_space():
    cloud = Cloud("api.anthropic.com", messages_stream("Claude ", cut=True), messages_stream(" Monet."))

    assert cloud.text(model="claude-opus-4-1", max_tokens=64) == "Claude Monet."
    assert cloud.vendors.asked[1].json["messages"][-1]["role"] == "assistant"
    assert "Claude " not in json.dumps(cloud.vendors.asked[1].json)


def test_anthropics_newer_models_are_not_asked():
    cloud = Cloud("api.anthropic.com", messages_stream("Claude ", cut=True), messages_stream(" Monet."))

    with pytest.raises(TruncatedError):
        cloud.text(model="claude-opus-4-6", max_tokens=64)
    assert len(cloud.vendors.asked) == 1


def test_of_several_candidates_whoever_can_go_on_does():
    vendors = Vendors(
        {
            "api.openai.com": [streams("Claude Mo", cut=True)],
            "api.mistral.ai": [streams("Claude Mo", "net.")],
        }
    )
    clients = [
        Dragoman(f"https://{host}/v1", api_key="k", model=f"of {host}", transport=vendors)
        for host in ("api.openai.com", "api.mistral.ai")
    ]
    stream = Dragoman.any(*clients, transport=vendors).chat.stream(messages="Who?", resume=True)

    assert stream.until_done().text == "Claude Monet."
    assert vendors.hosts == ["api.openai.com", "api.mistral.ai"]
    assert vendors.asked[1].json["model"] == "of api.mistral.ai"
    assert [one.error for one in stream.attempts] == ["TruncatedError", ""]


def test_closing_the_stream_ends_the_asking_for_more(colour):
    hold = Hold()
    outcome = Outcome()
    held = []

    def read(url):
        if name_of(colour) == "blocking":
            with Dragoman(url) as client:
                held.append(client.chat.stream(**ASK))
                outcome.chunks += held[0]
            return

        async def main():
            async with AsyncDragoman(url) as client:
                held.append(await client.chat.stream(**ASK))
                async for each in held[0]:
                    outcome.chunks.append(each)

        asyncio.run(main())

    def run(url):
        try:
            read(url)
        except StreamClosedError as error:
            outcome.error = error

    with Scripted(BEGUN, [READ, hold]) as server:
        thread = threading.Thread(target=run, args=(server.url("/v1"),))
        thread.start()
        assert hold.reached.wait(10)
        held[0].close()
        thread.join(10)
        assert not thread.is_alive()
        hold.release()
        assert server.connections[1].left.wait(10)

    assert outcome.error.partial.text == "Claude Mo"


def test_leaving_amid_the_rest_leaves_it():
    told, hold = [], Hold()
    with Scripted(BEGUN, [READ, chunked_head() + chunk(step("net")), hold]) as server:
        with Dragoman(server.url("/v1"), hooks=[told.append]) as client:
            with client.chat.stream(**ASK) as stream:
                for each in stream:
                    if each.text == "net":
                        break
            hold.release()
            assert server.connections[1].left.wait(10)

    assert stream.text == "Claude Monet"
    assert [moment.outcome for moment in told if isinstance(moment, Ended)] == ["failed", "left"]


def test_a_call_that_is_cancelled_is_not_gone_on_with(colour):
    cancel, hold = Cancellation(), Hold()
    with Scripted(BEGUN, [READ, hold]) as server:
        threading.Thread(target=lambda: hold.reached.wait(10) and cancel.cancel()).start()
        got = colour.stream(server.url("/v1"), ASK | {"cancel": cancel})
        hold.release()

    assert (type(got.error), got.error.partial.text) == (CallCancelledError, "Claude Mo")


def test_the_model_on_this_machine_goes_on_where_it_was_cut():
    class Cutting(EngineTransport):
        """Loses its first stream after some of its content."""

        cuts = 1

        def send(self, request, until):
            answer = super().send(request, until)
            if self.cuts:
                self.cuts -= 1
                read, left = answer.read, [6]

                class Cut:
                    status, headers, close, finish = answer.status, answer.headers, answer.close, answer.finish

                    def read(self, until):
                        left[0] -= 1
                        if left[0] < 0:
                            answer.close()
                            raise NoAnswer("cut", "the connection closed", sent=True)
                        return read(until)

                return Cut()
            return answer

    transport = Cutting(Engine.shared())
    ask = {"messages": "Count from one to ten.", "max_tokens": 24, "temperature": 0, "seed": 1}
    with Dragoman("local", transport=transport) as client:
        stream = client.chat.stream(**ask, resume=True)
        resumed = stream.until_done()
        whole = client.chat.stream(**ask).until_done()
    transport.close()

    assert [one.error for one in stream.attempts] == ["TruncatedError", ""]
    # What is left of the limit is reckoned by bytes, so the cut one may be allowed a word less.
    assert whole.text.startswith(resumed.text)
    assert len(resumed.text) > len(whole.text) / 2
    assert (resumed.finish_reason, len(resumed.choices)) == (whole.finish_reason, 1)


def test_a_row_that_does_not_exist_is_refused_by_name():
    with pytest.raises(InvalidRequestError, match=r"'vlm' goes on .* mistral"):
        Dragoman("http://a.test/v1").chat.stream(**ASK | {"resume": Resume(like="vlm")})
    with pytest.raises(InvalidRequestError, match="from 0, not -1"):
        Dragoman("http://a.test/v1").with_options(resume=-1)


def test_an_answer_in_one_piece_is_not_touched():
    vendors = Vendors({"a.test": [fails(400)]})
    with pytest.raises(Exception, match="no"):
        Dragoman("http://a.test/v1", transport=vendors).chat.create(**ASK)
    assert "resume" not in vendors.asked[0].json


@pytest.mark.parametrize("begun", [False, True], ids=["before its first content", "after it"])
def test_the_part_that_it_is_gone_on_with_is_cancelled_as_well(colour, begun):
    cancel, hold = Cancellation(), Hold()
    part = [READ, chunked_head() + (chunk(step(" Mo")) if begun else b""), hold]
    with Scripted(BEGUN, part) as server:
        threading.Thread(target=lambda: hold.reached.wait(10) and cancel.cancel()).start()
        asked = time.monotonic()
        got = colour.stream(server.url("/v1"), ASK | {"cancel": cancel}, timeout=60)

    assert time.monotonic() - asked < 30
    assert isinstance(got.error, CallCancelledError)
    assert got.error.partial.text.startswith("Claude")
