"""What is tried again, and when. Clients that try nothing again by themselves are told to."""

import time
from email.utils import formatdate

from observations import FIRST, Server, document, failure, observe, refusal, server, streamed, yes
from scripted import READ, RESET, Scripted, chunked, event

LATER = {"message": "later", "type": "server_error"}
SLOW = {"message": "slow down", "code": "rate_limit_exceeded", "type": "requests"}


def pause(asker, headers):
    """The seconds between a refusal with these headers and the next attempt; None where there was none."""
    with server(refusal("429 No", SLOW, headers() if callable(headers) else headers), document()) as there:
        client = asker.client(there.url, retries=2)
        asker.ask(client)
        return there.gaps[0]


@observe
def attempts(asker):
    with server(refusal("500 No", LATER)) as there:
        client = asker.client(there.url, retries=None)
        failure(lambda: asker.ask(client))
        return f"{len(there.times) - 1}"


@observe
def waits_as_told(asker):
    def date():
        return {"Retry-After": formatdate(time.time() + 3, usegmt=True)}

    wanted = {"seconds": ({"Retry-After": "2"}, 2.0), "date": (date, 2.0), "ms": ({"Retry-After-Ms": "1700"}, 1.7)}
    kept = [name for name, (headers, least) in wanted.items() if least - 0.01 <= pause(asker, headers) < least + 1.5]
    return yes(len(kept) == len(wanted), f"{', '.join(kept)} only" if kept else "no")


@observe
def long_waits(asker):
    with server(refusal("429 No", SLOW, {"Retry-After": "3600"})) as there:
        client = asker.client(there.url, retries=2)
        ended = asker.within(lambda: asker.ask(client), 4.0)
        if len(there.times) > 1:
            return f"no: asks again after {there.gaps[0]:.1f} s"
    return yes(ended, "no: waits")


def once(asker, reply):
    """Whether a client is content with one such reply."""
    with server(reply) as there:
        client = asker.client(there.url, retries=2)
        asker.within(lambda: asker.ask(client), 2.0)
        return yes(len(there.times) == 1)


@observe
def empty_accounts_are_not_asked_again(asker):
    error = {"message": "no", "type": "insufficient_quota", "code": "insufficient_quota"}
    return once(asker, refusal("429 No", error, {"Retry-After-Ms": "100"}))


@observe
def obeys_the_server(asker):
    return once(asker, refusal("503 No", LATER, {"x-should-retry": "false", "Retry-After-Ms": "100"}))


@observe
def lost_connections(asker):
    with Scripted([READ, RESET], [READ, document()]) as there:
        asker.ask(asker.client(there.url("/v1"), retries=2))
        return yes(len(there.requests) == 2)


def asked(asker, first):
    """How often a server is asked that begins with this stream and goes on with a whole one."""
    there = Server(first, streamed("Mo", "net"))
    try:
        for _ in asker.stream(asker.client(there.url, retries=2)):
            pass
        return len(there.times)
    finally:
        there.scripted.close()


@observe
def streams_before_their_first_content(asker):
    failing = chunked(FIRST, event({"error": {"message": "full", "code": 503, "type": "server_error"}}))
    return yes(asked(asker, failing) == 2)


@observe
def streams_that_end_before_their_first_content(asker):
    failing = chunked(FIRST)
    return yes(asked(asker, failing) == 2, "no: taken for the end")
