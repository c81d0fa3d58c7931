"""A vendor whose model is a few lines: right in all that is looked at, but for the faults that a test names."""

import contextlib
import json
import random
import threading
import time
from http.server import BaseHTTPRequestHandler

from dragoman.call.settings import settings_for
from dragoman.probe.endpoint import Endpoint
from dragoman.probe.plan import CHECKS, examine
from dragoman.probe.purse import Purse
from dragoman.transport.blocking import BlockingTransport
from listening import Listening

KEY = "sk-right"
WORDS = ["oak", "elm", "ash", "fir", "yew", "may", "box", "bay"]
NUMBERS = ("temperature", "top_p", "max_tokens", "max_completion_tokens", "seed", "n")
KNOWN = {*NUMBERS, "model", "messages", "stream", "stream_options", "stop", "logprobs", "top_logprobs", "logit_bias"}
KNOWN |= {"response_format", "tools", "tool_choice", "parallel_tool_calls", "functions", "function_call", "user"}
KNOWN |= {"metadata", "frequency_penalty", "presence_penalty"}


class Refused(Exception):  # noqa: N818 - an answer, not a mistake
    def __init__(self, status, message, code=None, param=None):
        super().__init__(message)
        self.status = status
        self.fields = {"message": message, "type": "invalid_request_error", "param": param, "code": code}


class Model:
    """What is said to a request, its nulls left out."""

    def __init__(self, request, faults):
        self.request = request
        self.faults = faults

    def answer(self):
        """The completion."""
        choices = [self.choice(index) for index in range(self.request.get("n", 1))]
        if "one-choice" in self.faults:
            choices = choices[:1]
        completion = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": choices}
        prompt, said = self.prompt_tokens(), sum(choice.pop("tokens") for choice in choices)
        usage = {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said}
        if "wrong-sum" in self.faults:
            usage["total_tokens"] += 7
        return completion | ({} if "no-usage" in self.faults else {"usage": usage})

    def prompt_tokens(self):
        if "constant-usage" in self.faults:
            return 20
        if "cuts-in-silence" in self.faults:
            return min(self.read(), 100)
        return self.read()

    def read(self):
        return sum(3 + len(self.words(message)) for message in self.request["messages"])

    def words(self, message):
        if f"no-{message['role']}" in self.faults:
            return []
        content = message.get("content") or ""
        if isinstance(content, list):
            content = content[0]["text"] if "first-part" in self.faults else "".join(part["text"] for part in content)
        return content.split()

    def choice(self, index):
        called = self.called()
        place = 0 if "same-index" in self.faults else index
        if called and "no-tools" not in self.faults:
            reason = "stop" if "stops-with-call" in self.faults else "tool_calls"
            return {"index": place, "message": called, "finish_reason": reason, "tokens": 9}
        tokens, reason = self.cut(self.formatted() or self.spoken())
        message = {"role": "assistant", "content": "".join(tokens)}
        choice = {"index": place, "message": message, "finish_reason": reason, "tokens": len(tokens)}
        if self.request.get("logprobs") and "no-logprobs" not in self.faults:
            choice["logprobs"] = {"content": [self.likely(token) for token in tokens]}
        if "few-logprobs" in self.faults and "logprobs" in choice:
            del choice["logprobs"]["content"][2:]
        return choice

    def likely(self, token):
        count = 1 if "one-alternative" in self.faults else self.request["top_logprobs"]
        least = 0.5 if "improbable" in self.faults else -0.5
        return {"token": token, "logprob": least, "top_logprobs": [{"token": token, "logprob": least}] * count}

    def formatted(self):
        kind = self.request.get("response_format", {}).get("type")
        if kind is None or "no-format" in self.faults:
            return None
        if kind == "json_object" or "no-schema" in self.faults:
            return ['{"hello":', "true}"]
        return ['{"colour":', '"vermilion",', '"ripe":', "true}"]

    def spoken(self):
        request, faults = self.request, self.faults
        if request.get("logit_bias") and "no-bias" not in faults:
            return ["so "] * 50
        heat = request.get("temperature", 1)
        if "always-hot" not in faults and ("always-cold" in faults or not heat or self.narrow()):
            return [f"{number}, " for number in range(1, 51)]
        chance = random.Random(None if "no-seed" in faults else request.get("seed"))
        return [chance.choice(WORDS) + " " for _ in range(50)]

    def narrow(self):
        return self.request.get("top_p", 1) < 0.01 and "no-top-p" not in self.faults

    def cut(self, tokens):
        request, faults = self.request, self.faults
        most = request.get("max_completion_tokens", request.get("max_tokens", 50))
        reason = "stop"
        for stop in [] if "no-stop" in faults else request.get("stop", []):
            text = "".join(tokens)
            if stop in text:
                kept = text.find(stop) + (len(stop) if "stop-kept" in faults else 0)
                tokens = [text[:kept]]
        if len(tokens) > most and "no-length" not in faults:
            tokens, reason = tokens[:most], "stop" if "says-stop" in faults else "length"
        return (tokens + tokens[-1:] if "one-more" in faults and reason == "length" else tokens), reason

    def called(self):
        request, faults = self.request, self.faults
        if "functions" in request:
            call = {"name": request["function_call"]["name"], "arguments": self.arguments("Paris")}
            return {"role": "assistant", "content": None, "function_call": call}
        said = " ".join(self.words(request["messages"][-1]))
        cities = [city for city in ("Paris", "Rome") if city in said and "get_weather" in said]
        choice = request.get("tool_choice", "auto")
        if choice == "none" and "calls-anyway" not in faults:
            return None
        if isinstance(choice, dict) or choice == "required":
            cities = cities or ["Oslo"]
        if request.get("parallel_tool_calls") is False and "always-parallel" not in faults:
            cities = cities[:1]
        if "tools" not in request or not cities:
            return None
        return {"role": "assistant", "content": None, "tool_calls": [self.call(city) for city in cities]}

    def call(self, city):
        name = "other" if "other-function" in self.faults else "get_weather"
        function = {"name": name, "arguments": self.arguments(city)}
        return {"id": "" if "no-call-id" in self.faults else f"call_{city}", "type": "function", "function": function}

    def arguments(self, city):
        if "arguments-object" in self.faults:
            return {"city": city}
        return '{"town":"x"}' if "other-arguments" in self.faults else json.dumps({"city": city})


