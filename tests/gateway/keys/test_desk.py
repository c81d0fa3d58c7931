"""Keys are created, listed, rotated and revoked; on SQLite and on PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text, update

from dragoman.errors import InvalidRequestError
from dragoman.gateway.keys import desk as desk_module
from dragoman.gateway.keys.desk import Desk
from dragoman.gateway.keys.secret import hash_of
from dragoman.gateway.limits.terms import Limits
from dragoman.gateway.store.database import Store, StoreError
from dragoman.gateway.store.tables import keys
from serving import until

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LIMITS = Limits(requests_per_minute=60, budget_day_microusd=5_000_000, budget_month_tokens=2**40)


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def desk(store, clock):
    return Desk(store, clock)


def works(desk, secret, clock):
    key = desk.find(hash_of(secret.reveal()))
    return key is not None and key.state(clock.now) == "active"


def test_a_key_is_found_by_its_secret_with_all_that_was_said_of_it(desk):
    expires = NOW + timedelta(days=90)
    made, secret = desk.create(
        "ana", role="admin", models=["gpt-*"], limits=LIMITS, expires=expires, note="for the demo"
    )  # fmt: skip

    found = desk.find(hash_of(secret.reveal()))

    assert found == made
    assert (found.owner, found.role, found.models, found.limits) == ("ana", "admin", ("gpt-*",), LIMITS)
    assert (found.created, found.expires, found.revoked, found.note) == (NOW, expires, None, "for the demo")
    assert secret.reveal().startswith(found.prefix)


def test_an_identity_is_what_counts_of_a_key(desk):
    made, _ = desk.create("ana", models=["m"], limits=LIMITS, expires=NOW + timedelta(days=1))

    identity = made.identity()

    assert (identity.id, identity.owner, identity.role) == (made.id, "ana", "caller")
    assert (identity.models, identity.limits) == (("m",), LIMITS)
    assert identity.expires == (NOW + timedelta(days=1)).timestamp()


def test_the_secret_itself_is_nowhere_in_the_store(desk, store):
    _, secret = desk.create("ana")

    with store.engine.connect() as connection:
        row = connection.execute(select(keys)).mappings().one()
    assert secret.reveal() not in str(dict(row))
    assert row["hash"] == hash_of(secret.reveal())


def test_nobody_is_found_by_another_secret(desk):
    desk.create("ana")

    assert desk.find(hash_of("dg_guess")) is None


def test_keys_are_listed_oldest_first(desk, clock):
    first, _ = desk.create("ana")
    clock.now += timedelta(seconds=1)
    second, _ = desk.create("bob")

    assert desk.listed() == [first, second]
    assert desk.listed("bob") == [second]


def test_a_rotated_key_is_the_same_key_with_another_secret(desk, clock):
    made, old = desk.create("ana", limits=LIMITS)
    clock.now += timedelta(days=5)

    rotated, new = desk.rotate(made.id, timedelta(hours=24))

    assert (rotated.id, rotated.limits, rotated.expires) == (made.id, LIMITS, None)
    assert works(desk, old, clock)
    assert works(desk, new, clock)
    clock.now += timedelta(hours=24)
    assert not works(desk, old, clock)
    assert works(desk, new, clock)


def test_without_an_overlap_the_old_secret_stops_at_once(desk, clock):
    made, old = desk.create("ana")

    desk.rotate(made.id)

    assert not works(desk, old, clock)
    # Neither where another machine's clock is behind.
    clock.now -= timedelta(minutes=5)
    assert not works(desk, old, clock)


def test_rotating_again_ends_no_secret_later_than_it_would_have_ended(desk, clock):
    made, first = desk.create("ana")
    desk.rotate(made.id, timedelta(hours=1))
    _, third = desk.rotate(made.id, timedelta(hours=9))
    clock.now += timedelta(hours=1)

    assert not works(desk, first, clock)
    assert works(desk, third, clock)
    assert [key.row.partition(".")[2] for key in desk.listed()] == ["1", "2", "3"]


def test_a_key_may_be_named_by_the_beginning_of_its_secret(desk):
    made, secret = desk.create("ana")

    rotated, _ = desk.rotate(made.prefix)

    assert rotated.id == made.id
    assert [key.id for key in desk.revoke(secret.reveal())] == [made.id, made.id]


def test_a_revoked_key_works_no_more_with_any_secret(desk, clock):
    made, old = desk.create("ana")
    _, new = desk.rotate(made.id, timedelta(hours=1))

    desk.revoke(made.id)

    assert not works(desk, old, clock)
    assert not works(desk, new, clock)
    assert {key.state(clock.now) for key in desk.listed()} == {"revoked"}


def test_revoking_twice_keeps_the_first_time(desk, clock):
    made, _ = desk.create("ana")
    desk.revoke(made.id)
    clock.now += timedelta(days=1)

    assert desk.revoke(made.id)[0].revoked == NOW


def test_a_key_that_is_revoked_while_it_is_rotated_works_no_more(desk, store, clock):
    key, _ = desk.create("ana")
    begun = threading.Event()

    def revoke():
        begun.set()
        desk.revoke(key.id)

    with store.engine.connect() as observer, ThreadPoolExecutor() as others:
        observer.execution_options(isolation_level="AUTOCOMMIT")

        def waits():
            waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            return store.engine.dialect.name == "sqlite" or observer.execute(waiting).scalar_one()

        def insert(connection, row, name):
            revoking.append(others.submit(revoke))
            assert begun.wait(10)
            assert until(waits)
            return made(connection, row, name)

        revoking = []
        made = desk_module._insert
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(desk_module, "_insert", insert)
            _, secret = desk.rotate(key.id)
        revoking[0].result(20)

    assert not works(desk, secret, clock)


def test_another_key_is_not_touched(desk, clock):
    _, hers = desk.create("ana")
    his, _ = desk.create("bob")

    desk.revoke(his.id)

    assert works(desk, hers, clock)


@pytest.mark.parametrize("state", ["revoked", "expired"])
def test_a_key_that_works_no_more_is_not_rotated(desk, clock, state):
    made, _ = desk.create("ana", expires=NOW + timedelta(hours=1))
    if state == "revoked":
        desk.revoke(made.id)
    clock.now += timedelta(hours=1)

    with pytest.raises(InvalidRequestError, match=f"is {state}: create another"):
        desk.rotate(made.id)


@pytest.mark.parametrize("name", ["key_nobody", "dg_0000000", "", "%", "key_", "a\0"])
def test_a_key_that_is_not_there_is_refused_by_name(desk, name):
    desk.create("ana")

    with pytest.raises(InvalidRequestError, match="there is no key"):
        desk.revoke(name)


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"owner": " "}, "owner"),
        ({"owner": "a\nb"}, "owner"),
        ({"owner": "a" * 201}, "owner"),
        ({"note": "a" * 201}, "note"),
        ({"note": "a\0"}, "note"),
        ({"models": ["m\0"]}, "models"),
        ({"expires": datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=2)))}, "expires"),
        ({"expires": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2)))}, "expires"),
        ({"models": []}, "models"),
        ({"models": ["gpt-*", ""]}, "models"),
        ({"expires": NOW}, "expires"),
        ({"limits": Limits(concurrent=-1)}, "concurrent"),
        ({"limits": Limits(budget_day_tokens=2**53)}, "budget_day_tokens"),
    ],
)
def test_what_a_key_cannot_be_is_refused(desk, given, param):
    with pytest.raises(InvalidRequestError) as raised:
        desk.create(**{"owner": "ana"} | given)

    assert raised.value.param == param
    assert desk.listed() == []


def test_a_negative_overlap_is_refused(desk):
    made, _ = desk.create("ana")

    with pytest.raises(InvalidRequestError, match="negative"):
        desk.rotate(made.id, timedelta(seconds=-1))


def test_a_role_that_is_unknown_here_is_a_callers(desk, store):
    _, secret = desk.create("ana", role="admin")
    with store.engine.begin() as connection:
        connection.execute(update(keys).values(role="emperor"))

    assert desk.find(hash_of(secret.reveal())).role == "caller"


def test_a_store_that_is_away_says_so(tmp_path):
    with Store(f"sqlite:{tmp_path}/nowhere/dragoman.db") as store, pytest.raises(StoreError, match="does not answer"):
        Desk(store).find("0" * 64)
