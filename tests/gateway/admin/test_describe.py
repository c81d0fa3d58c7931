"""What is said of the admin API, against what it does."""

import json

import jsonschema
import pytest

from dragoman.gateway.openapi import build

DOCUMENT = build()


def check(value, path, method, status="200"):
    schema = DOCUMENT["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
    validator = jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]})
    validator.validate(value)


def test_keys_are_as_described(gateway):
    _, made = gateway.admin("/admin/keys", "POST", {"owner": "ana", "limits": {"concurrent": 2}, "models": ["*"]})
    _, rotated = gateway.admin(f"/admin/keys/{made['id']}/rotate", "POST")

    check(made, "/admin/keys", "post", "201")
    check(rotated, "/admin/keys/{id}/rotate", "post")
    check(gateway.admin("/admin/keys")[1], "/admin/keys", "get")
    check(gateway.admin(f"/admin/keys/{made['id']}", "DELETE")[1], "/admin/keys/{id}", "delete")


def test_reports_are_as_described(gateway):
    gateway.ask("/v1/models", x_request_id="told")

    check(gateway.admin("/admin/usage?by=key,day")[1], "/admin/usage", "get")
    check(gateway.admin("/admin/requests/told")[1], "/admin/requests/{id}", "get")


@pytest.mark.parametrize(("path", "method"), [("/admin/upstreams", "get"), ("/admin/reload", "post")])
def test_its_operation_is_as_described(gateway, path, method):
    check(gateway.admin(path, method.upper())[1], path, method)


def test_what_a_body_may_hold_is_what_is_described(gateway):
    schemas = DOCUMENT["components"]["schemas"]
    _, made = gateway.admin("/admin/keys", "POST", {"owner": "ana"})

    assert schemas["Key"]["properties"].keys() == made.keys() - {"state", "secret"}
    assert schemas["NewKey"]["required"] == ["owner"]
    assert "required" not in schemas["Rotation"]


def test_what_is_refused_has_an_error_body(gateway):
    _, told = gateway.admin("/admin/usage?by=colour")

    check(told, "/admin/usage", "get", "400")
    assert json.dumps(told).count("error") >= 1
