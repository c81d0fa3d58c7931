"""`dragoman chat`: ask once, from an argument or a pipe, or talk in a session."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec

from dragoman.cli import screen, session
from dragoman.client import Dragoman
from dragoman.errors import InvalidRequestError

if TYPE_CHECKING:
    from dragoman.cli.grammar import Commands
    from dragoman.stream import Stream
    from dragoman.wire.chunk import Chunk
    from dragoman.wire.completion import Completion

DESCRIPTION = """\
Ask a question and see the answer as it is made.

The question is the argument, what a pipe brings, or both; with neither, a session begins that remembers what was
said. Without --base-url (or DRAGOMAN_BASE_URL) the model on this machine answers: no key, no network.
"""


def add(commands: Commands) -> None:
    """Add the command to the grammar."""
    parser = commands.add_parser(
        "chat",
        help="ask a question, or talk",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("question", nargs="*", help="what to ask; several words need no quotes")
    parser.add_argument("--model", metavar="NAME", help="which model to ask; a path to a .gguf file runs that one here")
    parser.add_argument("--system", metavar="TEXT", help="what the model is told before anything else")
    parser.add_argument("--json", action="store_true", help="answer with a JSON object")
    parser.add_argument("--schema", metavar="FILE", type=Path, help="answer with JSON that matches this JSON Schema")
    parser.add_argument("--max-tokens", metavar="N", type=int, help="the most tokens to generate")
    parser.add_argument("--temperature", metavar="T", type=float, help="0 for the likeliest answer, up to 2")
    parser.add_argument("--seed", metavar="N", type=int, help="the same seed gives the same answer")
    parser.add_argument("--no-stream", action="store_true", help="wait for the whole answer, then print it")
    parser.add_argument("--base-url", metavar="URL", help="the endpoint to ask; its key comes from its own variable")
    parser.add_argument("--usage", action="store_true", help="say on stderr how many tokens and seconds it took")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask, or talk.

    Raises:
        DragomanError: the call failed, or could not be made.
    """
    question = _question(arguments.question)
    options = request_options(arguments)
    system = _readable(arguments.system or "")
    with client(arguments.base_url, arguments.model) as asked:
        if question is None:
            return session.talk(asked, system, options, show_usage=arguments.usage)
        said: list[Any] = [{"role": "system", "content": system}] if system else []
        said.append({"role": "user", "content": question})
        ask = whole if arguments.no_stream else answer
        completion = ask(asked, said, options, show_usage=arguments.usage)
    # Whoever reads JSON from a pipe takes an exit code of 0 to mean that it is whole.
    return int("response_format" in options and bool(_lack(completion)))


def client(base_url: str | None, model: str | None) -> Dragoman:
    """The client for what the command names: an endpoint, a model there, or a file of weights here."""
    if model and model.endswith(".gguf"):
        if base_url:
            raise InvalidRequestError("--model names a file on this machine and --base-url another one: choose")
        return Dragoman(model)
    return Dragoman(base_url, model=model or "")


def request_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """The request's fields that the command's options set.

    Raises:
        InvalidRequestError: the schema's file cannot be read.
    """
    options = {name: getattr(arguments, name) for name in ("max_tokens", "temperature", "seed")}
    if arguments.schema is not None:
        options["response_format"] = {"type": "json_schema", "json_schema": _schema(arguments.schema)}
    elif arguments.json:
        options["response_format"] = {"type": "json_object"}
    return options


def _schema(path: Path) -> dict[str, Any]:
    try:
        schema = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except OSError as error:
        raise InvalidRequestError(f"cannot read the schema {path}: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise InvalidRequestError(f"the schema {path} is no JSON object: {error}") from None
    return {"name": "answer", "schema": schema, "strict": True}


def _question(words: list[str]) -> str | None:
    """What to ask; None where a session is wanted."""
    asked = _readable(" ".join(words))
    if sys.stdin.isatty():
        return asked or None
    piped = sys.stdin.buffer.read().decode("utf-8", "replace").strip()
    question = "\n\n".join(part for part in (asked, piped) if part)
    if not question:
        raise InvalidRequestError("there is nothing to ask: give a question as an argument or through a pipe")
    return question


def _readable(words: str) -> str:
    """Words of the command line; what is no text is read as far as it is, as in a pipe."""
    return os.fsencode(words).decode("utf-8", "replace")


def answer(asked: Dragoman, said: list[Any], options: dict[str, Any], *, show_usage: bool) -> Completion:
    """Print an answer as it arrives, and return it whole."""
    begun = time.monotonic()
    with cast("Stream", asked.chat.stream(messages=said, **options)) as stream:
        first = time.monotonic() - begun
        try:
            for chunk in stream:
                screen.write(chunk.text or _refusal(chunk))
        finally:
            screen.write("\n")
            if show_usage:
                screen.note(screen.usage_line(stream.usage, first, time.monotonic() - begun))
        return _told(stream.completion)


def whole(asked: Dragoman, said: list[Any], options: dict[str, Any], *, show_usage: bool) -> Completion:
    """Print an answer when all of it is there, and return it."""
    begun = time.monotonic()
    completion = asked.chat.create(messages=said, stream=False, **options)
    took = time.monotonic() - begun
    screen.write((completion.text or completion.message.refusal or "") + "\n")
    if show_usage:
        screen.note(screen.usage_line(completion.usage, took, took))
    return _told(completion)


def _refusal(chunk: Chunk) -> str:
    return next((choice.delta.refusal or "" for choice in chunk.choices if choice.index == 0), "")


def _told(completion: Completion) -> Completion:
    """The completion; what it lacks is said beside it."""
    lack = _lack(completion)
    if lack:
        screen.note(lack)
    return completion


def _lack(completion: Completion) -> str:
    """Why an answer is not the whole of what was asked for; empty where it is."""
    if completion.finish_reason == "length":
        return "the answer was cut: it reached --max-tokens, or the most that the model can take"
    if completion.finish_reason == "content_filter":
        return "the answer was cut: the server's content filter took the rest"
    return "the model refused" if completion.message.refusal else ""
