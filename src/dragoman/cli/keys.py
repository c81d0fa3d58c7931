"""`dragoman keys`: keys are created, listed, rotated and revoked."""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec

from dragoman.cli import screen
from dragoman.cli.grammar import as_text
from dragoman.cli.usage import aligned, store_url
from dragoman.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator

    from dragoman.cli.grammar import Commands
    from dragoman.gateway.keys.desk import Desk
    from dragoman.gateway.keys.key import Key
    from dragoman.gateway.limits.terms import Limits
    from dragoman.secret import Secret

DESCRIPTION = """\
Create, list, rotate and revoke the keys that callers of the gateway need.

A key's secret is written to stdout when it is made, and is kept nowhere. Amounts are written 60, 90k or 2M, budgets
5usd or 2M (tokens), lengths of time 30m, 24h or 90d. Days and months of budgets are those of UTC.

examples:
  dragoman keys create --owner ana --models 'gpt-*' --requests-per-minute 60 --budget-day 5usd
  dragoman keys list
  dragoman keys rotate key_7Hq2mXw4RkPz --overlap 24h
  dragoman keys revoke dg_3fK9aQx
"""

COLUMNS = ("key", "secret", "owner", "role", "state", "models", "limits", "created", "expires", "note")

_LENGTH = re.compile(r"([0-9]+)([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST = 36_500 * 86_400


def add(commands: Commands) -> None:
    """Add the command to the grammar."""
    parser = commands.add_parser(
        "keys",
        help="create, list, rotate and revoke keys",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = cast("Commands", parser.add_subparsers(title="commands", metavar="COMMAND", required=True))
    _add_create(verbs)
    listed = _verb(verbs, "list", "list keys, the oldest first", list_keys)
    listed.add_argument("--owner", metavar="NAME", type=as_text, help="this owner's only")
    listed.add_argument("--format", choices=("table", "json", "jsonl"), default="table", help="default %(default)s")
    rotated = _verb(verbs, "rotate", "give a key another secret", rotate)
    rotated.add_argument("key", metavar="KEY", type=as_text, help="the key's id, or the beginning of its secret")
    rotated.add_argument(
        "--overlap", metavar="TIME", type=length, default="24h", help="how long the old one works on (%(default)s)"
    )
    revoked = _verb(verbs, "revoke", "let a key work no more", revoke)
    revoked.add_argument("key", metavar="KEY", type=as_text, help="the key's id, or the beginning of its secret")


def _add_create(verbs: Commands) -> None:
    parser = _verb(verbs, "create", "make a key, and write its secret to stdout", create)
    parser.add_argument("--owner", metavar="NAME", type=as_text, required=True, help="whose it is")
    parser.add_argument("--role", choices=("caller", "admin"), default="caller", help="default %(default)s")
    parser.add_argument(
        "--models", metavar="NAMES", type=as_text, help="what it may ask for, such as 'gpt-4o,mistral-*'; default all"
    )
    parser.add_argument("--expires", metavar="TIME", type=moment, help="a day, a moment, or a length of time from now")
    parser.add_argument("--note", metavar="TEXT", type=as_text, help="what is to be remembered of it")
    parser.add_argument("--requests-per-minute", metavar="N", help="requests admitted in any 60 seconds")
    parser.add_argument("--tokens-per-minute", metavar="N", help="their tokens, of prompt and answer")
    parser.add_argument("--concurrent", metavar="N", help="requests under way at once, streams included")
    for period in ("day", "month"):
        parser.add_argument(
            f"--budget-{period}", metavar="AMOUNT", action="append", default=[], help=f"money or tokens a {period}"
        )


def _verb(verbs: Commands, name: str, words: str, run: Any) -> argparse.ArgumentParser:  # noqa: ANN401 - argparse's own
    parser = verbs.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--config", metavar="PATH", default="dragoman.toml", help="the gateway's configuration (default %(default)s)"
    )
    source.add_argument("--store", metavar="URL", help="the store itself, such as sqlite:dragoman.db")
    parser.set_defaults(run=run)
    return parser


def create(arguments: argparse.Namespace) -> int:
    """Make a key.

    Raises:
        InvalidRequestError: it cannot be as it is wanted.
        ConfigurationError: an amount is none, or there is no store.
    """
    models: str | None = arguments.models
    with opened(arguments, new=True) as desk:
        key, secret = desk.create(
            arguments.owner,
            role=arguments.role,
            models=None if models is None else [name.strip() for name in models.split(",")],
            limits=limits_of(arguments),
            expires=arguments.expires,
            note=arguments.note,
        )
    return _hand_over(key, secret)


def list_keys(arguments: argparse.Namespace) -> int:
    """List keys.

    Raises:
        ConfigurationError: there is no store, or it does not answer.
    """
    with opened(arguments) as desk:
        keys = desk.listed(arguments.owner)
    if arguments.format == "table":
        for line in aligned((_row(key) for key in keys), list(COLUMNS)):
            screen.write(line + "\n")
        return 0
    records = [{**msgspec.to_builtins(key), "state": key.state()} for key in keys]
    if arguments.format == "json":
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(records)).decode() + "\n")
    else:
        for record in records:
            sys.stdout.write(msgspec.json.encode(record).decode() + "\n")
    return 0


