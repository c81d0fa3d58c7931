"""Which models a request names."""

from dragoman.gateway.named import models_in


def test_the_model_that_is_asked_for_comes_first_and_nobody_names_others_by_chance():
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": "models"}],
        "tools": [{"type": "function", "function": {"name": "model", "parameters": {"model": "x"}}}],
        "metadata": {"model": "no"},
        "models": [None, 5, {"model": 7}],
        "fallbacks": None,
        "anthropic": "x",
    }

    assert list(models_in(body)) == [("model", "m")]


def test_others_are_found_wherever_an_upstream_looks():
    body = {"model": "m", "models": ["a", "b"], "fallbacks": {"model": "c"}, "responses": {"tools": [{"model": "d"}]}}

    assert dict(models_in(body)) == {
        "model": "m",
        "fallbacks.model": "c",
        "models[0]": "a",
        "models[1]": "b",
        "responses.tools[0].model": "d",
    }
