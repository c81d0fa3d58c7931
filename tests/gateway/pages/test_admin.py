"""The operator's page at /admin: what its own code shows of a gateway that runs, and what it does to it."""

import csv
import json
import tomllib

import pytest

from answers import document
from dragoman.gateway.exposition import Family, Numbers, written
from dragoman.gateway.limits.terms import Limits
from operated import ADMIN, ASKED, operated
from pages import browse, needs_dom, needs_node, run
from scripted import READ, answer, repeat
from serving import Served, until

pytestmark = needs_dom

PLANTED = '<img src=x onerror="document.title = 1">'
REFUSED = answer(b'{"error": {"message": "used up"}}', "429 Too Many Requests", {"Retry-After": "90"})
ENTER = """
await import("./admin/page.js");
const enter = (credential) => {
  at("credential").value = credential;
  press("Open");
};
"""
INSIDE = f"{ENTER} enter({json.dumps(ADMIN)}); await until(() => !at('inside').hidden);"


def look(folder, gateway, code):
    """What a script says that begins inside."""
    return browse(folder, page(gateway), INSIDE + code)


def page(gateway):
    return gateway.served.url.removesuffix("v1") + "admin"


def chat(gateway, secret, request_id):
    """A request that has ended, and is in the ledger."""
    status = gateway.ask("/v1/chat/completions", "POST", secret, ASKED, x_request_id=request_id)[0]
    assert until(lambda: gateway.admin(f"/admin/requests/{request_id}")[0] == 200)
    return status


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    """One that has been asked, by a key whose owner's name is meant to become markup."""
    with operated(tmp_path_factory.mktemp("page"), [repeat(READ, document())]) as made:
        _, secret = made.desk.create(
            PLANTED, note=PLANTED, models=("m*", PLANTED), limits=Limits(tokens_per_minute=500)
        )
        assert [chat(made, secret, name) for name in ("first", "second")] == [200, 200]
        yield made


def test_a_wrong_credential_opens_nothing_and_is_told_so(gateway, tmp_path):
    seen = browse(
        tmp_path,
        page(gateway),
        f"""{ENTER} enter("a-wrong-one"); await until(() => at("wrong").textContent);
        say([at("wrong").textContent, at("inside").hidden, at("credential").value, document.activeElement.id]);""",
    )

    assert "this key is not known here, or works no more" in seen[0]
    assert "status 401" in seen[0]
    assert seen[1:] == [True, "", "credential"]


def test_a_callers_key_opens_nothing_either(gateway, tmp_path):
    _, secret = gateway.desk.create("cy")
    told = browse(
        tmp_path,
        page(gateway),
        f"{ENTER} enter({json.dumps(secret.reveal())}); await until(() => at('wrong').textContent);"
        "say(at('wrong').textContent);",
    )

    assert "of cy is a caller's: this is for admins" in told


def test_the_credential_is_in_the_memory_of_the_page_and_nowhere_else(gateway, tmp_path):
    seen = look(
        tmp_path,
        gateway,
        """await until(() => texts("table").length > 1);
        const fields = all("input, textarea").map((each) => each.value);
        say([document.documentElement.outerHTML, fields, location.href, document.cookie, window.localStorage.length, window.sessionStorage.length]);""",
    )

    assert ADMIN not in json.dumps(seen)
    assert seen[2:] == [page(gateway), "", 0, 0]
    assert ADMIN.encode() not in gateway.served.said


