"""Limits in time: whether what a user is told to wait is what a user waits."""

import time

from observations import observe, refusal, server, yes

LIMIT = 1.0
LATEST = 2.0
WATCHED = 5.0


def waited(asker, *answers, retries=0):
    """The seconds after which a call with a limit ended; None where it went on."""
    with server(*answers) as there:
        client = asker.client(there.url, timeout=LIMIT, retries=retries)
        begun = time.monotonic()
        ended = asker.within(lambda: asker.ask(client), WATCHED)
        return time.monotonic() - begun if ended else None


def cell(seconds):
    """How long a limit of a second lasted."""
    if seconds is None:
        return f"no: over {WATCHED:.0f} s"
    return yes(seconds <= LATEST, f"no: {seconds:.1f} s")


def dribble(peer):
    """An answer of which a byte comes every quarter of a second."""
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(int(WATCHED * 4) + 4):
        peer.sendall(b" ")
        time.sleep(0.25)


@observe
def whole_calls(asker):
    return cell(waited(asker, dribble))


@observe
def one_call(asker):
    with server(b"") as there:
        client = asker.client(there.url, timeout=30.0)
        return yes(asker.within(lambda: asker.limited(client, 0.5), LATEST))


@observe
def all_attempts(asker):
    slow = [lambda _: time.sleep(0.7), refusal("503 No", {"message": "later"}, {"Retry-After-Ms": "1"})]
    return cell(waited(asker, slow, retries=5))


@observe
def pauses(asker):
    return cell(waited(asker, refusal("503 No", {"message": "later"}, {"Retry-After": "4"}), retries=5))
