"""The configuration's file, or every mistake in it with its line. Reads that file, and what it says to read."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dragoman.errors import ConfigurationError
from dragoman.gateway.config.cross import cross
from dragoman.gateway.config.locate import Lines
from dragoman.gateway.config.mistakes import Mistake, MistakesError, dotted
from dragoman.gateway.config.read import read
from dragoman.gateway.config.shape import Candidate, Config, RouteConfig, UpstreamConfig
from dragoman.gateway.config.upstream import completed, sources_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dragoman.gateway.config.mistakes import Path as Place
    from dragoman.gateway.config.source import Source

SHORTEST = 16
"""Characters that the admin API's credential has at least: fewer can be guessed."""

HERE = "here"
"""The name of the embedded model where no upstream is named."""

_AT_LINE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def load(path: str | Path, *, secrets: bool = True) -> Config:
    """Read and check a configuration.

    Args:
        path: the file.
        secrets: whether credentials, and files of weights, have to be where it says: false looks at the file alone.

    Returns:
        The configuration, with all that it leaves to defaults and to its vendors' rows.

    Raises:
        MistakesError: it cannot be used; each of its lines is one mistake, with the line it stands in.
        ConfigurationError: there is no such file, or it cannot be read.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        why = os.strerror(error.errno).lower() if error.errno else "it cannot be read"
        raise ConfigurationError(f"{path}: {why}") from None
    return parsed(data, str(path), secrets=secrets)


def parsed(data: bytes, name: str, *, secrets: bool = True) -> Config:
    """The configuration in a document, as `load` reads it from a file.

    Args:
        data: the document.
        name: what its mistakes are told of.
        secrets: as `load`'s.

    Raises:
        MistakesError: it cannot be used.
    """
    document, lines = _document(data, name)
    config, mistakes = read(document)
    touched = [mistake.path for mistake in mistakes]
    # What follows from a mistake is none of its own: it may well go with it.
    mistakes += [found for found in cross(config) if not any(_overlap(found.path, path) for path in touched)]
    if secrets and not mistakes:
        mistakes += missing(config)
    if mistakes:
        told = sorted({(lines.of(mistake.path), mistake.sentence) for mistake in mistakes})
        raise MistakesError(f"{name}:{line}: {sentence}" for line, sentence in told)
    return whole(config)


def whole(config: Config) -> Config:
    """The same configuration with all that it leaves to defaults and to its vendors' rows."""
    upstreams = config.upstreams or {HERE: UpstreamConfig(engine=True)}
    routes = config.routes
    if not routes:
        (only,) = upstreams
        routes = (RouteConfig(model="*", candidates=(Candidate(upstream=only),)),)
    keys = config.server.keys or ("off" if config.store is None else "required")
    return replace(
        config,
        server=replace(config.server, keys=keys),
        upstreams={name: completed(upstream) for name, upstream in upstreams.items()},
        routes=routes,
    )


def missing(config: Config) -> Iterator[Mistake]:
    """What a configuration says is somewhere, and is not."""
    for path, source in sources(config):
        try:
            secret = source.read()
        except ConfigurationError as error:
            yield Mistake(path, f"{dotted(path)}: {error}")
            continue
        if path == ("server", "admin_key") and len(secret.reveal()) < SHORTEST:
            sentence = f"{dotted(path)} is shorter than {SHORTEST} characters: make one with `openssl rand -hex 32`"
            yield Mistake(path, sentence)
    for name, upstream in config.upstreams.items():
        if upstream.weights is not None and not Path(upstream.weights).is_file():
            path = ("upstreams", name, "weights")
            yield Mistake(path, f"{dotted(path)}: there is no file {upstream.weights}")


def sources(config: Config) -> Iterator[tuple[Place, Source]]:
    """Where everything is that a configuration does not say itself, and the place that says so."""
    if config.server.admin_key is not None:
        yield ("server", "admin_key"), config.server.admin_key
    if config.store is not None:
        yield ("store", "url"), config.store.url
        if config.store.shared is not None:
            yield ("store", "shared"), config.store.shared
    if config.cache.shared is not None:
        yield ("cache", "shared"), config.cache.shared
    for name, upstream in config.upstreams.items():
        for number, source in enumerate(sources_of(upstream)):
            yield ("upstreams", name, "credentials", number), source
        for header, value in upstream.headers.items():
            yield ("upstreams", name, "headers", header), value


def _document(data: bytes, name: str) -> tuple[dict[str, Any], Lines]:
    try:
        # Editors of some systems begin a file with a mark that says it is UTF-8.
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MistakesError([f"{name}:{line}: this is not UTF-8, which TOML is written in"]) from None
    try:
        return tomllib.loads(text), Lines(text)
    except tomllib.TOMLDecodeError as error:
        raise MistakesError([f"{name}:{_told(str(error), text)}"]) from None
    except (RecursionError, ValueError) as error:
        # Python's own limits: how deeply arrays are nested, how many digits a number has.
        line = _line_of(type(error), text)
        why = "arrays are nested too deeply" if isinstance(error, RecursionError) else "this number is too long"
        raise MistakesError([f"{name}:{line}: {why} to be read"]) from None


def _told(sentence: str, text: str) -> str:
    """The parser's sentence as one of ours: the line first."""
    found = _AT_LINE.search(sentence)
    bare = sentence[: found.start()] if found else sentence
    said = f"this is no TOML: {bare[:1].lower()}{bare[1:]}"
    if found and found[1]:
        return f"{found[1]}: {said} (column {found[2]})"
    return f"{_last_line(text)}: {said}, where the file ends"


def _line_of(kind: type[Exception], text: str) -> int:
    """The first line with which a document cannot be read for a reason of that kind."""
    lines = text.split("\n")
    for count in range(1, len(lines)):
        try:
            tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        except (RecursionError, ValueError) as error:
            if type(error) is kind:
                return count
    return _last_line(text)


def _last_line(text: str) -> int:
    return text.rstrip("\n").count("\n") + 1


def _overlap(one: Place, other: Place) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]
