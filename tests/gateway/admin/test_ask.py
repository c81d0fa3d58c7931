"""What the admin API says to questions that it does not understand."""

import json

import pytest

from operated import ADMIN, ask
from serving import Served


@pytest.mark.parametrize(
    ("path", "param", "says"),
    [
        ("/admin/keys?owned=ana", "owned", "there is no parameter 'owned' here; there are owner, limit, after"),
        ("/admin/keys?limit=0", "limit", "limit is a number from 1 to 1000"),
        ("/admin/keys?limit=1001", "limit", "limit is a number from 1 to 1000"),
        (f"/admin/keys?limit=000000001{'9' * 5000}", "limit", "limit is a number"),
        ("/admin/keys?limit=0000000010000", "limit", "limit is a number from 1 to 1000"),
        (f"/admin/keys?limit=000000001{'0' * 5000}", "limit", "limit is a number from 1 to 1000"),
        ("/admin/keys?limit=²", "limit", "limit is a number"),
        ("/admin/keys?limit=1&limit=2", "limit", "limit is given twice"),
        ("/admin/keys?after=key_none.1", "after", "after is the `row` of a key that is listed"),
        ("/admin/keys?owner=%ff", None, "the query cannot be read"),
        ("/admin/usage?since=yesterday", "since", "since is a day or a moment"),
        ("/admin/usage?since=0001-01-01T00:00:00%2B14:00", "since", "since is a day or a moment"),
        ("/admin/usage?by=key,model,key", "by", "usage is grouped by 'key' twice"),
        ("/admin/usage?owner=a%00", "owner", "owner holds a NUL"),
        ("/admin/usage?requests=1", "requests", "requests is true or false"),
        ("/admin/usage?by=colour", "by", "usage can be grouped by key, owner"),
        ("/admin/usage?format=xml", "format", "format is one of json, csv, jsonl"),
        ("/admin/usage?format=json&requests=true", "format", "format is one of csv, jsonl"),
        ("/admin/usage?by=key&requests=true", "by", "choose"),
    ],
)  # fmt: skip
def test_a_query_that_is_wrong_is_told_by_its_name(gateway, path, param, says):
    status, told = gateway.admin(path.replace("²", "%C2%B2"))

    assert status == 400
    assert told["error"]["param"] == param
    assert says in told["error"]["message"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "the body cannot be used: Input data was truncated"),
        (b"[]", "the body cannot be used: Expected `object`, got `array`"),
        (b"\xff", "the body"),
        (b"", "missing required field `owner`"),
        (b'{"owner": 7}', "Expected `str`, got `int` - at `$.owner`"),
        (b'{"owner": "a", "colour": "red"}', "unknown field `colour`"),
        (b'{"owner": "a", "role": "root"}', "at `$.role`"),
        (b'{"owner": "a", "limits": {"requests": 1}}', "unknown field `requests` - at `$.limits`"),
        (b'{"owner": " "}', "an owner is a name"),
        (b'\xef\xbb\xbf{"owner": " "}', "an owner is a name"),
        (b'{"owner": "a", "models": []}', "none of them is empty"),
        (b'{"owner": "a", "expires": "2027-01-01T00:00:00"}', "which time zone"),
        (b'{"owner": "a", "expires": "2001-01-01T00:00:00Z"}', "cannot expire before it is made"),
        (b'{"owner": "a", "expires": "9999-12-31T23:59:59-23:59"}', "never to expire has no such date: leave it out"),
        (b'{"owner": "a", "models": ["m\\u0000"]}', "none of them is empty"),
        (b'{"owner": "a", "limits": {"concurrent": -1}}', "concurrent is a number from 0"),
        (b"[" * 60_000, "the body cannot be used"),
    ],
)
def test_a_body_that_is_wrong_is_one_sentence(gateway, body, says):
    status, told = gateway.admin("/admin/keys", "POST", body)

    assert status == 400
    assert says in told["error"]["message"]
    assert len(told["error"]["message"]) < 400


def test_a_body_beyond_the_bound_is_refused(gateway):
    status, told = gateway.admin("/admin/keys", "POST", b" " * (64 * 1024 + 1))

    assert (status, told["error"]["code"]) == (413, "request_too_large")


@pytest.mark.parametrize("path", ["/admin/keys", "/admin/usage"])
def test_a_gateway_without_a_store_says_what_would_keep_one(tmp_path, path):
    (tmp_path / "admin").write_text(ADMIN)
    file = tmp_path / "dragoman.toml"
    file.write_text(f'[server]\nadmin_key = "file:{tmp_path}/admin"\n[upstreams.a]\nurl = "http://127.0.0.1:9/v1"\n')
    with Served("--config", str(file)) as served:
        status, _, told = ask(served.url, path, secret=ADMIN)

    assert status == 404
    assert json.loads(told)["error"]["code"] == "no_store"
