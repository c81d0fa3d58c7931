"""What an error says, where it goes, and what it keeps to itself."""

import contextlib
import copy
import io
import logging
import pickle

from asker import KEY, QUESTION

from observations import failure, named, observe, refusal, server, yes

PLAIN = refusal("400 No", {"message": "no", "type": "invalid_request_error", "code": "c"})
FULL = (
    "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens. "
    "Please reduce the length of the messages."
)
SPENT = "You exceeded your current quota, please check your plan and billing details."
"""OpenAI's own sentences: some clients go by them."""
BUSY = refusal("429 No", {"message": "slow down", "code": "rate_limit_exceeded", "type": "requests"})


def refused(asker, reply):
    """The error that a refusal becomes."""
    with server(reply) as there:
        client = asker.client(there.url)
        return failure(lambda: asker.ask(client))


def told_apart(asker, reply, other):
    """Whether one refusal is of another class than one of the same status."""
    error = refused(asker, reply)
    return yes(type(error) is not type(refused(asker, other)), f"no: {named(error)}")


@observe
def full_contexts(asker):
    error = {"message": FULL, "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded"}
    return told_apart(asker, refusal("400 No", error), PLAIN)


@observe
def empty_accounts(asker):
    error = {"message": SPENT, "type": "insufficient_quota", "param": None, "code": "insufficient_quota"}
    return told_apart(asker, refusal("429 No", error), BUSY)


@observe
def sentences(asker):
    error = refused(asker, refusal("422 No", b'{"detail":[{"loc":["body","model"],"msg":"is too long"}]}'))
    return yes("is too long" in str(error), "no: lost")


@observe
def errors_travel(asker):
    error = refused(asker, BUSY)
    found = {}
    for way, again in (("copied", copy.copy), ("pickled", lambda one: pickle.loads(pickle.dumps(one)))):
        made = []
        failed = failure(lambda again=again, made=made: made.append(again(error)))
        same = not failed and (type(made[0]), str(made[0])) == (type(error), str(error))
        found[way] = "" if same else named(failed) if failed else "changed"
    lost = [f"{way}: {what}" for way, what in found.items() if what]
    return yes(not lost, f"no: {', '.join(lost)}")


@observe
def headers_of_errors(asker):
    error = {"message": "slow down", "code": "rate_limit_exceeded", "type": "requests"}
    headers = asker.refused(refused(asker, refusal("429 No", error, {"x-ratelimit-reset-tokens": "6m0s"})))
    return yes(headers.get("x-ratelimit-reset-tokens") == "6m0s")


@observe
def classes(asker):
    statuses = (400, 401, 403, 404, 409, 413, 422, 429, 500, 503)
    kinds = {type(refused(asker, refusal(f"{status} No", {"message": "no", "type": "t"}))) for status in statuses}
    return f"{len(kinds)}"


@observe
def histories(asker):
    busy = [refusal("503 No", {"message": "no"}, {"Retry-After-Ms": "1", "x-request-id": f"req_{n}"}) for n in range(3)]
    with server(*busy) as there:
        client = asker.client(there.url, retries=2)
        error = failure(lambda: asker.ask(client))
    return yes(all(f"req_{n}" in repr(vars(error)) for n in range(3)), "no: of the last alone")


@observe
def echoed_keys(asker):
    error = refused(asker, refusal("401 No", {"message": f"{KEY} is no key", "code": "invalid_api_key"}))
    shown = {"text": str(error), "repr": repr(error), "fields": repr(vars(error))}
    leaks = [where for where, text in shown.items() if KEY in text]
    return yes(not leaks, f"no: in its {', '.join(leaks)}")


@observe
def shown_keys(asker):
    return yes(KEY not in asker.shown(asker.client("http://127.0.0.1:9/v1")))


class Heard(logging.Handler):
    """What was logged, with all that formatting would put into it."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(f"{record.getMessage()} {record.exc_info}")


@observe
def logs(asker):
    heard = Heard()
    logging.getLogger().addHandler(heard)
    logging.getLogger().setLevel(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.DEBUG)
    asker.talkative()
    printed = io.StringIO()
    try:
        with server() as there, contextlib.redirect_stdout(printed):
            asker.ask(asker.client(there.url))
            refused(asker, BUSY)
    finally:
        logging.getLogger().removeHandler(heard)
        logging.getLogger().setLevel(logging.WARNING)
    found = "\n".join([*heard.lines, printed.getvalue()])
    leaks = [word for word, text in {"key": KEY, "prompt": QUESTION, "answer": "Monet"}.items() if text in found]
    if not found.strip():
        return "nothing is logged"
    return yes(not leaks, f"no: {', '.join(leaks)}")
