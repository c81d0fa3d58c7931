"""Which upstreams answer a model, and in which order."""

from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.gateway.config.shape import Candidate, RouteConfig
from dragoman.gateway.routes import Routes, in_order


class Known(NamedTuple):
    busy: int = 0
    pace: float = 0.0


def to(upstream, model=None, weight=1.0):
    return Candidate(upstream=upstream, model=model, weight=weight)


def route(model, *candidates, **fields):
    return RouteConfig(model=model, candidates=candidates, **fields)


def answering(routes, asked):
    found = routes.find(asked)
    return found and [(each.upstream, each.model) for each in found.ways]


ROUTES = Routes(
    [
        route("*", to("last")),
        route("gpt-*", to("openai"), to("azure", "deployment-*")),
        route("gpt-4*", to("fours")),
        route("gpt-4o", to("exact", "gpt-4o-2024-08-06")),
        route("house/*-chat", to("house", "*")),
    ]
)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("gpt-4o", [("exact", "gpt-4o-2024-08-06")]),
        ("gpt-4o-mini", [("fours", "gpt-4o-mini")]),
        ("gpt-5", [("openai", "gpt-5"), ("azure", "deployment-5")]),
        ("house/qwen-chat", [("house", "qwen")]),
        ("house/qwen", [("last", "house/qwen")]),
        ("", [("last", "")]),
    ],
)
def test_the_most_exact_route_answers(asked, answered):
    assert answering(ROUTES, asked) == answered


def test_a_model_without_a_route_has_none():
    assert Routes([route("gpt-*", to("openai"))]).find("claude") is None


def test_of_two_routes_as_exact_the_first_answers():
    assert answering(Routes([route("a*", to("one")), route("*a", to("two"))]), "aa") == [("one", "aa")]


def test_the_models_that_are_named_are_told_the_most_exact_first():
    assert ROUTES.models() == ["gpt-4o", "house/*-chat", "gpt-4*", "gpt-*", "*"]


def test_who_answers_when_nobody_can_is_asked_for_the_model_that_was_asked_for():
    found = Routes([route("gpt-*", to("openai", "x"), last_resort="here")]).find("gpt-4")

    assert [(way.upstream, way.model) for way in found.resort] == [("here", "gpt-4")]


def order(candidates, choose, known=None, seed=0):
    known = known or {}
    found = Routes([route("m", *candidates, choose=choose)]).find("m")
    return [way.upstream for way in in_order(found, lambda name: known.get(name, Known()), Random(seed).random)]


def test_ordered_is_as_written():
    assert order([to("b"), to("a"), to("c")], "ordered") == ["b", "a", "c"]


def test_weighted_is_as_often_first_as_the_weights_say():
    candidates = [to("small", weight=1), to("large", weight=3)]
    firsts = [order(candidates, "weighted", seed=seed)[0] for seed in range(4000)]

    assert 0.72 < firsts.count("large") / len(firsts) < 0.78


def test_least_busy_goes_by_the_work_for_each_unit_of_weight():
    known = {"a": Known(busy=4), "b": Known(busy=9), "c": Known(busy=5)}

    assert order([to("a"), to("b", weight=3), to("c")], "least-busy", known) == ["b", "a", "c"]


def test_fastest_goes_by_the_pace_and_by_who_waits_already():
    known = {"slow": Known(pace=2.0), "fast": Known(pace=0.5), "full": Known(pace=0.4, busy=9)}

    assert order([to("slow"), to("fast"), to("full")], "fastest", known) == ["fast", "slow", "full"]


def test_whom_nobody_knows_yet_is_tried_first():
    assert order([to("known"), to("new")], "fastest", {"known": Known(pace=0.1)}) == ["new", "known"]


@pytest.mark.parametrize("choose", ["weighted", "least-busy", "fastest"])
def test_equals_take_turns(choose):
    assert {order([to("a"), to("b")], choose, seed=seed)[0] for seed in range(20)} == {"a", "b"}


@given(
    st.lists(st.floats(0.1, 10), min_size=1, max_size=6),
    st.sampled_from(["ordered", "weighted", "least-busy", "fastest"]),
)
def test_nobody_is_left_out_or_asked_twice(weights, choose):
    candidates = [to(str(number), weight=weight) for number, weight in enumerate(weights)]

    assert sorted(order(candidates, choose)) == sorted(each.upstream for each in candidates)
