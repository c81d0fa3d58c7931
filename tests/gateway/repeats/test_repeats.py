"""Requests that are sent again, as callers see it: a real gateway, a scripted upstream, other people's clients."""

import http.client
import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import anthropic
import openai
import pytest

from answers import CALLS, COMPLETION, DONE, STREAM, USAGE, document, step
from dragoman import Dragoman, Timeouts
from dragoman.gateway.limits.terms import Limits
from entries import stored
from operated import ADMIN, ASKED, operated
from scripted import LAST_CHUNK, LEFT, READ, Hold, answer, chunk, chunked, chunked_head, repeat
from serving import until

CHAT = "/v1/chat/completions"
STREAMED = ASKED | {"stream": True}
BEGUN, REST = chunked_head() + chunk(step("Mo")), chunk(step("net")) + chunk(step(finish="stop")) + chunk(USAGE)
END = chunk(DONE) + LAST_CHUNK
KEPT = "[repeats]\n"
ONCE = '[[routes]]\nmodel = "*"\ncandidates = ["only"]\nretries = 0\n'


@contextmanager
def repeated(folder, *script, more=KEPT, limits=None):
    """A gateway whose upstream does this, and a caller of it with a key."""
    with operated(folder, list(script) or [repeat(READ, document())], more=more + ONCE) as gateway:
        yield Caller(gateway, limits)


class Caller:
    def __init__(self, gateway, limits=None):
        self.gateway = gateway
        self.id, self.secret = gateway.desk.create("ana", limits=limits or Limits())

    def ask(self, body=ASKED, key="k1", path=CHAT, secret=None, **headers):
        """The status, whether it was given again, and the body."""
        sent = headers | ({} if key is None else {"idempotency-key": key})
        status, told, raw = self.gateway.ask(path, "POST", secret or self.secret, body, **sent)
        return status, told["idempotent-replayed"] == "true", raw.decode()

    def begin(self, body=STREAMED, key="k1"):
        """A connection on which the first piece of an answer has come; whoever closes it leaves."""
        where = urlsplit(self.gateway.served.url)
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
        headers = {"authorization": f"Bearer {self.secret.reveal()}", "idempotency-key": key}
        connection.request("POST", CHAT, json.dumps(body), headers)
        return connection

    @property
    def asked(self):
        """How often the upstream was asked."""
        return len(self.gateway.upstream.requests)

    def rows(self, count):
        assert until(lambda: len(stored(self.gateway.store)) == count)
        return stored(self.gateway.store)

    def counted(self):
        _, _, text = self.gateway.ask("/metrics", secret=ADMIN)
        found = re.findall(r'^dragoman_repeats_total\{result="(\w+)"\} (\d+)', text.decode(), re.MULTILINE)
        return {result: int(times) for result, times in found}


@pytest.mark.parametrize(
    ("body", "said"),
    [(ASKED, document()), (STREAMED, STREAM), (STREAMED, CALLS)],
    ids=["in one piece", "as a stream", "as a stream of tool calls"],
)
def test_what_was_answered_is_given_again_to_the_byte_and_paid_once(tmp_path, body, said):
    with repeated(tmp_path, repeat(READ, said)) as caller:
        first, again = caller.ask(body), caller.ask(body)
        assert first == (200, False, again[2])
        assert again[:2] == (200, True)
        assert caller.asked == 1
        (row,) = caller.rows(1)
        assert row["end_reason"] == "completed"
        assert caller.counted() == {"first": 1, "joined": 0, "given": 1, "refused": 0}


def test_an_answer_whose_caller_was_cut_off_goes_on_for_whoever_sends_the_request_again(tmp_path):
    hold = Hold()
    with repeated(tmp_path, READ, BEGUN, hold, REST, END) as caller:
        connection = caller.begin()
        assert b"Mo" in connection.getresponse().readline()
        connection.close()
        with ThreadPoolExecutor(1) as beside:
            again = beside.submit(caller.ask, STREAMED)
            assert until(lambda: caller.counted()["joined"])
            hold.release()
            status, replayed, body = again.result()
        assert (status, replayed) == (200, True)
        assert [part in body for part in ("Mo", "net", "[DONE]")] == [True] * 3
        assert caller.asked == 1
        (row,) = caller.rows(1)
        assert (row["end_reason"], row["prompt_tokens"], row["completion_tokens"]) == ("completed", 3, 2)


