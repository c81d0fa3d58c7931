"""The headers of a request become an identity, or a refusal."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from dragoman.gateway.keys.desk import Desk
from dragoman.gateway.keys.directory import Directory
from dragoman.gateway.keys.identify import ADMIN, Doorman, credentials_in
from dragoman.gateway.keys.identity import AMBIGUOUS, ANYBODY, MISSING, UNKNOWN
from dragoman.gateway.store.database import Store
from dragoman.secret import Secret


@pytest.fixture
def desk(tmp_path):
    with Store(f"sqlite:{tmp_path}/dragoman.db") as store:
        store.migrate()
        yield Desk(store)


def identify(desk, headers, *, later=0.0, admin=None):
    async def ask():
        directory = Directory(desk)
        found = await Doorman(directory, admin, lambda: time.time() + later).identify(headers)
        directory.close()
        return found

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "header",
    [
        lambda secret: (b"authorization", f"Bearer {secret}".encode()),
        lambda secret: (b"authorization", f"bearer  {secret} ".encode()),
        lambda secret: (b"x-api-key", secret.encode()),
        lambda secret: (b"api-key", secret.encode()),
    ],
    ids=["OpenAI", "RFC 9110 §11.1", "Anthropic", "Azure"],
)
def test_a_key_is_heard_from_every_kind_of_client(desk, header):
    key, secret = desk.create("ana")

    found = identify(desk, [(b"host", b"x"), header(secret.reveal())])

    assert (found.id, found.owner) == (key.id, "ana")


@pytest.mark.parametrize(
    "headers", [[], [(b"authorization", b"")], [(b"authorization", b"Basic YW5hOmE=")], [(b"x-api-key", b" ")]]
)
def test_a_missing_key_is_said_to_be_missing(desk, headers):
    assert identify(desk, headers) is MISSING


def test_unknown_expired_and_revoked_keys_are_told_the_same(desk):
    revoked, one = desk.create("ana")
    desk.revoke(revoked.id)
    _, other = desk.create("ana", expires=datetime.now(UTC) + timedelta(hours=1))

    found = [
        identify(desk, [(b"x-api-key", b"dg_unknown")]),
        identify(desk, [(b"x-api-key", one.reveal().encode())]),
        identify(desk, [(b"x-api-key", other.reveal().encode())], later=3600),
    ]

    assert found == [UNKNOWN] * 3
    assert identify(desk, [(b"x-api-key", other.reveal().encode())], later=3500).owner == "ana"


@pytest.mark.parametrize("credential", [b"\xff\xfe", b"dg_" + b"a" * 10_000, b"dg_\x00", b"' OR 1=1 --"])
def test_whatever_else_is_sent_is_unknown(desk, credential):
    assert identify(desk, [(b"authorization", b"Bearer " + credential)]) is UNKNOWN


def test_who_has_the_configurations_key_is_an_admin(desk):
    admin = Secret("correct horse")

    assert identify(desk, [(b"authorization", b"Bearer correct horse")], admin=admin) is ADMIN
    assert identify(desk, [(b"authorization", b"Bearer correct")], admin=admin) is UNKNOWN


def test_where_no_keys_are_asked_for_anybody_may_come_and_the_admin_is_known():
    async def ask(headers):
        return await Doorman(None, Secret("s")).identify(headers)

    assert asyncio.run(ask([(b"authorization", b"Bearer any")])) is ANYBODY
    assert asyncio.run(ask([])) is ANYBODY
    assert asyncio.run(ask([(b"authorization", b"Bearer s")])) is ADMIN


@pytest.mark.parametrize(
    "names", [(b"authorization",) * 2, (b"authorization", b"x-api-key"), (b"api-key", b"x-api-key")]
)
def test_two_credentials_that_differ_leave_it_open_who_asks(desk, names):
    _, secret = desk.create("ana")
    known = secret.reveal().encode()
    values = [(known, b"another"), (b"another", known), (known, known)]
    headers = [
        [
            (name, b"Bearer " + value if name == b"authorization" else value)
            for name, value in zip(names, pair, strict=True)
        ]
        for pair in values
    ]

    assert [identify(desk, each) for each in headers[:2]] == [AMBIGUOUS] * 2
    assert identify(desk, headers[2]).owner == "ana"
    assert identify(desk, headers[0], admin=secret) is AMBIGUOUS
    assert identify(desk, headers[2], admin=secret) is ADMIN


def test_where_no_keys_are_asked_for_it_is_open_only_whether_it_is_the_admin():
    async def ask(headers):
        return await Doorman(None, Secret("s")).identify(headers)

    assert asyncio.run(ask([(b"authorization", b"Bearer a"), (b"x-api-key", b"b")])) is ANYBODY
    assert asyncio.run(ask([(b"authorization", b"Bearer a"), (b"x-api-key", b"s")])) is AMBIGUOUS


def test_what_is_no_credential_of_ours_does_not_count():
    headers = [
        (b"api-key", b"c"),
        (b"x-api-key", b" "),
        (b"authorization", b"Basic YW5h"),
        (b"authorization", b"Bearer c"),
    ]

    assert credentials_in(headers) == ["c"]
