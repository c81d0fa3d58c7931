"""Which entry of the table a path comes to."""

import pytest

from dragoman.gateway.endpoints import Endpoint, Endpoints

PATHS = ("/", "/a", "/a/{+rest}", "/k", "/k/{id}", "/k/{id}/turn", "/k/mine")
TABLE = Endpoints(Endpoint("GET", path, "anyone", None) for path in PATHS)


@pytest.mark.parametrize(
    ("asked", "path", "named"),
    [
        ("/", "/", ""),
        ("/a", "/a", ""),
        ("/a/b", "/a/{+rest}", "b"),
        ("/a/b/../c", "/a/{+rest}", "b/../c"),
        ("/a//", "/a/{+rest}", "/"),
        ("/k/7", "/k/{id}", "7"),
        ("/k/7/turn", "/k/{id}/turn", "7"),
        ("/k/turn", "/k/{id}", "turn"),
        ("/k/mine", "/k/mine", ""),
        ("/k/mine/turn", "/k/{id}/turn", "mine"),
    ],
)
def test_a_path_is_found(asked, path, named):
    found = TABLE.find(asked)

    assert (found.path, found.named) == (path, named)


@pytest.mark.parametrize(
    "asked", ["", "a", "/b", "/a/", "/k/", "/k//turn", "/k/7/8", "/k/7/8/turn", "/K", "/k/7/turn/"]
)
def test_another_is_not(asked):
    assert TABLE.find(asked) is None


def test_the_methods_of_a_path_are_found_together():
    both = Endpoints([Endpoint("GET", "/k", "admin", None), Endpoint("POST", "/k", "caller", None)])

    assert {name: each.who for name, each in both.find("/k").methods.items()} == {"GET": "admin", "POST": "caller"}
    assert both.paths == ("/k",)


@pytest.mark.parametrize(
    ("asked", "path"),
    [("/a", None), ("/b/c", None), ("/k/mine/at", "/k/mine"), ("/k/mine/at/all", "/k/mine"), ("x", None)],
)
def test_the_nearest_path_above_one_that_is_not_there_is_found(asked, path):
    found = TABLE.above(asked)

    assert (found and found.path) == path


def test_a_path_speaks_one_api_whatever_the_method():
    spoken = object()

    assert Endpoints([Endpoint("POST", "/v", "caller", None, spoken)]).find("/v").tongue is spoken
    assert TABLE.find("/a").tongue is None
