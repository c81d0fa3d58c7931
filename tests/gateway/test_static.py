"""The files of the pages at /docs and /admin: each is whole, self-contained, and held to that by its policy."""

import re
import urllib.request

import pytest

from dragoman.gateway.static import POLICY, TYPES
from operated import ask
from pages import NAMES, PAGES, Elements, loaded

EACH = pytest.mark.parametrize("page", NAMES)
FILES = sorted(path for path in PAGES.rglob("*.*") if path.suffix in TYPES)


@EACH
def test_a_page_is_given_to_anyone_with_what_it_loads(gateway, page):
    root = gateway.url.removesuffix("v1")
    for name in (page, *(f"pages/{name}" for name in loaded(page))):
        with urllib.request.urlopen(root + name, timeout=30) as got:  # noqa: S310 - loopback
            kind = name.rpartition(".")[2] if "." in name else "html"
            assert got.headers["content-type"] == TYPES[f".{kind}"].decode() + "; charset=utf-8"
            assert got.headers["content-security-policy"] == POLICY.decode()
            assert got.headers["x-content-type-options"] == "nosniff"


def test_no_file_is_there_that_no_page_loads():
    expected = {name for page in NAMES for name in (f"{page}/index.html", *loaded(page))}

    assert {str(path.relative_to(PAGES)) for path in PAGES.rglob("*.*")} == expected


@EACH
def test_a_page_is_found_with_a_slash_at_its_end_too(gateway, page):
    with urllib.request.urlopen(f"{gateway.url.removesuffix('v1')}{page}/", timeout=30) as got:  # noqa: S310 - loopback
        assert got.url.endswith(f"/{page}")
        assert got.read() == (PAGES / page / "index.html").read_bytes()


@pytest.mark.parametrize("name", ["none.js", "..%2fstatic.py", "../static.py", "docs", "docs/../dom.js", "/dom.js"])
def test_nothing_else_is_served(gateway, name):
    status, _, told = ask(gateway.url, f"/pages/{name}")

    assert status == 404
    assert b"not_found" in told


@EACH
def test_nothing_in_a_page_is_what_its_policy_forbids(page):
    for tag, given in Elements(page).found:
        assert tag not in {"style", "base", "iframe", "object"}
        assert tag != "script" or given.get("src")
        assert not [name for name in given if name == "style" or name.startswith("on")]


@EACH
def test_nothing_that_is_typed_into_a_page_would_be_sent_without_its_script(page):
    """A field without a name is in no form's data, and the policy lets no form be sent."""
    assert not [
        given for tag, given in Elements(page).found if tag in {"input", "textarea", "select"} and "name" in given
    ]
    assert b"form-action 'none'" in POLICY


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PAGES)))
def test_nothing_is_loaded_from_elsewhere_or_made_from_text_or_stored(path):
    text = path.read_text()

    assert not re.search(r"https?://|@import|\burl\(", text)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", text)
    assert not re.search(r"localStorage|sessionStorage|indexedDB|\.cookie", text)


@EACH
def test_every_element_that_a_script_looks_for_is_there(page):
    ids = {given["id"] for _, given in Elements(page).found if "id" in given}
    scripts = [(PAGES / name).read_text() for name in loaded(page) if name.endswith(".js")]
    wanted = {name for text in scripts for name in re.findall(r'\bat\("([\w-]+)"\)', text)}

    assert len(wanted) > 20
    assert wanted <= ids


@EACH
def test_every_field_of_a_form_has_a_name_for_those_who_do_not_see_it(page):
    labelled = {given["for"] for tag, given in Elements(page).found if tag == "label" and "for" in given}
    for tag, given in Elements(page).found:
        if tag in {"input", "textarea", "select"} and given.get("type") != "checkbox":
            assert given["id"] in labelled or given.get("aria-label")
