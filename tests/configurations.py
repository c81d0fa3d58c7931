"""Configurations for the tests: one that says everything, and how to look at what is wrong with another."""

import re

from dragoman.gateway.config.load import parsed
from dragoman.gateway.config.mistakes import MistakesError

WHOLE = """\
[server]
host = "0.0.0.0"
port = 8080
keys = "required"
drain = 12.5
admin_key = "env:ADMIN"

[bounds]
body = 1_000_000
streams = 10

[store]
url = "sqlite:dragoman.db"
shared = "redis://127.0.0.1:6379"
keep_days = 90
keep_texts_days = 30
journal = "/var/lib/dragoman/journal"

[timeouts]
first_token = 40

[upstreams.openai]
vendor = "openai"
credentials = ["env:KEY_A", "file:/run/secrets/openai"]

[upstreams.house]
url = "http://10.0.0.5:8000/v1"
vendor = "vllm"
parameters = "drop"
timeouts = { first_token = 20 }
headers = { x-team = "blue" }

[upstreams.cloud]
vendor = "azure"
url = "https://team.openai.azure.com"
query = { api-version = "2025-01-01-preview" }

[upstreams.here]
engine = true

[[routes]]
model = "gpt-*"
candidates = [
  "openai",
  { upstream = "house", model = "qwen3", weight = 2 },
]
choose = "weighted"
retries = 3
hedge_after = 1.5
last_resort = "here"
cache = 600

[[routes]]
model = "house/*"
candidates = [{ upstream = "house", model = "*" }]
continue_streams = false

[cache]
size = 1_000_000
shared = "redis://127.0.0.1:6380"

[repeats]
waits = 5

[log]
level = "debug"
prompts = true

[prices]
"house:qwen3" = { input = 0.1, output = 0.3, cached = 0.05 }
"house:*" = { input = 1, output = 2 }
"""


def config(text, **options):
    """The configuration in a document, whose credentials need not be anywhere."""
    return parsed(text.encode(), "d.toml", **{"secrets": False} | options)


def mistakes(text, **options):
    """What is wrong with a document: lines and sentences."""
    data = text if isinstance(text, bytes) else text.encode()
    try:
        parsed(data, "d.toml", **{"secrets": False} | options)
    except MistakesError as error:
        found = [re.fullmatch(r"d\.toml:(\d+): (.+)", line, re.DOTALL) for line in error.lines]
        return [(int(each[1]), each[2]) for each in found]
    return []
