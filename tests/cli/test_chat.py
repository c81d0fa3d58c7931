"""`dragoman chat` as a user types it: a question, a pipe, options, and what each failure says."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripted import READ, RESET, Scripted, answer, chunk, chunked, chunked_head, event


def dragoman(*words, stdin=b"", **environment):
    command = [sys.executable, "-m", "dragoman.cli", *words]
    return subprocess.run(command, input=stdin, check=False, capture_output=True, timeout=110, env=clean(environment))  # noqa: S603 - our own command


def clean(extra):
    import os  # noqa: PLC0415 - the test's own environment, without what would change the answer

    kept = {name: value for name, value in os.environ.items() if not name.startswith("DRAGOMAN_")}
    return {**kept, **extra}


def step(content=None, finish=None):
    delta = {} if content is None else {"content": content}
    return event({"id": "c1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


STREAM = chunked(step("Mo"), step("net"), step(finish="stop"), event("[DONE]"))
COMPLETION = json.dumps({"choices": [{"index": 0, "message": {"content": "Monet"}, "finish_reason": "stop"}]}).encode()


def test_arguments_that_are_no_text_are_told_or_read_as_far_as_they_are(tmp_path):
    with Scripted([READ, STREAM]) as server:
        done = dragoman("chat", "--base-url", server.url("/v1"), "--model", "m", "--system", b"Be \xff.", b"Who \xff?")
        assert done.returncode == 0
    assert [said["content"] for said in server.requests[0].json["messages"]] == ["Be \ufffd.", "Who \ufffd?"]

    weights = dragoman("chat", "--model", bytes(tmp_path) + b"/\xff.gguf", "Who?")
    assert (weights.returncode, weights.stderr.count(b"\n")) == (2, 1)
    assert b"No such file" in weights.stderr
    address = dragoman("chat", "--base-url", b"http://127.0.0.1:9/\xff", "--model", "m", "Who?")
    assert (address.returncode, address.stderr.count(b"\n")) == (2, 1)


def test_the_model_on_this_machine_answers_with_no_set_up():
    done = dragoman("chat", "--usage", "--temperature", "0", "--max-tokens", "8", "What is the capital of France?")

    assert done.returncode == 0, done.stderr
    assert b"Paris" in done.stdout
    assert re.search(rb"\d+ prompt \+ \d+ completion = \d+ tokens; first after", done.stderr)


def test_a_schema_is_answered_with_json_that_matches(tmp_path):
    schema = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 20}}, "required": ["name"]}
    file = tmp_path / "painter.json"
    file.write_text(json.dumps(schema))

    done = dragoman("chat", "--schema", str(file), "--seed", "1", "Name a painter.")

    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout)["name"], str)


def test_an_argument_and_a_pipe_are_one_question():
    with Scripted([READ, STREAM]) as server:
        done = dragoman(
            "chat", "--base-url", server.url("/v1"), "--model", "m", "Summarise", "this:", stdin="café\n".encode()
        )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"Monet\n", b"")
    assert server.requests[0].json["messages"] == [{"role": "user", "content": "Summarise this:\n\ncafé"}]


def test_options_are_what_is_asked_for():
    with Scripted([READ, answer(COMPLETION)]) as server:
        words = ["--model", "m", "--system", "Be brief.", "--json", "--max-tokens", "5", "--no-stream", "Hello"]
        done = dragoman("chat", "--base-url", server.url("/v1"), *words)

    sent = server.requests[0].json
    assert done.stdout == b"Monet\n"
    assert sent["messages"][0] == {"role": "system", "content": "Be brief."}
    assert sent["response_format"] == {"type": "json_object"}
    assert sent["max_tokens"] == 5
    assert "stream" not in sent
    assert "temperature" not in sent


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["chat"], 2, "there is nothing to ask"),
        (["chat", "--schema", "/nowhere.json", "x"], 2, "cannot read the schema /nowhere.json: No such file"),
        (["chat", "--base-url", "nowhere", "x"], 2, "'nowhere' is no provider, and no address"),
        (["chat", "--base-url", "http://127.0.0.1:9/v1", "x"], 2, "model is missing"),
        (["chat", "--base-url", "http://127.0.0.1:9/v1", "--model", "x.gguf", "x"], 2, "choose"),
        (["chat", "--model", "/nowhere.gguf", "x"], 2, "cannot read the weights /nowhere.gguf"),
        (["chat", "--max-tokens", "many", "x"], 2, "invalid int value: 'many'"),
        (["sing"], 2, "invalid choice: 'sing'"),
    ],
)
def test_a_wrong_command_says_what_is_wrong_in_a_line(words, code, says):
    done = dragoman(*words)

    assert done.returncode == code
    assert says in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_a_call_that_fails_says_why_and_exits_with_1():
    refused = answer(b'{"error":{"message":"no such\\nmodel"}}', "404 Not Found")
    with Scripted([READ, refused]) as server:
        done = dragoman("chat", "--base-url", server.url("/v1"), "--model", "m", "Hello")

    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == b"dragoman: no such model (status 404)\n"


def test_what_arrived_before_a_stream_broke_is_on_the_screen():
    with Scripted([READ, chunked_head() + chunk(step("Mo")), RESET]) as server:
        done = dragoman("chat", "--base-url", server.url("/v1"), "--model", "m", "Hello")

    assert done.returncode == 1
    assert done.stdout in {b"Mo\n", b""}
    assert done.stderr.startswith(b"dragoman: ")


def test_a_reader_of_the_pipe_may_leave():
    with Scripted([READ, STREAM]) as server:
        command = (
            f"{sys.executable} -m dragoman.cli chat --base-url {server.url('/v1')} --model m Hello </dev/null | true"
        )
        done = subprocess.run(command, shell=True, check=False, capture_output=True, timeout=60, env=clean({}))  # noqa: S602 - a pipe is what is tested

    assert done.stderr == b""


CUT = chunked(step('{"a'), step(finish="length"), event("[DONE]"))
REFUSED = json.dumps({"choices": [{"index": 0, "message": {"refusal": "I won't."}, "finish_reason": "stop"}]}).encode()


@pytest.mark.parametrize(
    ("said", "more", "shown", "told"),
    [
        (CUT, [], b'{"a\n', b"the answer was cut: it reached --max-tokens"),
        (answer(REFUSED), ["--no-stream"], b"I won't.\n", b"the model refused\n"),
    ],
)
def test_what_an_answer_lacks_is_told_and_is_a_failure_where_it_was_to_be_json(said, more, shown, told):
    with Scripted([READ, said, READ, said]) as server:
        words = ["chat", "--base-url", server.url("/v1"), "--model", "m", *more]
        plain, as_json = dragoman(*words, "Hello"), dragoman(*words, "--json", "Hello")

    assert (plain.returncode, plain.stdout, as_json.returncode, as_json.stdout) == (0, shown, 1, shown)
    assert told in plain.stderr
    assert told in as_json.stderr


def started_as(redirected, server):
    words = f"{sys.executable} -m dragoman.cli chat --base-url {server.url('/v1')} --model m Hello {redirected}"
    return subprocess.run(words, shell=True, check=False, capture_output=True, timeout=60, env=clean({}))  # noqa: S602 - a shell is what closes streams


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full disk at hand")
def test_a_full_disk_is_told_in_a_line():
    with Scripted([READ, STREAM]) as server:
        done = started_as("</dev/null >/dev/full", server)

    assert (done.returncode, done.stderr) == (1, b"dragoman: [Errno 28] No space left on device\n")


def test_it_may_be_started_without_streams():
    with Scripted([READ, STREAM, READ, STREAM]) as server:
        deaf, dumb = started_as("<&-", server), started_as("</dev/null >&- 2>&-", server)

    assert (deaf.returncode, deaf.stdout, deaf.stderr) == (0, b"Monet\n", b"")
    assert (dumb.returncode, len(server.requests)) == (0, 2)


def test_signs_that_the_output_has_none_for_are_spelled():
    said = chunked(step("Müller 🎉"), step(finish="stop"), event("[DONE]"))
    with Scripted([READ, said]) as server:
        done = dragoman("chat", "--base-url", server.url("/v1"), "--model", "m", "Hello", PYTHONIOENCODING="latin-1")

    assert (done.returncode, done.stdout, done.stderr) == (0, "Müller \\U0001f389\n".encode("latin-1"), b"")
