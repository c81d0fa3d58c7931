import os
import pickle

import pytest

from dragoman.errors import ConfigurationError
from dragoman.gateway.config.source import Address, Rotating, Source

PLANTED = "sk-planted"


def test_a_variable_is_read_when_it_is_asked_for(monkeypatch):
    source = Source("env:TEAM_KEY")
    with pytest.raises(ConfigurationError, match="the variable TEAM_KEY is not set"):
        source.read()
    monkeypatch.setenv("TEAM_KEY", f" {PLANTED}\n")

    assert source.read().reveal() == PLANTED


def test_a_file_is_read_without_the_line_end_that_editors_leave(tmp_path):
    (tmp_path / "key").write_text(f"{PLANTED}\n")

    assert Source(f"file:{tmp_path}/key").read().reveal() == PLANTED


@pytest.mark.parametrize(
    ("contents", "says"),
    [(b"", "is empty"), (b"a\nb", "more than one line"), (b"\xff", "holds no text"), ("ключ".encode(), "no header")],
)
def test_a_file_that_holds_no_credential_is_told_by_its_name(tmp_path, contents, says):
    (tmp_path / "key").write_bytes(contents)

    with pytest.raises(ConfigurationError, match=f"the file {tmp_path}/key .*{says}"):
        Source(f"file:{tmp_path}/key").read()


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read: no such file"):
        Source(f"file:{tmp_path}/none").read()


@pytest.mark.parametrize("text", [PLANTED, "", "env:", "env:A B", "env:1A", "file:key", "file:", "Env:A", "file:/a\0b"])
def test_what_says_no_place_is_refused_without_being_quoted(text):
    with pytest.raises(ValueError, match=r"env:|file:") as caught:
        Source(text)
    assert PLANTED not in str(caught.value)


def test_an_address_may_stand_in_the_file_and_its_password_is_never_shown():
    address = Address(f"postgresql://ana:{PLANTED}@db/dragoman")

    assert address.read().reveal() == f"postgresql://ana:{PLANTED}@db/dragoman"
    assert str(address) == "postgresql://…@db/dragoman"
    assert PLANTED not in repr(address)
    assert str(Address(f"postgresql://db/d?password={PLANTED}")) == "postgresql://db/d?…"
    assert Address("env:URL").kind == "env"


def test_two_are_the_same_place_or_are_not():
    assert Source("env:A") == Source("env:A")
    assert len({Source("env:A"), Source("env:A"), Source("env:B"), Source("file:/A")}) == 3
    assert Address("redis://:a@h") != Address("redis://:b@h")
    assert Source("env:A") != "env:A"


@pytest.fixture
def clock(monkeypatch):
    """A clock to wind by hand."""
    now = [100.0]
    monkeypatch.setattr("dragoman.gateway.config.source.time.monotonic", lambda: now[0])
    return now


def replace_file(path, contents):
    """As rotation does it: a new file takes the old one's name."""
    fresh = path.with_suffix(".new")
    fresh.write_text(contents)
    os.replace(fresh, path)  # noqa: PTH105 - the very call


def test_a_rotated_file_is_read_anew_within_a_second(tmp_path, clock):
    path = tmp_path / "key"
    path.write_text("old")
    key = Rotating(Source(f"file:{path}"))
    assert key() == "old"
    replace_file(path, "new")
    clock[0] += 1.0

    assert key() == "new"


def test_a_file_that_is_gone_or_broken_for_a_while_leaves_the_last_value(tmp_path, clock):
    path = tmp_path / "key"
    path.write_text("old")
    key = Rotating(Source(f"file:{path}"))
    path.unlink()
    clock[0] += 2
    assert key() == "old"
    path.write_text("")
    clock[0] += 2
    assert key() == "old"
    replace_file(path, "newer")
    clock[0] += 2
    assert key() == "newer"


def test_a_rotating_credential_has_to_be_there_at_first_and_is_never_shown(monkeypatch):
    with pytest.raises(ConfigurationError, match="TEAM_KEY"):
        Rotating(Source("env:TEAM_KEY"))
    monkeypatch.setenv("TEAM_KEY", PLANTED)
    key = Rotating(Source("env:TEAM_KEY"))

    assert key() == PLANTED
    assert PLANTED not in repr(key)
    with pytest.raises(TypeError):
        pickle.dumps(key.source.read())
