"""Make every call of a table with whichever package of that name can be imported, and print what came of each.

python driver.py r9s|atoma_sdk

The published package's environment and ours run this same file: one JSON object a line, in the table's order. A call
is told as what went over the wire, what was given back or iterated, and what was raised. Uses sockets on loopback.
"""

import asyncio
import importlib
import json
import os
import ssl
import sys
from unittest.mock import patch

from cases import HELLO, SHARED
from uses import USES

from scripted import Scripted

HEADERS = ("accept", "authorization", "content-type", "user-agent", "x-one", "x-hooked")
OWN_AGENTS = ("speakeasy-sdk/", "dragoman/")
TOLD = ("message", "status_code", "body", "headers", "data", "raw_response")
ALIKE = ("sends: ", "error: ", "answer: ", "headers: ", "credential: ", "address: ", "client: ")
"""What is the same code in both colours, of the originals and of ours, and is asked in one."""
MODULES = ("models", "errors", "types", "utils", "utils.eventstreaming", "_hooks", "httpclient", "client")


class R9S:
    """How r9s is made and called."""

    path = "/v1"

    def made(self, package, *, credential="planted", **options):
        return package.R9S(api_key=credential, **options)

    def operation(self, sdk, colour, *, stream):
        return getattr(sdk.chat, f"create{colour}"), {"stream": True} if stream else {}


class Atoma:
    """How atoma_sdk is made and called."""

    path = ""

    def made(self, package, *, credential="planted", **options):
        return package.AtomaSDK(bearer_auth=credential, **options)

    def operation(self, sdk, colour, *, stream):
        return getattr(sdk.chat, f"create{'_stream' if stream else ''}{colour}"), {}


class Asked:
    """One case at work on a server: its calls."""

    def __init__(self, vendor, package, case, server, shared):
        self.package, self.server = package, server
        self._vendor, self._case = vendor, case
        self.url = server.url(vendor.path + case.path)
        self.sdk = shared if case.client is None else self.made(**case.client(package))

    def made(self, **options):
        """A client of the case's own."""
        return self._vendor.made(self.package, **{"server_url": self.url} | options)

    def request(self, colour="", sdk=None, stream=None):
        """The method to call, and what with."""
        stream = self._case.stream if stream is None else stream
        method, more = self._vendor.operation(sdk or self.sdk, colour, stream=stream)
        own = self._case.client is None and sdk is None
        return method, {
            **HELLO, **more, **({"server_url": self.url} if own else {}), **self._case.arguments(self.package),
        }  # fmt: skip

    def call(self, sdk=None, *, stream=None):
        """Make it."""
        method, arguments = self.request(sdk=sdk, stream=stream)
        return method(**arguments)

    def fails(self, act=None):
        """What it raises."""
        try:
            return shown((act or self.call)())
        except BaseException as error:  # noqa: BLE001 - whatever it raises is what is compared
            return failure(error)["is"]


def shown(value, *, whole=False):
    """A value as JSON; one that was made here as it reads, too."""
    if not hasattr(value, "model_dump"):
        return value
    found = {
        "dump": value.model_dump(mode="json"),
        "by wire name": value.model_dump(mode="json", by_alias=True),
        "sparse": value.model_dump(mode="json", exclude_none=True),
    }
    return found | ({"reads": repr(value), "set": sorted(value.model_fields_set)} if whole else {})


def failure(error):
    """An exception, by what programs look at."""
    found = {"is": type(error).__name__, "reads": str(error), "by": type(error).__module__.partition(".")[0]}
    for name in TOLD:
        if not hasattr(error, name):
            continue
        value = getattr(error, name)
        if name == "headers":
            value = {kind: value.get(kind) for kind in ("content-type", "retry-after")}
        elif name == "raw_response":
            value = value if value is None else value.status_code
        found[name] = shown(value)
    return found


def request(received):
    """What matters of a request."""
    headers = {name: received.headers[name] for name in HEADERS if name in received.headers}
    if headers.get("user-agent", "").startswith(OWN_AGENTS):
        del headers["user-agent"]
    return {"line": received.line, "headers": headers, "body": received.json if received.body else None}


def blocking(asked, record):
    """One call."""
    answer = asked.call()
    record["returned"] = type(answer).__name__
    for event in [answer] if hasattr(answer, "model_dump") else answer:
        record["given"].append([type(event).__name__, shown(event)])


async def awaited(asked, record):
    """The same, awaited."""
    method, arguments = asked.request("_async")
    answer = await method(**arguments)
    record["returned"] = type(answer).__name__.removesuffix("Async")
    if hasattr(answer, "model_dump"):
        record["given"].append([type(answer).__name__, shown(answer)])
    else:
        async for event in answer:
            record["given"].append([type(event).__name__, shown(event)])


def told(vendor, package, case, shared, colour, act):
    """What came of a case."""
    record = {"case": case.name, "colour": colour, "given": []}
    with Scripted(*case.scripts) as server, patch.dict(os.environ, case.environment):
        try:
            act(Asked(vendor, package, case, server, shared), record)
        except Exception as error:  # noqa: BLE001 - whatever it raises is what is compared
            record["raised"] = failure(error)
        record["wire"] = [request(received) for received in server.requests]
    return record


def names(package):
    """What can be imported from where."""
    for name in MODULES:
        try:
            module = importlib.import_module(f"{package.__name__}.{name}")
        except ModuleNotFoundError:
            continue
        yield {
            "module": name,
            "names": public(module, package),
            "found": [*getattr(module, "__all__", []), *dir(module)],
        }
    yield {"module": "", "names": public(package, package), "found": dir(package)}


def public(module, package):
    """The names that a module has for others: not what it imports for itself."""
    found = [name for name in dir(module) if not name.startswith("_")]
    values = {name: getattr(module, name) for name in found}
    own = {name for name, value in values.items() if getattr(value, "__module__", "").startswith(package.__name__)}
    constants = {name for name, value in values.items() if name.isupper() and isinstance(value, str | list | tuple)}
    return sorted(getattr(module, "__all__", own | constants))


def constructed(make):
    """What comes of making and looking at models."""
    try:
        return {"used": shown(make(), whole=True)}
    except Exception as error:  # noqa: BLE001 - whatever it raises is what is compared
        return {"raised": failure(error)}


def use(asked, record, case):
    record["used"] = case.use(asked)


def write(record):
    """Say it."""
    sys.stdout.write(json.dumps(record, default=str) + "\n")


def main(name):
    """Run the table."""
    package = importlib.import_module(name)
    own = importlib.import_module(f"{name}_cases")
    vendor = {"r9s": R9S, "atoma_sdk": Atoma}[name]()
    # Nothing here speaks TLS, and loading the authorities for each client takes longer than all of its calls.
    ssl.SSLContext.load_verify_locations = lambda *_, **__: None
    for record in names(package):
        write(record)
    shared = vendor.made(package)
    with asyncio.Runner() as loop:
        for case in [*SHARED, *own.CASES]:
            write(told(vendor, package, case, shared, "blocking", blocking))
            if not case.name.startswith(ALIKE):
                write(told(vendor, package, case, shared, "async", lambda *given: loop.run(awaited(*given))))
    for case in USES:
        write(told(vendor, package, case, shared, "blocking", lambda *given, case=case: use(*given, case)))
    for title, make in own.constructions(package).items():
        write({"case": title, "colour": "blocking", **constructed(make)})


main(sys.argv[1])
