"""What a request may have at most: messages, objects and arrays in one another, characters of a model's name."""

import json

import pytest

from dragoman.errors import InvalidRequestError
from dragoman.gateway.bounds import NAME, within
from dragoman.gateway.config.shape import BoundsConfig
from operated import ask
from serving import Served
from upstreams import Upstream

BOUNDS = BoundsConfig(messages=3, depth=4)
HELLO = {"role": "user", "content": "Hello"}


def nested(deep):
    """A body with so many objects and arrays in one another."""
    return json.loads('{"messages":[],"x":' + "[" * (deep - 1) + "]" * (deep - 1) + "}")


def judged(body):
    within(BOUNDS, json.dumps(body).encode(), body)


@pytest.mark.parametrize(
    "body", [{"messages": [HELLO] * 3}, nested(4), {"model": "m" * NAME}, {"input": ["a"] * 4}, {"x": [{}, {}, [], []]}]
)
def test_what_is_within_the_bounds_passes(body):
    judged(body)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"messages": [HELLO] * 4}, "messages has 4 entries, and may have 3 here"),
        ({"model": "m" * (NAME + 1)}, "model has 1025 characters, and may have 1024"),
        (nested(5), "the body is nested too deeply: 4 objects and arrays in one another at most"),
    ],
)
def test_what_is_beyond_them_is_refused_by_name(body, says):
    with pytest.raises(InvalidRequestError, match=says):
        judged(body)


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/messages/count_tokens"])
def test_a_gateway_refuses_it_before_anybody_is_asked(tmp_path, path):
    file = tmp_path / "dragoman.toml"
    with Upstream() as upstream:
        file.write_text(f'[upstreams.only]\nurl = "{upstream.url}"\n[bounds]\nmessages = 2\ndepth = 10')
        with Served("--config", str(file)) as served:
            for more, says in (
                ({"messages": [HELLO] * 3}, "may have 2 here"),
                ({"x": nested(11)}, "nested too deeply"),
                ({"model": "m" * 100_000}, "may have 1024"),
            ):
                body = {"model": "m", "max_tokens": 5, "messages": [HELLO]} | more
                status, _, told = ask(served.url, path, "POST", None, body)
                assert status == 400
                assert says in json.loads(told)["error"]["message"]
    assert upstream.asked == []
