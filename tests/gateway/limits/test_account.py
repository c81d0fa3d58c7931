"""The rule: what fits, what counts until when, and when there is room again; and, over any course of events, its promise."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.gateway.limits.account import Account, Claim, Entry
from dragoman.gateway.limits.claims import LEASE, WINDOW, Ask, claimed, period, released, settled
from dragoman.gateway.limits.terms import Limits

NOW = 1_000_000.0


def claim(amount, limit, *, ends=NOW + 10, name="s", meter="m"):
    return Claim(Entry(meter, name, amount, ends), limit)


def taken(*entries, meter="m"):
    account = Account()
    for amount, ends, *name in entries:
        account.add(Entry(meter, name[0] if name else f"until {ends}", amount, ends), NOW)
    return account


def test_a_claim_fits_up_to_its_limit():
    account = taken((7, NOW + 1))

    assert account.short([claim(3, 10)], NOW) == []
    assert account.short([claim(4, 10)], NOW) == [claim(4, 10)]


def test_claims_are_made_together_or_not_at_all():
    account = Account()

    short = account.reserve([claim(1, 10, meter="a"), claim(2, 1, meter="b")], NOW)

    assert short == [claim(2, 1, meter="b")]
    assert (account.used("a", NOW), account.used("b", NOW)) == (0, 0)


def test_what_a_clock_has_counted_that_was_set_back_counts_for_no_longer_than_what_is_counted_now():
    limits = Limits(requests_per_minute=2, tokens_per_minute=20, concurrent=2)
    account = Account()
    for _ in range(2):
        account.reserve(claimed(limits, Ask("m", tokens=10), "killed", NOW), NOW)

    hour_ago = NOW - 3600
    refused = account.reserve(claimed(limits, Ask("m", tokens=10), "here", hour_ago), hour_ago)
    soon = hour_ago + 2 * WINDOW

    assert len(refused) == 3
    assert account.reserve(claimed(limits, Ask("m", tokens=10), "here", soon), soon) == []


def test_what_is_taken_counts_until_its_moment():
    account = taken((5, NOW + 10))

    assert account.used("m", NOW + 9.9) == 5
    assert account.used("m", NOW + 10) == 0


def test_nothing_falls_below_nothing():
    account = taken((5, NOW + 10, "s"))

    account.add(Entry("m", "s", -8, NOW + 10), NOW)

    assert account.used("m", NOW) == 0


def test_a_correction_of_what_is_past_changes_nothing():
    account = Account()

    account.add(Entry("m", "s", 5, NOW - 1), NOW)

    assert account.used("m", NOW - 2) == 0


def test_what_was_held_is_given_back_however_long_it_has_been_kept():
    account = taken((1, NOW + 30, "@here"))
    account.keep(Entry("m", "@here", 1, NOW + 500), NOW, exact=True)

    account.add(Entry("m", "@here", -1, NOW + 30), NOW + 400)

    assert account.used("m", NOW + 400) == 0


def test_keeping_lets_a_slice_count_for_longer():
    account = taken((2, NOW + 30, "@here"))

    account.keep(Entry("m", "@here", 1, NOW + 60), NOW, exact=False)

    assert account.used("m", NOW + 59) == 2


def test_keeping_exactly_puts_an_amount_right():
    account = taken((2, NOW + 30, "@here"))

    account.keep(Entry("m", "@here", 1, NOW + 60), NOW, exact=True)

    assert account.used("m", NOW + 59) == 1


def test_keeping_puts_back_what_has_run_out():
    account = taken((2, NOW + 30, "@here"))
    account.add(Entry("m", "other", 1, NOW + 100), NOW + 50)

    account.keep(Entry("m", "@here", 2, NOW + 90), NOW + 50, exact=False)

    assert account.held("m", NOW + 50) == 2


@pytest.mark.parametrize(
    ("entries", "asked", "expected"),
    [
        ([], 5, None),
        ([(10, NOW + 3)], 5, NOW + 3),
        ([(4, NOW + 3), (4, NOW + 1), (2, NOW + 2)], 1, NOW + 1),
        ([(4, NOW + 3), (4, NOW + 1), (2, NOW + 2)], 5, NOW + 2),
        ([(4, NOW + 3), (4, NOW + 1), (2, NOW + 2)], 10, NOW + 3),
        ([(10, NOW + 3)], 11, None),
        ([(10, NOW + 30, "@here")], 1, None),
        ([(6, NOW + 30, "@here"), (6, NOW + 3)], 5, NOW + 3),
    ],
    ids=["there is room", "one", "the first", "two", "all", "larger than the limit", "held", "held and past"],
)
def test_when_there_is_room(entries, asked, expected):
    assert taken(*entries).room_at(claim(asked, 10), NOW) == expected


def test_when_nothing_counts_any_more():
    assert taken((1, NOW + 3), (1, NOW + 7)).empty_at("m", NOW) == NOW + 7
    assert Account().empty_at("m", NOW) == NOW


def test_an_account_is_the_same_after_it_has_been_written_down():
    account = taken((4, NOW + 3.25), (2**53, NOW + 1))

    assert Account.read(account.pack()).used("m", NOW) == account.used("m", NOW)
    assert Account.read(None).used("m", NOW) == 0


def test_an_account_does_not_grow_with_time():
    account, limits = Account(), Limits(requests_per_minute=10**6, budget_day_tokens=10**9)

    for second in range(1000):
        for made in claimed(limits, Ask("m", tokens=1), "here", NOW + second):
            account.add(made.entry, NOW + second)

    assert len(account.pack()) < 2_000


# What follows is the promise itself: whatever happens in which order, no limit is exceeded by more than requests took
# beyond their reservations.

MIDNIGHT = datetime(2026, 11, 30, tzinfo=UTC).timestamp() + 86_400
NEVER = 10**9
LIMITS = [
    Limits(requests_per_minute=4, tokens_per_minute=200, concurrent=3),
    Limits(requests_per_minute=NEVER, concurrent=NEVER, budget_day_tokens=300, budget_month_microusd=500),
]

asks = st.tuples(st.just("ask"), st.integers(0, 120), st.integers(0, 130), st.sampled_from(["one", "two"]))
ends = st.tuples(st.sampled_from(["settle", "settle", "release"]), st.integers(0, 9))
waits = st.tuples(st.just("wait"), st.sampled_from([0.0, 0.3, 0.9, 1.0, 4.0, 27.0, 55.0, 59.1, 59.6, 60.5, 130.0]))
rest = st.tuples(st.sampled_from(["renew", "kill"]), st.sampled_from(["one", "two"]))
events = st.one_of(asks, asks, ends, waits, rest)


class Gateway:
    """Two processes on one account, and a notebook that is kept without any cleverness."""

    def __init__(self, limits, start):
        self.limits = limits
        self.now = start
        self.account = Account()
        self.open = []
        self.notes = []
        self.life = {"one": 0, "two": 0}

    def holder(self, process):
        return f"{process}{self.life[process]}"

    def wait(self, seconds):
        """Renewals come every ten seconds, for as long as a process is alive."""
        until = self.now + seconds
        while self.now < until:
            self.now = min(until, self.now + 10)
            self.renew("one")
            self.renew("two")

    def ask(self, reserved, takes, process):
        claims = claimed(self.limits, Ask("m", tokens=reserved, cost=reserved), self.holder(process), self.now)
        short = self.account.reserve(claims, self.now)
        if short:
            self.check_refusal(short)
            return
        note = {"at": self.now, "reserved": reserved, "counts": reserved, "takes": takes, "open": True, "lost": False}
        self.notes.append(note)
        self.open.append((claims, note, process))
        self.check_promise()

    def end(self, place, *, settle):
        if self.open:
            claims, note, _ = self.open.pop(place % len(self.open))
            note["open"] = False
            note["counts"] = note["takes"] if settle else 0
            entries = settled(claims, note["at"], note["takes"], note["takes"]) if settle else released(claims)
            for entry in entries:
                self.account.add(entry, self.now)

    def renew(self, process):
        for meter in ("concurrent", "budget_day_tokens", "budget_month_microusd"):
            if getattr(self.limits, meter) is None:
                continue
            amounts = [
                one.entry.amount
                for claims, _, owner in self.open
                if owner == process
                for one in claims
                if one.entry.meter == meter
            ]
            self.account.keep(
                Entry(meter, f"@{self.holder(process)}", sum(amounts), self.now + LEASE), self.now, exact=True
            )

    def kill(self, process):
        for _, note, owner in self.open:
            if owner == process:
                note.update(open=False, lost=True)
        self.open = [one for one in self.open if one[2] != process]
        self.life[process] += 1

    def check_promise(self):
        minute = [note for note in self.notes if note["at"] > self.now - WINDOW]
        beyond = sum(max(0, note["takes"] - note["reserved"]) for note in self.notes if not note["open"])
        assert len(minute) <= (self.limits.requests_per_minute or NEVER)
        assert sum(note["counts"] for note in minute) <= (self.limits.tokens_per_minute or NEVER) + beyond
        assert len(self.open) <= (self.limits.concurrent or NEVER)
        for meter in ("budget_day_tokens", "budget_month_microusd"):
            name, _ = period(meter, self.now)
            spent = sum(n["counts"] for n in self.notes if period(meter, n["at"])[0] == name and not n["lost"])
            assert spent <= (getattr(self.limits, meter) or NEVER) + beyond

    def check_refusal(self, short):
        """Whoever is told a time is let in at that time, if nobody else has come, and is told no time too late."""
        for claim in short:
            at = self.account.room_at(claim, self.now)
            if at is None:
                continue
            later = Account.read(self.account.pack())
            held = {entry.slice for claims, _, _ in self.open for entry in (one.entry for one in claims)}
            for slice_name in held:
                if slice_name.startswith("@"):
                    later.keep(Entry(claim.entry.meter, slice_name, 0, self.now), self.now, exact=True)
            assert at > self.now
            assert (
                later.used(claim.entry.meter, at) - later.held(claim.entry.meter, at) + claim.entry.amount
                <= claim.limit
            )
            assert later.used(claim.entry.meter, at - 0.001) + claim.entry.amount > claim.limit


@settings(max_examples=200)
@given(
    limits=st.sampled_from(LIMITS),
    course=st.lists(events, min_size=25, max_size=80),
    start=st.sampled_from([MIDNIGHT - 40, MIDNIGHT - 86_400 + 5, MIDNIGHT + 0.5]),
)
def test_no_limit_is_exceeded_by_more_than_requests_took_beyond_their_reservations(limits, course, start):
    gateway = Gateway(limits, start)
    for what, *details in course:
        if what == "wait":
            # Renewals come every ten seconds, as long as a process is alive.
            gateway.wait(details[0])
        elif what == "ask":
            gateway.ask(*details)
        elif what in {"settle", "release"}:
            gateway.end(*details, settle=what == "settle")
        elif what == "renew":
            gateway.renew(*details)
        else:
            gateway.kill(*details)


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.4, 1.0, 1.6, 57.9, 58.5, 59.5]), st.integers(0, 60), st.floats(0, 1)),
        min_size=12,
    )
)
def test_in_no_sixty_seconds_is_more_admitted_than_a_minute_allows(arrivals):
    account, limits, now, admitted = Account(), Limits(requests_per_minute=3, tokens_per_minute=100), NOW + 0.3, []
    for gap, reserved, share in arrivals:
        now += gap
        claims = claimed(limits, Ask("m", tokens=reserved), "here", now)
        if account.reserve(claims, now):
            continue
        takes = int(reserved * share)
        for entry in settled(claims, now, takes, None):
            account.add(entry, now)
        admitted.append((now, takes))
        within = [tokens for at, tokens in admitted if at > now - WINDOW]
        assert len(within) <= 3
        assert sum(within) - takes + reserved <= 100


@given(st.integers(0, 5), st.floats(0, 1000))
def test_what_a_killed_process_held_is_free_after_its_lease(seats, passed):
    account, limits = Account(), Limits(concurrent=5)
    for _ in range(seats):
        assert account.reserve(claimed(limits, Ask("m"), "killed", NOW), NOW) == []

    free = 5 - account.used("concurrent", NOW + passed)

    assert free == (5 if passed >= LEASE else 5 - seats)
