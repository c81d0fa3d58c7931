"""The journal: a line is there for others when the call returns, or the request is refused."""

import json
import os
import re
import shutil
import stat
from pathlib import Path

import pytest

from dragoman.errors import ConfigurationError
from dragoman.gateway.carrier import carry_leftovers
from dragoman.gateway.faults import status_of
from dragoman.gateway.journal import Journal, JournalError, UnwrittenError, folder_beside, hold, segments
from dragoman.gateway.record import Texts, decode, encode
from dragoman.gateway.store.database import Store
from entries import NOON, closed, opened, stored
from processes import python


def lines(path):
    return [decode(line) for segment in segments(path) for line in segment.read_bytes().splitlines() if line]


def test_what_was_written_is_there_for_others_at_once(tmp_path):
    with Journal(tmp_path / "a" / "journal") as journal:
        journal.open(opened())
        journal.close(encode(closed()), Texts("e000001", NOON, "[]", "yes"))

        assert lines(journal.path) == [opened(), Texts("e000001", NOON, "[]", "yes"), closed()]


def test_nobody_else_may_read_it(tmp_path):
    with Journal(tmp_path / "journal") as journal:
        journal.open(opened())
        modes = [
            stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "journal", journal.path, *segments(journal.path))
        ]

    assert modes == [0o700, 0o700, 0o600]


def test_a_folder_belongs_to_its_process_until_it_lets_go(tmp_path):
    with Journal(tmp_path) as journal:
        journal.open(opened())
        assert hold(journal.path) is None
    held = hold(journal.path)
    assert held is not None
    assert hold(journal.path) is None
    os.close(held)


def test_a_folder_that_is_gone_is_nobodys(tmp_path):
    assert hold(tmp_path / "gone") is None
    assert segments(tmp_path / "gone") == []


def test_an_empty_journal_leaves_nothing_behind(tmp_path):
    with Journal(tmp_path) as journal:
        segments(journal.path)[0].unlink()

    assert list(tmp_path.iterdir()) == []


def test_a_segment_that_is_full_is_followed_by_another(tmp_path):
    with Journal(tmp_path, segment=500) as journal:
        for number in range(20):
            journal.open(opened(number))
        found = segments(journal.path)

    assert len(found) > 2
    assert all(segment.stat().st_size < 700 for segment in found)
    assert [line.id for line in lines(journal.path)] == [f"req_{number}" for number in range(20)]


def test_what_cannot_be_made_anew_where_it_was_removed_admits_nothing_and_is_on_the_log(tmp_path, caplog):
    folder = tmp_path / "journal"
    with pytest.raises(UnwrittenError), Journal(folder) as journal:
        journal.close(encode(closed(1)))
        shutil.rmtree(folder)
        folder.write_text("in the way")
        assert not journal.flush()
        with pytest.raises(JournalError):
            journal.open(opened(2))
        assert journal.kept == 1

    assert encode(closed(1)).decode() in caplog.text


def test_a_journal_that_was_ended_refuses(tmp_path):
    with Journal(tmp_path) as journal:
        pass

    with pytest.raises(JournalError):
        journal.open(opened())


@pytest.mark.parametrize("make", [Path.touch, lambda path: path.symlink_to("/dev/null/x")])
def test_a_folder_that_cannot_be_used_is_named(tmp_path, make):
    make(tmp_path / "taken")

    with pytest.raises(ConfigurationError, match=r"taken.* cannot be used"):
        Journal(tmp_path / "taken")


FULL = """
import json, os, resource, sys
from pathlib import Path
from dragoman.gateway.journal import Journal, JournalError, segments
from dragoman.gateway.record import encode
from entries import closed, opened

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

journal = Journal(Path(sys.argv[1]))
journal.open(opened(1))
journal.open(opened(2))
size = segments(journal.path)[0].stat().st_size
limit(size + int(sys.argv[2]))
journal.close(encode(closed(1)))
kept = journal.kept
try:
    journal.open(opened(3))
    refused = None
except JournalError as error:
    refused = str(error)
journal.close(encode(closed(2)))
still = journal.flush()
limit(resource.RLIM_INFINITY)
journal.open(opened(4))
print(json.dumps({"kept": kept, "refused": refused, "flushed": still, "left": journal.kept, "path": str(journal.path)}))
"""


