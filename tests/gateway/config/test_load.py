import sys

import hypothesis.strategies as st
import pytest
from hypothesis import given

from configurations import WHOLE, config, mistakes
from dragoman.errors import ConfigurationError
from dragoman.gateway.config.load import load, missing, parsed
from dragoman.gateway.config.shape import Candidate, RouteConfig
from dragoman.gateway.config.source import Source


def test_a_file_is_loaded_and_completed(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-a")
    (tmp_path / "d.toml").write_text('[upstreams.openai]\nvendor = "openai"\n')

    found = load(tmp_path / "d.toml")

    assert found.server.keys == "off"
    assert found.upstreams["openai"].url == "https://api.openai.com/v1"
    assert found.upstreams["openai"].credentials == (Source("env:OPENAI_API_KEY"),)
    assert found.upstreams["openai"].continues is False
    assert found.routes == (RouteConfig(model="*", candidates=(Candidate(upstream="openai"),)),)


def test_an_empty_file_is_the_model_on_this_machine_for_every_model():
    empty = config("")

    assert empty.upstreams["here"].engine
    assert [route.model for route in empty.routes] == ["*"]


def test_a_store_makes_keys_required():
    assert config('[store]\nurl = "sqlite:d.db"').server.keys == "required"
    assert config('[server]\nkeys = "off"\n[store]\nurl = "sqlite:d.db"').server.keys == "off"


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match=r"none\.toml: no such file or directory"):
        load(tmp_path / "none.toml")
    with pytest.raises(ConfigurationError, match="is a directory"):
        load(tmp_path)


def test_every_mistake_is_told_in_the_order_of_the_file():
    text = '[[routes]]\nmodel = "a"\ncandidates = ["nobody"]\n[server]\nport = "x"\nhost = "10.0.0.1"\n'

    assert [line for line, _ in mistakes(text)] == [3, 5, 6]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[server]\norigins = [1, {}]", ["server.origins[0] takes a text, not a number", "server.origins[1] takes"]),
        ('[server]\norigins = [1,\n"/"]', ["server.origins[0] takes a text", 'server.origins[1]: "/" is not how']),
        ('[upstreams.a]\nurl = "https://[::1"\nheaders = { x-a = "b" }', ["upstreams.a.url: the URL's host"]),
    ],
)
def test_a_value_of_no_use_keeps_none_from_being_looked_at(text, told):
    found = [sentence for _, sentence in mistakes(text)]

    assert len(found) == len(told)
    assert all(sentence.startswith(beginning) for sentence, beginning in zip(found, told, strict=True))


def test_what_follows_from_a_mistake_is_not_told_as_another():
    # The upstream has no vendor because its name is misspelt.
    assert mistakes('[upstreams.a]\nvendr = "openai"') == [(2, 'upstreams.a has no "vendr"; did you mean "vendor"?')]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a = 1\nb =\n", 2, "this is no TOML: invalid value (column 4)"),
        ("a = 1\na = 2", 2, "this is no TOML: cannot overwrite a value"),
        ("a = 1\n\nb = [1,\n2\n", 4, "this is no TOML"),
        ("a = 1\nb = '", 2, "this is no TOML"),
        (b"a = 1\n# \xff\n", 2, "this is not UTF-8"),
        ("a = 1\nb = " + "[" * 100_000, 2, "arrays are nested too deeply to be read"),
        ("a = 1\nb = 2\nc = " + "9" * 5000, 3, "this number is too long to be read"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(text, line, says):
    found = mistakes(text)

    assert [each[0] for each in found] == [line]
    assert says in found[0][1]


def test_a_mark_of_its_encoding_and_the_line_ends_of_windows_are_no_mistake():
    assert mistakes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode()) == []


