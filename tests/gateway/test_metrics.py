"""What is counted of requests as they end, and what a scrape of a gateway that works says."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from answers import STREAM, document
from dragoman.gateway.exposition import written
from dragoman.gateway.metrics import COUNTED, LOOKED_UP, Meter
from entries import attempt, closed
from operated import ADMIN, ASKED, operated
from scripted import READ, answer, repeat
from serving import until


def samples(text):
    """Every sample that Prometheus's own parser finds, but for buckets."""
    return {
        (sample.name.removeprefix("dragoman_"), *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_bucket")
    }


def counted(*entries):
    meter = Meter()
    for entry in entries:
        meter.closed(entry)
    return samples(written(COUNTED, meter.numbers))


def test_an_entry_is_counted_by_its_upstream_and_its_end():
    told = counted(closed(1), closed(2, end_reason="failed", upstream=None, first_token_s=None, stream=False, attempts=()))  # fmt: skip

    assert told["requests_total", "completed", "true", "openai"] == 1
    assert told["requests_total", "failed", "false"] == 1
    assert (told["first_token_seconds_count", "openai"], told["first_token_seconds_sum", "openai"]) == (1, 0.25)
    assert told["request_seconds_count", "true", "openai"] == 1


def test_tokens_and_cost_are_those_of_each_attempt_at_its_own_upstream():
    lost = attempt(upstream="slow", end_reason="cancelled", prompt_tokens=9, tokens_from="estimated")
    won = attempt(prompt_tokens=9, completion_tokens=4, cached_tokens=5, reasoning_tokens=2, tokens_from="upstream", cost=70)  # fmt: skip
    told = counted(closed(1, attempts=(lost, won)))

    assert told["attempts_total", "cancelled", "slow"] == told["attempts_total", "completed", "openai"] == 1
    assert {key[1:]: value for key, value in told.items() if key[0] == "tokens_total"} == {
        ("prompt", "slow"): 9, ("prompt", "openai"): 9, ("completion", "openai"): 4, ("cached", "openai"): 5,
        ("reasoning", "openai"): 2,
    }  # fmt: skip
    assert told["cost_microusd_total", "openai"] == 70
    assert told["unpriced_attempts_total", "slow"] == 1
    assert ("unpriced_attempts_total", "openai") not in told


def test_what_is_rare_is_there_from_the_beginning_so_that_its_first_time_is_seen():
    meter = Meter()
    meter.begin(["openai", "here"])
    told = samples(written(COUNTED, meter.numbers))
    meter.closed(closed(1, attempts=(attempt(prompt_tokens=9, tokens_from="estimated"),)))
    meter.begin(["openai"])

    assert {key: value for key, value in told.items() if value == 0} == told
    assert told.keys() == {
        ("unpriced_attempts_total", "openai"), ("unpriced_attempts_total", "here"),
        ("reloads_total", "changed"), ("reloads_total", "refused"),
    }  # fmt: skip
    assert samples(written(COUNTED, meter.numbers))["unpriced_attempts_total", "openai"] == 1


@pytest.mark.parametrize(("status", "word"), [(200, "2xx"), (429, "4xx"), (503, "5xx"), (0, "none"), (308, "3xx")])
def test_an_answer_is_counted_by_the_class_of_its_status(status, word):
    meter = Meter()
    meter.answered("/v1/models", status)

    assert samples(written(COUNTED, meter.numbers)) == {("http_responses_total", "/v1/models", word): 1}


def test_every_family_says_what_it_counts_under_a_name_of_its_own():
    families = (*COUNTED, *LOOKED_UP)

    assert len({family.name for family in families}) == len(families)
    for family in families:
        assert family.name.startswith("dragoman_")
        assert family.name.endswith("_total") == (family.kind == "counter")
        assert family.words
        assert bool(family.bounds) == (family.kind == "histogram")
        assert list(family.bounds) == sorted(family.bounds)


def scraped(gateway):
    status, headers, body = gateway.ask("/metrics", secret=ADMIN)
    assert status == 200
    assert headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return samples(body.decode())


def test_a_scrape_says_what_was_served_and_what_there_is(tmp_path):
    models, stream = answer(b'{"data": []}'), STREAM
    with operated(tmp_path, [READ, document(), READ, stream, repeat(READ, models)]) as gateway:
        _, secret = gateway.desk.create("ana")
        gateway.ask("/v1/chat/completions", "POST", secret, ASKED)
        gateway.ask("/v1/messages", "POST", secret, ASKED | {"stream": True})
        gateway.ask("/v1/chat/completions", "POST", None, ASKED)
        gateway.ask("/nope/of/a/callers/own")
        told = scraped(gateway)

    assert told["http_responses_total", "/v1/chat/completions", "2xx"] == 1
    assert told["http_responses_total", "/v1/chat/completions", "4xx"] == 1
    assert told["http_responses_total", "/v1/messages", "2xx"] == 1
    assert told["http_responses_total", "none", "4xx"] == 1
    assert told["requests_total", "completed", "false", "only"] == told["requests_total", "completed", "true", "only"] == 1  # fmt: skip
    assert told["first_token_seconds_count", "only"] == 1
    assert told["cost_microusd_total", "only"] > 0
    assert told["requests_under_way",] == told["requests_waiting",] == told["journal_kept",] == 0
    assert told["seats_taken", "request"] == told["upstream_requests", "only"] == told["circuits_open", "only"] == 0
    assert told["credentials", "only"] == 1
    assert told["ledger_lag_seconds",] < 60


def test_no_word_of_a_callers_own_is_a_label(tmp_path):
    with operated(tmp_path) as gateway:
        _, secret = gateway.desk.create("planted-owner")
        gateway.ask("/v1/chat/completions", "POST", secret, ASKED | {"model": "planted-model"}, x_request_id="planted")
        gateway.ask("/v1/models/planted-name", "POST", "planted-key")
        gateway.ask("/planted-path?planted=query", "PLANTED")
        text = gateway.ask("/metrics", secret=ADMIN)[2]

    assert b"planted" not in text


def test_whichever_worker_is_asked_answers_for_all_of_them(tmp_path):
    with operated(tmp_path, options=("--workers", "2")) as gateway:
        _, secret = gateway.desk.create("ana")
        for _ in range(20):
            gateway.ask("/v1/chat/completions", "POST", secret, ASKED)

        name = ("requests_total", "completed", "false", "only")
        assert until(lambda: all(scraped(gateway).get(name) == 20 for _ in range(6)))
        assert any(key[0] == "workers" and value == 2 for key, value in scraped(gateway).items())