@pytest.mark.parametrize(
    ("status", "circuit", "limited"),
    [
        ("503 Service Unavailable", "open, tried again in ", ""),
        ("429 Too Many Requests", "closed", "m: too many requests, not asked for "),
    ],
)
def test_how_it_stands_is_shown(tmp_path, status, circuit, limited):
    models = [repeat(READ, answer(b'{"error": {"message": "<b>gone</b>"}}', "503 Service Unavailable"))]
    refused = answer(b'{"error": {"message": "no"}}', status, {"Retry-After": "90"})
    with operated(tmp_path, [READ, refused], models) as gateway:
        chat(gateway, gateway.desk.create("ana")[1], "turned-away")
        figures, row, state, why = look(
            tmp_path / "copy",
            gateway,
            """await until(() => at("standing").querySelector("table"));
            const row = [...at("standing").querySelectorAll("tbody tr > *")].map((each) => each.textContent);
            say([texts("#standing dl > div"), row, at("state").textContent, texts(".warning")]);""",
        )

    assert figures[:3] == ["Requests under way0", "Waiting0", "Workers1"]
    assert figures[3].startswith("Ledger behind by")
    assert row[:4] == ["only<b>gone</b>", "0", "1", "1"]
    assert row[6].startswith(circuit)
    assert f"file:{tmp_path}/upstream{limited}" in row[6]
    assert (state, why) == ("not ready", ["<b>gone</b>"])


def test_what_is_live_is_shown_anew_and_its_reader_stays_where_they_are(tmp_path):
    with operated(tmp_path) as gateway:
        seen = look(
            tmp_path / "copy",
            gateway,
            f"""const table = () => at("standing").querySelector(".wide-table");
            const attempts = () => table()?.querySelectorAll("tbody td")[1].textContent;
            await until(() => table());
            table().focus();
            const before = attempts();
            await fetch(new URL("v1/chat/completions", location.href), {{
              method: "POST",
              headers: {{ authorization: "Bearer {gateway.desk.create("ana")[1].reveal()}" }},
              body: {json.dumps(json.dumps(ASKED))},
            }});
            at("live").click();
            at("live").click();
            await until(() => attempts() === "1");
            say([before, document.activeElement === table()]);""",
        )

    assert seen == ["0", True]


def test_others_words_are_text_wherever_they_are_shown(gateway, tmp_path):
    seen = look(
        tmp_path,
        gateway,
        """at("by").value = "owner";
        at("by").dispatchEvent(new window.Event("change"));
        at("request-id").value = "first";
        press("Explain");
        await until(() => at("sums").textContent.includes("onerror") && at("explained").textContent.includes("onerror") && at("listed").textContent.includes("onerror"));
        say([all("img").length, document.title, texts("#sums tbody th"), texts("#listed tbody th"), texts("#explained dd")]);""",
    )

    assert seen[:2] == [0, "dragoman · operation"]
    assert seen[2] == [PLANTED]
    assert PLANTED * 2 in seen[3]
    assert any(text.startswith(f"{PLANTED}, key_") for text in seen[4])


@pytest.mark.parametrize("by", ["model", "owner", "key", "upstream", "day"])
def test_usage_is_the_ledgers_sums_by_what_is_chosen(gateway, tmp_path, by):
    rows, heads, total = look(
        tmp_path,
        gateway,
        f"""await until(() => at("sums").querySelector("table"));
        at("by").value = {json.dumps(by)};
        at("by").dispatchEvent(new window.Event("change"));
        await until(() => texts("#sums thead th")[0] === {json.dumps(by)});
        const cells = (row) => [...row.children].map((each) => each.textContent);
        say([all("#sums tbody tr").map(cells), texts("#sums thead th"), cells(at("sums").querySelector("tfoot tr"))]);""",
    )
    (summed,) = gateway.admin(f"/admin/usage?by={by}")[1]["data"]

    (row,) = rows
    assert heads[1:6] == ["Requests", "Not completed", "Prompt tokens", "Answer tokens", "Cost"]
    assert row[0].startswith(summed[by])
    assert (by == "key") == row[0].endswith(f"of {PLANTED}"[3:]) or by == "owner"
    assert row[1:6] == total[1:6] == ["2", "0", "6", "2", "$0.000008"]


def test_what_did_not_complete_is_counted_by_how_it_ended(tmp_path):
    with operated(tmp_path, [READ, REFUSED], [repeat(READ, document())]) as gateway:
        assert chat(gateway, gateway.desk.create("ana")[1], "refused") == 429
        cells = look(
            tmp_path / "copy",
            gateway,
            'await until(() => at("sums").querySelector("table")); say(texts("#sums tbody td"));',
        )

    assert cells[:2] == ["1", "11 refused upstream"]


