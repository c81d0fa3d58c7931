"""The carrier: every entry is in the store once, whoever died, whatever was away, wherever it was interrupted."""

import contextlib
import json
import os
import random
import subprocess
import threading
from datetime import UTC, datetime, timedelta

import pytest

from dragoman.gateway import carrier
from dragoman.gateway.carrier import ASIDE, Carrier, Folder, carry_leftovers
from dragoman.gateway.journal import Journal, hold, segments
from dragoman.gateway.ledger import Book, Entry, Totals
from dragoman.gateway.record import Texts, encode
from dragoman.gateway.store.database import Store, StoreError
from dragoman.gateway.store.tables import texts
from entries import NOON, closed, opened, stored
from postgres import Postgres
from processes import Starter, python
from serving import until

WRITE_AND_DIE = """
import os, random, signal, sys, time
from pathlib import Path
from dragoman.gateway.journal import Journal
from dragoman.gateway.ledger import Book, Entry, Totals

folder, rounds, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
chance = random.Random(seed)

def note(name, text):
    file = os.open(folder.parent / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    # A kill may end a write where a page of the system's cache ends: lines of this length never go beyond one.
    os.write(file, text.encode().ljust(63) + b"\\n")
    os.close(file)

def serve(number):
    journal, entries = Journal(folder, segment=2000), []
    book = Book(journal)
    for count in range(10_000):
        entry = Entry(Totals(), f"r{number}-{count}", "m", stream=True, prompt=3, book=book)
        with entry:
            note("upstream", entry.name)
            entry.attempt("u", "m").ended("completed", 200)
            entry.completed()
        note("answered", entry.name)

for number in range(rounds):
    child = os.fork()
    if not child:
        serve(number)
        os._exit(1)
    time.sleep(chance.uniform(0, 0.02))
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
"""

CARRY_AND_DIE = """
import os, random, signal, sys, time
from pathlib import Path
from dragoman.gateway import carrier
from dragoman.gateway.store.database import Store

carrier.PIECE = 2000
chance = random.Random(int(sys.argv[3]))
for _ in range(8):
    child = os.fork()
    if not child:
        carrier.carry_leftovers(Path(sys.argv[2]), Store(sys.argv[1]))
        os._exit(0)
    time.sleep(chance.uniform(0, 0.1))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""

CARRY = """
import sys
from pathlib import Path
from dragoman.gateway import carrier
from dragoman.gateway.store.database import Store

carrier.PIECE = 2000
store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
carrier.carry_leftovers(Path(sys.argv[2]), store)
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "journal"


