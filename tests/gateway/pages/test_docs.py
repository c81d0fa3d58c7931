"""The page at /docs: what its own code makes of the gateway's answers."""

import json
import shutil
import subprocess
import sys

import pytest

from pages import NODE, needs_node, run
from scripted import LAST_CHUNK, READ, Scripted, answer, chunk, chunked_head, event

BODY = {"model": "any", "messages": [{"role": "user", "content": 'It\'s "Ünïcode" \\ $HOME `x` 😀'}], "max_tokens": 4}
STREAMED = BODY | {"stream": True, "stream_options": {"include_usage": True}}


def snippets(folder, base, body):
    return run(
        folder,
        'import { SNIPPETS } from "./docs/snippets.js";\n'
        f"const asked = [{json.dumps(base)}, {json.dumps(body)}];\n"
        "const made = Object.entries(SNIPPETS).map(([name, write]) => [name, write(...asked)]);\n"
        "console.log(JSON.stringify(Object.fromEntries(made)));",
    )


@needs_node
@pytest.mark.parametrize("body", [BODY, STREAMED], ids=["whole", "streamed"])
@pytest.mark.parametrize("name", ["Python", "Python, openai"])
def test_the_python_it_shows_runs(gateway, tmp_path, name, body):
    code = snippets(tmp_path, gateway.url, body)[name]

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - what is tested

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert ("Usage(" in done.stdout) == (name == "Python" and body is STREAMED)


@needs_node
@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
@pytest.mark.parametrize("body", [BODY, STREAMED], ids=["whole", "streamed"])
def test_the_curl_it_shows_sends_exactly_the_request(tmp_path, body):
    with Scripted([READ, answer(b"{}")]) as server:
        code = snippets(tmp_path, server.url("/v1"), body)["curl"]
        subprocess.run(["sh", "-c", code], check=True, capture_output=True, timeout=30)  # noqa: S603, S607 - what is tested

        assert server.requests[0].json == body
        assert server.requests[0].line == "POST /v1/chat/completions HTTP/1.1"


@needs_node
@pytest.mark.parametrize("body", [BODY, STREAMED], ids=["whole", "streamed"])
def test_the_typescript_it_shows_can_be_read(tmp_path, body):
    (tmp_path / "shown.mjs").write_text(snippets(tmp_path, "http://h/v1", body)["TypeScript, openai"])

    subprocess.run([NODE, "--check", "shown.mjs"], cwd=tmp_path, check=True, capture_output=True, timeout=30)  # noqa: S603 - our own code


def asked(folder, url, body):
    """What the playground shows of an answer, and how it ended."""
    return run(
        folder,
        'import { ask } from "./docs/ask.js";\n'
        'import { Fault } from "./fault.js";\n'
        'const seen = { text: "", usage: null, finish: null, fault: null };\n'
        f"const [url, body] = [{json.dumps(url + '/chat/completions')}, {json.dumps(body)}];\n"
        "const steps = ask(url, body, new AbortController().signal);\n"
        "try {\n"
        "  for await (const step of steps) {\n"
        '    seen.text += step.text ?? "";\n'
        "    seen.usage = step.usage ?? seen.usage;\n"
        "    seen.finish = step.finish ?? seen.finish;\n"
        "  }\n"
        "} catch (error) {\n"
        "  if (!(error instanceof Fault)) throw error;\n"
        "  seen.fault = [error.message, ...error.details];\n"
        "}\n"
        "console.log(JSON.stringify(seen));",
    )


@needs_node
@pytest.mark.parametrize("body", [BODY, STREAMED], ids=["whole", "streamed"])
def test_the_playground_shows_an_answer_and_what_it_used(gateway, tmp_path, body):
    seen = asked(tmp_path, gateway.url, body)

    assert seen["text"].strip()
    assert seen["usage"]["completion_tokens"] == 4
    assert seen["finish"] == "length"
    assert seen["fault"] is None


@needs_node
def test_the_playground_shows_a_refusal_as_it_was_said(gateway, tmp_path):
    seen = asked(tmp_path, gateway.url, BODY | {"temperature": 9})

    sentence, *details = seen["fault"]
    assert sentence.startswith("temperature ")
    assert details == ["status 400", "at temperature"]


def delta(text):
    return event({"choices": [{"index": 0, "delta": {"content": text}}]})


@needs_node
@pytest.mark.parametrize(
    ("end", "fault"),
    [
        ([event({"error": {"message": "gone wrong", "code": "x"}})], ["gone wrong", "x"]),
        ([], ["the stream stopped short: there was no [DONE]"]),
    ],
    ids=["an error event", "no [DONE]"],
)
def test_the_playground_keeps_what_came_before_a_failure(tmp_path, end, fault):
    pieces = [chunked_head(), chunk(delta("Claude ")), chunk(delta("Monet")), *map(chunk, end), LAST_CHUNK]
    with Scripted([READ, *pieces]) as server:
        seen = asked(tmp_path, server.url("/v1"), STREAMED)

    assert seen["text"] == "Claude Monet"
    assert seen["fault"] == fault


@needs_node
def test_events_come_out_the_same_wherever_the_stream_is_cut(tmp_path):
    stream = ': hi\n\ndata: é😀\r\n\r\ndata: a\ndata: b\r\r: keep-alive\n\ndata:{"x": 1}\n\ndata: unfinished'
    cut = run(
        tmp_path,
        'import { events } from "./docs/events.js";\n'
        f"const bytes = new TextEncoder().encode({json.dumps(stream)});\n"
        "const seen = new Set();\n"
        "for (let place = 0; place <= bytes.length; place += 1) {\n"
        "  const body = new ReadableStream({ start(control) {\n"
        "    for (const part of [bytes.slice(0, place), bytes.slice(place)]) if (part.length) control.enqueue(part);\n"
        "    control.close();\n"
        "  } });\n"
        "  const found = [];\n"
        "  for await (const data of events(body)) found.push(data);\n"
        "  seen.add(JSON.stringify(found));\n"
        "}\n"
        "console.log(JSON.stringify([...seen].map(JSON.parse)));",
    )

    assert cut == [["é😀", "a\nb", '{"x": 1}']]