def test_days_of_which_nothing_is_known_say_so(gateway, tmp_path):
    told = look(
        tmp_path,
        gateway,
        """await until(() => at("sums").querySelector("table"));
        at("since").value = at("through").value = "2020-02-29";
        press("Add up");
        await until(() => !at("sums").querySelector("table"));
        say(at("sums").textContent);""",
    )

    assert told == "Nothing was asked in this time."


@pytest.mark.parametrize(
    ("label", "name", "asked"),
    [
        ("Sums, CSV", "sums.csv", "by=model&format=csv"),
        ("Sums, JSONL", "sums.jsonl", "by=model&format=jsonl"),
        ("Requests, CSV", "requests.csv", "requests=true&format=csv"),
        ("Requests, JSONL", "requests.jsonl", "requests=true&format=jsonl"),
    ],
)
def test_what_is_shown_can_be_saved_as_a_file(gateway, tmp_path, label, name, asked):
    saved = look(
        tmp_path,
        gateway,
        f"""let file;
        URL.createObjectURL = (made) => ((file = made), "blob:made");
        let link;
        const create = document.createElement.bind(document);
        document.createElement = (tag) => (tag === "a" ? (link = create(tag)) : create(tag));
        await until(() => at("sums").querySelector("table"));
        press({json.dumps(label)});
        await until(() => file && link.href);
        say([await file.text(), link.getAttribute("download"), link.href, Boolean(at("sums").querySelector("table"))]);""",
    )

    _, _, whole = gateway.ask(f"/admin/usage?{asked}", secret=ADMIN)
    assert saved == [whole.decode(), name, "blob:made", True]
    assert name.endswith("jsonl") or len(list(csv.reader(whole.decode().splitlines()))) > 1


def test_a_request_is_explained_by_its_attempts_in_their_order(tmp_path):
    more = """
        [[routes]]
        model = "*"
        candidates = ["only"]
        retries = 2
    """
    failing = [READ, answer(b"{}", "500 Failed"), repeat(READ, document())]
    with operated(tmp_path, failing, [repeat(READ, document())], more=more) as gateway:
        assert chat(gateway, gateway.desk.create("ana")[1], "twice-tried") == 200
        figures, attempts = look(
            tmp_path / "copy",
            gateway,
            """at("request-id").value = "twice-tried";
            press("Explain");
            await until(() => at("explained").querySelector("table"));
            say([Object.fromEntries(all("#explained dl > div").map((each) => [...each.children].map((half) => half.textContent))), all("#explained tbody tr").map((row) => [...row.children].map((each) => each.textContent))]);""",
        )

    assert figures["Ended"] == "completed, status 200"
    assert figures["Asked by"].startswith("ana, key_")
    assert [each[0] for each in attempts] == ["1", "2"]
    assert [each[3] for each in attempts] == ["failedstatus 500", "completedstatus 200"]
    assert attempts[1][-1] == figures["Cost"] == "$0.000004"


def test_a_refusal_is_explained_by_its_sentence_and_a_name_that_nobody_knows_too(gateway, tmp_path):
    assert gateway.ask("/v1/chat/completions", "POST", "dg_none", ASKED, x_request_id="turned-away")[0] == 401
    told = look(
        tmp_path,
        gateway,
        """const explained = async (id) => {
          at("explained").replaceChildren();
          at("request-id").value = id;
          press("Explain");
          await until(() => at("explained").textContent);
          return at("explained").textContent;
        };
        say([await explained("turned-away"), await explained("none")]);""",
    )

    assert "this key is not known here" in told[0]
    assert "/v1/chat/completions" in told[0]
    assert "nothing is known of a request" in told[1]


