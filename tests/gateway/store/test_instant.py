"""A moment goes into both databases and comes out the same, in UTC, and in the same order."""

from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import select

from dragoman.gateway.store.instant import day_of
from dragoman.gateway.store.tables import keys, requests
from entries import closed, stored

MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)
HALF_A_SECOND = timedelta(microseconds=500_000)


def test_a_moment_of_any_zone_comes_back_as_the_same_moment_in_utc(store):
    moment = datetime(2026, 11, 21, 1, 30, 0, 7, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    store.put([closed(at=moment)])

    (row,) = stored(store)
    assert row["at"] == moment
    assert row["at"].tzinfo is UTC


def test_moments_sort_as_they_came_whole_seconds_among_them(store):
    moments = [MIDNIGHT - HALF_A_SECOND, MIDNIGHT, MIDNIGHT + HALF_A_SECOND]
    store.put([closed(number, at=moment) for number, moment in enumerate(moments)])

    with store.engine.connect() as connection:
        found = (
            connection.execute(select(requests.c.at).where(requests.c.at >= MIDNIGHT).order_by(requests.c.at))
            .scalars()
            .all()
        )
    assert found == moments[1:]


def test_a_day_is_the_day_in_utc(store):
    india = timezone(timedelta(hours=5, minutes=30))
    store.put([closed(1, at=datetime(2026, 11, 21, 5, 29, tzinfo=india)), closed(2, at=MIDNIGHT)])

    with store.engine.connect() as connection:
        day = day_of(requests.c.at, store.engine.dialect.name)
        assert connection.execute(select(day).order_by(requests.c.at)).scalars().all() == ["2026-11-20", "2026-11-21"]


def test_no_moment_is_none(store):
    with store.engine.begin() as connection:
        connection.execute(
            keys.insert().values(id="k", hash="h", prefix="dg_", owner="ana", role="caller", created=MIDNIGHT)
        )
        assert connection.execute(select(keys.c.expires, keys.c.created)).one() == (None, MIDNIGHT)