def checked(request, faults):
    """The request without its nulls, if it can be answered."""
    if "nulls-refused" in faults and None in request.values():
        raise Refused(400, "null is no value")
    request = {name: value for name, value in request.items() if value is not None}
    if "messages" not in request:
        raise Refused(400, "messages is missing", param="messages")
    fields_checked(request, faults)
    if request["model"] != "m" and "any-model" not in faults:
        raise Refused(404, "there is no such model", "model_not_found")
    if request.get("stream") and "no-streams" in faults:
        raise Refused(400, "there are no streams")
    if Model(request, set()).read() > 2000 and "endless" not in faults:
        raise Refused(400, "too long", "too_big" if "other-code" in faults else "context_length_exceeded")
    return request


def fields_checked(request, faults):
    """Whether each field is known, and of the right type."""
    for name in () if "accepts-all" in faults else request.keys() - KNOWN:
        raise Refused(400, f"there is no {name}", param=name)
    types = {"user": str, "metadata": dict} | dict.fromkeys(NUMBERS, int | float)
    for name in () if "lax" in faults else request.keys() & types.keys():
        if not isinstance(request[name], types[name]):
            raise Refused(422 if "unprocessable" in faults else 400, f"{name} is of a wrong type", param=name)
    for name in faults & {"temperature", "max_tokens"} & request.keys():
        raise Refused(400, f"unsupported parameter: {name}", param=name)