def test_a_key_is_made_and_its_secret_shown_until_it_is_put_away(gateway, tmp_path):
    fields = {
        "owner": "new one", "models": "gpt-*, m", "rpm": "60", "tpm": "90000", "concurrent": "8", "usd-day": "0.5",
        "usd-month": "5", "tokens-day": "1000", "tokens-month": "2000", "expires": "2099-12-31", "note": "of a test",
    }  # fmt: skip
    secret, shown, kept, left = look(
        tmp_path,
        gateway,
        f"""for (const [id, value] of Object.entries({json.dumps(fields)})) at(id).value = value;
        press("Create");
        await until(() => at("secrets").textContent && texts("#listed tbody th").includes("new oneof a test"));
        const secret = at("secrets").querySelector("code").textContent;
        const row = all("#listed tbody tr").find((each) => each.textContent.startsWith("new one"));
        const shown = [...row.children].map((each) => each.textContent);
        const left = all("#create input").map((each) => each.value).join("");
        press("Put away");
        say([secret, shown, document.body.textContent.includes(secret), left]);""",
    )

    assert gateway.ask("/v1/key", secret=secret)[0] == 200
    (key,) = gateway.admin("/admin/keys?owner=new+one")[1]["data"]
    assert key["models"] == ["gpt-*", "m"]
    assert key["expires"] == "2100-01-01T00:00:00Z"
    assert key["limits"] == {
        "requests_per_minute": 60, "tokens_per_minute": 90_000, "concurrent": 8, "budget_day_microusd": 500_000,
        "budget_month_microusd": 5_000_000, "budget_day_tokens": 1000, "budget_month_tokens": 2000,
    }  # fmt: skip
    assert shown[1] == f"{key['id']}{key['prefix']}…"
    assert "60 requests a minute" in shown[4]
    assert "$0.5000 a day" in shown[4]
    assert (kept, left) == (False, "")


def test_a_key_that_cannot_be_made_says_why_and_keeps_what_was_typed(gateway, tmp_path):
    told = look(
        tmp_path,
        gateway,
        """at("owner").value = "be\\u0007ll";
        press("Create");
        await until(() => at("refused").textContent);
        say([at("refused").textContent, at("owner").value]);""",
    )

    assert "owner" in told[0]
    assert told[1] == "be\u0007ll"


CHANGE = """
const row = (owner) => all("#listed tbody tr").find((each) => each.firstChild.textContent === owner);
await until(() => row("%s"));
press("%s", row("%s"));
"""


def test_a_key_is_revoked_when_that_is_said_twice(gateway, tmp_path):
    _, secret = gateway.desk.create("dot")
    begun = CHANGE % ("dot", "Revoke", "dot")
    look(tmp_path / "a", gateway, begun + 'press("Leave it", row("dot")); say(row("dot").textContent);')
    assert gateway.ask("/v1/key", secret=secret)[0] == 200

    shown = look(
        tmp_path / "b",
        gateway,
        begun
        + """const asked = document.activeElement.textContent;
        press("Revoke it", row("dot"));
        await until(() => !row("dot"));
        at("spent").click();
        await until(() => row("dot"));
        say([asked, row("dot").children[2].textContent]);""",
    )

    assert shown == ["Revoke it", "revokedcaller"]
    assert until(lambda: gateway.ask("/v1/key", secret=secret)[0] == 401)


@pytest.mark.parametrize(("overlap", "before"), [("a day", "active"), ("no longer", "revoked")])
def test_a_key_is_given_another_secret(gateway, tmp_path, overlap, before):
    owner = f"eve for {overlap}"
    gateway.desk.create(owner)
    secret = look(
        tmp_path,
        gateway,
        CHANGE % (owner, "Rotate", owner)
        + f"""press("{overlap}", row("{owner}"));
        await until(() => at("secrets").textContent);
        say(at("secrets").querySelector("code").textContent);""",
    )

    assert gateway.ask("/v1/key", secret=secret)[0] == 200
    first, second = gateway.admin(f"/admin/keys?owner={owner.replace(' ', '+')}")[1]["data"]
    assert (first["state"], second["state"]) == (before, "active")
    assert secret.startswith(second["prefix"])