def test_many_who_send_it_at_once_are_answered_by_one(tmp_path):
    hold = Hold()
    with repeated(tmp_path, READ, hold, document()) as caller, ThreadPoolExecutor(8) as many:
        asking = [many.submit(caller.ask) for _ in range(8)]
        assert until(lambda: caller.counted()["joined"] == 7)
        hold.release()
        told = [each.result() for each in asking]
        assert sorted(replayed for _, replayed, _ in told) == [False] + [True] * 7
        assert len({body for _, _, body in told}) == 1
        assert caller.asked == 1
        assert len(caller.rows(1)) == 1


def test_what_failed_is_worked_on_again(tmp_path):
    broken = chunked_head() + chunk(step("Mo")) + LAST_CHUNK
    script = [READ, answer(b"{}", "500 Oops"), READ, broken, READ, STREAM]
    with repeated(tmp_path, *script) as caller:
        assert caller.ask(STREAMED)[0] == 500
        status, replayed, body = caller.ask(STREAMED)
        assert (status, replayed) == (200, False)
        assert "[DONE]" not in body
        status, replayed, body = caller.ask(STREAMED)
        assert (status, replayed) == (200, False)
        assert "[DONE]" in body
        assert [row["end_reason"] for row in caller.rows(3)] == ["failed", "failed", "completed"]


def test_another_body_is_refused_and_nobody_is_asked(tmp_path):
    with repeated(tmp_path) as caller:
        assert caller.ask()[0] == 200
        status, _, body = caller.ask(ASKED | {"max_tokens": 11})
        assert status == 422
        assert json.loads(body)["error"]["code"] == "idempotency_key_reused"
        assert caller.asked == 1
        assert caller.counted()["refused"] == 1


def test_other_keys_paths_and_callers_are_other_requests(tmp_path):
    with repeated(tmp_path) as caller:
        _, other = caller.gateway.desk.create("bob")
        for each in ({}, {"key": "k2"}, {"path": "/chat/completions"}, {"secret": other}, {"key": None}, {"key": None}):
            assert caller.ask(**each)[:2] == (200, False)
        assert caller.asked == 6


def test_a_key_that_cannot_be_one_is_refused(tmp_path):
    with repeated(tmp_path) as caller:
        status, _, body = caller.ask(key="two words")
        assert status == 400
        assert json.loads(body)["error"]["code"] == "invalid_idempotency_key"
        assert not caller.asked


def test_without_the_table_the_header_changes_nothing(tmp_path):
    with repeated(tmp_path, more="") as caller:
        assert [caller.ask()[:2] for _ in range(2)] == [(200, False)] * 2
        assert caller.asked == 2


@pytest.mark.parametrize("waits", ["0", "0.2"])
def test_nobody_comes_back_and_the_upstream_is_left(tmp_path, waits):
    with repeated(tmp_path, READ, BEGUN, LEFT, more=f"[repeats]\nwaits = {waits}\n") as caller:
        connection = caller.begin()
        connection.getresponse().readline()
        connection.close()
        assert until(caller.gateway.upstream.left)
        (row,) = caller.rows(1)
        assert (row["end_reason"], row["completion_tokens"]) == ("disconnected", 1)


def test_whoever_comes_back_at_the_very_moment_at_which_it_is_given_up_is_answered(tmp_path):
    with repeated(tmp_path, repeat(READ, BEGUN + REST + END), more="[repeats]\nwaits = 0\n") as caller:
        for number in range(50):
            connection = caller.begin(key=f"k{number}")
            connection.getresponse().readline()
            connection.close()
            status, _, body = caller.ask(STREAMED, key=f"k{number}")
            assert status == 200
            assert "[DONE]" in body


def test_what_nobody_reads_does_not_hold_up_the_end(tmp_path):
    with repeated(tmp_path, READ, BEGUN, LEFT, more="[repeats]\nwaits = 3600\n") as caller:
        connection = caller.begin()
        connection.getresponse().readline()
        connection.close()
        assert caller.gateway.served.stop() == 0
        (row,) = caller.rows(1)
        assert row["end_reason"] == "disconnected"


def test_it_takes_nothing_of_a_limit(tmp_path):
    with repeated(tmp_path, limits=Limits(requests_per_minute=1)) as caller:
        assert [caller.ask()[0] for _ in range(3)] == [200] * 3
        assert caller.ask(key="k2")[0] == 429


def test_it_is_kept_for_as_long_as_is_said_and_no_longer(tmp_path):
    with repeated(tmp_path, more="[repeats]\nkept = 0.05\n") as caller:
        caller.ask()
        assert until(lambda: caller.ask()[1] is False)
        assert caller.asked > 1


