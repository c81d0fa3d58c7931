"""Bodies as JSON: what it has no form for is refused, and where it stands is said."""

import dataclasses
import math
import sys

import msgspec
import pytest

from dragoman import NULL, Dragoman, InvalidRequestError
from dragoman.call.written import written
from dragoman.openai import OpenAI
from dragoman.testing import Script, says


@dataclasses.dataclass
class Point:
    x: float


class Row(msgspec.Struct):
    cells: list[float]


class Model:
    def model_dump(self, **_):
        return {"cells": [1.0, math.nan]}


def refused(**fields):
    client = Dragoman("http://model.test/v1", model="m", transport=Script())
    with pytest.raises(InvalidRequestError) as refusal:
        client.chat.create(**{"messages": "Who?"} | fields)
    return refusal.value


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"temperature": math.nan}, "temperature"),
        ({"messages": [{"role": "user", "content": "Who?", "x": math.inf}]}, "messages[0].x"),
        ({"extra_body": {"a": {"b": [1, {"c": -math.inf}]}}}, "a.b[1].c"),
        ({"extra_body": {"a": (NULL, Point(math.nan))}}, "a[1].x"),
        ({"extra_body": {"a": Row([1.0, math.inf])}}, "a.cells[1]"),
        ({"extra_body": {"a": Model()}}, "a.cells[1]"),
        ({"messages": "Who \ud83d?"}, "messages[0].content"),
        ({"extra_body": {"a": {"\udc00": 1}}}, "a"),
        ({"extra_body": {"a": {(1, 2): 3}}}, "a"),
        ({"extra_body": {"a": [{"b": object()}]}}, "a[0].b"),
    ],
)
def test_what_json_has_no_form_for_is_refused_where_it_stands(fields, where):
    refusal = refused(**fields)

    assert refusal.param == where
    assert str(refusal).endswith(f"JSON has no form for it; it stands at {where}")


def test_null_where_it_is_meant_is_sent():
    script = Script(says("Monet."))
    client = Dragoman("http://model.test/v1", model="m", transport=script)
    client.chat.create(messages=[{"role": "assistant", "content": None}], stop=NULL, temperature=1e308)

    assert script.requests[0].json["stop"] is None
    assert script.requests[0].json["messages"] == [{"role": "assistant", "content": None}]


def test_the_shape_of_openai_refuses_the_same():
    client = OpenAI(api_key="x", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(ValueError, match=r"cannot hold nan.* at temperature"):
        client.chat.completions.create(model="m", messages=[], temperature=math.nan)
    endless = {}
    endless["again"] = endless
    with pytest.raises(ValueError, match="nested too deep, or holds itself"):
        client.chat.completions.create(model="m", messages=[], extra_body=endless)


def test_however_deep_it_is_nested_it_is_looked_at():
    deep = [math.inf]
    for _ in range(900):
        deep = [deep]
    shallow = sys.getrecursionlimit()
    sys.setrecursionlimit(2000)
    try:
        with pytest.raises(InvalidRequestError, match="cannot hold inf"):
            written({"a": deep}, msgspec.json.encode, lambda _: None)
    finally:
        sys.setrecursionlimit(shallow)