def test_the_configuration_is_shown_and_read_again(tmp_path):
    reload = """const reloaded = async () => {
      at("changed").replaceChildren();
      press("Reload");
      await until(() => at("changed").textContent);
      return at("changed").textContent;
    };
    await until(() => at("configuration").textContent);
    say([await reloaded(), at("configuration").textContent]);"""
    with operated(tmp_path) as gateway:
        nothing, shown = look(tmp_path / "a", gateway, reload)
        gateway.rewrite("[prices]", "[bounds]\nstreams = 7\n[prices]")
        changed, _ = look(tmp_path / "b", gateway, reload)
        gateway.rewrite("streams = 7", "streams = 'seven'")
        wrong, _ = look(tmp_path / "c", gateway, reload)
        line = gateway.line("streams = 'seven'")

    assert nothing == "It was read again: nothing changed."
    assert tomllib.loads(shown)["upstreams"]["only"]["parameters"] == "pass"
    assert "streams" in changed
    assert "7" in changed
    assert "the configuration is as it was" in wrong
    assert f"dragoman.toml:{line}:" in wrong


@pytest.mark.parametrize("place", ["sums", "listed"])
def test_a_gateway_without_a_store_says_what_needs_one(tmp_path, place):
    (tmp_path / "admin").write_text(ADMIN)
    file = tmp_path / "dragoman.toml"
    file.write_text(f'[server]\nadmin_key = "file:{tmp_path}/admin"\n[upstreams.only]\nurl = "http://127.0.0.1:9/v1"')
    with Served("--config", str(file)) as served:
        told, figures = browse(
            tmp_path / "copy",
            served.url.removesuffix("v1") + "admin",
            f"""{INSIDE} await until(() => at("{place}").textContent && at("standing").querySelector("dl"));
            say([at("{place}").textContent, texts("#standing dl > div")]);""",
        )

    assert told == 'this gateway keeps neither keys nor a ledger: [store] url = "sqlite:dragoman.db" would.'
    assert "Ledger behind byno store" in figures


def test_a_gateway_without_an_admin_says_what_would_make_one(tmp_path):
    with Served("--upstream", "http://127.0.0.1:9/v1") as served:
        told = browse(
            tmp_path,
            served.url.removesuffix("v1") + "admin",
            f"{ENTER} enter('any'); await until(() => at('wrong').textContent); say(at('wrong').textContent);",
        )

    assert "there is no admin API here: admin_key under [server] says where its credential is" in told


def test_a_gateway_that_is_gone_is_said_to_be(tmp_path):
    with operated(tmp_path) as gateway:
        told = look(
            tmp_path / "copy",
            gateway,
            """await until(() => at("configuration").textContent);
            globalThis.fetch = () => Promise.reject(new TypeError("fetch failed"));
            press("Reload");
            await until(() => at("changed").textContent);
            say(at("changed").textContent);""",
        )

    assert told == "The gateway does not answer: fetch failed"


@needs_node
def test_metrics_are_read_as_they_are_written(tmp_path):
    name = 'a "quoted" \\name,\nof="two" lines}'
    family, other = Family("some_total", "counter", "", ("upstream", "kind")), Family("alone", "gauge", "")
    numbers = Numbers()
    for kind, amount in (("x", 3), ("y", 0.25)):
        numbers.add(family, (name, kind), amount)
    numbers.add(family, ("b", "x"), 1_000_000)
    numbers.add(other, (), 2)
    text = written([family, other], numbers)

    sums = run(
        tmp_path,
        f"""import {{ metrics }} from "./admin/metrics.js";
        const of = metrics({json.dumps(text)});
        console.log(JSON.stringify([of("some_total"), of("some_total", {{ upstream: {json.dumps(name)} }}), of("some_total", {{ kind: "x", upstream: "b" }}), of("alone"), of("none")]));""",
    )

    assert sums == [1_000_003.25, 3.25, 1_000_000, 2, None]


@needs_node
def test_money_is_written_as_exactly_as_it_matters(tmp_path):
    assert run(
        tmp_path,
        """import { dollars } from "./admin/show.js";
        console.log(JSON.stringify([null, 0, 8, 12_345, 999_999, 1_234_567_890].map(dollars)));""",
    ) == ["\N{EN DASH}", "$0.00", "$0.000008", "$0.0123", "$1.0000", "$1,234.57"]
