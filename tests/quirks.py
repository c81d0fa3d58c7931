"""Twenty things that vendors' answers do and the documentation does not say, as scripts of a server on loopback.

Each was reported to one client or another. A quirk says what its server does, streamed or whole, and what is right:
what a reader has to end up with, or that it has to be told so. `bench/quirks.py` puts other clients in front of the
same server; this file therefore imports nothing that they would not have.
"""

import json
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from scripted import LAST_CHUNK, READ, RESET, Scripted, answer, chunk, chunked, chunked_head, event, repeat

ANY, CUT, LATE = "any", "cut", "late"
"""The errors that a row may want: any of the client's own; that the answer was cut; that it took too long."""


@dataclass(frozen=True)
class Quirk:
    """One of them.

    Attributes:
        title: what the vendor does.
        streamed: what the server does when it has read a request for a stream.
        text: the text of the first choice.
        reasoning: its reasoning.
        calls: its tool calls, as (name, arguments).
        finish: why it finished.
        tokens: the usage's total; None where the vendor does not say, and a client may guess.
        second: the text of the second choice.
        error: the error that is right, or its HTTP status; None where the answer is whole.
        whole: what the server does for a request that wants no stream; None where the quirk is one of streams.
    """

    title: str
    streamed: list
    text: str = ""
    reasoning: str = ""
    calls: tuple = ()
    finish: str | None = "stop"
    tokens: int | None = None
    second: str = ""
    error: str | int | None = None
    whole: list | None = None

    @property
    def wanted(self):
        """What a reader of it ends up with, as `told` puts it."""
        return {
            "texts": {str(index): text for index, text in enumerate((self.text, self.second)) if text},
            "reasoning": self.reasoning,
            "calls": [list(call) for call in self.calls],
            "finish": self.finish,
            "tokens": self.tokens,
        }


def step(content=None, finish=None, *, index=0, fields=None, **delta):
    """A chunk of one choice, as a plain vendor sends it."""
    said = ({} if content is None else {"content": content}) | delta
    choice = {"index": index, "delta": said, "finish_reason": finish}
    plain = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return plain | (fields or {})


def call(arguments, **fields):
    """A chunk with a piece of a call of a tool; `name`, `id` and `index` where they are given."""
    function = {"arguments": arguments} | ({"name": fields.pop("name")} if "name" in fields else {})
    return step(tool_calls=[{"function": function, "type": "function"} | fields])


def says(*events, done=True):
    """The script of a stream: dicts become events, bytes stay as they are."""
    pieces = [one if isinstance(one, bytes) else event(one) for one in events]
    return [chunked(*pieces, *([event("[DONE]")] if done else []))]


MO, NET, STOP, CALLED = step("Mo"), step("net"), step(finish="stop"), step(finish="tool_calls")
OPEN = chunked_head() + chunk(event(MO))
USED = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
MESSAGE = {"role": "assistant", "content": "Monet"}
WHOLE = {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "usage": USED}


def whole(message, finish="stop", without=()):
    """The script of an answer in one piece."""
    body = WHOLE | {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}
    return [answer(json.dumps({name: value for name, value in body.items() if name not in without}).encode())]


def _bare(*steps):
    return [{name: value for name, value in one.items() if name == "choices"} for one in steps]


def _comment(peer):
    # The pace of a keep-alive; what is tested is that the reader's own clock ends it.
    time.sleep(0.02)
    peer.sendall(chunk(b": keep-alive\n\n"))


def _in_sevens(data):
    return [chunked_head() + b"".join(chunk(data[at : at + 7]) for at in range(0, len(data), 7)) + LAST_CHUNK]


def _crlf(*steps):
    lines = [b":" + b"\r\n\r\n", *(b"data:" + json.dumps(one).encode() + b"\r\n\r\n" for one in steps)]
    return b"".join([*lines, b": bye\r\n\r\n", b"data:[DONE]\r\n\r\n"])


def _failing(status, message, **fields):
    return [answer(json.dumps({"error": {"message": message} | fields}).encode(), status)]


FIRST, SECOND = ("f", '{"a":1}'), ("g", '{"b":2}')
PARTS = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "Monet"}]
LIMITED = _failing("500 Internal Server Error", "rate_limit: the upstream of ours is down", type="server_error")

