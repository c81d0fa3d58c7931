"""The endpoint's own description: what it says of each path, and that the endpoint is as it says."""

import json
import re
import urllib.error
import urllib.request

import pytest

from dragoman import errors
from dragoman.call import VERSION
from dragoman.gateway import faults, openapi
from dragoman.gateway.config.shape import BoundsConfig

DOCUMENT = openapi.build()
CALLS = [
    (path, method, call) for path, methods in DOCUMENT["paths"].items() for method, call in methods.items()
]  # fmt: skip
EACH = pytest.mark.parametrize(("path", "method", "call"), CALLS, ids=[call["operationId"] for *_, call in CALLS])


def ask(gateway, path, method="GET", body=None):
    """A bare request; the status, the headers and the document of its answer."""
    url = gateway.url.removesuffix("/v1") + path
    request = urllib.request.Request(url, body, method=method)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            return answer.status, answer.headers, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, json.loads(error.read())


def test_the_gateway_serves_it_as_it_is_built(gateway):
    status, headers, served = ask(gateway, "/openapi.json")

    assert (status, headers["content-type"]) == (200, "application/json")
    assert served == DOCUMENT == json.loads(openapi.document())


def test_it_says_whose_it_is_and_which_version():
    assert DOCUMENT["openapi"] == "3.1.0"
    assert DOCUMENT["info"]["title"] == "dragoman"
    assert DOCUMENT["info"]["version"] == VERSION


@EACH
def test_every_path_it_names_is_there(gateway, path, method, call):
    status, _, answer = ask(gateway, path.replace("{model}", "smollm2-135m-instruct"), method.upper(), body=b"{}" if method == "post" else None)  # fmt: skip

    assert str(status) in call["responses"]
    assert status != 404, answer


@EACH
def test_every_answer_it_describes_carries_what_every_answer_carries(gateway, path, method, call):
    for status, answer in call["responses"].items():
        assert openapi.HEADERS.keys() <= answer["headers"].keys(), status
        assert answer["description"]
        assert "schema" in answer["content"]["application/json"]

    _, headers, _ = ask(
        gateway, path.replace("{model}", "none"), method.upper(), body=b"" if method == "post" else None
    )
    assert all(headers[name] for name in openapi.HEADERS)


@EACH
def test_every_parameter_in_a_path_is_described(path, method, call):
    named = re.findall(r"{(\w+)}", path)

    assert [(given["name"], given["in"], given["required"]) for given in call.get("parameters", [])] == [
        (name, "path", True) for name in named
    ]
    assert ("requestBody" in call) == (method == "post")


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
