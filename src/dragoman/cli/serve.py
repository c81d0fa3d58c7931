"""`dragoman serve`: the endpoint, in front of the model on this machine or of another one."""

from __future__ import annotations

import argparse
import ipaddress
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from dragoman.call import checked_url
from dragoman.cli import screen
from dragoman.errors import ConfigurationError, InvalidRequestError
from dragoman.transport.address import parse

if TYPE_CHECKING:
    from dragoman.cli.grammar import Commands

DESCRIPTION = """\
Serve POST /v1/chat/completions to every client of this API.

Without --upstream the model on this machine answers, whatever model a request names. A reference and a playground
are at /docs. Ctrl-C, or SIGTERM, stops taking requests, waits for those under way, and ends.
"""
DRAIN = 30


def add(commands: Commands) -> None:
    """Add the command to the grammar."""
    parser = commands.add_parser(
        "serve",
        help="serve the endpoint",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="the address to listen on; loopback only (default %(default)s)"
    )
    parser.add_argument(
        "--port", metavar="N", type=port, default=8000, help="the port; 0 chooses a free one (default %(default)s)"
    )
    parser.add_argument("--uds", metavar="PATH", help="listen on this Unix socket instead")
    parser.add_argument("--upstream", metavar="URL", help="the endpoint behind this one, up to /chat/completions")
    parser.add_argument(
        "--upstream-key-env",
        metavar="NAME",
        help="the variable that holds the upstream's key (default: the vendor's own, such as OPENAI_API_KEY)",
    )
    parser.add_argument("--model", metavar="PATH", help="weights for the model on this machine: a .gguf file")
    parser.add_argument(
        "--drain",
        metavar="S",
        type=seconds,
        default=DRAIN,
        help="seconds that running requests have at the end (default %(default)s)",
    )
    parser.set_defaults(run=run)


def port(text: str) -> int:
    """A port's number.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not (text.isascii() and text.isdecimal() and int(text) < 1 << 16):
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text!r}")
    return int(text)


def seconds(text: str) -> int:
    """A number of whole seconds.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"it takes whole seconds from 0, not {text!r}")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop.

    Raises:
        InvalidRequestError: an option cannot be used.
        ConfigurationError: what serving needs is missing, or the address is taken.
    """
    address = upstream_address(arguments)
    if not arguments.uds:
        loopback(arguments.host)
    try:
        from dragoman.gateway.listen import listen  # noqa: PLC0415 - uvicorn is an extra
    except ImportError as error:
        raise ConfigurationError(f"serving needs {error.name}: pip install 'dragoman[gateway]'") from None
    listen(
        address,
        api_key=upstream_key(arguments.upstream_key_env),
        host=arguments.host,
        port=arguments.port,
        uds=arguments.uds,
        drain=arguments.drain,
        started=lambda url: screen.note(banner(url, address)),
    )
    return 0


def upstream_address(arguments: argparse.Namespace) -> str | None:
    """What stands behind: an endpoint's address, a path of weights, None for the embedded model.

    Raises:
        InvalidRequestError: what was named does not fit together, or cannot be used.
    """
    if arguments.upstream and arguments.model:
        raise InvalidRequestError("--upstream names an endpoint and --model a file on this machine: choose")
    if arguments.upstream_key_env and not arguments.upstream:
        raise InvalidRequestError("--upstream-key-env names the key of an --upstream: there is none")
    if arguments.upstream:
        # Also refuses a password in the address, which the banner would show.
        parse(arguments.upstream)
        return checked_url(arguments.upstream)
    if arguments.model and not (arguments.model.endswith(".gguf") and Path(arguments.model).is_file()):
        raise InvalidRequestError(f"--model takes the path of a .gguf file, and {arguments.model!r} is none")
    return arguments.model or None


def upstream_key(variable: str | None) -> str | None:
    """The upstream's key from the variable that was named; None leaves it to the vendor's own.

    Raises:
        ConfigurationError: the variable is empty.
    """
    if variable is None:
        return None
    key = os.environ.get(variable, "").strip()
    if not key:
        raise ConfigurationError(f"--upstream-key-env: the variable {variable} is not set")
    return key


def loopback(host: str) -> None:
    """Refuse an address others can reach.

    Raises:
        ConfigurationError: it is one.
    """
    if host == "localhost":
        return
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    raise ConfigurationError(
        f"--host {host}: this endpoint asks nobody for a key, so it listens on this machine only; put a server that "
        "does in front of it (a reverse proxy with authentication, or an SSH tunnel), and leave --host out"
    )


def banner(url: str, address: str | None) -> str:
    """What is said when it listens: where, who answers, how to try it, how to stop."""
    behind = "the model on this machine, whatever model a request names" if address is None else address
    lines = [f"dragoman listens at {url}", f"answers:  {behind}"]
    body = '{"model": "any", "messages": [{"role": "user", "content": "Hello"}]}'
    question = f"-H 'content-type: application/json' -d '{body}'"
    scheme, _, rest = url.partition("://")
    if scheme == "http":
        lines += [f"look:     {url.removesuffix('/v1')}/docs", f"try:      curl {url}/chat/completions {question}"]
    else:
        path = shlex.quote(unquote(rest.removesuffix("/v1")))
        lines.append(f"try:      curl --unix-socket {path} http://localhost/v1/chat/completions {question}")
    return "\n".join([*lines, f"stop:     Ctrl-C{'' if sys.stdin.isatty() else f', or kill {os.getpid()}'}"])
