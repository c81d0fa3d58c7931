"""The rows: what is known of each vendor. Data; no I/O."""

from __future__ import annotations

from urllib.parse import urlsplit

from dragoman.dialect import Dialect

PLAIN = Dialect(name="plain")
"""OpenAI's spelling at an address nobody told us about: a stream may end with `[DONE]` or after its finish reason."""

MISTRAL_RENAMES = (("seed", "random_seed"),)
MISTRAL_CHOICES = (("required", "any"),)

HEARD = Dialect(name="heard", renames=MISTRAL_RENAMES, choices=MISTRAL_CHOICES)
"""What a gateway understands beside our own words, whoever calls: no vendor's word means another thing to another."""

ROWS = (
    Dialect(name="openai", base_url="https://api.openai.com/v1", credential="OPENAI_API_KEY", done=True),
    Dialect(
        name="mistral",
        base_url="https://api.mistral.ai/v1",
        credential="MISTRAL_API_KEY",
        renames=MISTRAL_RENAMES,
        choices=MISTRAL_CHOICES,
        done=True,
        usage=False,
    ),
    Dialect(name="groq", base_url="https://api.groq.com/openai/v1", credential="GROQ_API_KEY", done=True),
    Dialect(name="openrouter", base_url="https://openrouter.ai/api/v1", credential="OPENROUTER_API_KEY"),
    Dialect(name="deepseek", base_url="https://api.deepseek.com/v1", credential="DEEPSEEK_API_KEY", done=True),
    Dialect(name="together", base_url="https://api.together.xyz/v1", credential="TOGETHER_API_KEY", done=True),
    Dialect(name="r9s", base_url="https://api.r9s.ai/v1", credential="R9S_API_KEY"),
    Dialect(name="atoma", base_url="https://api.atoma.network/v1", credential="ATOMASDK_BEARER_AUTH"),
    Dialect(
        name="beezy",
        base_url="https://api.beezy.ai/v1",
        credential="API_KEY_AUTH",
        renames=MISTRAL_RENAMES,
        choices=MISTRAL_CHOICES,
        usage=False,
    ),
)
"""Every vendor with an address of its own."""

_BY_HOST = {urlsplit(row.base_url).hostname: row for row in ROWS}


def at(host: str) -> Dialect:
    """The dialect spoken at a host; `PLAIN` where nobody told us."""
    return _BY_HOST.get(host, PLAIN)