def rotate(arguments: argparse.Namespace) -> int:
    """Give a key another secret.

    Raises:
        InvalidRequestError: there is no such key, or it works no more.
        ConfigurationError: there is no store, or it does not answer.
    """
    with opened(arguments) as desk:
        key, secret = desk.rotate(arguments.key, arguments.overlap)
    return _hand_over(key, secret)


def revoke(arguments: argparse.Namespace) -> int:
    """Let a key work no more.

    Raises:
        InvalidRequestError: there is no such key.
        ConfigurationError: there is no store, or it does not answer.
    """
    with opened(arguments) as desk:
        key = desk.revoke(arguments.key)[-1]
    screen.note(f"{key.id} of {key.owner} works no more; gateways that run know within 5 seconds")
    return 0


def limits_of(arguments: argparse.Namespace) -> Limits:
    """The limits that options state.

    Raises:
        ConfigurationError: an amount is none, or is stated twice.
    """
    from dragoman.gateway.limits import terms  # noqa: PLC0415 - of the gateway, which most commands do without

    found: dict[str, int] = {}
    for name in ("requests_per_minute", "tokens_per_minute", "concurrent"):
        text: str | None = getattr(arguments, name)
        if text is not None:
            found[name] = terms.amount(text)
    for period in ("day", "month"):
        for text in cast("list[str]", getattr(arguments, f"budget_{period}")):
            unit, amount = terms.budget(text)
            if found.setdefault(f"budget_{period}_{unit}", amount) != amount:
                raise ConfigurationError(f"--budget-{period} states {unit} twice")
    return msgspec.convert(found, terms.Limits)


@contextlib.contextmanager
def opened(arguments: argparse.Namespace, *, new: bool = False) -> Generator[Desk]:
    """The keys of the store that is meant.

    Args:
        arguments: what was typed.
        new: whether its tables are made where they are missing.

    Raises:
        ConfigurationError: there is no store, or it does not answer.
    """
    try:
        from dragoman.gateway.keys.desk import Desk  # noqa: PLC0415 - SQLAlchemy is an extra
        from dragoman.gateway.store.database import Store  # noqa: PLC0415
    except ImportError as error:
        raise ConfigurationError(f"keys need {error.name}: pip install 'dragoman[gateway]'") from None
    with Store(arguments.store or store_url(Path(arguments.config))) as store:
        if new:
            store.migrate()
        else:
            store.check()
        yield Desk(store)


def length(text: str) -> timedelta:
    """A length of time: `30m`, `24h`, `90d`; `0` for none.

    Raises:
        ArgumentTypeError: it is none.
    """
    found = _LENGTH.fullmatch(text)
    if found is None and text != "0":
        raise argparse.ArgumentTypeError(f"a length of time is 30m, 24h or 90d, not {text!r}")
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    if seconds > _LONGEST:
        raise argparse.ArgumentTypeError(f"a length of time is at most {_LONGEST // _SECONDS['d']}d, not {text!r}")
    return timedelta(seconds=seconds)


def moment(text: str) -> datetime:
    """A moment: `2027-01-01`, `2027-01-01T12:00:00Z`, or a length of time from now; UTC where it does not say.

    Raises:
        ArgumentTypeError: it is none.
    """
    if _LENGTH.fullmatch(text):
        return datetime.now(UTC) + length(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a time is 2027-01-01, 2027-01-01T12:00:00Z or 90d, not {text!r}") from None
    return found.replace(tzinfo=found.tzinfo or UTC)


def _hand_over(key: Key, secret: Secret) -> int:
    """Write a secret, alone on stdout, for a pipe; what it is goes beside it."""
    screen.note(f"{key.id} of {key.owner}; this is the only time its secret is shown:")
    sys.stdout.write(secret.reveal() + "\n")
    return 0


def _row(key: Key) -> dict[str, Any]:
    return {
        "key": key.id,
        "secret": f"{key.prefix}…",
        "owner": key.owner,
        "role": key.role,
        "state": key.state(),
        "models": "all" if key.models is None else ",".join(key.models),
        "limits": ", ".join(_words(key.limits)) or "none",
        "created": f"{key.created:%Y-%m-%d}",
        "expires": None if key.expires is None else f"{key.expires:%Y-%m-%d %H:%M}",
        "note": key.note,
    }


def _words(limits: Limits) -> list[str]:
    from dragoman.gateway.limits.terms import money  # noqa: PLC0415 - of the gateway, which most commands do without

    words: list[str] = []
    for name, unit in _UNITS.items():
        value: int | None = getattr(limits, name)
        if value is not None:
            words.append(f"{money(value) if name.endswith('microusd') else f'{value:,}'}{unit}")
    return words


_UNITS = {
    "requests_per_minute": " requests/min",
    "tokens_per_minute": " tokens/min",
    "concurrent": " at once",
    "budget_day_microusd": "/day",
    "budget_month_microusd": "/month",
    "budget_day_tokens": " tokens/day",
    "budget_month_tokens": " tokens/month",
}
