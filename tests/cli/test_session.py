"""A session on a real terminal: it remembers, obeys, and Ctrl-C stops the answer only."""

import json
import sys
from pathlib import Path

import pytest

from dragoman import Dragoman
from dragoman.cli import session
from scripted import READ, Scripted, answer, chunk, chunked, chunked_head, event

sys.path.insert(0, str(Path(__file__).parent))

from terminal import Terminal


def step(content=None, finish=None):
    delta = {} if content is None else {"content": content}
    return event({"id": "c1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def says(text):
    return [READ, chunked(step(text), step(finish="stop"), event("[DONE]"))]


@pytest.fixture
def talk(tmp_path):
    def start(server, *words):
        return Terminal("chat", "--base-url", server.url("/v1"), "--model", "m", *words, home=tmp_path)

    return start


PROMPT = b"> "


def test_it_remembers_what_was_said(talk):
    with Scripted([*says("Monet."), *says("1840.")]) as server, talk(server, "--system", "Be brief.") as terminal:
        terminal.wait_for(PROMPT)
        terminal.type(b"Who?\r")
        terminal.wait_for(b"Monet.")
        terminal.wait_for(PROMPT)
        terminal.type(b"Born?\r")
        terminal.wait_for(b"1840.")
        terminal.wait_for(PROMPT)
        terminal.type(b"\x04")
        assert terminal.process.wait(20) == 0

    said = [(message["role"], message["content"]) for message in server.requests[1].json["messages"]]
    assert said == [("system", "Be brief."), ("user", "Who?"), ("assistant", "Monet."), ("user", "Born?")]


def test_what_is_typed_may_be_no_text(tmp_path):
    with Scripted(says("Monet.")) as server:
        words = ("chat", "--base-url", server.url("/v1"), "--model", "m")
        with Terminal(*words, home=tmp_path, PYTHONIOENCODING="utf-8:strict") as terminal:
            terminal.wait_for(PROMPT)
            terminal.type(b"Who \xff?\r")
            terminal.wait_for(b"Monet.")

    assert server.requests[0].json["messages"][0]["content"] == "Who \ufffd?"


def test_ctrl_c_stops_the_answer_and_not_the_session(talk):
    endless = [READ, chunked_head() + chunk(step("never-ending"))]
    with Scripted(endless, says("Still here.")) as server, talk(server) as terminal:
        terminal.wait_for(PROMPT)
        terminal.type(b"Go on for ever\r")
        terminal.wait_for(b"never-ending")
        terminal.type(b"\x03")
        terminal.wait_for(b"stopped")
        assert server.left()
        terminal.wait_for(PROMPT)
        terminal.type(b"Hello?\r")
        terminal.wait_for(b"Still here.")

    assert [message["content"] for message in server.requests[1].json["messages"]] == ["Hello?"]


def test_commands(talk):
    with Scripted([*says("One."), *says("Two."), *says("Three.")]) as server, talk(server) as terminal:
        terminal.wait_for(PROMPT)
        for typed, shown in [
            (b"/help", b"forget what was said"),
            (b"/nonsense", b"there is no /nonsense"),
            (b"first", b"One."),
            (b"/undo", PROMPT),
            (b"second", b"Two."),
            (b"/new", PROMPT),
            (b"/system Be kind.", PROMPT),
            (b"third", b"Three."),
        ]:
            terminal.type(typed + b"\r")
            terminal.wait_for(shown)
        terminal.type(b"/exit\r")
        assert terminal.process.wait(20) == 0

    said = [[message["content"] for message in request.json["messages"]] for request in server.requests]
    assert said == [["first"], ["second"], ["Be kind.", "third"]]


def test_a_failed_call_is_told_and_the_session_goes_on(talk):
    refused = answer(json.dumps({"error": {"message": "not today"}}).encode(), "400 Bad Request")
    with Scripted([READ, refused, *says("Fine.")]) as server, talk(server) as terminal:
        terminal.wait_for(PROMPT)
        terminal.type(b"Hello\r")
        terminal.wait_for(b"not today")
        terminal.wait_for(PROMPT)
        terminal.type(b"Hello\r")
        terminal.wait_for(b"Fine.")

    assert len(server.requests[1].json["messages"]) == 1


def test_a_models_words_cannot_command_the_terminal(talk):
    with Scripted(says("\x1b]0;owned\x07\x1b[2Jred")) as server, talk(server) as terminal:
        terminal.wait_for(PROMPT)
        terminal.type(b"Hello\r")
        shown = terminal.wait_for(b"red")

    assert b"\x1b]0;" not in shown
    assert b"\x1b[2J" not in shown
    assert "\N{REPLACEMENT CHARACTER}]0;owned".encode() in shown


def test_nor_can_a_servers_when_it_says_no(talk, tmp_path):
    refusal = answer(b'{"error":{"message":"no\\u001b]0;owned\\u0007 more"}}', "400 Bad Request")
    with Scripted([READ, refusal, READ, refusal]) as server:
        with talk(server) as terminal:
            terminal.wait_for(PROMPT)
            terminal.type(b"Hello\r")
            in_session = terminal.wait_for(b" more")
        words = ("chat", "--base-url", server.url("/v1"), "--model", "m", "Hello")
        with Terminal(*words, home=tmp_path) as terminal:
            at_once = terminal.wait_for(b" more")

    for shown in (in_session, at_once):
        assert b"\x1b]0;" not in shown
        assert "no\N{REPLACEMENT CHARACTER}]0;owned".encode() in shown


def test_a_line_is_as_long_as_the_terminal_is_wide(talk):
    with Scripted([]) as server, talk(server) as terminal:
        terminal.wait_for(PROMPT)
        terminal.type(b"x" * 76 + b"E")
        # It goes on in the next of eighty columns when this one is full, and the prompt's colours fill none.
        assert b"\r" not in terminal.wait_for(b"E")


@pytest.mark.usefixtures("homeless")
def test_who_has_no_home_talks_all_the_same(monkeypatch, capsys):
    monkeypatch.setattr("builtins.input", lambda _: "/exit")
    with Dragoman("http://127.0.0.1:9/v1", model="m") as client:
        assert session.talk(client, None, {}, show_usage=False) == 0

    assert "Talk" in capsys.readouterr().err


def test_the_history_is_kept_for_its_owner_only(talk, tmp_path):
    with Scripted(says("Monet.")) as server, talk(server) as terminal:
        terminal.wait_for(PROMPT)
        terminal.type(b"a question\r")
        terminal.wait_for(b"Monet.")
        terminal.wait_for(PROMPT)
        terminal.type(b"\x04")
        assert terminal.process.wait(20) == 0

    history = tmp_path / "dragoman" / "history"
    assert "a question" in history.read_text()
    assert history.stat().st_mode & 0o077 == 0