def test_no_more_is_kept_than_may_be_and_the_oldest_goes_first(tmp_path):
    long = COMPLETION | {"choices": [COMPLETION["choices"][0] | {"message": {"content": "x" * 3000}}]}
    script = [READ, document(long), repeat(READ, document())]
    with repeated(tmp_path, *script, more="[repeats]\nsize = 3_000\n") as caller:
        assert caller.ask(key="long")[:2] == (200, False)
        assert caller.ask(key="long")[:2] == (200, False)
        for key in ("k1", "k2", "k3"):
            caller.ask(key=key)
        assert caller.ask(key="k3")[1]
        assert not caller.ask(key="k1")[1]


def test_a_reload_without_the_table_forgets(tmp_path):
    with repeated(tmp_path) as caller:
        caller.ask()
        caller.gateway.rewrite("[repeats]", "")
        status, told = caller.gateway.admin("/admin/reload", "POST")
        assert (status, told["changed"]) == (200, ["repeats: removed"])
        assert caller.ask()[:2] == (200, False)
        assert caller.asked == 2


def test_our_own_client_is_paid_for_once_when_it_has_to_try_again(tmp_path):
    hold = Hold()
    with repeated(tmp_path, READ, hold, document()) as caller:
        timeouts = Timeouts(attempt=0.5, total=30)
        with Dragoman(caller.gateway.served.url, api_key=caller.secret.reveal(), timeout=timeouts) as client:
            with ThreadPoolExecutor(1) as beside:
                asking = beside.submit(client.chat.create, model="m", messages="Hello", retries=20)
                assert until(lambda: caller.counted()["joined"])
                hold.release()
                completion = asking.result()
        assert completion.text == "Monet"
        assert caller.asked == 1


@contextmanager
def breaking(url, after):
    """The address of a way to a server that breaks: its first connection after so many bytes of the answer."""
    to = urlsplit(url)

    def pass_on(one, other, left):
        with suppress(OSError):
            while left > 0 and (data := one.recv(min(left, 65536))):
                other.sendall(data)
                left -= len(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    def lead(caller, left):
        with caller, socket.create_connection((to.hostname, to.port)) as server, ThreadPoolExecutor(1) as beside:
            beside.submit(pass_on, caller, server, 1 << 30)
            pass_on(server, caller, left)
            with suppress(OSError):
                caller.shutdown(socket.SHUT_RDWR)

    def accept():
        for left in (after, 1 << 30):
            lead(listener.accept()[0], left)

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as beside:
        done = beside.submit(accept)
        place = listener.getsockname()
        yield f"http://127.0.0.1:{place[1]}/v1"
        # Where all was said before it could break, nobody has come again.
        socket.create_connection(place).close()
        done.result()


@pytest.mark.parametrize("after", range(400, 1300, 100))
def test_our_own_client_reads_on_wherever_a_stream_of_tool_calls_was_cut(tmp_path, after):
    with repeated(tmp_path, repeat(READ, CALLS)) as caller, breaking(caller.gateway.served.url, after) as url:
        with Dragoman(url, api_key=caller.secret.reveal(), model="m") as client:
            tools = [{"type": "function", "function": {"name": "f"}}]
            (call,) = client.chat.stream(messages="Hello", tools=tools, resume=True).until_done().tool_calls
        assert (call.function.name, call.function.arguments) == ("f", "{}")
        assert caller.asked == 1
        assert len(caller.rows(1)) == 1


def test_the_openai_package_tries_again_and_is_answered_by_the_first_attempt(tmp_path):
    hold = Hold()
    with repeated(tmp_path, READ, hold, document()) as caller:
        url, key = caller.gateway.served.url, caller.secret.reveal()
        with openai.OpenAI(base_url=url, api_key=key, timeout=0.5, max_retries=20) as client:
            with ThreadPoolExecutor(1) as beside:
                asking = beside.submit(
                    client.chat.completions.create, **ASKED, extra_headers={"idempotency-key": "one"}
                )
                assert until(lambda: caller.counted()["joined"])
                hold.release()
                assert asking.result().choices[0].message.content == "Monet"
        assert caller.asked == 1


def test_the_anthropic_package_reads_a_stream_that_is_given_again(tmp_path):
    said = chunked(step("Mo"), step("net"), step(finish="stop"), USAGE, DONE)
    with repeated(tmp_path, repeat(READ, said)) as caller:
        url = caller.gateway.served.url.removesuffix("/v1")
        told = []
        with anthropic.Anthropic(base_url=url, api_key=caller.secret.reveal(), max_retries=0) as client:
            for _ in range(2):
                asked = {"model": "m", "max_tokens": 10, "messages": ASKED["messages"]}
                with client.messages.stream(**asked, extra_headers={"idempotency-key": '"one"'}) as stream:
                    told.append((stream.get_final_text(), stream.get_final_message().id))
        assert told[0] == told[1]
        assert told[0][0] == "Monet"
        assert caller.asked == 1