@pytest.fixture
def quick(monkeypatch):
    """A carrier that looks often."""
    monkeypatch.setattr(carrier, "PAUSE", 0.01)
    monkeypatch.setattr(carrier, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(carrier, "LEFTOVERS", 0.01)


def abandoned(folder, *lines, raw=b"", segment=1000):
    """What a process that died left in a journal."""
    with Journal(folder, segment=segment) as journal:
        for line in lines:
            if hasattr(line, "open"):
                journal.open(line)
            else:
                journal.close(encode(line))
        os.write(journal._file, raw)
    return journal.path


def ends(store):
    return {row["id"]: row["end_reason"] for row in stored(store)}


@pytest.mark.usefixtures("quick")
def test_an_entry_comes_into_the_store_by_itself_and_leaves_the_journal(store, folder):
    with Journal(folder) as journal, Carrier(journal, store):
        with Entry(Totals(), "req_1", "m", stream=False, key="k1", owner="ana", book=Book(journal)) as entry:
            entry.completed()
        assert until(lambda: stored(store))

    (row,) = stored(store)
    assert (row["id"], row["key"], row["owner"], row["end_reason"]) == ("req_1", "k1", "ana", "completed")
    assert list(folder.iterdir()) == []


def test_what_is_still_under_way_is_left_for_the_next_start(store, folder):
    with Journal(folder) as journal:
        journal.open(opened(1))
        with Carrier(journal, store):
            journal.open(opened(2))
            journal.close(encode(closed(2)))

    assert ends(store) == {"req_2": "completed"}
    carry_leftovers(folder, store)
    assert ends(store) == {"req_1": "killed", "req_2": "completed"}
    assert list(folder.iterdir()) == []


def test_a_segment_stays_until_all_that_was_opened_in_it_has_been_closed(store, folder):
    with Journal(folder, segment=300) as journal:
        own = Folder(journal.path, store)
        journal.open(opened(1))
        for number in range(2, 10):
            journal.open(opened(number))
            journal.close(encode(closed(number)))
            own.carry()
        first, *_ = segments(journal.path)
        assert len(segments(journal.path)) == 2
        journal.close(encode(closed(1)))
        journal.open(opened(10))
        own.carry()

        assert first not in segments(journal.path)
        assert len(stored(store)) == 9


def test_the_dead_ones_entries_are_carried_and_the_unfinished_were_killed(store, folder):
    abandoned(folder, opened(1, prompt_tokens=12, key="k1"), opened(2), closed(2), opened(3), closed(3))
    carry_leftovers(folder, store)

    assert ends(store) == {"req_1": "killed", "req_2": "completed", "req_3": "completed"}
    killed = stored(store)[0]
    assert (killed["prompt_tokens"], killed["tokens_from"], killed["key"], killed["total_s"]) == (
        12,
        "estimated",
        "k1",
        None,
    )
    assert list(folder.iterdir()) == []


def test_the_living_ones_are_left_alone(store, folder):
    with Journal(folder) as journal:
        journal.open(opened(1))
        carry_leftovers(folder, store)
        assert stored(store) == []
        assert journal.path.exists()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("remove", ["rm -rf {folder}", "rm -rf {own}", "rm {own}/*", "mv {folder} {folder}.away"])
def test_a_journal_that_is_removed_while_it_is_written_loses_nothing(store, folder, caplog, remove):
    with Journal(folder) as journal:
        journal.open(opened(1))
        subprocess.run(remove.format(folder=folder, own=journal.path), shell=True, check=True)  # noqa: S602 - of a test
        journal.open(opened(2))
        journal.close(encode(closed(2)))
        with Carrier(journal, store):
            assert until(lambda: ends(store) == {"req_2": "completed"})
            journal.close(encode(closed(1)))
            assert until(lambda: ends(store) == {"req_1": "completed", "req_2": "completed"})
        assert hold(journal.path) is None

    assert not list(folder.iterdir())
    assert caplog.text.count("leave the journal alone") == 1


@pytest.mark.usefixtures("quick")
def test_what_cannot_be_carried_of_one_dead_process_keeps_nothing_else_waiting(store, folder, caplog):
    with_more, unreadable = folder / "1-stray", folder / "2-odd"
    with_more.mkdir(parents=True)
    (with_more / "notes.txt").write_text("an editor's, or an operator's")
    (unreadable / "00000001.jsonl").mkdir(parents=True)
    abandoned(folder, opened(1))
    store.put([closed(9, at=datetime(2020, 2, 29, tzinfo=UTC))])

    with Journal(folder) as journal, Carrier(journal, store, keep=timedelta(days=365)):
        assert until(lambda: ends(store) == {"req_1": "killed"})

    assert (with_more / "notes.txt").exists()
    assert "Is a directory" in caplog.text
    assert "not empty" not in caplog.text


@pytest.mark.parametrize("torn", [b'{"open":"e9","request":"r', encode(closed(9))[:-2], b"\xff\xfe", b'{"open":'])
def test_a_last_line_that_is_torn_is_nobodys_loss(store, folder, torn):
    abandoned(folder, opened(1), raw=torn)
    carry_leftovers(folder, store)

    assert ends(store) == {"req_1": "killed"}
    assert list(folder.iterdir()) == []


def test_a_last_line_that_lacks_its_end_only_counts(store, folder):
    abandoned(folder, opened(1), raw=encode(closed(1)))
    carry_leftovers(folder, store)

    assert ends(store) == {"req_1": "completed"}


@pytest.mark.parametrize(
    "spoilt", [b"\xff\xfe\x00", b"{}", b'{"open":"e9"}', encode(closed(9)).replace(b"gpt-x", b"\xff")]
)
def test_a_line_that_cannot_be_read_is_set_aside_and_said(store, folder, caplog, spoilt):
    abandoned(folder, opened(1), raw=spoilt + b"\n" + encode(closed(1)) + b"\n")
    carry_leftovers(folder, store)

    assert ends(store) == {"req_1": "completed"}
    assert (folder / ASIDE).read_bytes() == spoilt + b"\n"
    assert (folder / ASIDE).stat().st_mode & 0o077 == 0
    assert "1 lines of the journal could not be read" in caplog.text


@pytest.mark.parametrize("piece", [10, carrier.PIECE])
def test_each_end_finds_its_beginning_in_the_same_piece_or_an_earlier_one(store, folder, monkeypatch, piece):
    monkeypatch.setattr(carrier, "PIECE", piece)
    names = [f"{number:032x}" for number in range(3)]
    lines = [line for name in names for line in (opened(open=name), closed(entry=name))]
    # A name is where it is expected in a line that is spoilt, too.
    spoilt = encode(opened(open="f" * 32))[:-1]
    abandoned(folder, *lines[:-1], raw=spoilt + b"\n")
    carry_leftovers(folder, store)

    assert [(row["entry"], row["end_reason"]) for row in stored(store)] == [
        (names[0], "completed"),
        (names[1], "completed"),
        (names[2], "killed"),
    ]
    assert (folder / ASIDE).read_bytes() == spoilt + b"\n"


def test_words_are_carried_with_their_entry(store, folder):
    with Journal(folder) as journal:
        journal.open(opened(1))
        journal.close(encode(closed(1)), Texts("e000001", NOON, "[]", "x" * 1_000_000))
    carry_leftovers(folder, store)

    assert ends(store) == {"req_1": "completed"}
    assert stored(store, texts)[0]["answer"] == "x" * 1_000_000


def test_lines_longer_than_a_piece_are_read_whole(store, folder, monkeypatch):
    monkeypatch.setattr(carrier, "PIECE", 10)
    abandoned(folder, opened(1), closed(1), opened(2))
    carry_leftovers(folder, store)

    assert ends(store) == {"req_1": "completed", "req_2": "killed"}


@pytest.mark.parametrize("before", [True, False])
def test_nothing_is_lost_or_doubled_wherever_the_store_fails(store, folder, monkeypatch, before):
    monkeypatch.setattr(carrier, "PIECE", 700)
    abandoned(folder, *(line for number in range(8) for line in (opened(number), closed(number))), opened(8))
    put = store.put
    passes = 0

    def failing(*entries):
        # The carrier cannot tell whether the entries are in: the connection broke.
        nonlocal left
        left -= 1
        if before and left < 0:
            raise StoreError("away")
        refused = put(*entries)
        if left < 0:
            raise StoreError("away")
        return refused

    monkeypatch.setattr(store, "put", failing)
    while list(folder.iterdir()):
        left, passes = passes, passes + 1
        with contextlib.suppress(StoreError):
            carry_leftovers(folder, store)

    assert passes > 5
    assert ends(store) == {f"req_{number}": "completed" for number in range(8)} | {"req_8": "killed"}


def test_kill_9_at_any_moment_loses_nothing_that_went_upstream(store, folder):
    python(WRITE_AND_DIE, folder, 50, random.randrange(10**6))
    carry_leftovers(folder, store)

    rows = {row["entry"]: row["end_reason"] for row in stored(store)}
    upstream = (folder.parent / "upstream").read_text().split()
    answered = (folder.parent / "answered").read_text().split()
    assert len(upstream) > 50
    assert set(upstream) <= set(rows)
    assert {rows[entry] for entry in answered} == {"completed"}
    # At most one of each process was between its opening and its going upstream.
    assert len(rows) - len(upstream) <= 50
    assert list(folder.iterdir()) == []


def test_kill_9_of_the_carrier_at_any_moment_doubles_and_loses_nothing(store, empty_url, folder):
    for begin in range(0, 300, 100):
        abandoned(
            folder,
            *(line for number in range(begin, begin + 100) for line in (opened(number), closed(number))),
            segment=5000,
        )
    python(CARRY_AND_DIE, empty_url, folder, random.randrange(10**6))
    carry_leftovers(folder, store)

    assert ends(store) == {f"req_{number}": "completed" for number in range(300)}
    assert list(folder.iterdir()) == []


def test_many_that_carry_at_once_carry_each_entry_once(store, empty_url, folder):
    for begin in range(0, 300, 30):
        lines = [line for number in range(begin, begin + 30) for line in (opened(number), closed(number))]
        abandoned(folder, *lines[:-1])
    Starter(CARRY, empty_url, folder, count=3).go()

    rows = ends(store)
    assert len(rows) == 300
    assert [rows[f"req_{number}"] for number in (28, 29)] == ["completed", "killed"]
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("quick")
def test_a_database_that_goes_and_comes_back_gets_all_of_it(folder, caplog):
    with Postgres() as server, Store(server.database()) as store:
        store.migrate()
        with Journal(folder, segment=2000) as journal, Carrier(journal, store):
            journal.open(opened(0))
            journal.close(encode(closed(0)))
            assert until(lambda: len(stored(store)) == 1)
            server.stop()
            for number in range(1, 100):
                journal.open(opened(number))
                journal.close(encode(closed(number)))
            assert until(lambda: "wait in the journal" in caplog.text)
            assert journal.kept == 0
            server.start()
            assert until(lambda: len(segments(journal.path)) == 1)
        assert ends(store) == {f"req_{number}": "completed" for number in range(100)}


@pytest.mark.usefixtures("quick")
def test_entries_that_still_wait_at_the_end_are_carried_at_the_next_start(tmp_path, folder):
    with Store(f"sqlite:{tmp_path}/a.db") as store:
        with Journal(folder) as journal, Carrier(journal, store):
            journal.open(opened(1))
            journal.close(encode(closed(1)))
        # There are no tables yet.
        assert len(list(folder.iterdir())) == 1
        store.migrate()
        with Journal(folder) as journal, Carrier(journal, store):
            assert until(lambda: stored(store))

        assert ends(store) == {"req_1": "completed"}


@pytest.mark.usefixtures("quick")
def test_an_end_that_the_disk_did_not_take_is_written_when_it_does(store, folder, monkeypatch):
    write, full = os.write, threading.Event()

    def failing(file, data):
        if full.is_set():
            raise OSError(28, "full")
        return write(file, data)

    with Journal(folder) as journal, Carrier(journal, store):
        journal.open(opened(1))
        monkeypatch.setattr(os, "write", failing)
        full.set()
        journal.close(encode(closed(1)))
        assert journal.kept == 1
        full.clear()
        assert until(lambda: stored(store))

    assert ends(store) == {"req_1": "completed"}


@pytest.mark.usefixtures("quick")
def test_a_mistake_in_the_thread_does_not_end_it(store, folder, monkeypatch, caplog):
    put = store.put
    mistakes = [ZeroDivisionError("oh")]
    monkeypatch.setattr(
        store, "put", lambda *entries: (_ for _ in ()).throw(mistakes.pop()) if mistakes else put(*entries)
    )
    with Journal(folder) as journal, Carrier(journal, store):
        journal.open(opened(1))
        journal.close(encode(closed(1)))
        assert until(lambda: stored(store))

    assert "ZeroDivisionError" in caplog.text


@pytest.mark.usefixtures("quick")
def test_the_old_is_removed_while_it_runs(store, folder):
    now = datetime.now(UTC)
    words = [Texts(f"e{days:06}", now - timedelta(days=days), "[]", "yes") for days in (1, 5, 9)]
    store.put([closed(days, at=now - timedelta(days=days)) for days in (1, 5, 9)], words)
    with Journal(folder) as journal, Carrier(journal, store, keep=timedelta(days=7), keep_texts=timedelta(days=3)):
        assert until(lambda: len(stored(store)) == 2 and len(stored(store, texts)) == 1)

    assert [row["id"] for row in stored(store)] == ["req_1", "req_5"]
    assert json.loads(stored(store, texts)[0]["prompt"]) == []