def test_what_is_not_where_the_file_says_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("EMPTY", " ")
    monkeypatch.setenv("SHORT", "admin")
    text = (
        f'[server]\nadmin_key = "env:SHORT"\n[store]\nurl = "env:NO_URL"\nshared = "file:{tmp_path}/none"\n'
        '[upstreams.a]\nvendor = "openai"\n'
        '[upstreams.b]\nvendor = "groq"\ncredentials = [\n  "env:EMPTY"\n]\n'
        '[upstreams.d]\nurl = "http://h"\nheaders = { x-key = "env:NO_KEY", x-team = "blue" }\n'
        f'[upstreams.c]\nweights = "{tmp_path}/m.gguf"\n'
        '[[routes]]\nmodel = "*"\ncandidates = ["a"]\ncache = 60\n[cache]\nshared = "env:NO_CACHE"\n'
    )

    assert mistakes(text) == []
    assert mistakes(text, secrets=True) == [
        (2, "server.admin_key is shorter than 16 characters: make one with `openssl rand -hex 32`"),
        (4, "store.url: the variable NO_URL is not set"),
        (5, f"store.shared: the file {tmp_path}/none cannot be read: no such file or directory"),
        (6, "upstreams.a.credentials[0]: the variable OPENAI_API_KEY is not set"),
        (11, "upstreams.b.credentials[0]: the variable EMPTY is not set"),
        (15, "upstreams.d.headers.x-key: the variable NO_KEY is not set"),
        (17, f"upstreams.c.weights: there is no file {tmp_path}/m.gguf"),
        (23, "cache.shared: the variable NO_CACHE is not set"),
    ]


def test_a_running_gateway_can_ask_what_is_missing_by_now(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-a")
    running = config('[upstreams.a]\nvendor = "openai"', secrets=True)
    assert list(missing(running)) == []
    monkeypatch.delenv("OPENAI_API_KEY")

    assert [mistake.path for mistake in missing(running)] == [("upstreams", "a", "credentials", 0)]


LINES = WHOLE.split("\n")
PIECES = [
    *LINES,
    "",
    "[",
    "]]",
    '"',
    "'''",
    "=",
    "x = 1",
    "[x]",
    "[[routes]]",
    "model = 5",
    "= {",
    "\x00",
    "sk-planted",
]


@st.composite
def mutated(draw):
    """The whole configuration with lines dropped, moved, doubled, cut, or replaced by something else."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 4)):
            case 0:
                lines.pop(place)
                lines = lines or [""]
            case 1:
                lines.insert(place, draw(st.sampled_from(PIECES)))
            case 2:
                lines[place] = lines[place][: draw(st.integers(0, 20))] + draw(st.text(max_size=4))
            case 3:
                lines[place] = lines[place].replace(*draw(st.permutations(list("0123456789e-._*:/\"'a")))[:2])
            case _:
                lines[place] = draw(st.text(max_size=12))
    return "\n".join(lines)


@given(mutated())
def test_a_file_with_anything_changed_is_loaded_or_told_with_lines_that_are_there(text):
    data = text.encode("utf-8", "replace")
    wrong = mistakes(data)

    assert all(1 <= line <= data.count(b"\n") + 1 for line, _ in wrong)
    if not wrong:
        assert parsed(data, "d.toml", secrets=False).routes


@given(st.dictionaries(st.sampled_from(["server", "store", "upstreams", "routes", "log", "prices", "x"]), st.sampled_from(
    ["1", "[]", "{}", "[{}]", "'sk-planted'", "{ a = {} }", "{ a = 1 }", "[1]", "1979-05-27", "{ url = 'sk-planted' }"]
)))  # fmt: skip
def test_sections_of_any_kind_are_told_and_nothing_in_them_repeated(sections):
    text = "\n".join(f"{name} = {value}" for name, value in sections.items())

    for line, sentence in mistakes(text):
        assert 1 <= line <= len(sections)
        assert "planted" not in sentence


def test_reading_a_configuration_needs_neither_database_nor_server():
    before = {name.split(".")[0] for name in sys.modules}
    config(WHOLE)

    assert not ({name.split(".")[0] for name in sys.modules} - before) & {"sqlalchemy", "redis", "uvicorn", "psycopg"}
