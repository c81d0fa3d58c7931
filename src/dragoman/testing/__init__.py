"""Tests of programs that ask models, without a model: scripts, faults, recordings. Touches the clock and loopback.

    from dragoman import Dragoman
    from dragoman.testing import Script, fails, says

    with Script(fails(429, retry_after=0), says("Claude Monet.")) as script:
        client = Dragoman("http://model.test/v1", api_key="x", model="m", transport=script)
        assert client.chat.create(messages="Who?").text == "Claude Monet."

    assert script.requests[0].messages[0]["content"] == "Who?"

`docs/testing.md` is the guide. Nothing else in dragoman imports this package, and it needs nothing that dragoman does
not: pytest only where `dragoman.testing.pytest` is asked for.
"""

from __future__ import annotations

from dragoman.testing.asked import Asked
from dragoman.testing.cassette import Cassette, Mode
from dragoman.testing.faults import (
    cut,
    dribble,
    empty,
    end_early,
    finish_twice,
    garble,
    interrupt,
    mislabel,
    refused,
    reset,
    slow,
    stall,
    without_done,
)
from dragoman.testing.play import Break, Pause, Played, Reply, Step
from dragoman.testing.replies import calls, chunks, fails, models, raw, says
from dragoman.testing.script import Answering, Script, ScriptError
from dragoman.testing.serve import serving
from dragoman.testing.tape import CassetteError

__all__ = [
    "Answering",
    "Asked",
    "Break",
    "Cassette",
    "CassetteError",
    "Mode",
    "Pause",
    "Played",
    "Reply",
    "Script",
    "ScriptError",
    "Step",
    "calls",
    "chunks",
    "cut",
    "dribble",
    "empty",
    "end_early",
    "fails",
    "finish_twice",
    "garble",
    "interrupt",
    "mislabel",
    "models",
    "raw",
    "refused",
    "reset",
    "says",
    "serving",
    "slow",
    "stall",
    "without_done",
]
