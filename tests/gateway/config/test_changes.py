import pytest

from configurations import WHOLE, config
from dragoman.gateway.config.changes import changes


def test_the_same_file_changes_nothing():
    assert changes(config(WHOLE), config(WHOLE)) == []


@pytest.mark.parametrize(
    ("was", "now", "line"),
    [
        ("port = 8080", "port = 9000", "server.port: 8080 → 9000 (needs a restart)"),
        ("drain = 12.5", "drain = 20", "server.drain: 12.5 → 20 (needs a restart)"),
        ('level = "debug"', 'level = "info"', 'log.level: "debug" → "info"'),
        ("body = 1_000_000", "body = 5", "bounds.body: 1000000 → 5"),
        ("keep_days = 90", "", "store.keep_days: 90 → none"),
        ("keep_texts_days = 30", "keep_texts_days = 7", "store.keep_texts_days: 30 → 7"),
        ('journal = "/var/lib/dragoman/journal"', "", 'store.journal: "/var/lib/dragoman/journal" → none (needs a restart)'),
        ('url = "sqlite:dragoman.db"', 'url = "sqlite:other.db"', 'store.url: "sqlite:dragoman.db" → "sqlite:other.db" (needs a restart)'),
        ('parameters = "drop"', "", 'upstreams.house.parameters: "drop" → "refuse"'),
        ('["env:KEY_A", "file:/run/secrets/openai"]', '["env:KEY_B"]', 'upstreams.openai.credentials: ["env:KEY_A", "file:/run/secrets/openai"] → ["env:KEY_B"]'),
        ("timeouts = { first_token = 20 }", "timeouts = { idle = 9 }", "upstreams.house.timeouts: { first_token = 20 } → { idle = 9 }"),
        ("size = 1_000_000", "", "cache.size: 1000000 → 67108864"),
        ('shared = "redis://127.0.0.1:6380"', "", 'cache.shared: "redis://127.0.0.1:6380" → none (needs a restart)'),
        ("waits = 5", "waits = 0", "repeats.waits: 5 → 0"),
        ("cache = 600", "cache = 60", 'routes."gpt-*".cache: 600 → 60'),
        ("retries = 3", "retries = 1", 'routes."gpt-*".retries: 3 → 1'),
        ("input = 1, output = 2", "input = 1, output = 3", 'prices."house:*".output: 2 → 3'),
    ],
)  # fmt: skip
def test_a_change_is_a_line(was, now, line):
    assert was in WHOLE
    assert changes(config(WHOLE), config(WHOLE.replace(was, now))) == [line]


def test_what_comes_and_goes_is_a_line_each():
    old = config('[upstreams.a]\nvendor = "openai"')
    new = config('[upstreams.b]\nvendor = "openai"\n[store]\nurl = "sqlite:d.db"')

    assert changes(old, new) == [
        'server.keys: "off" → "required"',
        'routes."*".candidates: [{ upstream = "a", weight = 1 }] → [{ upstream = "b", weight = 1 }]',
        "upstreams.a: removed",
        "store: added (needs a restart)",
        "upstreams.b: added",
    ]


def test_the_order_of_routes_is_told_and_that_of_upstreams_means_nothing():
    routes = ['[[routes]]\nmodel = "a*"\ncandidates = ["x"]\n', '[[routes]]\nmodel = "*b"\ncandidates = ["x"]\n']
    x, y = '[upstreams.x]\nvendor = "openai"\n', '[upstreams.y]\nvendor = "groq"\n'

    assert changes(config(x + y + "".join(routes)), config(y + x + "".join(reversed(routes)))) == [
        "routes: in another order"
    ]


def test_a_changed_password_is_told_and_not_shown():
    old, new = (config(f'[store]\nurl = "postgresql://a:{word}@h/d"') for word in ("planted", "planted2"))

    assert changes(old, new) == ["store.url: changed in what is not shown of it (needs a restart)"]


def test_a_changed_credential_in_a_query_is_told_and_not_shown():
    old, new = (
        config(f'[upstreams.a]\nurl = "http://h"\nquery = {{ key = "{word}" }}') for word in ("planted", "other")
    )

    assert changes(old, new) == ["upstreams.a.query: changed in what is not shown of it"]
