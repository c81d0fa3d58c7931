"""A key's secret, as lists show it and as callers are known by it."""

from datetime import UTC, datetime, timedelta

import pytest

from dragoman.gateway.keys.key import Key
from dragoman.gateway.limits.terms import Limits

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def key(**fields):
    known = {"id": "key_1", "row": "key_1.1", "prefix": "dg_3fK9", "owner": "ana", "role": "caller", "created": NOON}
    known |= dict.fromkeys(("expires", "revoked", "models", "note")) | {"limits": Limits(concurrent=3)}
    return Key(**known | fields)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "active"),
        ({"expires": NOON + timedelta(seconds=1)}, "active"),
        ({"expires": NOON}, "expired"),
        ({"revoked": NOON}, "revoked"),
        ({"expires": NOON, "revoked": NOON}, "revoked"),
    ],
)
def test_its_state_is_one_word(fields, state):
    assert key(**fields).state(NOON) == state


def test_whoever_has_it_is_under_its_limits_until_it_expires():
    who = key(expires=NOON, models=("gpt-*",)).identity()

    assert (who.id, who.owner, who.models, who.limits.concurrent) == ("key_1", "ana", ("gpt-*",), 3)
    assert who.expires == NOON.timestamp()
