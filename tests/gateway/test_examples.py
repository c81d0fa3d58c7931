"""What requests look like: each example is asked."""

import pytest
from jsonschema import Draft202012Validator

from dragoman.gateway import openapi
from operated import ask, operated

DOCUMENT = openapi.build()
EACH = [
    pytest.param(path, example["value"], id=f"{call['operationId']}-{name}")
    for path, methods in DOCUMENT["paths"].items()
    for call in methods.values()
    for name, example in call.get("requestBody", {"content": {}})["content"].get("application/json", {}).get("examples", {}).items()
]  # fmt: skip


@pytest.fixture(scope="module")
def operated_gateway(tmp_path_factory):
    with operated(tmp_path_factory.mktemp("examples")) as made:
        yield made


def test_each_operation_that_takes_a_body_has_one():
    calls = [call for methods in DOCUMENT["paths"].values() for call in methods.values() if "requestBody" in call]

    assert len(calls) == 8
    for call in calls:
        assert call["requestBody"]["content"]["application/json"]["examples"]


@pytest.mark.parametrize(("path", "body"), EACH)
def test_it_is_as_the_schema_says(path, body):
    taken = DOCUMENT["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]

    Draft202012Validator({**taken, "components": DOCUMENT["components"]}).validate(body)


@pytest.mark.parametrize(("path", "body"), [each for each in EACH if not each.values[0].startswith("/admin")])
def test_it_is_answered_by_the_model_on_this_machine(gateway, path, body):
    status, headers, told = ask(gateway.url, path, "POST", None, body)

    assert status == 200
    assert told.endswith(b"data: [DONE]\n\n" if "event-stream" in headers["content-type"] else b"}")


@pytest.mark.parametrize(("path", "body"), [each for each in EACH if each.values[0].startswith("/admin")])
def test_it_is_answered_to_an_admin(operated_gateway, path, body):
    key, _ = operated_gateway.desk.create("ana")
    status, told = operated_gateway.admin(path.replace("{id}", key.id), "POST", body)

    assert status in {200, 201}
    assert told["owner"] == "ana"
