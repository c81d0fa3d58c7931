"""The gateway's pages, as files and as they run: their own code in Node, with a DOM or without."""

import json
import posixpath
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

import dragoman.gateway

PAGES = Path(dragoman.gateway.__file__).parent / "pages"
NAMES = ("docs", "admin")
NODE = shutil.which("node")
TYPESCRIPT = Path(__file__).parent.parent / "typescript"
needs_node = pytest.mark.skipif(NODE is None, reason="node runs the page's own code")
needs_dom = pytest.mark.skipif(
    NODE is None or not (TYPESCRIPT / "node_modules/happy-dom").exists(), reason="node and happy-dom run the page"
)


class Elements(HTMLParser):
    """Every element of a page: its name, its attributes."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed((PAGES / page / "index.html").read_text())

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def loaded(page):
    """The files that a page loads, by their paths below the folder: its styles and scripts, and what these import."""
    named = [given.get("src") or given.get("href") for tag, given in Elements(page).found if tag in {"script", "link"}]
    found, left = set(), [name.removeprefix("pages/") for name in named if not name.startswith("data:")]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            imported = re.findall(r'from "(\.[^"]+)"', (PAGES / name).read_text())
            left += [posixpath.normpath(posixpath.join(posixpath.dirname(name), each)) for each in imported]
    return sorted(found)


def run(folder, code):
    """What a script prints that imports the pages' own modules, as they are."""
    for path in PAGES.rglob("*.js"):
        copy = folder / path.relative_to(PAGES)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text())
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "main.js").write_text(code)
    done = subprocess.run([NODE, "main.js"], cwd=folder, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own code
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# What a browser has and Node has not. The page is the gateway's own, its requests are Node's: they go to the gateway.
BROWSER = """
import { createRequire } from "node:module";
const { Window } = createRequire(%s)("happy-dom");
const window = new Window({ url: %s, settings: { navigation: { disableMainFrameNavigation: true } } });
window.document.write((await (await fetch(window.location.href)).text()).replace(/<(link|script)[^>]*>/g, ""));
for (const name of ["document", "location", "IntersectionObserver"]) globalThis[name] = window[name];
globalThis.addEventListener = window.addEventListener.bind(window);
const at = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const texts = (selector) => all(selector).map((each) => each.textContent);
const press = (text, inside = document) => [...inside.querySelectorAll("button")].find((each) => each.textContent === text).click();
const until = async (what) => {
  for (let left = 1500; !what(); left -= 1) {
    if (!left) throw new Error(`it never came: ${what}\\n${document.body.textContent}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
const say = (what) => {
  console.log(JSON.stringify(what));
  process.exit();
};
"""


def browse(folder, url, code):
    """What a script `say`s of a page, opened at an address of a gateway.

    The script has `at(id)`, `all(selector)`, `texts(selector)`, `press(label)`, and `until(condition)`.
    """
    browser = BROWSER % (json.dumps(str(TYPESCRIPT / "package.json")), json.dumps(url))
    return run(folder, browser + code)
