r"""A request as a command for a shell: what would be sent, to look at, to paste and to pass on. No I/O.

    print(client.chat.curl(messages="Who is the best French painter?", model="gpt-5"))

    curl https://api.openai.com/v1/chat/completions \
      --header 'accept: application/json' \
      --header 'content-type: application/json' \
      --header 'authorization: Bearer '"$OPENAI_API_KEY" \
      --data-raw '{"messages":[{"role":"user","content":"Who is the best French painter?"}],"model":"gpt-5"}'

Credentials stay where they are: a variable of the shell stands for each. The messages are in it as they are.
"""

from __future__ import annotations

import re
from shlex import quote
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from dragoman.call.settings import weights_at
from dragoman.dialect.table import at
from dragoman.errors import ConfigurationError
from dragoman.secret import names_credential

if TYPE_CHECKING:
    from dragoman.exchange import Call
    from dragoman.secret import Secret

ARGUMENT = 100_000
"""The most bytes of a body that stands in the command itself; Linux takes 128 KiB an argument, macOS more."""


def command(call: Call, variable: str = "") -> str:
    """The command that sends a call's request once.

    Args:
        call: the call.
        variable: the variable that holds its credential; default that of the vendor at its address.

    Raises:
        ConfigurationError: it asks the embedded model, which has no address that another program could reach.
    """
    request = call.request
    if weights_at(request.url) is not None:
        raise ConfigurationError(
            "the embedded model has no address for curl: run `dragoman serve`, and make a client of its address"
        )
    variable = variable or at(urlsplit(request.url).hostname or "").credential or "DRAGOMAN_API_KEY"
    streams = ("accept", "text/event-stream") in request.headers
    parts = ["curl", *(["--no-buffer"] if streams else []), *_place(request.url)]
    lines = [" ".join(parts)]
    # Who asks is curl, and each time it is run is another request.
    lines += [
        f"--header {_header(name, value, call.secret, variable)}"
        for name, value in request.headers
        if name not in {"user-agent", "idempotency-key"}
    ]
    body = request.body.decode("utf-8", "surrogateescape")
    if len(request.body) > ARGUMENT:
        # A JSON text that was written here is one line, so no line of it can be the mark that ends it.
        lines.append(f"--data-binary @- <<'JSON'\n{body}\nJSON")
    elif body:
        lines.append(f"--data-raw {quote(body)}")
    return " \\\n  ".join(lines)


def _place(url: str) -> list[str]:
    parts = urlsplit(url)
    if parts.scheme != "http+unix":
        return [_address(url)]
    target = parts._replace(scheme="http", netloc="localhost").geturl()
    return ["--unix-socket", quote(unquote(parts.netloc)), _address(target)]


def _address(url: str) -> str:
    """An address as one word of a shell; a credential in its query is a variable."""
    text, mark, query = url.partition("?")
    text += mark
    word = ""
    for number, field in enumerate(query.split("&")):
        name, sign, value = field.partition("=")
        text += ("&" if number else "") + name + sign
        if sign and names_credential(name):
            word, text = word + quote(text) + _variable(name), ""
        else:
            text += value
    return word + quote(text) if text else word


def _variable(name: str) -> str:
    return f'"${re.sub(r"[^A-Z0-9]", "_", name.upper())}"'


def _header(name: str, value: str, secret: Secret, variable: str) -> str:
    """A header as one word of a shell, its credential a variable."""
    if secret and secret.reveal() in value:
        before, _, after = value.partition(secret.reveal())
        return quote(f"{name}: {before}") + f'"${variable}"' + (quote(after) if after else "")
    if names_credential(name):
        return quote(f"{name}: ") + _variable(name)
    return quote(f"{name}: {value}")