@pytest.mark.parametrize("room", [0, 1, 100, len(encode(closed(1))) - 1])
def test_a_full_disk_refuses_requests_and_loses_no_end(tmp_path, room):
    done = json.loads(python(FULL, tmp_path, room))

    assert done["kept"] == 1
    assert "cannot be written down" in done["refused"]
    assert "does not go upstream" in done["refused"]
    assert (done["flushed"], done["left"]) == (False, 0)
    found = [one for segment in segments(Path(done["path"])) for one in whole(segment)]
    assert found == [opened(1), opened(2), closed(1), closed(2), opened(4)]


def test_a_line_that_lacks_its_end_only_is_written(tmp_path):
    done = json.loads(python(FULL, tmp_path, len(encode(closed(1)))))

    assert done["kept"] == 0
    found = [one for segment in segments(Path(done["path"])) for one in whole(segment)]
    assert found == [opened(1), opened(2), closed(1), closed(2), opened(4)]


def whole(segment):
    """The lines of a segment that are whole: where the disk was full, others stop short."""
    for line in segment.read_bytes().split(b"\n"):
        try:
            yield decode(line)
        except ValueError:
            assert len(line) < len(encode(closed()))


def test_a_disk_that_fails_refuses_with_503(tmp_path):
    with Journal(tmp_path) as journal:
        full(journal)
        with pytest.raises(JournalError, match="no space left on device") as caught:
            journal.open(opened())

    assert status_of(caught.value) == 503


def full(journal):
    """Have the disk of a journal take nothing more."""
    device = os.open("/dev/full", os.O_WRONLY)
    os.dup2(device, journal._file)
    os.close(device)


def test_what_the_disk_never_took_is_on_the_log_and_carried_from_where_that_says(tmp_path, caplog):
    with Store(f"sqlite:{tmp_path}/dragoman.db") as store:
        store.migrate()
        with pytest.raises(UnwrittenError, match="has not taken the ends of 2 requests"):
            with Journal(tmp_path / "journal") as journal:
                journal.open(opened(1))
                journal.open(opened(2))
                full(journal)
                journal.close(encode(closed(1)), Texts("e000001", NOON, "[planted]", "planted"))
                journal.close(encode(closed(2)))
        told, *lines = [record.getMessage() for record in caplog.records]
        place = re.search(r"/\S+\.jsonl", told).group()
        Path(place).write_text("".join(line[line.index("{") :] + "\n" for line in lines))
        carry_leftovers(tmp_path / "journal", store)
        rows = stored(store)

    assert [(row["id"], row["end_reason"]) for row in rows] == [("req_1", "completed"), ("req_2", "completed")]
    assert "planted" not in caplog.text


def test_what_went_wrong_before_is_not_hidden_by_what_the_disk_never_took(tmp_path, caplog):
    with pytest.raises(KeyboardInterrupt), Journal(tmp_path) as journal:
        journal.open(opened())
        full(journal)
        journal.close(encode(closed()))
        raise KeyboardInterrupt

    assert "not on the disk: {" in caplog.text


def test_the_journal_lies_beside_an_sqlite_store_or_in_the_state_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", "/state")

    assert folder_beside("sqlite:data/dragoman.db") == Path("data/dragoman.db.journal")
    assert folder_beside("postgresql://host/db").parent == Path("/state/dragoman")
    assert folder_beside("postgresql://host/db", tmp_path) == tmp_path
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/private")
    assert folder_beside("postgresql://host/db").parent == Path("/var/lib/private/dragoman")


@pytest.mark.usefixtures("homeless")
def test_who_has_no_home_is_told_to_name_a_folder():
    with pytest.raises(ConfigurationError, match=r"has no home: name one in \[store\] journal"):
        folder_beside("postgresql://host/db")


def test_each_store_has_a_journal_of_its_own_whatever_the_password_is_today():
    old, new = (folder_beside(f"postgresql://me:{password}@host/db") for password in ("old", "n@w"))

    assert old == new != folder_beside("postgresql://me:old@host/other")
    assert "old" not in str(old)
