"""One engine for several processes: they find it when it is there, wait while it starts, and are told why it does not."""

import threading
import time
from urllib.parse import quote

import pytest

from dragoman import EngineError
from dragoman.engine import Engine
from dragoman.engine.lent import Lender, Lent, path_of
from dragoman.transport import NoAnswer
from processes import python
from scripted import Scripted
from serving import until


@pytest.fixture
def lent(tmp_path):
    return Lent(f"http+unix://{quote(str(tmp_path / 'folder' / 'engine.sock'), safe='')}/v1")


@pytest.fixture
def folder(lent):
    path = path_of(lent.url).parent
    path.mkdir()
    return path


def test_a_forked_process_uses_the_engine_of_its_parent():
    script = """
import os, time
from dragoman import Dragoman
from dragoman.engine import Engine
from dragoman.engine.lent import Lender

lender = Lender([None])
lender.keep()
child = os.fork()
if not child:
    lender.lend()
    with Dragoman() as client:
        print(client.models.list().data[0].id, Engine.shared().pid, flush=True)
    os._exit(0)
while os.waitpid(child, os.WNOHANG) == (0, 0):
    lender.keep()
    time.sleep(0.05)
lender.close()
"""
    assert python(script).split() == ["smollm2-135m-instruct", "None"]


def test_who_asks_before_it_answers_waits(lent, folder):
    waiting = threading.Thread(target=lent.ready, args=(time.monotonic() + 30,))
    waiting.start()
    with Scripted(unix=folder / "engine.sock"):
        waiting.join(30)
        assert not waiting.is_alive()


@pytest.mark.usefixtures("folder")
def test_who_has_waited_long_enough_is_told(lent):
    with pytest.raises(NoAnswer, match="still starting"):
        lent.revive(time.monotonic() + 0.1)


def test_why_it_does_not_start_is_told_in_the_owners_words(tmp_path):
    lender = Lender([str(tmp_path / "none.gguf")])
    ((_, engine),) = lender._engines.items()
    borrowed = Lent(engine.url)
    try:
        lender.keep()
        with pytest.raises(EngineError, match=r"none\.gguf"):
            borrowed.ready(time.monotonic() + 30)
    finally:
        lender.close()


def test_an_owner_that_has_ended_is_nobody_to_wait_for(lent):
    with pytest.raises(EngineError, match="has ended"):
        lent.ready(time.monotonic() + 30)


def test_closing_it_leaves_it_to_its_owner(lent, folder):
    lent.close()

    assert folder.exists()
    assert lent.running


def test_the_owner_starts_it_again_when_it_has_died():
    lender = Lender([None])
    (engine,) = lender._engines.values()
    try:
        assert until(lambda: lender.keep() or engine.running, 60)
        first = engine.pid
        engine._child.kill()
        assert until(lambda: lender.keep() or (engine.running and engine.pid != first), 60)
        Lent(engine.url).ready(time.monotonic() + 30)
    finally:
        lender.close()


def test_what_is_shared_is_what_clients_of_this_process_use(lent, tmp_path, monkeypatch):
    monkeypatch.setattr(Engine, "_shared", {})
    path = tmp_path / "w.gguf"
    Engine.share(path, lent)

    assert Engine.shared(str(path)) is lent
