"""Answers that are given again, as callers see it: a real gateway, scripted upstreams, and other people's clients."""

import asyncio
import json
import time
from contextlib import contextmanager

import anthropic
import openai
import pytest
import redis

from answers import CALLS, COMPLETION, DONE, USAGE, document, step
from dragoman.gateway.cache.cache import Asked, Cache
from dragoman.gateway.cache.kept import Kept, encode
from dragoman.gateway.config.shape import CacheConfig
from dragoman.gateway.limits.terms import Limits
from entries import stored
from operated import ADMIN, ASKED, ask, operated
from scripted import CLOSE, READ, Scripted, answer, chunk, chunked, chunked_head, event, repeat
from serving import Served, until
from spoken import MESSAGE, events_of, on_the_wire
from valkeys import frozen, killed, valkey

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
ROUTE = '[[routes]]\nmodel = "*"\ncandidates = ["only"]\ncache = 600\n'
HELLO = [{"role": "user", "content": "Hello"}]
STREAMED = ASKED | {"stream": True}
WHOLE_STREAM = chunked(step("Mo"), step("net"), step(finish="stop"), USAGE, DONE)


def said(text, finish="stop", **fields):
    """An answer in one piece that says something else than others."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return document(COMPLETION | {"choices": [choice]} | fields)


@contextmanager
def cached(folder, *answers, more=ROUTE, limits=None, **options):
    """A gateway whose upstream gives these answers, and a caller of it: `asked` asks in chat, say."""
    with operated(folder, [step for each in answers for step in (READ, each)], more=more, **options) as gateway:
        yield Callers(gateway, limits)


class Callers:
    """Whoever asks a gateway: with one key, unless another is given."""

    def __init__(self, gateway, limits=None):
        self.gateway = gateway
        _, self.secret = gateway.desk.create("ana", limits=limits or Limits())

    def ask(self, body=ASKED, path=CHAT, secret=None, **headers):
        """What the cache had, and the answer's body."""
        status, told, body = self.gateway.ask(path, "POST", secret or self.secret, body, **headers)
        return told["x-dragoman-cache"] if status == 200 else status, body.decode()

    def results(self, *bodies, **more):
        """What came of asking these one after the other."""
        return [self.ask(body, **more)[0] for body in bodies]

    @property
    def asked(self):
        """How often the upstream was asked."""
        return len(self.gateway.upstream.requests)

    def rows(self, count):
        assert until(lambda: len(stored(self.gateway.store)) == count)
        return stored(self.gateway.store)

    def openai(self):
        return openai.OpenAI(base_url=self.gateway.served.url, api_key=self.secret.reveal(), max_retries=0)

    def anthropic(self):
        url = self.gateway.served.url.removesuffix("/v1")
        return anthropic.Anthropic(base_url=url, api_key=self.secret.reveal(), max_retries=0)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"what another program wrote",
        encode(Kept(0.0, b"{}", ("x",)))[:-1] + b"\xff",
        encode(Kept(float("nan"), json.dumps(COMPLETION).encode())),
        encode(Kept(time.time(), b"[" * 5000)),
        encode(Kept(time.time(), b"\xff")),
        encode(Kept(time.time(), b"{}")),
    ],
    ids=["nothing at all", "another's words", "bad UTF-8", "no age", "brackets", "no text", "no answer"],
)
def test_what_was_not_written_here_is_not_given(raw):
    async def looked(value):
        cache = Cache(CacheConfig())
        cache.memory.put("name", value, 60.0)
        lookup = await cache.look(Asked("name", "completion", 1, 60.0), [])
        await cache.close()
        return lookup.headers

    assert asyncio.run(looked(raw)) == [(b"x-dragoman-cache", b"miss")]
    kept = encode(Kept(time.time(), json.dumps(COMPLETION).encode()))
    assert asyncio.run(looked(kept))[0] == (b"x-dragoman-cache", b"hit")


