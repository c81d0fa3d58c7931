"""What programs do with a client beside one call: leave streams, add hooks, log, close. Uses sockets on loopback."""

from unittest.mock import patch

import httpx
from cases import HELLO, Case, nothing

from answers import STREAM, document, step
from scripted import LEFT, READ, answer, chunk, chunked_head


class Watch:
    """Hooks that write down what they are told."""

    def __init__(self):
        self.seen = []

    def told(self, name, context):
        self.seen.append([name, context.operation_id, context.oauth2_scopes])

    def sdk_init(self, *given):
        self.seen.append(["init", len(given)])
        return given if len(given) > 1 else given[0]

    def before_request(self, hook_ctx, request):
        self.told("before", hook_ctx)
        request.headers["x-hooked"] = "yes"
        return request

    def after_success(self, hook_ctx, response):
        self.told("success", hook_ctx)
        self.seen.append(response.status_code)
        return response

    def after_error(self, hook_ctx, response, error):
        self.told("error", hook_ctx)
        self.seen.append([response and response.status_code, type(error).__name__])
        return response, error

    def register(self, hooks):
        hooks.register_sdk_init_hook(self)
        hooks.register_before_request_hook(self)
        hooks.register_after_success_hook(self)
        hooks.register_after_error_hook(self)


def hooked(asked):
    """Hooks added at run time see a success and an error."""
    watch = Watch()
    watch.register(asked.sdk.sdk_configuration.__dict__["_hooks"])
    asked.call()
    asked.fails()
    return watch.seen


def registered(asked):
    """Hooks that a fork adds see the client being made, too."""
    watch = Watch()
    with patch.object(asked.package._hooks.sdkhooks, "init_hooks", watch.register):
        asked.call(asked.made())
    return watch.seen


def moved(asked):
    """An init hook may send all calls elsewhere."""

    class Move(Watch):
        def sdk_init(self, *given):
            if len(given) == 1:
                given[0].server_url = asked.url
                return given[0]
            self.seen.append(given[0])
            return asked.url, given[1]

    module = asked.package._hooks.sdkhooks
    watch = Move()
    with patch.object(module, "init_hooks", watch.register):
        asked.call(asked.made(server_url=None))
    return watch.seen


def refusing(asked):
    """What a hook returns to be raised, is raised."""

    class Refuse(Watch):
        def before_request(self, hook_ctx, request):
            return LookupError("no")

    Refuse().register(asked.sdk.sdk_configuration.__dict__["_hooks"])
    return asked.fails()


def left_early(asked):
    """A stream that is left: the server sees it, and no event comes any more."""
    with asked.call(stream=True) as events:
        next(events)
    return [asked.server.left(), asked.fails(lambda: next(events))]


def twice(asked):
    """A stream is read once."""
    events = asked.call(stream=True)
    return [len(list(events)), len(list(events))]


def response(asked):
    """What a stream says of its answer."""
    events = asked.call(stream=True)
    list(events)
    return [events.response.status_code, events.response.headers["content-type"]]


def closed(asked):
    """A client after its `with` block."""
    with asked.sdk as sdk:
        asked.call(sdk)
    return asked.fails(lambda: asked.call(sdk))


def own_client(asked):
    """A client of the user's own is used, and its own to close."""
    client = httpx.Client(headers={"x-one": "mine"})
    with asked.made(client=client) as sdk:
        asked.call(sdk)
    return client.is_closed


def wrapped_client(asked):
    """What has httpx's two methods will do."""

    class Counting:
        def __init__(self):
            self.client = httpx.Client()
            self.count = 0

        def build_request(self, *given, **options):
            return self.client.build_request(*given, **options)

        def send(self, request, **options):
            self.count += 1
            return self.client.send(request, **options)

        def close(self):
            self.client.close()

    client = Counting()
    asked.call(asked.made(client=client))
    return client.count


def logged(asked):
    """What a logger is told; whether it could read the credential there."""

    class Logger:
        def __init__(self):
            self.said = []

        def debug(self, msg, *args, **kwargs):
            self.said.append(msg % args if args else msg)

    logger = Logger()
    asked.call(asked.made(debug_logger=logger))
    return [len(logger.said), any("planted" in said for said in logger.said)]


def per_request(asked):
    """A function that returns the credential is asked for each request."""
    keys = iter(["one", "two"])
    sdk = asked.made(credential=lambda: next(keys))
    asked.call(sdk)
    asked.call(sdk)


def keyword_only(asked):
    """Arguments have names."""
    return asked.fails(lambda: asked.sdk.chat.create("m", HELLO["messages"]))


def no_such_server(asked):
    """Servers are counted."""
    return asked.fails(lambda: asked.call(asked.made(server_url=None, server_idx=5)))


def entered(asked):
    """A finished answer, held like a stream."""
    with asked.call() as events:
        return [type(event).__name__ for event in events]


BAD = answer(b'{"error":{"message":"no","type":"t"}}', "400 X")
TWO = ([READ, document(), READ, BAD],)

USES = [
    Case("hooks: at run time", TWO, client=nothing, use=hooked),
    Case("hooks: of a fork", client=nothing, use=registered),
    Case("hooks: one moves the client", client=nothing, use=moved),
    Case("hooks: one refuses", client=nothing, use=refusing),
    Case("stream: left early", ([READ, chunked_head() + chunk(step("Mo")), LEFT],), client=nothing, use=left_early),
    Case("stream: read twice", ([READ, STREAM],), use=twice),
    Case("stream: its response", ([READ, STREAM],), use=response),
    Case("client: after its block", ([READ, document(), READ, document()],) * 2, client=nothing, use=closed),
    Case("client: of the user's own", use=own_client),
    Case("client: that wraps one", use=wrapped_client),
    Case("client: with a logger", use=logged),
    Case("credential: asked for each request", ([READ, document(), READ, document()],), use=per_request),
    Case("address: no such server", use=no_such_server),
    Case("call: without names", use=keyword_only),
    Case("call: entered like a stream", use=entered),
]
