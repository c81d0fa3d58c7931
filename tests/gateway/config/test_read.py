import tomllib

import pytest

from configurations import WHOLE
from dragoman.gateway.config.mistakes import dotted
from dragoman.gateway.config.read import read
from dragoman.gateway.config.shape import Candidate, Config, PriceConfig
from dragoman.gateway.config.source import Source, Value


def wrong(text):
    return [(dotted(mistake.path), mistake.sentence) for mistake in read(tomllib.loads(text))[1]]


def test_nothing_is_all_defaults():
    assert read({}) == (Config(), [])


def test_each_value_is_what_its_field_is():
    config, mistakes = read(tomllib.loads(WHOLE))

    assert mistakes == []
    assert config.server.drain == 12.5
    assert config.server.admin_key == Source("env:ADMIN")
    assert config.bounds.body == 1_000_000
    assert config.upstreams["openai"].credentials == (Source("env:KEY_A"), Source("file:/run/secrets/openai"))
    assert config.upstreams["house"].timeouts.first_token == 20
    assert config.upstreams["house"].headers == {"x-team": Value("blue")}
    assert config.routes[0].candidates == (
        Candidate(upstream="openai"),
        Candidate(upstream="house", model="qwen3", weight=2),
    )
    assert config.prices["house:*"] == PriceConfig(input=1, output=2)


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("[sever]", "sever", 'the file has no "sever"; did you mean "server"?'),
        ("[server]\nhots = 1", "server.hots", 'server has no "hots"; did you mean "host"?'),
        ("[log]\nxyz = 1", "log.xyz", 'log has no "xyz"; there are level, prompts'),
        ("server = 1", "server", "server takes a table, not a number"),
        ("[server]\nport = 70000", "server.port", "server.port takes a whole number from 0 to 65535"),
        ("[server]\nport = 80.5", "server.port", "server.port takes a whole number from 0 to 65535, not a number"),
        ("[server]\nport = true", "server.port", "server.port takes a whole number from 0 to 65535, not true or false"),
        ("[server]\nhost = 1979-05-27", "server.host", "server.host takes a text, not a date"),
        ("[server]\nhost = 07:32:00", "server.host", "server.host takes a text, not a time"),
        ("[server]\nhost = ''", "server.host", "server.host is empty: leave it out, or say something"),
        ("[server]\ndrain = nan", "server.drain", "server.drain takes a number from 0"),
        (f"[server]\ndrain = 1{'0' * 400}", "server.drain", "server.drain takes a number from 0"),
        ("[store]\nurl = 'env:A'\nkeep_days = 999999", "store.keep_days", "store.keep_days takes a whole number from 1 to 36500"),
        ("[bounds]\ndepth = 201", "bounds.depth", "bounds.depth takes a whole number from 1 to 200"),
        ("[timeouts]\nidle = 0", "timeouts.idle", "timeouts.idle takes a number above 0"),
        ("[timeouts]\nidle = inf", "timeouts.idle", "timeouts.idle takes a number above 0"),
        ("[log]\nprompts = 'yes'", "log.prompts", "log.prompts takes true or false, not a text"),
        ("[log]\nlevel = 'inof'", "log.level", 'log.level takes "debug" or "error" or "info" or "warning"; did you mean "info"?'),
        ("[log]\nlevel = 1", "log.level", 'log.level takes "debug" or "error" or "info" or "warning"'),
        ("[log]\nlevel = []", "log.level", 'log.level takes "debug" or "error" or "info" or "warning"'),
        ("[store]", "store", 'store lacks "url"'),
        ("[upstreams]\na = 1", "upstreams.a", "upstreams.a takes a table, not a number"),
        ("[upstreams.a]\ncredentials = 'env:A'", "upstreams.a.credentials", "upstreams.a.credentials takes an array, not a text"),
        ("[upstreams.a]\nquery = { v = 1 }", "upstreams.a.query.v", "upstreams.a.query.v takes a text, not a number"),
        ("routes = [1]", "routes[0]", "routes[0] takes a table, not a number"),
        ("[[routes]]\nmodel = 'a'\ncandidates = []", "routes[0].candidates", "routes[0].candidates is empty: it takes at least one"),
        ("[[routes]]\nmodel = 'a'\ncandidates = [7]", "routes[0].candidates[0]", "routes[0].candidates[0] takes a table, not a number"),
        ("[[routes]]\ncandidates = ['a']", "routes[0]", 'routes[0] lacks "model"'),
        ("[[routes]]\nmodel = 'a'\ncandidates = [{ weight = 1 }]", "routes[0].candidates[0]", 'routes[0].candidates[0] lacks "upstream"'),
        ("[prices.'a:b']\ninput = -1\noutput = 1", "prices.a:b.input", "prices.a:b.input takes a number from 0"),
    ],
)  # fmt: skip
def test_what_a_value_is_not_is_told_with_what_it_takes(text, place, says):
    assert wrong(text) == [(place, says)]


def test_one_wrong_value_hides_no_other():
    text = "[server]\nport = 'x'\nhots = 1\n[upstreams.a]\nvendr = 'openai'\nengine = 1\n[[routes]]\nretries = -1"

    assert [place for place, _ in wrong(text)] == [
        "server.hots",
        "server.port",
        "upstreams.a.vendr",
        "upstreams.a.engine",
        "routes[0]",
        "routes[0]",
        "routes[0].retries",
    ]


def test_a_credential_in_the_file_is_refused_and_not_repeated():
    text = "[server]\nadmin_key = 'sk-planted'\n[upstreams.a]\ncredentials = ['sk-planted', 7]"
    found = wrong(text)

    assert [place for place, _ in found] == [
        "server.admin_key",
        "upstreams.a.credentials[0]",
        "upstreams.a.credentials[1]",
    ]
    assert 'write "env:NAME" or "file:/path"' in found[0][1]
    assert "planted" not in str(found)