def test_an_answer_is_given_again_whole_and_as_a_stream(tmp_path):
    with cached(tmp_path, document()) as callers, callers.openai() as client:
        create = client.chat.completions.with_raw_response.create
        first, second = (create(**ASKED) for _ in range(2))
        with client.chat.completions.with_streaming_response.create(**STREAMED) as third:
            chunks = list(third.parse())

    assert [each.headers["x-dragoman-cache"] for each in (first, second, third)] == ["miss", "hit", "hit"]
    assert second.content == first.content
    assert (second.headers["age"], second.headers["x-dragoman-attempts"]) == ("0", "0")
    assert "x-dragoman-upstream" not in second.headers
    assert "age" not in first.headers
    assert "".join(each.choices[0].delta.content or "" for each in chunks) == "Monet"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert {each.id for each in chunks} == {"c1"}


def test_a_stream_is_given_again_as_a_stream_and_whole(tmp_path):
    with cached(tmp_path, WHOLE_STREAM) as callers, callers.openai() as client:
        before = callers.ask(STREAMED)
        again = client.chat.completions.create(**STREAMED, stream_options={"include_usage": True})
        usage = list(again)[-1].usage
        whole = client.chat.completions.create(**ASKED)
        asked = callers.asked

    assert before[0] == "miss"
    assert (usage.prompt_tokens, usage.completion_tokens) == (3, 2)
    assert (whole.choices[0].message.content, whole.choices[0].finish_reason) == ("Monet", "stop")
    assert whole.usage.completion_tokens == 2
    assert asked == 1


def test_calls_are_given_again(tmp_path):
    with cached(tmp_path, CALLS) as callers, callers.openai() as client:
        callers.ask(STREAMED)
        whole = client.chat.completions.create(**ASKED).choices[0]
        (call,) = whole.message.tool_calls
        deltas = [each.choices[0].delta for each in client.chat.completions.create(**STREAMED) if each.choices]

    assert (call.id, call.function.name, call.function.arguments) == ("1", "f", "{}")
    assert whole.finish_reason == "tool_calls"
    assert [(made.index, made.id, made.function.name) for delta in deltas for made in delta.tool_calls or ()] == [
        (0, "1", "f")
    ]


