"""What is left of a vendor's limits, as each vendor spells it."""

import pytest

from dragoman.errors import RateLimitError
from dragoman.rates import RateLimit, read_rate_limits

NOW = 1_764_000_000.0  # 2025-11-24T16:00:00Z


def read(**headers):
    return read_rate_limits({name.replace("_", "-"): value for name, value in headers.items()}, NOW)


def test_openais_headers():
    said = read(
        x_ratelimit_limit_requests="5000",
        x_ratelimit_limit_tokens="160000",
        x_ratelimit_remaining_requests="4999",
        x_ratelimit_remaining_tokens="159976",
        x_ratelimit_reset_requests="12ms",
        x_ratelimit_reset_tokens="6m0s",
    )

    assert said.requests == RateLimit(of="requests", limit=5000, remaining=4999, resets_in=0.012)
    assert said.tokens == RateLimit(of="tokens", limit=160000, remaining=159976, resets_in=360.0)


def test_anthropics_headers_of_which_the_tightest_counts():
    said = read(
        anthropic_ratelimit_requests_limit="50",
        anthropic_ratelimit_requests_remaining="49",
        anthropic_ratelimit_requests_reset="2025-11-24T16:00:02Z",
        anthropic_ratelimit_input_tokens_limit="40000",
        anthropic_ratelimit_input_tokens_remaining="39000",
        anthropic_ratelimit_output_tokens_limit="8000",
        anthropic_ratelimit_output_tokens_remaining="80",
        anthropic_ratelimit_output_tokens_reset="2025-11-24T16:01:00Z",
    )

    assert said.requests == RateLimit(of="requests", limit=50, remaining=49, resets_in=2.0)
    assert said.tokens == RateLimit(of="output tokens", limit=8000, remaining=80, resets_in=60.0)
    assert [one.of for one in said.every] == ["requests", "input tokens", "output tokens"]


def test_a_servers_own_date_is_what_its_moments_are_counted_from():
    said = read(
        date="Mon, 24 Nov 2025 15:00:00 GMT",
        anthropic_ratelimit_tokens_reset="2025-11-24T15:00:30Z",
        x_ratelimit_reset_requests="1763996460",
    )

    assert said.tokens.resets_in == 30.0
    assert said.requests.resets_in == 60.0


@pytest.mark.parametrize("date", ["soon", "Fri, 31 Dec 99999999999999999999 09:59:59 GMT"])
def test_a_date_that_is_none_is_as_if_it_were_not_there(date):
    headers = {"date": date, "anthropic-ratelimit-requests-remaining": "3"}

    assert read_rate_limits(headers, NOW).requests.remaining == 3


def test_windows_are_limits_of_their_own():
    mistral = read(
        x_ratelimit_limit_req_minute="60",
        x_ratelimit_remaining_req_minute="59",
        x_ratelimit_limit_tokens_minute="500000",
        x_ratelimit_remaining_tokens_minute="499000",
        x_ratelimit_limit_tokens_month="1000",
        x_ratelimit_remaining_tokens_month="1",
    )
    cerebras = read(x_ratelimit_remaining_requests_day="12", x_ratelimit_reset_requests_day="33011.38")

    assert mistral.requests == RateLimit(of="requests", limit=60, remaining=59, window="minute")
    assert mistral.tokens == RateLimit(of="tokens", limit=1000, remaining=1, window="month")
    assert cerebras.requests == RateLimit(of="requests", remaining=12, resets_in=33011.38, window="day")


@pytest.mark.parametrize(
    ("headers", "limit"),
    [
        ({"x-ratelimit-limit": "20", "x-ratelimit-remaining": "7", "x-ratelimit-reset": "1764000005000"}, (20, 7, 5)),
        ({"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "50", "ratelimit-reset": "6"}, (100, 50, 6)),
        ({"ratelimit": "limit=100, remaining=50, reset=5"}, (100, 50, 5)),
    ],
    ids=["in milliseconds since 1970", "the IETF's third draft", "the IETF's seventh draft"],
)
def test_headers_that_do_not_say_of_what_are_of_requests(headers, limit):
    said = read_rate_limits(headers, NOW).requests

    assert (said.limit, said.remaining, said.resets_in) == limit


def test_the_ietfs_policies_and_what_is_left_of_them():
    policies = '"minute";q=100;w=60, "day";q=1000;w=86400;pk=:abc=:'
    said = read_rate_limits({"ratelimit-policy": policies, "ratelimit": '"minute";r=3;t=20, "day";r=500'}, NOW)

    assert said.requests == RateLimit(of="requests", limit=100, remaining=3, resets_in=20.0, window="minute")
    assert len(said.every) == 2


@pytest.mark.parametrize(
    "value", ["-1", "", "soon", "1e9", "9" * 40, "2025-11-24T16:00:00", "12 parsecs", "6m0", "\ufffd", "٣"]
)
def test_what_cannot_be_read_is_as_if_it_were_not_there(value):
    headers = {"x-ratelimit-remaining-tokens": value, "x-ratelimit-reset-tokens": value}

    assert read_rate_limits(headers, NOW).tokens is None


def test_no_headers_no_limits():
    nothing = read_rate_limits({"content-type": "application/json", "date": "yesterday"}, NOW)

    assert (nothing.every, nothing.requests, nothing.tokens, nothing.exhausted_for) == ((), None, None, 0.0)


def test_how_long_there_is_nothing_left():
    said = read(
        x_ratelimit_remaining_requests="0",
        x_ratelimit_reset_requests="2s",
        x_ratelimit_remaining_tokens="0",
        x_ratelimit_reset_tokens="1m30s",
        x_ratelimit_remaining_project_tokens="7",
        x_ratelimit_reset_project_tokens="1h",
    )

    assert said.exhausted_for == 90.0


def test_an_error_says_them_too():
    error = RateLimitError("slow down", headers={"x-ratelimit-remaining-requests": "0"})

    assert error.rate_limits.requests.remaining == 0
