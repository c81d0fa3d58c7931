"""Write spec/config.schema.json and docs/gateway/config.md from the form of the gateway's configuration.

    python tools/config.py [--check]

`--check` writes nothing and says whether they are true.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from dragoman.dialect.table import KINDS, ROWS
from dragoman.gateway.config.schema import document, schema

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "spec" / "config.schema.json"
PAGE = ROOT / "docs" / "gateway" / "config.md"

Json = dict[str, Any]

# One that is not here fails: each has a place on the page.
TITLES = {
    "ServerConfig": "[server]",
    "BoundsConfig": "[bounds]",
    "StoreConfig": "[store]",
    "TimeoutsConfig": "[timeouts]",
    "UpstreamConfig": "[upstreams.NAME]",
    "OwnTimeoutsConfig": "timeouts of an upstream",
    "RouteConfig": "[[routes]]",
    "Candidate": "candidates of a route",
    "CacheConfig": "[cache]",
    "RepeatsConfig": "[repeats]",
    "LogConfig": "[log]",
    "TelemetryConfig": "[telemetry]",
    "PriceConfig": "[prices]",
}

HEAD = """\
# The gateway's configuration

<!-- Written by `python tools/config.py` from the code; edit the docstrings there. -->

`dragoman serve --config dragoman.toml` reads one TOML file. Each section may be left out, and so may the file: then the
model on this machine answers on loopback. A name that nobody knows is a mistake, never ignored.

    dragoman config check dragoman.toml     # ok, or every mistake with its line
    dragoman config show dragoman.toml      # the whole of it: defaults, vendors' addresses, which credentials are set
    dragoman config schema                  # JSON Schema, for editors

Editors that know TOML check it as you type, when the file begins with the place of its schema, such as

    #:schema ./config.schema.json

## An example

```toml
[server]
host = "0.0.0.0"
admin_key = "env:DRAGOMAN_ADMIN_KEY"

[store]
url = "sqlite:dragoman.db"

[upstreams.openai]
vendor = "openai"
credentials = ["env:OPENAI_API_KEY", "file:/run/secrets/openai"]

[upstreams.house]
url = "http://10.0.0.5:8000/v1"
vendor = "vllm"
timeouts = { first_token = 20 }

[upstreams.here]
engine = true

[[routes]]
model = "gpt-*"
candidates = ["openai", { upstream = "house", model = "qwen3" }]
last_resort = "here"

[[routes]]
model = "house/*"
candidates = [{ upstream = "house", model = "*" }]

[prices]
"house:*" = { input = 0.1, output = 0.3 }
```

## Credentials

A credential does not stand in this file. `env:NAME` is a variable of the environment; `file:/path` is a file, read
again when it changes, so that a credential is rotated without a restart. While a file is being replaced the last value
stands. The address of a store may hold a password, and may stand in either place too; so does the value of one of an
upstream's `headers` whose name says that it holds a credential, such as `Helicone-Auth`.

Without `credentials` an upstream uses the variable of its vendor, and only at the vendor's own address: an address of
your own is sent no credential that you did not name for it. (A kind of server that is nowhere at home, such as Azure's,
gets its variable wherever it is.)

## Which route counts

The most exact one: a name without `*` before any pattern, then the pattern with more letters, then the one with fewer
stars; of equals the first. A route that nothing can reach is a mistake.

## Reloading

On SIGHUP, and when the admin API is asked, the file is read again. If it is wrong, nothing changes, and the mistakes
are told; otherwise requests that begin from then on go by the new one, and what changed is told line by line. What
needs a restart is marked so, and stays as it was.
"""


def page() -> str:
    """The reference, in Markdown."""
    described: dict[str, Json] = schema()["$defs"]
    parts = [HEAD]
    for name, table in described.items():
        fields: Json = next((option for option in table.get("anyOf", ()) if "properties" in option), table)
        parts += [
            f"## {TITLES[name]}",
            "",
            table["description"],
            "",
            "| option | takes | default | |",
            "|---|---|---|---|",
        ]
        needed = fields.get("required", ())
        parts += [row(option, told, needed=option in needed) for option, told in fields["properties"].items()]
        parts.append("")
    return "\n".join([*parts, *vendors()])


def row(name: str, told: Json, *, needed: bool) -> str:
    """An option's row."""
    default = "needed" if needed else f"`{shown(told['default'])}`" if "default" in told else ""
    return f"| `{name}` | {takes(told)} | {default} | {told['description'].replace('|', chr(92) + '|')} |"


def takes(told: Json) -> str:
    """What may stand there, in words."""
    if "enum" in told:
        return " or ".join(f"`{shown(word)}`" for word in told["enum"])
    if told.get("type") == "array":
        return "array"
    if told.get("type") == "object" or "$ref" in told:
        return "table"
    words = {"integer": "whole number", "number": "number", "boolean": "`true` or `false`", "string": "text"}
    low, above, high = (told.get(bound) for bound in ("minimum", "exclusiveMinimum", "maximum"))
    bounds = [f"above {above}"] if above is not None else [f"from {low}"] if low is not None else []
    bounds += [f"to {high}"] if high is not None else []
    return " ".join([words[told["type"]], *bounds])


def shown(value: object) -> str:
    """A value as the file has it."""
    return json.dumps(value)


def vendors() -> list[str]:
    """The vendors and kinds of server that are known, in a table."""
    parts = ["## Vendors", "", "What `vendor` may be, and what is known of each.", ""]
    parts += ["| vendor | address | variable | does not take |", "|---|---|---|---|"]
    for known in (*ROWS, *KINDS):
        lacks = ", ".join(
            f"`{name}`" for name in sorted(known.lacks | {f"messages[].{n}" for n in known.message_lacks})
        )
        address = f"`{known.base_url}`" if known.base_url else "your own: `url`"
        variable = f"`{known.credential}`" if known.credential else "none"
        parts.append(f"| `{known.name}` | {address} | {variable} | {lacks} |")
    return [*parts, ""]


def main() -> int:
    """Write the files, or say which are not true."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a file is not true")
    check = parser.parse_args().check
    stale = 0
    for path, text in ((SCHEMA, document().decode()), (PAGE, page())):
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale += 1
            if check:
                print(f"{path.relative_to(ROOT)} is not what the code says: run `python tools/config.py`")
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