def test_several_answers_are_given_again_as_many(tmp_path):
    both = [
        {"index": place, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        for place, text in enumerate(["Monet", "Manet"])
    ]
    with cached(tmp_path, document(COMPLETION | {"choices": both}), document()) as callers, callers.openai() as client:
        results = callers.results(ASKED | {"n": 2}, ASKED | {"n": 2}, ASKED)
        texts = ["", ""]
        for each in client.chat.completions.create(**STREAMED, n=2):
            for choice in each.choices:
                texts[choice.index] += choice.delta.content or ""

    assert results == ["miss", "hit", "miss"]
    assert texts == ["Monet", "Manet"]


def test_fewer_answers_than_were_asked_for_are_not_kept(tmp_path):
    with cached(tmp_path, document(), document()) as callers:
        assert callers.results(ASKED | {"n": 2}, ASKED | {"n": 2}) == ["miss", "miss"]


def test_other_keys_and_other_requests_are_answered_by_themselves(tmp_path):
    others = [ASKED | more for more in ({"seed": 1}, {"temperature": 0}, {"tools": []}, {"a_vendors_own": 1})]
    with cached(tmp_path, *(said(str(number)) for number in range(6))) as callers:
        _, bobs = callers.gateway.desk.create("bob")
        first = callers.ask()
        bob = callers.ask(secret=bobs)
        results = callers.results(*others)
        same = dict(reversed(ASKED.items())) | {"user": "u", "metadata": {"trace": "t"}}

        assert (first[0], bob[0], results) == ("miss", "miss", ["miss"] * 4)
        assert json.loads(bob[1])["choices"][0]["message"]["content"] == "1"
        assert callers.ask(same) == ("hit", first[1])
        assert callers.ask(secret=bobs) == ("hit", bob[1])


def test_a_key_with_another_secret_is_the_same_key(tmp_path):
    with cached(tmp_path, document()) as callers:
        callers.ask()
        key = next(each.id for each in callers.gateway.desk.listed() if each.owner == "ana")
        _, fresh = callers.gateway.desk.rotate(key)

        assert callers.ask(secret=fresh)[0] == "hit"


def test_where_no_keys_are_asked_for_it_is_given_to_everybody(tmp_path):
    file = tmp_path / "dragoman.toml"
    with Scripted([READ, document()]) as upstream:
        file.write_text(f'[upstreams.only]\nurl = "{upstream.url("/v1")}"\n{ROUTE}')
        with Served("--config", str(file)) as served:
            told = [ask(served.url, CHAT, "POST", secret, ASKED)[1] for secret in (None, "any", "other")]

    assert [each["x-dragoman-cache"] for each in told] == ["miss", "hit", "hit"]


def test_a_route_without_a_cache_says_nothing_of_one(tmp_path):
    more = ROUTE + '[[routes]]\nmodel = "plain"\ncandidates = ["only"]\n'
    with cached(tmp_path, document(), document(), more=more) as callers:
        told = [callers.gateway.ask(CHAT, "POST", callers.secret, ASKED | {"model": "plain"})[1] for _ in range(2)]
        asked = callers.asked

    assert [each.get("x-dragoman-cache") for each in told] == [None, None]
    assert asked == 2


def test_a_caller_may_ask_past_it(tmp_path):
    with cached(tmp_path, *(said(str(number)) for number in range(4))) as callers:
        told = [
            callers.ask(),
            callers.ask(cache_control="no-cache"),
            callers.ask(),
            callers.ask(cache_control="max-age=0, no-store"),
            callers.ask(cache_control="max-age=600"),
            callers.ask(cache_control="no-store"),
        ]

    heard = [(result, json.loads(body)["choices"][0]["message"]["content"]) for result, body in told]
    assert heard == [
        ("miss", "0"), ("bypass", "1"), ("hit", "1"), ("bypass", "2"), ("hit", "1"), ("hit", "1"),
    ]  # fmt: skip


def test_a_caller_may_want_what_is_kept_or_nothing(tmp_path):
    with cached(tmp_path, document()) as callers, callers.openai() as client:
        only = {"extra_headers": {"cache-control": "only-if-cached"}}
        with pytest.raises(openai.APIStatusError, match="no such answer is kept") as refused:
            client.chat.completions.create(**ASKED, **only)
        before = callers.asked
        client.chat.completions.create(**ASKED)
        answer = client.chat.completions.create(**ASKED, **only)

        told = refused.value.response.headers
        assert (refused.value.status_code, refused.value.code, before) == (504, "not_cached", 0)
        assert (told["x-dragoman-cache"], told["x-should-retry"]) == ("miss", "false")
        assert answer.choices[0].message.content == "Monet"
        assert len(callers.rows(2)) == 2


def test_a_caller_may_have_its_answer_kept_nowhere(tmp_path):
    with cached(tmp_path, document(), document(), WHOLE_STREAM, WHOLE_STREAM) as callers:
        whole = callers.results(ASKED, ASKED, cache_control="no-store")
        streamed = callers.results(STREAMED, STREAMED, cache_control="no-store")

    assert whole + streamed == ["miss"] * 4


def test_an_answer_is_given_again_for_as_long_as_its_route_says(tmp_path):
    with cached(tmp_path, *[document()] * 50, more=ROUTE.replace("600", "0.5")) as callers:
        callers.ask()
        assert until(lambda: callers.ask()[0] == "miss")
        assert until(lambda: callers.ask()[0] == "hit")


CUT = chunked_head() + chunk(step("Mo"))
FAILED = chunked(step("Mo"), event({"error": {"message": "busy", "type": "server_error"}}))


@pytest.mark.parametrize(
    ("bad", "asked"),
    [
        ([answer(b'{"error": {"message": "no"}}', "400 No")], ASKED),
        ([answer(b'{"error": {"message": "no"}}', "400 No")], STREAMED),
        ([answer(b"{}")], ASKED),
        ([said("Mo", "content_filter")], ASKED),
        ([said("Mo", None)], ASKED),
        ([chunked(step("Mo"), step(finish="content_filter"), DONE)], STREAMED),
        ([chunked(step("Mo"), DONE)], STREAMED),
        ([FAILED], STREAMED),
        ([CUT, CLOSE], STREAMED),
    ],
    ids=["a refusal", "a refused stream", "nothing", "filtered", "without an end", "a filtered stream", "a stream without an end", "a failed stream", "a cut stream"],
)  # fmt: skip
def test_what_is_no_whole_answer_is_not_kept(tmp_path, bad, asked):
    with operated(tmp_path, [repeat(READ, *bad)], more=ROUTE + "retries = 0\n") as gateway:
        callers = Callers(gateway)
        results = callers.results(asked, asked)

        assert "hit" not in results
        assert callers.asked == 2


def test_a_stream_that_its_caller_left_is_not_kept(tmp_path):
    with (
        operated(tmp_path, [READ, CUT], [READ, WHOLE_STREAM], more=ROUTE) as gateway,
        Callers(gateway).openai() as client,
    ):
        stream = client.chat.completions.create(**STREAMED)
        next(iter(stream))
        stream.close()
        assert gateway.upstream.left()
        again = client.chat.completions.with_raw_response.create(**STREAMED)

    assert again.headers["x-dragoman-cache"] == "miss"


def test_a_stream_that_two_upstreams_wrote_is_not_kept(tmp_path):
    rest = chunked(step("net"), step(finish="stop"), USAGE, DONE)
    script = [[READ, CUT, CLOSE], [READ, rest, READ, WHOLE_STREAM]]
    with operated(tmp_path, *script, more=ROUTE, upstream="continues = true") as gateway:
        callers = Callers(gateway)
        first, body = callers.ask(STREAMED)
        results = callers.results(STREAMED, STREAMED)

    assert '"continued"' in body
    assert [first, *results] == ["miss", "miss", "hit"]


def test_an_answer_that_takes_too_much_is_not_kept(tmp_path):
    small = ROUTE + "[cache]\nsize = 16384\n"
    with cached(tmp_path, said("x" * 3000), said("x" * 3000), said("x"), more=small) as callers:
        large = ASKED | {"seed": 1}
        results = callers.results(large, large, ASKED, ASKED)

    assert results == ["miss", "miss", "miss", "hit"]


def test_a_hit_uses_nothing_that_a_key_may_use_but_a_request_a_minute(tmp_path):
    limits = Limits(requests_per_minute=9, tokens_per_minute=99, budget_day_tokens=99, budget_day_microusd=99)
    with cached(tmp_path, document(), limits=limits) as callers:
        results = callers.results(ASKED, ASKED, STREAMED)
        left = json.loads(callers.gateway.ask("/v1/key", secret=callers.secret)[2])["limits"]

    assert results == ["miss", "hit", "hit"]
    assert {name: each["used"] for name, each in left.items()} == {
        "requests_per_minute": 3, "tokens_per_minute": 4, "budget_day_tokens": 4, "budget_day_microusd": 4,
    }  # fmt: skip


def test_a_hit_passes_where_a_budget_is_used_up_and_not_where_the_minute_is(tmp_path):
    with cached(tmp_path, document(), limits=Limits(requests_per_minute=3, budget_day_tokens=25)) as callers:
        first = callers.ask()[0]
        # More than is left of the budget.
        other = callers.ask(ASKED | {"max_tokens": 24})[0]
        results = callers.results(ASKED, ASKED, ASKED)

    assert (first, other) == ("miss", 429)
    assert results == ["hit", "hit", 429]


def test_a_hit_is_a_row_of_the_ledger_that_cost_nothing(tmp_path):
    with cached(tmp_path, document(), server="tell_cost = true") as callers:
        told = [json.loads(callers.ask(x_request_id=name)[1]) for name in ("first", "again")]
        paid, hit = callers.rows(2)
        (entry,) = callers.gateway.admin("/admin/requests/again")[1]["entries"]
        own = json.loads(callers.gateway.ask("/v1/requests/again", secret=callers.secret)[2])["entries"][0]
        used = callers.gateway.admin("/admin/usage?by=owner")[1]["data"]
        by_source = callers.gateway.admin("/admin/usage?by=tokens_from")[1]["data"]
        health = json.loads(callers.gateway.ask("/healthz", secret=ADMIN)[2])["requests"]

    assert [each["usage"].pop("cost") for each in told] == [4e-6, 0]
    assert told[0] == told[1] == COMPLETION
    assert (paid["upstream"], paid["cost"], paid["tokens_from"], paid["attempts"]) == ("only", 4, "upstream", 1)
    assert (hit["upstream"], hit["cost"], hit["tokens_from"], hit["attempts"]) == (None, 0, "cache", 0)
    assert (hit["served"], hit["end_reason"], hit["status"]) == ("real", "completed", 200)
    assert (hit["prompt_tokens"], hit["completion_tokens"]) == (3, 1)
    assert (entry["tokens_from"], entry["attempts"]) == ("cache", [])
    assert own["tokens_from"] == "cache"
    (sums,) = used
    assert (sums["requests"], sums["cache_hits"], sums["saved_tokens"]) == (2, 1, 4)
    assert (sums["prompt_tokens"], sums["completion_tokens"], sums["cost_microusd"], sums["inexact"]) == (3, 1, 4, 0)
    assert [(each["tokens_from"], each["requests"]) for each in by_source] == [("cache", 1), ("upstream", 1)]
    assert (health["completed"], health["prompt_tokens"], health["completion_tokens"]) == (2, 3, 1)


def test_what_came_of_looks_is_counted(tmp_path):
    with cached(tmp_path, document(), document()) as callers:
        callers.results(ASKED, ASKED, STREAMED)
        callers.ask(cache_control="no-cache")
        told = callers.gateway.ask("/metrics", secret=ADMIN)[2].decode().splitlines()

    assert [line for line in told if line.startswith("dragoman_cache")][:5] == [
        'dragoman_cache_looks_total{result="bypass"} 1',
        'dragoman_cache_looks_total{result="hit"} 2',
        'dragoman_cache_looks_total{result="miss"} 1',
        'dragoman_cache_looks_total{result="unavailable"} 0',
        "dragoman_cache_answers 1",
    ]
    assert 'dragoman_requests_total{upstream="only",end_reason="completed",stream="false"} 2' in told
    assert 'dragoman_tokens_total{upstream="only",kind="prompt"} 6' in told


def test_what_was_changed_of_a_request_is_told_with_each_answer(tmp_path):
    odd = ASKED | {"top_k": 3}
    vendor = 'vendor = "openai"\n'
    with operated(tmp_path, [READ, document()], more=ROUTE, upstream=vendor) as gateway:
        gateway.rewrite('parameters = "pass"', 'parameters = "drop"')
        gateway.admin("/admin/reload", "POST")
        callers = Callers(gateway)
        told = [gateway.ask(CHAT, "POST", callers.secret, odd)[1] for _ in range(2)]

    assert [each["x-dragoman-cache"] for each in told] == ["miss", "hit"]
    assert told[0]["x-dragoman-changed"] == told[1]["x-dragoman-changed"] == "top_k: dropped"


def test_it_outlasts_a_reload_but_for_routes_that_became_others(tmp_path):
    more = '[[routes]]\nmodel = "a"\ncandidates = ["only"]\ncache = 600\n' + ROUTE
    with cached(tmp_path, *[document()] * 3, more=more) as callers:
        one, other = ASKED | {"model": "a"}, ASKED
        before = callers.results(one, other)
        callers.gateway.rewrite('model = "a"\n', 'model = "a"\nretries = 1\n')
        _, told = callers.gateway.admin("/admin/reload", "POST")
        after = callers.results(one, other)

    assert told["changed"] == ["routes.a.retries: 2 → 1"]
    assert (before, after) == (["miss", "miss"], ["miss", "hit"])


def test_a_reload_makes_it_smaller(tmp_path):
    with cached(tmp_path, *[document()] * 3, more=ROUTE + "[cache]\nsize = 100_000\n") as callers:
        callers.ask()
        callers.gateway.rewrite("size = 100_000", "size = 8")
        callers.gateway.admin("/admin/reload", "POST")

        assert callers.results(ASKED, ASKED) == ["miss", "miss"]


def test_anthropics_client_is_told_both_ways(tmp_path):
    asked = {"model": "m", "max_tokens": 9, "messages": HELLO}
    with cached(tmp_path, document()) as callers, callers.anthropic() as client:
        first, second = (client.messages.with_raw_response.create(**asked) for _ in range(2))
        with client.messages.stream(**asked) as stream:
            message = stream.get_final_message()
            result = stream.response.headers["x-dragoman-cache"]

    assert (first.headers["x-dragoman-cache"], second.headers["x-dragoman-cache"], result) == ("miss", "hit", "hit")
    assert second.http_response.content == first.http_response.content
    assert message.content[0].text == "Monet"
    assert (message.stop_reason, message.usage.input_tokens, message.usage.output_tokens) == ("end_turn", 3, 1)


@pytest.mark.parametrize("streamed", [False, True])
def test_blocks_of_anthropics_come_back_in_their_order(tmp_path, streamed):
    asked = {"model": "m", "max_tokens": 9, "messages": HELLO}
    wire = chunked(b"".join(map(on_the_wire, events_of(MESSAGE)))) if streamed else answer(json.dumps(MESSAGE).encode())
    with cached(tmp_path, wire, upstream='vendor = "anthropic"') as callers, callers.anthropic() as client:
        with client.messages.stream(**asked) if streamed else client.messages.with_streaming_response.create(**asked) as first:  # fmt: skip
            heard = first.get_final_message() if streamed else first.parse()
        with client.messages.stream(**asked) as stream:
            again = stream.get_final_message()
        whole = client.messages.create(**asked)
        asked_upstream = callers.asked

    for message in (heard, again, whole):
        assert [block.to_dict() for block in message.content] == MESSAGE["content"]
        assert message.stop_reason == "tool_use"
        assert message.usage.output_tokens == 5
        assert message.usage.cache_read_input_tokens == 7
    assert asked_upstream == 1


def test_text_completions_are_given_again(tmp_path):
    asked = {"model": "m", "prompt": "Hello", "max_tokens": 5}
    with cached(tmp_path, document()) as callers, callers.openai() as client:
        first, second = (client.completions.create(**asked) for _ in range(2))
        streamed = "".join(each.choices[0].text for each in client.completions.create(**asked, stream=True))
        asked_upstream = callers.asked

    assert first.choices[0].text == second.choices[0].text == streamed == "Monet"
    assert asked_upstream == 1


def test_vectors_are_given_again(tmp_path):
    vectors = {"object": "list", "model": "real", "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}]}
    made = answer(json.dumps(vectors | {"usage": {"prompt_tokens": 5, "total_tokens": 5}}).encode())
    with cached(tmp_path, made, made) as callers, callers.openai() as client:
        create = client.embeddings.with_raw_response.create
        told = [
            create(model="m", input="one", encoding_format="float"),
            create(model="m", input="one", encoding_format="float", user="u"),
            create(model="m", input="one", encoding_format="float", dimensions=2),
        ]
        paid, hit, _ = callers.rows(3)

    assert [each.headers["x-dragoman-cache"] for each in told] == ["miss", "hit", "miss"]
    assert told[1].content == told[0].content
    assert (paid["tokens_from"], hit["tokens_from"], hit["prompt_tokens"], hit["cost"]) == ("upstream", "cache", 5, 0)


def test_a_number_of_tokens_is_no_answer_to_keep(tmp_path):
    counts = answer(b'{"input_tokens": 7}')
    asked = {"model": "m", "messages": HELLO}
    with cached(tmp_path, counts, counts, upstream='vendor = "anthropic"') as callers:
        told = [callers.gateway.ask(MESSAGES + "/count_tokens", "POST", callers.secret, asked) for _ in range(2)]

    assert [(status, json.loads(body), headers["x-dragoman-cache"]) for status, headers, body in told] == [
        (200, {"input_tokens": 7}, None)
    ] * 2


def test_nothing_of_what_is_kept_is_on_the_disk_or_on_the_log(tmp_path):
    asked = ASKED | {"messages": [{"role": "user", "content": "planted-prompt"}]}
    with cached(tmp_path, said("planted-answer"), more=ROUTE + '[log]\nlevel = "debug"\n') as callers:
        results = callers.results(asked, asked, asked | {"stream": True})
        callers.rows(3)
        folder = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        callers.gateway.served.stop()
        log = callers.gateway.served.said

    assert results == ["miss", "hit", "hit"]
    assert b"completed" in folder
    assert b"completed" in log
    assert b"planted-prompt" not in folder + log
    assert b"planted-answer" not in folder + log


@contextmanager
def sharing(folder, server, *answers):
    """Two gateways that share a cache, and their upstream."""
    file = folder / "dragoman.toml"
    with Scripted([repeat(*(step for each in answers for step in (READ, each)))]) as upstream:
        file.write_text(
            f'[upstreams.only]\nurl = "{upstream.url("/v1")}"\n{ROUTE}[cache]\nshared = "{server.connection_url}"\n'
        )
        with Served("--config", str(file)) as one, Served("--config", str(file)) as other:
            yield one, other, upstream


def looked(served, body=ASKED):
    status, headers, _ = ask(served.url, CHAT, "POST", None, body)
    assert status == 200
    return headers["x-dragoman-cache"]


def test_replicas_share_what_they_keep(tmp_path):
    with valkey() as server, sharing(tmp_path, server, document()) as (one, other, upstream):
        first = looked(one)
        assert until(lambda: looked(other) == "hit")
        whole = upstream.requests
        again = looked(one), looked(one, STREAMED)

    assert (first, *again) == ("miss", "hit", "hit")
    assert len(whole) <= 2


@pytest.mark.parametrize("away", [frozen, killed], ids=["frozen", "dead"])
def test_a_shared_cache_that_is_away_fails_nobody_and_is_told_once(tmp_path, away):
    with valkey() as server, sharing(tmp_path, server, document()) as (one, _, _):
        looked(one)
        assert until(lambda: looked(one) == "hit")
        if away is killed:
            killed(server)
            results = [looked(one) for _ in range(5)]
        else:
            with frozen(server):
                results = [looked(one) for _ in range(5)]
        metrics = ask(one.url, "/metrics")[2].decode()
        one.stop()
        log = one.said

    assert results == ["miss"] * 5
    assert 'looks_total{result="unavailable"} 5' in metrics
    assert log.count(b"the shared cache does not answer") == 1


def test_a_shared_cache_has_no_word_of_a_request_in_it(tmp_path):
    asked = ASKED | {"messages": [{"role": "user", "content": "planted-prompt"}]}
    with valkey() as server, sharing(tmp_path, server, document()) as (one, _, _):
        looked(one, asked)
        assert until(lambda: looked(one, asked) == "hit")
        with redis.Redis.from_url(server.connection_url) as client:
            (name,) = client.keys()
            kept = client.get(name)

    assert name.startswith(b"dragoman:cache:")
    assert b"Monet" in kept
    assert b"planted" not in name + kept


def test_something_else_under_an_answers_name_is_a_miss(tmp_path):
    with valkey() as server, sharing(tmp_path, server, document()) as (one, other, _):
        looked(one)
        assert until(lambda: looked(one) == "hit")
        with redis.Redis.from_url(server.connection_url) as client:
            (name,) = client.keys()
            client.set(name, b"\xc1")

        assert looked(other) == "miss"
