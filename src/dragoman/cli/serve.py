"""`dragoman serve`: the endpoint, in front of the model on this machine or of another one."""

from __future__ import annotations

import argparse
import ipaddress
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from dragoman.call.settings import checked_url
from dragoman.cli import screen
from dragoman.dialect.table import at
from dragoman.errors import ConfigurationError, InvalidRequestError
from dragoman.transport.address import parse

if TYPE_CHECKING:
    from dragoman.cli.grammar import Commands
    from dragoman.gateway.config.shape import Config
    from dragoman.gateway.config.source import Source

DESCRIPTION = """\
Serve POST /v1/chat/completions to every client of this API, POST /v1/responses to those of OpenAI's newer one, and
POST /v1/messages to Anthropic's.

Without --upstream or --config the model on this machine answers, whatever model a request names. A reference and a
playground are at /docs. Ctrl-C, or SIGTERM, stops taking requests, waits for those under way, and ends.
"""
MOST_WORKERS = 256
"""Processes beyond which a number is a mistake."""
BEHIND = "upstream"
"""What the one upstream is called that was named on the command line."""


def add(commands: Commands) -> None:
    """Add the command to the grammar."""
    parser = commands.add_parser(
        "serve",
        help="serve the endpoint",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="FILE", type=Path, help="upstreams, routes, keys: see dragoman config")
    parser.add_argument("--host", help="the address to listen on; loopback only, unless keys are required")
    parser.add_argument("--port", metavar="N", type=port, help="the port; 0 chooses a free one (default 8000)")
    parser.add_argument("--uds", metavar="PATH", help="listen on this Unix socket instead")
    parser.add_argument("--upstream", metavar="URL", help="the endpoint behind this one, up to /chat/completions")
    parser.add_argument(
        "--upstream-key-env",
        metavar="NAME",
        help="the variable that holds the upstream's key (default: the vendor's own, such as OPENAI_API_KEY)",
    )
    parser.add_argument("--model", metavar="PATH", help="weights for the model on this machine: a .gguf file")
    parser.add_argument(
        "--workers",
        metavar="N",
        type=processes,
        default=1,
        help="processes that serve; keys, limits and the ledger are one for all of them (default 1)",
    )
    parser.add_argument(
        "--drain",
        metavar="S",
        type=seconds,
        help="seconds that running requests have at the end (default 30)",
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


def processes(text: str) -> int:
    """A number of processes.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST_WORKERS):
        raise argparse.ArgumentTypeError(f"it takes a number of processes from 1 to {MOST_WORKERS}, not {text!r}")
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
    try:
        from dragoman.gateway.listen import listen  # noqa: PLC0415 - uvicorn is an extra
    except ImportError as error:
        raise ConfigurationError(f"serving needs {error.name}: pip install 'dragoman[gateway]'") from None
    config = able(configured(arguments))
    host = arguments.host or config.server.host
    if not arguments.uds and config.server.keys != "required":
        loopback(host)
    return listen(
        config,
        host=host,
        port=config.server.port if arguments.port is None else arguments.port,
        uds=arguments.uds,
        drain=round(config.server.drain) if arguments.drain is None else arguments.drain,
        started=lambda url: screen.note(banner(url, config)),
        workers=arguments.workers,
        reread=lambda: reread(arguments, host),
    )


def reread(arguments: argparse.Namespace, host: str) -> Config:
    """What the options say now, or the file that they name, for a gateway that listens already.

    Args:
        arguments: the options.
        host: where it listens, whatever the file says now.

    Raises:
        InvalidRequestError, ConfigurationError: as `run`.
    """
    config = able(configured(arguments))
    if not arguments.uds and config.server.keys != "required":
        loopback(host)
    return config


def able(config: Config) -> Config:
    """The configuration, where what it names can run here: whoever listens is taken at his word.

    Raises:
        EngineError: (a ConfigurationError) the model on this machine is named, and what it needs is not there.
    """
    if any(each.engine or each.weights for each in config.upstreams.values()):
        from dragoman.engine.owner import require  # noqa: PLC0415 - with the engine

        require()
    return config


def configured(arguments: argparse.Namespace) -> Config:
    """What the options say, or the file that they name.

    Raises:
        InvalidRequestError: they do not fit together, or one of them cannot be used.
        ConfigurationError: the file cannot be used, or a credential is missing.
    """
    from dragoman.gateway.config.load import load, whole  # noqa: PLC0415 - with the rest of the gateway
    from dragoman.gateway.config.shape import Config, UpstreamConfig  # noqa: PLC0415

    if arguments.config is not None:
        if arguments.upstream or arguments.upstream_key_env or arguments.model:
            raise InvalidRequestError("--config names the upstreams: put --upstream and --model into the file")
        return load(arguments.config)
    address = upstream_address(arguments)
    if address is None:
        return whole(Config())
    if arguments.model:
        return whole(Config(upstreams={BEHIND: UpstreamConfig(weights=address, parameters="pass")}))
    sources = credential(address, arguments.upstream_key_env)
    return whole(Config(upstreams={BEHIND: UpstreamConfig(url=address, credentials=sources, parameters="pass")}))


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


def credential(address: str, variable: str | None) -> tuple[Source, ...]:
    """Where the upstream's key is: in the variable that was named, or the vendor's own at the vendor's own host.

    Raises:
        ConfigurationError: the variable that was named is empty.
    """
    from dragoman.gateway.config.source import Source  # noqa: PLC0415 - with the rest of the gateway

    own = at(urlsplit(address).hostname or "").credential
    named = variable or own
    if not named or not os.environ.get(named, "").strip():
        if variable is not None:
            raise ConfigurationError(f"--upstream-key-env: the variable {variable} is not set")
        return ()
    return (Source(f"env:{named}"),)


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
        f"--host {host}: this endpoint asks nobody for a key, so it listens on this machine only; leave --host out, or "
        'configure a store and keys = "required" (dragoman config), or put a server that asks in front of it'
    )


def behind(config: Config) -> str:
    """Who answers."""
    if len(config.upstreams) > 1:
        return f"{len(config.upstreams)} upstreams, for {', '.join(route.model for route in config.routes)}"
    (only,) = config.upstreams.values()
    if only.engine:
        return "the model on this machine, whatever model a request names"
    return only.weights or only.url or ""


def banner(url: str, config: Config) -> str:
    """What is said when it listens: where, who answers, how to try it, how to stop."""
    lines = [f"dragoman listens at {url}", f"answers:  {behind(config)}"]
    key = "-H 'authorization: Bearer dg_…' " if config.server.keys == "required" else ""
    body = '{"model": "any", "messages": [{"role": "user", "content": "Hello"}]}'
    question = f"{key}-H 'content-type: application/json' -d '{body}'"
    scheme, _, rest = url.partition("://")
    if scheme == "http":
        lines += [f"look:     {url.removesuffix('/v1')}/docs", f"try:      curl {url}/chat/completions {question}"]
    else:
        path = shlex.quote(unquote(rest.removesuffix("/v1")))
        lines.append(f"try:      curl --unix-socket {path} http://localhost/v1/chat/completions {question}")
    return "\n".join([*lines, f"stop:     Ctrl-C{'' if sys.stdin.isatty() else f', or kill {os.getpid()}'}"])
