"""`dragoman check`: what an endpoint does with what it is asked, seen from outside."""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING

import msgspec

from dragoman.call.settings import settings_for
from dragoman.carry import blocking_transport
from dragoman.cli import screen
from dragoman.errors import ConfigurationError, InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dragoman.call.settings import Settings
    from dragoman.cli.grammar import Commands
    from dragoman.probe.finding import Finding, Report

DESCRIPTION = """\
Look at a chat endpoint from outside: which parameters it honours, ignores or refuses, whether its streams, usage and
errors are right, whether it is free again when a caller leaves. Every finding is proven by what was seen, never by a
status of 200 alone. It asks some eighty short questions, and says how many tokens they took.

Verdicts: honoured, ignored, refused, broken, unclear. The exit code is 0 when nothing is broken, 1 when something is,
2 when the endpoint cannot be reached or the command is wrong.

examples:
  dragoman check http://127.0.0.1:8000/v1
  dragoman check https://api.openai.com/v1 --model gpt-4o-mini --api-key env:OPENAI_API_KEY
  dragoman check http://127.0.0.1:8000/v1 --only stream errors --json
"""

BUDGET = 30_000
TIMEOUT = 60.0
NOTHING_BROKEN, SOMETHING_BROKEN = 0, 1
NAME_WIDTH, VERDICT_WIDTH = 21, 8


def add(commands: Commands) -> None:
    """Add the command to the grammar."""
    parser = commands.add_parser(
        "check",
        help="check what an endpoint does with what it is asked",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "url", metavar="URL", help="the endpoint, up to /chat/completions; or a provider's name, or local"
    )
    parser.add_argument("--model", metavar="NAME", default="", help="which model to ask (default: the first it lists)")
    parser.add_argument(
        "--api-key", metavar="env:NAME", help="the variable that holds the key (default: the vendor's own)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--only", metavar="NAME", nargs="+", default=[], help="these checks or subjects only")
    parser.add_argument("--limits", action="store_true", help="ask for more than it takes as well, to be told 429")
    parser.add_argument(
        "--budget", metavar="TOKENS", type=tokens, default=BUDGET, help="tokens to use at most (default %(default)s)"
    )
    parser.add_argument(
        "--timeout", metavar="S", type=seconds, default=TIMEOUT, help="seconds for each request (default 60)"
    )
    parser.set_defaults(run=run)


def tokens(text: str) -> int:
    """A number of tokens.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"a budget is a number of tokens from 1, not {text!r}")
    return int(text)


def seconds(text: str) -> float:
    """A number of seconds.

    Raises:
        ArgumentTypeError: it is none.
    """
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise argparse.ArgumentTypeError(f"a timeout is a number of seconds above 0, not {text!r}")
    return found


def run(arguments: argparse.Namespace) -> int:
    """Look, and print what was found.

    Raises:
        InvalidRequestError: an option cannot be used.
        ConfigurationError: the endpoint cannot be reached, or takes no plain question.
    """
    # Imported here because no other command needs any of it.
    from dragoman.probe.endpoint import Endpoint  # noqa: PLC0415
    from dragoman.probe.plan import chosen, examine, meet, report  # noqa: PLC0415
    from dragoman.probe.purse import Purse  # noqa: PLC0415

    checks = chosen(arguments.only, provoke=arguments.limits)
    settings = asked_settings(arguments)
    begun = time.monotonic()
    transport = blocking_transport(settings)
    try:
        endpoint = Endpoint(
            settings, transport, Purse(arguments.budget), model=arguments.model, timeout=arguments.timeout
        )
        meet(endpoint)
        found = examine(endpoint, checks)
        findings = list(found) if arguments.json else list(shown(endpoint.model, found))
        made = report(endpoint, findings, time.monotonic() - begun)
    finally:
        transport.close()
    if arguments.json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(made)).decode() + "\n")
    else:
        screen.write("\n" + summary(made) + "\n")
    return SOMETHING_BROKEN if made.counts["broken"] else NOTHING_BROKEN


def asked_settings(arguments: argparse.Namespace) -> Settings:
    """Those of the endpoint that the command names.

    Raises:
        InvalidRequestError: the address or the key's place cannot be used, or another API is spoken there.
        ConfigurationError: the key is not where it should be.
    """
    key = None if arguments.api_key is None else named_key(arguments.api_key)
    settings = settings_for(arguments.url, api_key=key, model="", timeout=arguments.timeout, retries=0, headers=None)
    if settings.dialect.api != "chat":
        name = settings.dialect.api.capitalize()
        raise InvalidRequestError(f"{settings.base_url} speaks the {name} API: only chat completions can be checked")
    return settings


def named_key(place: str) -> str:
    """The key in a variable: one on the command line would be seen by everybody on this machine.

    Raises:
        InvalidRequestError: no variable is named.
        ConfigurationError: it is empty.
    """
    kind, _, name = place.partition(":")
    if kind != "env" or not name:
        raise InvalidRequestError("--api-key takes the place of the key, such as env:OPENAI_API_KEY, never the key")
    key = os.environ.get(name, "").strip()
    if not key:
        raise ConfigurationError(f"the variable {name} is not set")
    return key


def shown(model: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, each printed as it comes, a heading before each subject."""
    subject = ""
    screen.write(f"model {model}\n")
    for finding in findings:
        if finding.subject != subject:
            subject = finding.subject
            sys.stdout.write(f"\n{screen.paint(subject, screen.BOLD, sys.stdout)}\n")
        show(finding)
        yield finding


def show(finding: Finding) -> None:
    """Print one finding: what was looked at, what came of it, what was seen."""
    verdict = f"{finding.verdict:<{VERDICT_WIDTH}}"
    if finding.verdict == "broken":
        verdict = screen.paint(verdict, screen.RED, sys.stdout)
    sys.stdout.write(f"  {finding.name:<{NAME_WIDTH}}  {verdict}  ")
    # These are a server's words: what they would do to a terminal is left out.
    screen.write(finding.evidence + (f"  ({finding.request_id})" if finding.request_id else "") + "\n")


def summary(made: Report) -> str:
    """How many findings there are of each verdict, and what they took."""
    counts = ", ".join(f"{count} {verdict}" for verdict, count in made.counts.items())
    taken = f"{made.tokens.used} of {made.tokens.budget} tokens"
    if made.tokens.estimated:
        taken += f" ({made.tokens.estimated} of them estimated)"
    return f"{counts}; {made.requests} requests, {taken}, {made.seconds:.1f} s"
