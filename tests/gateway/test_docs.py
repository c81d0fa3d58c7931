"""The page at /docs: whole, self-contained, and what its own code makes of the gateway's answers."""

import json
import re
import shutil
import subprocess
import sys
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

import pytest

import dragoman.gateway
from scripted import LAST_CHUNK, READ, Scripted, answer, chunk, chunked_head, event

PAGES = Path(dragoman.gateway.__file__).parent / "pages"
HTML = (PAGES / "index.html").read_text()
KINDS = {"css": "text/css", "js": "text/javascript"}
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node runs the page's own code")
BODY = {"model": "any", "messages": [{"role": "user", "content": 'It\'s "Ünïcode" \\ $HOME `x` 😀'}], "max_tokens": 4}
STREAMED = BODY | {"stream": True, "stream_options": {"include_usage": True}}


class Elements(HTMLParser):
    """Every element of the page: its name, its attributes."""

    def __init__(self):
        super().__init__()
        self.found = []
        self.feed(HTML)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def scripts():
    return {path.name: path.read_text() for path in PAGES.glob("*.js")}


def loaded():
    """What the page asks the gateway for: its styles and scripts, and what these import."""
    named = [given.get("src") or given.get("href") for tag, given in Elements().found if tag in {"script", "link"}]
    imported = [f"docs/{name}" for text in scripts().values() for name in re.findall(r'from "\./([^"]+)"', text)]
    return sorted({name for name in named if not name.startswith("data:")} | set(imported))


@pytest.mark.parametrize("name", loaded())
def test_every_file_of_the_page_is_served_as_what_it_is(gateway, name):
    url = gateway.url.removesuffix("/v1") + "/" + name
    with urllib.request.urlopen(url, timeout=30) as got:  # noqa: S310 - loopback
        assert got.headers["content-type"].startswith(KINDS[name.rpartition(".")[2]])
        assert got.headers["x-content-type-options"] == "nosniff"


def test_no_file_is_there_that_the_page_does_not_load():
    assert {path.name for path in PAGES.iterdir()} == {name.removeprefix("docs/") for name in loaded()} | {"index.html"}


def test_the_page_is_found_with_a_slash_at_its_end_too(gateway):
    with urllib.request.urlopen(gateway.url.removesuffix("/v1") + "/docs/", timeout=30) as got:  # noqa: S310 - loopback
        assert got.url.endswith("/docs")
        assert got.read() == (PAGES / "index.html").read_bytes()


def test_nothing_in_the_page_is_what_its_policy_forbids():
    for tag, given in Elements().found:
        assert tag not in {"style", "base", "iframe", "object"}
        assert tag != "script" or given.get("src")
        assert not [name for name in given if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("path", sorted(PAGES.iterdir()), ids=lambda path: path.name)
def test_nothing_is_loaded_from_elsewhere_or_made_from_text(path):
    text = path.read_text()

    assert not re.search(r"https?://|@import|\burl\(", text)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", text)


def test_every_element_that_a_script_looks_for_is_there():
    ids = {given["id"] for _, given in Elements().found if "id" in given}
    looked_for = r'\b(?:at|getElementById)\("([\w-]+)"\)'
    wanted = {name for text in scripts().values() for name in re.findall(looked_for, text)}

    assert len(wanted) > 20
    assert wanted <= ids


def test_every_field_of_the_form_has_a_name_for_those_who_do_not_see_it():
    labelled = {given["for"] for tag, given in Elements().found if tag == "label" and "for" in given}
    for tag, given in Elements().found:
        if tag in {"input", "textarea"} and given.get("type") != "checkbox":
            assert given["id"] in labelled or given.get("aria-label")


def run(folder, code):
    """What a script prints that imports the page's own modules, as they are."""
    for name, text in scripts().items():
        (folder / name).write_text(text)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "main.js").write_text(code)
    done = subprocess.run([NODE, "main.js"], cwd=folder, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own code
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def snippets(folder, base, body):
    return run(
        folder,
        'import { SNIPPETS } from "./snippets.js";\n'
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
        'import { ask, Fault } from "./ask.js";\n'
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
        'import { events } from "./events.js";\n'
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
