"""Upstreams that fail in every way they are known to: what the caller gets, and that the ledger agrees with their log.

One gateway, with a ledger in SQLite, in front of a server for each fault; the model that is asked for says which. All of
it is played once, at the same time; the tests look at what came of it.
"""

import http.client
import json
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from answers import COMPLETION, DONE, USAGE, step
from scripted import (
    CLOSE,
    LAST_CHUNK,
    LEFT,
    READ,
    RESET,
    Hold,
    answer,
    chunk,
    chunked,
    chunked_head,
    event,
)
from stage import Stage

OPEN = chunked_head()
ONE, TWO = chunk(step("Mo")), chunk(step("net"))
STOP, END = chunk(step(finish="stop")), chunk(DONE) + LAST_CHUNK
OVERLOADED = {"error": {"message": "busy", "type": "overloaded_error", "code": "overloaded"}}


def refusal(status, body=b'{"error":{"message":"no","code":"why"}}', **headers):
    return answer(body, status, headers)


def usage(prompt, completion):
    return {"usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}}


def used(content, prompt, completion):
    said = json.loads(step(content).removeprefix(b"data: "))
    return event(said | usage(prompt, completion))


@dataclass
class Fault:
    """What an upstream does, and what has to come of it.

    Attributes:
        script: what it does on its connection.
        status: the caller's.
        text: what the caller has read when it ends.
        ending: `done`, or the code of the error it ends with.
        end: the ledger's `end_reason`.
        tokens: the ledger's prompt and completion tokens, and who says so.
        kinds: how it is asked: `stream`, `whole`.
        fallback: whether another upstream would answer in its place.
    """

    script: list
    status: int
    text: str
    ending: str
    end: str
    tokens: tuple
    kinds: tuple = ("stream", "whole")
    fallback: bool = True


NONE = (None, None, "none")
ASKED = (8, None, "estimated")
"""It has read the prompt, and may want to be paid for it."""


def before(script, status, code, end="failed", tokens=NONE, **more):
    """It fails before anything of its answer has come."""
    return Fault([READ, *script], status, "", code, end, tokens, **more)


def midway(*script, code="upstream_truncated", end="failed", tokens=(8, 2, "counted"), status=200, text="Monet"):
    """It fails when the caller has read two tokens: nobody else can be asked any more."""
    return Fault([READ, OPEN + ONE + TWO, *script], status, text, code, end, tokens, ("stream",), fallback=False)


def fine(*script, tokens=(3, 2, "upstream"), text="Monet", **more):
    """It is odd, and no fault."""
    return Fault([READ, *script], 200, text, "done", "completed", tokens, ("stream",), fallback=False, **more)


FAULTS = {
    "it closes without a word": before([CLOSE], 502, "upstream_unreachable"),
    "it resets": before([RESET], 502, "upstream_unreachable"),
    "it speaks no HTTP": before([b"hello?\r\n\r\n", CLOSE], 502, "upstream_protocol"),
    "it closes within its headers": before([b"HTTP/1.1 200 OK\r\nconte", CLOSE], 502, "upstream_unreachable"),
    "its headers never end": before(
        [b"HTTP/1.1 200 OK\r\n" + b"x-more: and more\r\n" * 50_000, CLOSE], 502, "upstream_protocol"
    ),
    "429": before([refusal("429 Too Many Requests", **{"Retry-After": "7"})], 429, "why", "refused_upstream"),
    "401": before([refusal("401 Unauthorized")], 502, "upstream_credential", "refused_upstream"),
    "400": before([refusal("400 Bad Request")], 400, "why", "refused_upstream", fallback=False),
    "500": before([refusal("500 Internal Server Error")], 500, "why"),
    "503": before([refusal("503 Service Unavailable")], 503, "why"),
    "529": before([refusal("529 Overloaded", json.dumps(OVERLOADED).encode())], 529, "overloaded"),
    "a page with 502": before(
        [refusal("502 Bad Gateway", b"<html>nginx</html>", **{"Content-Type": "text/html"})], 502, None
    ),
    "a page with 200": before(
        [answer(b"<html>hi</html>", "200 OK", {"Content-Type": "text/html"})], 502, "upstream_protocol"
    ),
    "an empty 200": before([answer(b"")], 502, "upstream_protocol"),
    "an error in a 200": before([answer(json.dumps(OVERLOADED).encode())], 529, "overloaded"),
    "an error as its first event": before(
        [OPEN + chunk(event(OVERLOADED)), CLOSE], 529, "overloaded", kinds=("stream",)
    ),
    "an error after a role": before(
        [OPEN + chunk(step(delta={"role": "assistant"})) + chunk(event(OVERLOADED)), CLOSE],
        529,
        "overloaded",
        kinds=("stream",),
    ),
    "an end before any content": before(
        [OPEN + chunk(step("")), LAST_CHUNK], 502, "upstream_truncated", kinds=("stream",)
    ),
    "no first token": before(
        [OPEN + chunk(step(delta={"role": "assistant"})), Hold()],
        504,
        "upstream_timeout",
        "timed_out",
        ASKED,
        kinds=("stream",),
    ),
    "no answer": before([Hold()], 504, "upstream_timeout", "timed_out", ASKED),
    "half a document": before(
        [b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{", CLOSE], 502, "upstream_truncated", kinds=("whole",)
    ),
    "a broken gzip": before([answer(b"no gzip", "200 OK", {"Content-Encoding": "gzip"})], 502, "upstream_protocol"),
    "it closes in the middle": midway(CLOSE),
    "it resets in the middle": midway(RESET),
    "it ends without an end": midway(LAST_CHUNK),
    # What stands in one read with it is not believed either.
    "it breaks its framing": before(
        [OPEN + ONE + TWO + b"zzz\r\n", CLOSE], 502, "upstream_protocol", kinds=("stream",)
    ),
    "an error in the middle": midway(chunk(event(OVERLOADED)) + END, code="overloaded"),
    "no JSON in the middle": midway(chunk(b"data: {oops\n\n") + END, code="upstream_protocol"),
    "JSON that is no chunk": midway(chunk(b"data: [1,2]\n\n") + END, code="upstream_protocol"),
    "bad UTF-8": fine(
        OPEN + ONE + chunk(step("net?").replace(b"?", b"\xff")) + STOP + chunk(USAGE) + END, text="Monet\ufffd"
    ),
    "it falls silent": midway(Hold(), code="upstream_timeout", end="timed_out"),
    "comments, and no more content": midway(*[chunk(b": ping\n\n"), Hold()], code="upstream_timeout", end="timed_out"),
    "a line that never ends": midway(*[chunk(b"x" * 1_000_000)] * 40, code="upstream_protocol"),
    "a line of five megabytes": fine(
        OPEN + ONE + chunk(step("n" * 5_000_000)) + STOP + chunk(USAGE) + END, text="Mo" + "n" * 5_000_000
    ),
    "it never says DONE": fine(OPEN + ONE + TWO + STOP + chunk(USAGE), LAST_CHUNK),
    "it never says DONE and stays": midway(
        STOP + chunk(USAGE), Hold(), code="upstream_timeout", end="timed_out", tokens=(3, 2, "upstream")
    ),
    "content after DONE": fine(OPEN + ONE + TWO + STOP + chunk(USAGE + DONE + step("more")) + LAST_CHUNK),
    "byte by byte": fine(
        OPEN, *[chunk(bytes([byte])) for byte in step("Mé") + step(finish="stop") + USAGE + DONE], LAST_CHUNK, text="Mé"
    ),
    "empty chunks first": fine(
        OPEN + chunk(event({"choices": [], "prompt_filter_results": []})) + ONE + TWO + STOP + chunk(USAGE) + END
    ),
    "usage of zero": fine(
        OPEN + ONE + TWO + STOP + chunk(event({"choices": []} | usage(0, 0))) + END, tokens=(0, 0, "upstream")
    ),
    "usage on every chunk": fine(OPEN + chunk(used("Mo", 3, 1)) + chunk(used("net", 3, 2)) + STOP + END),
    "zeros on every chunk": fine(OPEN + chunk(used("Mo", 0, 0)) + chunk(used("net", 0, 0)) + STOP + chunk(USAGE) + END),
    "no usage": fine(OPEN + ONE + TWO + STOP + END, tokens=(8, 2, "counted")),
    "usage and no end": midway(chunk(event({"choices": []} | usage(3, 7))) + LAST_CHUNK, tokens=(3, 7, "upstream")),
    "less usage than there was": midway(
        chunk(event({"choices": []} | usage(3, 1))) + LAST_CHUNK, tokens=(3, 2, "counted")
    ),
}

PLAYED = [(name, kind) for name, fault in FAULTS.items() for kind in fault.kinds]
INSTEAD = [(name, kind) for name, kind in PLAYED if FAULTS[name].fallback]


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with Stage(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.fixture(scope="module")
def played(stage):
    """All that is played: what each caller got, and what the ledger has of it."""
    plays = {}
    for number, (name, kind) in enumerate(PLAYED):
        stage.upstream(f"u{number}", FAULTS[name].script)
        stage.route(f"u{number}", f"u{number}")
        plays[name, kind] = f"u{number}", kind
        if FAULTS[name].fallback:
            stage.upstream(f"v{number}", FAULTS[name].script)
            stage.upstream(f"w{number}", [READ, GOOD[kind]])
            stage.route(f"v{number}", f"v{number}", f"w{number}")
            plays[name, kind, "then"] = f"v{number}", kind
    for model, scene in SCENES.items():
        scene(stage, model)
        plays[model] = model, "stream"
    return stage.perform(plays)


def nobody_listens(stage, model):
    stage.upstream("gone", [READ])
    stage.servers["gone"].close()
    stage.route(model, "gone")


def one_goes_on(stage, model):
    rest = chunked(step(", of"), step(" course"), step(finish="stop"), USAGE, DONE)
    stage.upstream("begins", [READ, OPEN + ONE + TWO, RESET], "continues = true\n")
    stage.upstream("ends", [READ, rest], "continues = true\n")
    stage.route(model, "begins", "ends")


def all_break_off(stage, model):
    for name in ("first", "second", "third"):
        stage.upstream(name, [READ, OPEN + ONE, RESET], "continues = true\n")
    stage.route(model, "first", "second", more='retries = 2\nlast_resort = "third"\n')


def one_resort(stage, model):
    stage.upstream("refuses", [READ, refusal("500 Internal Server Error")])
    stage.upstream("resort", [READ, GOOD["stream"]])
    stage.route(model, "refuses", more='retries = 1\nlast_resort = "resort"\n')


SCENES = {
    "nobody-listens": nobody_listens,
    "one-goes-on": one_goes_on,
    "all-break-off": all_break_off,
    "one-resort": one_resort,
}
GOOD = {
    "stream": chunked(step("Good"), step(finish="stop"), USAGE, DONE),
    "whole": answer(json.dumps(COMPLETION).replace("Monet", "Good").encode()),
}


@pytest.mark.parametrize(("name", "kind"), PLAYED)
def test_what_the_caller_gets(played, name, kind):
    fault = FAULTS[name]
    heard, _ = played[name, kind]

    assert (heard.status, heard.text, heard.ending) == (fault.status, fault.text, fault.ending)


@pytest.mark.parametrize(("name", "kind"), PLAYED)
def test_the_ledger_has_one_row_and_agrees_with_the_upstreams_log(stage, played, name, kind):
    fault = FAULTS[name]
    heard, (row,) = played[name, kind]
    server = stage.servers[f"u{PLAYED.index((name, kind))}"]

    assert row["end_reason"] == fault.end
    assert (row["prompt_tokens"], row["completion_tokens"], row["tokens_from"]) == fault.tokens
    assert row["status"] == heard.told
    assert row["attempts"] == len(row["attempted"]) == len(server.requests) == 1


@pytest.mark.parametrize(("name", "kind"), INSTEAD)
def test_another_upstream_answers_in_its_place_and_both_are_in_the_ledger(stage, played, name, kind):
    fault = FAULTS[name]
    heard, (row,) = played[name, kind, "then"]
    servers = [stage.servers[f"{letter}{PLAYED.index((name, kind))}"] for letter in "vw"]

    assert (heard.status, heard.text, heard.ending) == (200, "Good", "done")
    assert [len(server.requests) for server in servers] == [1, 1]
    assert [each["end_reason"] for each in row["attempted"]] == [fault.end, "completed"]
    assert row["end_reason"] == "completed"
    assert row["completion_tokens"] == row["attempted"][1]["completion_tokens"]


class Endless:
    """A stream that never ends by itself; counts what it has sent."""

    def __init__(self):
        self.sent = 0

    def __call__(self, peer):
        while True:
            peer.sendall(ONE)
            self.sent += 1
            time.sleep(0.002)


def begin(url, model, stream):
    """Ask, and read nothing yet."""
    place = urlsplit(url)
    body = {"model": model, "messages": [{"role": "user", "content": "Who is the best?"}], "stream": stream}
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    connection.request("POST", "/v1/chat/completions", json.dumps(body), {"x-request-id": model})
    return connection


def test_a_caller_who_leaves_stops_the_upstream_and_is_in_the_ledger(tmp_path):
    endless, waiting, thinking = Endless(), Hold(), Hold()
    with Stage(tmp_path) as stage:
        stage.upstream("endless", [READ, OPEN, endless])
        stage.upstream("waiting", [READ, waiting, LEFT])
        stage.upstream("thinking", [READ, OPEN, thinking, LEFT])
        for name in stage.servers:
            stage.route(name, name)
        with stage.serve() as served:
            streaming = begin(served.url, "endless", stream=True)
            read = sum(b"Mo" in streaming.getresponse().readline() for _ in range(1))
            asked = [begin(served.url, "waiting", stream=False), begin(served.url, "thinking", stream=True)]
            assert waiting.reached.wait(10)
            assert thinking.reached.wait(10)
            for connection in (streaming, *asked):
                connection.close()
            for hold in (waiting, thinking):
                hold.release()
            assert all(server.left() for server in stage.servers.values())
            assert served.stop() == 0
        rows = stage.rows()

    assert [[row["end_reason"] for row in rows[name]] for name in stage.servers] == [["disconnected"]] * 3
    (row,) = rows["endless"]
    assert read <= row["completion_tokens"] <= endless.sent
    assert row["tokens_from"] == "counted"
    for name in ("waiting", "thinking"):
        assert (rows[name][0]["prompt_tokens"], rows[name][0]["tokens_from"]) == (8, "estimated")


def test_where_nobody_listens_nothing_was_used(played):
    heard, (row,) = played["nobody-listens"]

    assert (heard.status, heard.ending) == (502, "upstream_unreachable")
    assert (row["end_reason"], row["tokens_from"], row["attempts"]) == ("failed", "none", 1)


def test_a_stream_that_goes_on_elsewhere_is_one_row_with_the_tokens_of_both(played):
    heard, (row,) = played["one-goes-on"]

    assert (heard.text, heard.ending) == ("Monet, of course", "done")
    assert row["end_reason"] == "completed"
    assert [(each["upstream"], each["end_reason"]) for each in row["attempted"]] == [
        ("begins", "failed"),
        ("ends", "completed"),
    ]
    # What the first had sent, which it cannot say any more, and what the second says.
    assert [each["completion_tokens"] for each in row["attempted"]] == [2, 2]
    assert (row["completion_tokens"], row["tokens_from"]) == (4, "counted")


def test_streams_that_always_break_off_are_gone_on_with_no_more_often_than_there_are_retries(stage, played):
    heard, (row,) = played["all-break-off"]

    assert (heard.text, heard.ending) == ("Mo" * 4, "upstream_truncated")
    assert [each["upstream"] for each in row["attempted"]] == ["first", "second", "first", "third"]
    assert [len(stage.servers[name].requests) for name in ("first", "second", "third")] == [2, 1, 1]
    assert (row["end_reason"], row["completion_tokens"]) == ("failed", 4)


def test_the_last_resort_answers_when_nobody_else_can(played):
    heard, (row,) = played["one-resort"]

    assert (heard.text, heard.ending) == ("Good", "done")
    assert [each["upstream"] for each in row["attempted"]] == ["refuses", "resort"]
