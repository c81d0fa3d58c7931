"""Which requests are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurations import config
from dragoman.gateway.cache.key import key_of, mark_of

ASKED = {"model": "m", "messages": [{"role": "user", "content": "Hello"}], "tools": [{"type": "function"}]}
ROUTES = """
[upstreams.a]
vendor = "openai"
[upstreams.b]
vendor = "groq"
[upstreams.c]
vendor = "mistral"
[[routes]]
model = "gpt-*"
candidates = ["a", { upstream = "b", model = "x" }]
cache = 60
"""


def key(who="key_1", asks="completion", mark="r", **fields):
    return key_of(who, asks, mark, ASKED | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"stream": True},
        {"stream": False},
        {"stream": True, "stream_options": {"include_usage": True}},
        {"user": "ana"},
        {"metadata": {"trace": "7"}},
        {"safety_identifier": "s"},
        {"prompt_cache_key": "k", "prompt_cache_retention": "24h", "prompt_cache_options": {}},
    ],
    ids=str,
)
def test_how_an_answer_is_told_and_for_whom_makes_no_other_request(fields):
    assert key(**fields) == key()


@pytest.mark.parametrize("api", ["anthropic", "responses"])
def test_the_same_said_for_one_api_alone_makes_none_either(api):
    assert key(**{api: {"metadata": {"trace": "7"}}}) == key(**{api: {}})
    assert key(**{api: {"include": ["x"], "metadata": {}}}) == key(**{api: {"include": ["x"]}}) != key(**{api: {}})


@pytest.mark.parametrize(
    "fields",
    [
        {"who": "key_2"},
        {"who": ""},
        {"asks": "embeddings"},
        {"mark": "s"},
        {"model": "n"},
        {"messages": [{"role": "user", "content": "Hello "}]},
        {"messages": [{"role": "system", "content": "Hello"}]},
        {"tools": []},
        {"tools": None},
        {"tool_choice": "none"},
        {"n": 2},
        {"seed": 1},
        {"temperature": 0},
        {"max_tokens": 10},
        {"response_format": {"type": "json_object"}},
        {"anthropic": {"thinking": {"type": "adaptive"}}},
        {"a_vendors_own": 1},
        {"a_vendors_own": None},
    ],
    ids=str,
)
def test_whatever_else_is_asked_is_another_request(fields):
    assert key(**fields) != key()


@given(st.dictionaries(st.text(max_size=3), st.integers() | st.dictionaries(st.text(max_size=2), st.none())), st.data())
def test_the_order_of_fields_does_not_matter(fields, data):
    def shuffled(value):
        if not isinstance(value, dict):
            return value
        return {name: shuffled(value[name]) for name in data.draw(st.permutations(list(value)))}

    assert key_of("k", "completion", "r", shuffled(fields)) == key_of("k", "completion", "r", fields)


def test_nothing_of_a_request_is_in_its_name():
    assert len(key()) == 64
    assert int(key(), 16)


def mark(text=ROUTES):
    found = config(text)
    return mark_of(found.routes[0], found.upstreams)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('"gpt-*"', '"gpt-?"'),
        ('model = "x"', 'model = "y"'),
        ("cache = 60", "cache = 61"),
        ("cache = 60", 'cache = 60\nlast_resort = "c"'),
        ('vendor = "groq"', 'vendor = "groq"\nparameters = "drop"'),
        ('vendor = "openai"', 'vendor = "openai"\nurl = "https://proxy.example/v1"'),
        ('vendor = "openai"', 'vendor = "openai"\nheaders = { x-team = "blue" }'),
    ],
)
def test_a_route_that_leads_elsewhere_is_another(was, now):
    assert was in ROUTES
    assert mark(ROUTES.replace(was, now)) != mark()


def test_what_a_route_does_not_lead_to_is_no_part_of_it():
    assert mark(ROUTES.replace('"mistral"', '"deepseek"') + "[bounds]\nbody = 5") == mark()