def deltas_of(message, faults):
    """A message in pieces."""
    deltas = [{} if "no-role" in faults else {"role": "assistant", "content": ""}]
    deltas += [{"content": f"{piece} "} for piece in (message["content"] or "").split(" ") if piece]
    for index, call in enumerate(message.get("tool_calls", [])):
        begun = {"name": call["function"]["name"], "arguments": ""}
        deltas += [{"tool_calls": [{**call, "index": index, "function": begun}]}]
        name, colon, value = call["function"]["arguments"].partition(":")
        deltas += [
            {"tool_calls": [{"index": index, "function": {"arguments": piece}}]} for piece in (name + colon, value)
        ]
    if "no-call-index" in faults:
        return [{"tool_calls": [{"id": "x"}]}]
    return [*deltas, {"content": "and more"}] if "other-text" in faults else deltas


def chunks_of(completion, request, faults):
    """The same answer in pieces."""
    same = {"object": "chat.completion.chunk", "created": 1, "model": "m", "id": "chatcmpl-1"}
    choice = completion["choices"][0]
    steps = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas_of(choice["message"], faults)]
    steps.append({"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]})
    if "two-finishes" in faults:
        steps.append(steps[-1])
    if "content-after-finish" in faults:
        steps.append(steps[1])
    made = [same | {"choices": [step]} for step in steps]
    if "ids-change" in faults:
        made[2]["id"] = "chatcmpl-2"
    usage = completion.get("usage")
    if "other-usage" in faults:
        usage = usage | {"completion_tokens": 1, "total_tokens": 1 + usage["prompt_tokens"]}
    if "usage-with-choices" in faults:
        made[-1]["usage"] = usage
    elif usage and "no-stream-usage" not in faults and ("usage-unasked" in faults or asks_for_usage(request)):
        made.append(same | {"choices": [], "usage": usage})
    return made


def asks_for_usage(request):
    return request.get("stream_options", {}).get("include_usage")


def events_of(completion, request, faults):
    """The stream, event by event."""
    events = [b"data: %s\n\n" % json.dumps(chunk).encode() for chunk in chunks_of(completion, request, faults)]
    if "with-comments" in faults:
        events.insert(1, b": still here\n\n")
    if "odd-event" in faults:
        events.insert(1, b"data: hello\n\n")
    if "cut-event" in faults:
        return [*events[:-1], events[-1][:-2]]
    if "no-done" not in faults:
        events.append(b"data: [DONE]\n\n")
    return [*events, events[0]] if "more-after-done" in faults else events


class Conversation(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        card = {"id": "m", "object": "model", "created": 1, "owned_by": "us"} | self.server.card
        if self.path == "/v1/models" and "no-models" not in self.faults:
            cards = (
                [] if "empty-list" in self.faults else [card | {"id": "other"}] if "unlisted" in self.faults else [card]
            )
            self.say(200, {"object": "list", "data": cards})
        elif self.path == "/v1/models/m" and "no-card" not in self.faults:
            self.say(200, card | ({"object": "thing"} if "odd-card" in self.faults else {}))
        else:
            self.refuse(Refused(404, "there is nothing here"))

    def do_PUT(self):
        self.rfile.read(int(self.headers["content-length"]))
        allow = {} if "no-allow" in self.faults else {"allow": "POST"}
        self.refuse(Refused(405, "use POST"), **allow)

    def do_POST(self):
        size = int(self.headers["content-length"])
        if size > 1_000_000 and "small-bodies" in self.faults:
            self.close_connection = True
            return
        body = self.rfile.read(size)
        try:
            self.chat(body)
        except Refused as refused:
            self.refuse(refused)

    def chat(self, body):
        if len(body) > 1_000_000 and "bounded-bodies" in self.faults:
            raise Refused(413, "too large")
        if self.path != "/v1/chat/completions":
            raise Refused(404, "there is nothing here")
        given = self.headers.get("authorization", "")
        if self.server.keyed and given != f"Bearer {KEY}":
            raise Refused(401, f"wrong key {given if 'key-echoed' in self.faults else ''}", "invalid_api_key")
        try:
            request = json.loads(body)
        except ValueError:
            raise Refused(400, "no JSON") from None
        request = checked(request, self.faults)
        if self.server.busy():
            pause = {} if "no-retry-after" in self.faults else {"retry-after": "0"}
            self.refuse(Refused(429, "come again", "rate_limit_exceeded"), **pause)
            return
        with self.server.seat:
            heat = {"temperature": 1, "top_p": 1} if self.server.by_chance() else {}
            completion = Model(request | heat, self.faults).answer()
            if request.get("stream"):
                self.stream(events_of(completion, request, self.faults))
            else:
                self.say(200, completion)

    def stream(self, events):
        kind = "application/json" if "says-json" in self.faults else "text/event-stream"
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        with contextlib.suppress(OSError):
            for event in events[:3] if "breaks-off" in self.faults else events:
                try:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
                except OSError:
                    if "goes-on" not in self.faults:
                        raise
                time.sleep(self.server.pause)
            if "breaks-off" not in self.faults:
                self.wfile.write(b"0\r\n\r\n")
        if "breaks-off" in self.faults:
            self.close_connection = True

    def refuse(self, refused, **headers):
        if "silent" in self.faults:
            self.close_connection = True
        elif "fails" in self.faults:
            self.say(500, {"error": {"message": "oh", "type": "server_error", "param": None, "code": None}})
        elif "welcoming" in self.faults:
            self.say(200, Model({"messages": [{"role": "user", "content": "x"}]}, set()).answer())
        elif "plain-errors" in self.faults:
            self.say(refused.status, "no", **headers)
        elif "terse-errors" in self.faults:
            self.say(refused.status, {"error": {"message": refused.fields["message"]}}, **headers)
        else:
            status = 403 if "forbids" in self.faults else refused.status
            self.say(status, {"error": refused.fields}, **headers)

    def say(self, status, value, **headers):
        body = json.dumps(value).encode()
        with contextlib.suppress(OSError):
            self.send_response(status)
            for name, text in {"content-type": "application/json", "x-request-id": "req_1", **headers}.items():
                self.send_header(name, text)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    @property
    def faults(self):
        return self.server.faults

    def log_message(self, *_):
        pass


class Vendor(Listening):
    """The vendor, for as long as the `with` block lasts.

    Args:
        faults: what it does wrong.
        keyed: whether it asks for a key.
        seats: how many requests it answers at once.
        pause: seconds between two events.
        limited: how many requests it turns away before it takes one.
        card: more that it says of its model.
        hot: which of its answers are left to chance, whatever is asked: 1 for the first.
    """

    def __init__(self, *faults, keyed=False, seats=64, pause=0.0, limited=0, card=None, hot=()):
        super().__init__(Conversation)
        self.faults = set(faults)
        self.keyed = keyed
        self.seat = threading.Semaphore(seats)
        self.pause = pause
        self.card = card or {}
        self._limited = limited
        self._hot = hot
        self._answered = 0
        self._lock = threading.Lock()

    def busy(self):
        with self._lock:
            self._limited -= 1
            return self._limited >= 0

    def by_chance(self):
        with self._lock:
            self._answered += 1
            return self._answered in self._hot

    @contextlib.contextmanager
    def endpoint(self, budget=100_000, key="", **options):
        settings = settings_for(self.url, api_key=key or None, model="", timeout=5, retries=0, headers=None)
        transport = BlockingTransport(trust_env=False)
        try:
            yield Endpoint(settings, transport, Purse(budget), **{"model": "m", "timeout": 5.0, **options})
        finally:
            transport.close()


def check_of(name):
    return next(check for check in CHECKS if check.name == name)


def finding(name, *faults, budget=100_000, key="", options=None, **vendor):
    """What one check finds of a vendor with these faults."""
    with Vendor(*faults, **vendor) as served, served.endpoint(budget, key, **(options or {})) as endpoint:
        (found,) = examine(endpoint, [check_of(name)])
    return found


def verdict(name, *faults, **vendor):
    """The verdict of one check on a vendor with these faults."""
    return finding(name, *faults, **vendor).verdict
