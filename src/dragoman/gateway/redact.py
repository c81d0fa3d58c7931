"""What looks like a credential, taken out of texts before they are kept. No I/O.

Patterns find what has a form; a password that looks like a word is not found. Texts are kept only where that is
switched on, and whoever switches it on should think of them as they think of the originals.
"""

from __future__ import annotations

import re

from dragoman.secret import MASK

TEXT_BOUND = 256 * 1024
"""The most characters of a text that are kept."""

NAME_BOUND = 200
"""The most characters that are kept of a name, a model's or another, which a caller may make up."""

CUT = " [cut]"
"""What stands where a text was cut."""

RULES: tuple[tuple[str, str], ...] = (
    ("a private key in PEM", r"-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,32}PRIVATE KEY-----|\Z)"),
    ("keys of this gateway, OpenAI, Anthropic, Groq, Hugging Face", r"\b(?:dg_|sk-|gsk_|hf_)[A-Za-z0-9_-]{16,}"),
    ("keys of GitHub, GitLab, Slack, npm, PyPI", r"\b(?:gh[opsur]_|github_pat_|glpat-|xox[a-z]-|npm_|pypi-)[\w-]{16,}"),
    ("access keys of AWS and Google", r"\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[\w-]{35})"),
    ("a JSON web token", r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    ("the value of an Authorization header", r"(?i)\b(?P<keep>bearer|basic)\s+[\w.~+/=-]{8,}"),
    ("a password in an address", r"(?P<keep>\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"]{0,100}:)[^\s/@\"]{1,200}(?=@)"),
    (
        "what is assigned to a telling name, in JSON within JSON as well",
        r"""(?i)(?P<keep>(?:password|passwd|secret|token|api[_-]?key)(?:\\*["'])?\s?[:=]\s?(?:\\*["'])?)[^\s"'\\,;&]{6,}""",
    ),
)
"""What is looked for, in this order: what it is, and its pattern; `keep` is what of it stays."""

_RULES = tuple(re.compile(pattern, re.DOTALL) for _, pattern in RULES)


def redacted(text: str) -> str:
    """A text without what looks like a credential, at most `TEXT_BOUND` characters of it."""
    # Cut twice: what is cut off a credential's end must not keep its beginning from being known.
    shown = text[: 2 * TEXT_BOUND]
    for rule in _RULES:
        shown = rule.sub(_masked, shown)
    if len(text) > TEXT_BOUND:
        shown = shown[:TEXT_BOUND] + CUT
    return clean(shown)


def clean(text: str) -> str:
    """A text that every store takes: PostgreSQL knows no NUL, and UTF-8 no lone surrogate."""
    if text.isprintable():
        return text
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def short(name: str) -> str:
    """A name, or a sentence with one in it, that every store takes and that leaves room for others."""
    return clean(name[:NAME_BOUND])


def _masked(found: re.Match[str]) -> str:
    kept = found.groupdict().get("keep")
    return MASK if kept is None else f"{kept} {MASK}" if kept[-1].isalpha() else kept + MASK
