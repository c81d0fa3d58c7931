"""The endpoint's own description: what it says of each path, and that the endpoint is as it says."""

import json
import re

import pytest

from dragoman import errors
from dragoman.call.settings import VERSION
from dragoman.gateway import faults, openapi
from dragoman.gateway.app import Gateway
from dragoman.gateway.config.shape import BoundsConfig
from gateways import made
from operated import ADMIN, ask, operated

DOCUMENT = openapi.build()
CALLS = [
    (path, method, call) for path, methods in DOCUMENT["paths"].items() for method, call in methods.items()
]  # fmt: skip
ENDPOINTS = Gateway(made("http://127.0.0.1:9/v1")).endpoints
EACH = pytest.mark.parametrize(("path", "method", "call"), CALLS, ids=[call["operationId"] for *_, call in CALLS])


@pytest.fixture(scope="module")
def operated_gateway(tmp_path_factory):
    with operated(tmp_path_factory.mktemp("openapi")) as made:
        yield made


@pytest.fixture
def asked(request, path, method, call):
    """The answer to a call, with a body that is wrong: of an admin where it is for admins."""
    body = b"{" if "requestBody" in call else None
    place = path.replace("{model}", "smollm2-135m-instruct")
    if path.startswith(("/admin", "/metrics")):
        gateway = request.getfixturevalue("operated_gateway")
        return gateway.ask(place.replace("{id}", "none"), method.upper(), ADMIN, body)
    return ask(request.getfixturevalue("gateway").url, place, method.upper(), None, body)


def test_the_gateway_serves_it_as_it_is_built(gateway):
    status, headers, served = ask(gateway.url, "/openapi.json")

    assert (status, headers["content-type"]) == (200, "application/json")
    assert json.loads(served) == DOCUMENT == json.loads(openapi.document())


def test_all_that_can_be_asked_is_in_it_but_for_pages_second_names_and_what_is_never_there():
    told = {(path, method.upper()) for path, method, _ in CALLS}
    asked = {(each.path.replace("{+", "{"), each.method) for each in ENDPOINTS.all}

    assert told <= asked
    assert {path for path, _ in asked - told} == {"/", "/chat/completions", "/docs", "/docs/", "/admin", "/admin/", "/pages/{file}", "/openapi.json", "/v1/responses/{id}"}  # fmt: skip


def test_it_says_whose_it_is_and_which_version():
    assert DOCUMENT["openapi"] == "3.1.0"
    assert DOCUMENT["info"]["title"] == "dragoman"
    assert DOCUMENT["info"]["version"] == VERSION


@EACH
def test_every_path_it_names_is_there_and_answers_as_it_says(call, asked):
    status, headers, body = asked

    assert str(status) in call["responses"]
    assert headers["content-type"].partition(";")[0] in call["responses"][str(status)]["content"]
    assert status != 404 or b"there is no /" not in body


@EACH
def test_every_answer_carries_what_every_answer_carries(call, asked):
    for status, answer in call["responses"].items():
        assert openapi.HEADERS.keys() <= answer["headers"].keys(), status
        assert answer["description"]
        assert all("schema" in told for told in answer["content"].values())

    assert all(asked[1][name] for name in openapi.HEADERS)


@EACH
def test_every_parameter_in_a_path_is_described(path, method, call):
    named = re.findall(r"{(\w+)}", path)

    given = [(each["name"], each["in"], each["required"]) for each in call.get("parameters", [])]
    assert [each for each in given if each[1] == "path"] == [(name, "path", True) for name in named]
    assert all(each[1] in {"query", "header"} and not each[2] for each in given if each[1] != "path")
    assert ("requestBody" in call) == (method == "post" and path != "/admin/reload")


def test_every_operation_has_a_name_of_its_own():
    names = [call["operationId"] for *_, call in CALLS]

    assert len(set(names)) == len(names)


def test_an_answer_of_the_chat_is_a_document_or_a_stream():
    chat = DOCUMENT["paths"]["/v1/chat/completions"]["post"]["responses"]["200"]["content"]

    assert {kind: told["schema"]["$ref"].rpartition("/")[2] for kind, told in chat.items()} == {
        "application/json": "Completion",
        "text/event-stream": "Chunk",
    }


STATUSES = {
    faults.status_of(errors.InvalidRequestError("x")),
    faults.status_of(errors.ConfigurationError("x")),
    faults.status_of(errors.ConnectionFailedError("x")),
    faults.status_of(errors.TimeLimitError("x", limit="total", seconds=1)),
    faults.status_of(errors.NotFoundError("x", status=404)),
    faults.status_of(errors.UnprocessableError("x", status=422)),
    faults.status_of(errors.RateLimitError("x", status=429)),
    faults.status_of(errors.ServerError("x", status=500)),
}


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_every_status_a_failed_chat_is_given_is_described_with_an_error_body(status):
    told = DOCUMENT["paths"]["/v1/chat/completions"]["post"]["responses"][str(status)]

    assert told["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/FaultBody"}
    assert {"retry-after", "x-should-retry"} <= told["headers"].keys()


def test_the_bound_it_names_is_the_one_that_holds():
    assert f"{BoundsConfig().body // 2**20} MiB" in openapi.FAULTS["413"]