QUIRKS = {
    "ended": Quirk("ends without a finish reason and without `[DONE]`", says(MO, done=False), error=CUT),
    "reset": Quirk("resets the connection in the middle", [OPEN, lambda _: time.sleep(0.1), RESET], error=ANY),
    "error": Quirk(
        'says `data: {"error": {"code": 429}}` in the middle',
        says(MO, {"error": {"message": "slow down", "code": 429}}, done=False),
        error=429,
    ),
    "event": Quirk(
        "says `event: error` in the middle",
        says(MO, b'event: error\ndata: {"message": "overloaded", "code": 529}\n\n', done=False),
        error=ANY,
    ),
    "finish": Quirk(
        'finishes with "error" and an error beside the choices',
        says(MO, step("", "error", fields={"error": {"code": 502, "message": "the provider left"}})),
        error=502,
    ),
    "frames": Quirk(
        "sends pings, events that are an id alone, and empty ones",
        says(b"event: ping\ndata: {}\n\n", MO, b"id: 7\n\n", b"data:\n\n", b"data\n\n", NET, b"retry: 5\n\n", STOP),
        "Monet",
    ),
    "garbled": Quirk(
        "sends a chunk that is no JSON", says(MO, b'data: {"choices":[{"index":0,"de\n\n', STOP), error=ANY
    ),
    "null": Quirk(
        "sends the usage beside `choices: null`",
        says(MO, NET, STOP, step(fields={"choices": None, "usage": USED})),
        "Monet",
        tokens=5,
    ),
    "bare": Quirk("leaves out `object`, `created`, `id` and `model`", says(*_bare(MO, NET, STOP)), "Monet"),
    "unnumbered": Quirk(
        "sends tool calls without an index",
        says(call('{"a":', id="1", name="f"), call("1}"), CALLED),
        calls=(FIRST,),
        finish="tool_calls",
    ),
    "zero": Quirk(
        "sends two tool calls with the index 0 each",
        says(call('{"a":1}', index=0, id="1", name="f"), call('{"b":2}', index=0, id="2", name="g"), CALLED),
        calls=(FIRST, SECOND),
        finish="tool_calls",
    ),
    "repeated": Quirk(
        "repeats a call's id and name in each piece",
        says(call('{"a":', index=0, id="1", name="f"), call("1}", index=0, id="1", name="f"), CALLED),
        calls=(FIRST,),
        finish="tool_calls",
    ),
    "second": Quirk(
        "begins with the second of two choices",
        says(step("De", index=1), MO, step("gas", index=1), NET, step(finish="stop", index=1), STOP),
        "Monet",
        second="Degas",
    ),
    "thinking": Quirk(
        "says the reasoning as `reasoning_content`",
        says(step(reasoning_content="h"), step(reasoning_content="m"), MO, NET, STOP),
        "Monet",
        "hm",
    ),
    "parts": Quirk("says content as a list of parts", says(step(PARTS), STOP), "Monet", "hm"),
    "comments": Quirk(
        "sends nothing but comments, for ever", [chunked_head(), repeat(_comment)], finish=None, error=LATE
    ),
    "lines": Quirk(
        "ends lines with CRLF, without a space, in reads of seven bytes", _in_sevens(_crlf(MO, NET, STOP)), "Monet"
    ),
    "little": Quirk(
        "leaves out id, created and usage of an answer in one piece",
        says(*_bare(MO, NET, STOP)),
        "Monet",
        whole=whole(MESSAGE, without=("id", "created", "usage")),
    ),
    "object": Quirk(
        "sends a call's arguments as an object",
        says(call({"a": 1}, index=0, id="1", name="f"), CALLED),
        calls=(FIRST,),
        finish="tool_calls",
        whole=whole(
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": {"a": 1}}}],
            },
            "tool_calls",
            without=("usage",),
        ),
    ),
    "status": Quirk('answers 500 in words that say "rate_limit"', LIMITED, error=500, whole=LIMITED),
}
"""The quirks, by a word for each."""

MESSAGES = [{"role": "user", "content": "Who is the best French painter?"}]
TOOLS = [{"type": "function", "function": {"name": name, "parameters": {"type": "object"}}} for name in ("f", "g")]


@contextmanager
def vendor(quirk, *, streamed=True):
    """The server of one quirk, for any number of connections; its base URL."""
    script = quirk.streamed if streamed or quirk.whole is None else quirk.whole
    with Scripted([repeat(READ, *script)]) as server:
        yield server.url("/v1")


@contextmanager
def vendors():
    """The servers of all of them: by its word, the URL of each one's streams and of its answers in one piece."""
    with ExitStack() as running:
        yield {
            name: (running.enter_context(vendor(quirk)), running.enter_context(vendor(quirk, streamed=False)))
            for name, quirk in QUIRKS.items()
        }


class Told:
    """What a reader of an answer was told, whatever the client: fed piece by piece, and compared with what is right."""

    def __init__(self):
        self.texts = {}
        self.reasoning = ""
        self.calls = []
        self.finish = None
        self.tokens = None
        self.odd = ""

    def said(self, text, index=0):
        """More of a choice's text."""
        if text is not None and not isinstance(text, str):
            self.odd = f"text of type {type(text).__name__}"
        elif text:
            self.texts[str(index)] = self.texts.get(str(index), "") + text

    def called(self, name, arguments):
        """A whole call, or in the raw form a piece of one."""
        if not isinstance(arguments, str | None):
            self.odd = f"arguments of type {type(arguments).__name__}"
        else:
            self.calls.append([name, _same_spaces(arguments)])

    def finished(self, reason, index=0):
        """Why a choice finished."""
        if index == 0:
            self.finish = reason or self.finish

    def to_dict(self):
        """All of it as JSON types."""
        return dict(vars(self))


def _same_spaces(arguments):
    try:
        return json.dumps(json.loads(arguments), separators=(",", ":"))
    except (ValueError, TypeError):
        return arguments


def is_right(quirk, told, *, pieces=False):
    """Whether a reader was told what is right; of `pieces` of calls, only that all of them came."""
    wanted = {name: value for name, value in quirk.wanted.items() if name != "tokens" or value is not None}
    found = {name: told[name] for name in wanted}
    if pieces:
        wanted, found = (
            {**each, "calls": "".join(arguments or "" for _, arguments in each["calls"])} for each in (wanted, found)
        )
    return found == wanted and not told["odd"]
