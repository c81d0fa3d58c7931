import pytest

from configurations import WHOLE, mistakes

STORE = '[store]\nurl = "sqlite:d.db"\n'
CACHED = '[upstreams.a]\nengine = true\n[[routes]]\nmodel = "*"\ncandidates = ["a"]\ncache = 1.5\n[cache]\n'


def sentences(text):
    return [sentence for _, sentence in mistakes(text)]


def test_what_fits_together_is_no_mistake():
    assert mistakes(WHOLE) == []
    assert mistakes("") == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4"])  # noqa: S104 - refusing it is what is tested
def test_who_is_reached_from_elsewhere_asks_for_keys(host):
    line, sentence = mistakes(f'[server]\n\nhost = "{host}"')[0]

    assert line == 3
    assert f"{host} is reached from other machines" in sentence
    assert 'set keys = "required" and add a [store]' in sentence
    assert sentences(f'[server]\nhost = "{host}"\nkeys = "off"\n{STORE}') == [sentence]
    assert sentences(f'[server]\nhost = "{host}"\n{STORE}') == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
def test_who_is_on_loopback_need_not(host):
    assert mistakes(f'[server]\nhost = "{host}"') == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[server]\nhost = "example.com"', "server.host takes an IP address of this machine"),
        ('[server]\nkeys = "required"', "server.keys are required and kept nowhere: add a [store]"),
        ("[log]\nprompts = true", "log.prompts are kept in the ledger, and there is none"),
        ('[store]\nurl = "mysql://a/b"', 'store.url takes "sqlite:PATH" or "postgresql://USER@HOST/DATABASE"'),
        (STORE + 'shared = "10.0.0.1:6379"', 'store.shared takes an address such as "redis://host:6379"'),
        ("[cache]\nsize = 5", "cache: no route has its answers given again: add `cache = 600`, say, to one of"),
        (CACHED + 'shared = "127.0.0.1:6379"', 'cache.shared takes an address such as "redis://host:6379"'),
        ("[bounds]\nrequests = 5\nstreams = 6", "bounds.streams is above bounds.requests"),
        ("[timeouts]\nidle = 700", "timeouts.idle, 700 s, never runs out: total, 600 s, does before it"),
        ("[timeouts]\ntotal = 10", "timeouts.first_token, 60 s, never runs out"),
        ('[server]\norigins = ["*"]', 'server.origins[0]: "*" lets the pages of every site ask, and nobody is asked'),
    ],
)
def test_sections_that_contradict_each_other_are_told(text, says):
    assert says in sentences(text)[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "upstreams.a is nowhere: it takes a vendor, a url, or engine = true"),
        ('vendor = "opnai"', 'upstreams.a.vendor: "opnai" is none; did you mean "openai"?'),
        ('vendor = "vllm"', "upstreams.a: vllm is at an address of your own: add its url"),
        ('vendor = "azure"', "azure is at an address of your own"),
        ('url = "example.com/v1"', "upstreams.a.url: the URL must begin with http://"),
        ('url = "https://a/v1?x=1"', "upstreams.a.url ends before its query"),
        ('engine = true\nweights = "/m.gguf"', "has weights and is the embedded model: choose"),
        ('engine = true\nurl = "http://a/v1"', "is on this machine (engine) and has no url"),
        ('engine = true\ncredentials = ["env:A"]', "is on this machine (engine) and has no credentials"),
        ('weights = "/m.bin"', "weights takes the path of a .gguf file"),
        ('weights = "/m.gguf"\ncontinues = true', "of models here only the embedded one can"),
        (
            'vendor = "openai"\ntimeouts = { first_token = 700 }',
            "upstreams.a.timeouts.first_token, 700 s, never runs out",
        ),
        (
            'vendor = "openai"\ntimeouts = { total = 50 }',
            "upstreams.a.timeouts.first_token, 60 s, never runs out: total, 50 s",
        ),
        ('vendor = "openai"\nheaders = { "a b" = "c" }', "a header is a name without spaces"),
        ('vendor = "openai"\nheaders = { a = "b\\nc: d" }', "a value in printable ASCII"),
        (
            'vendor = "openai"\nheaders = { Authorization = "Bearer sk-planted" }',
            "is a credential, and does not stand in this file",
        ),
        (
            'vendor = "openai"\nheaders = { Authorization = "env:A" }',
            "is a credential, and does not stand in this file: use `credentials`",
        ),
        ('vendor = "anthropic"\nheaders = { x-api-key = "env:A" }', "use `credentials`"),
        (
            'vendor = "openai"\nheaders = { Helicone-Auth = "Bearer sk-planted" }',
            'is a credential, and does not stand in this file: write "env:NAME" or "file:/path"',
        ),
        ('vendor = "openai"\nheaders = { x-goog-api-key = "planted" }', 'write "env:NAME" or "file:/path"'),
        ('vendor = "openai"\nheaders = { a = "env:b-c" }', '"env:" is followed by the name of a variable'),
        ('vendor = "openai"\nheaders = { Host = "b" }', "is set by what sends the request"),
    ],
)
def test_an_upstream_that_cannot_be_reached_as_it_says_is_told(text, says):
    found = sentences(f"[upstreams.a]\n{text}")

    assert len(found) == 1
    assert says in found[0]
    assert "planted" not in found[0]


def test_an_upstreams_name_can_stand_in_a_header():
    assert sentences("[upstreams.'a b']\nengine = true") == [
        'upstreams: the name "a b" takes letters, digits, ".", "_" and "-", at most 64'
    ]


def test_a_password_in_an_address_is_told_and_not_repeated():
    found = sentences(
        '[upstreams.a]\nurl = "https://ana:planted@example.com/v1"\n[store]\nurl = "mysql://a:planted@h/d"'
    )

    assert len(found) == 2
    assert "planted" not in str(found)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("house", 'prices: "house" takes the form "upstream:model"'),
        ("hose:m", 'prices: there is no upstream "hose"; did you mean "house"?'),
    ],
)
def test_a_price_is_of_an_upstreams_model(name, says):
    text = f'[upstreams.house]\nengine = true\n[prices]\n"{name}" = {{ input = 1, output = 1 }}'

    assert mistakes(text) == [(4, says)]


@pytest.mark.parametrize(
    "shared", ["redis://h:6379", "rediss://:p@h", "valkey://h/1", "unix:///run/valkey.sock", "env:SHARED"]
)
def test_what_is_shared_is_where_valkey_or_redis_can_be(shared):
    assert mistakes(f'{STORE}shared = "{shared}"') == []
    assert mistakes(f'{CACHED}shared = "{shared}"') == []


@pytest.mark.parametrize("origin", ["https://app.example", "http://localhost:5173", "http://[::1]:8080", "tauri://app"])
def test_a_site_is_named_as_browsers_name_it(origin):
    assert mistakes(f'[server]\norigins = ["{origin}"]') == []


@pytest.mark.parametrize(
    "origin",
    [
        "app.example",
        "https://app.example/",
        "https://App.example",
        "https://a:443",
        "http://a:80",
        "http://a:65536",
        "https://*.a",
        "null",
    ],
)
def test_one_that_no_browser_would_name_so_is_told(origin):
    line, sentence = mistakes(f'[server]\norigins = [\n"https://b.example",\n"{origin}"]')[0]

    assert sentence.startswith(f'server.origins[1]: "{origin}" is not how browsers name a site')
    assert line == 4
