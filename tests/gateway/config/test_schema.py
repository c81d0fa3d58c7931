import json
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest

from configurations import WHOLE, mistakes
from dragoman.dialect.table import names
from dragoman.gateway.config.schema import document, schema

ROOT = Path(__file__).parents[3]
VALIDATOR = jsonschema.Draft202012Validator(schema())


def test_it_is_a_schema_that_describes_everything_in_it():
    jsonschema.Draft202012Validator.check_schema(schema())
    for name, table in schema()["$defs"].items():
        assert table["description"], name
        for kind in (table, *table.get("anyOf", ())):
            assert all(told["description"] for told in kind.get("properties", {}).values())


def test_what_is_loaded_is_valid():
    VALIDATOR.validate(tomllib.loads(WHOLE))
    VALIDATOR.validate({})


@pytest.mark.parametrize(
    "text",
    [
        "[sever]",
        "[server]\nport = 70000",
        "[server]\nadmin_key = 'sk-1'",
        "[timeouts]\nidle = 0",
        "[store]",
        "[log]\nlevel = 'loud'",
        "[[routes]]\nmodel = 'a'\ncandidates = []",
        "[[routes]]\nmodel = 'a'\ncandidates = [{ upstream = 'x', weight = 0 }]",
    ],
)
def test_what_is_wrong_in_itself_is_wrong_to_both(text):
    assert mistakes(text)
    assert not VALIDATOR.is_valid(tomllib.loads(text))


def test_an_editor_is_told_the_vendors():
    assert schema()["$defs"]["UpstreamConfig"]["properties"]["vendor"]["examples"] == list(names())


def test_what_is_published_is_what_the_code_says():
    assert json.loads((ROOT / "spec" / "config.schema.json").read_bytes()) == json.loads(document())
    done = subprocess.run(  # noqa: S603 - our own tool
        [sys.executable, str(ROOT / "tools" / "config.py"), "--check"], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_of_the_reference_can_be_used():
    page = (ROOT / "docs" / "gateway" / "config.md").read_text(encoding="utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]

    assert example
    assert mistakes(example) == []
