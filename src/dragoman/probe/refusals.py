"""Checks of how an endpoint says no: the status, and an error object that programs can read. No I/O of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.call import encode
from dragoman.probe.answer import CLIENT_ERRORS, OK, SERVER_ERRORS, Whole, dig, many, number
from dragoman.probe.check import Check
from dragoman.probe.finding import Found, broken, honoured, ignored, quoted, refused, unclear
from dragoman.probe.prompts import HELLO

if TYPE_CHECKING:
    from dragoman.probe.endpoint import Endpoint

WRONG_KEY = "sk-wrong-0123456789abcdef"
WINDOW = 8000
"""Words of a prompt that is to be too long, where the model does not say how much it holds."""

WINDOWS = ("context_length", "context_window", "max_model_len", "max_context_length", "max_context_window_tokens")
"""The names under which model cards say how many tokens fit (OpenRouter, Groq, vLLM, Mistral)."""

MISTAKEN = (400, 422)


def judged(whole: Whole, what: str, *right: int) -> Found:
    """What came of a request that had to be refused.

    Args:
        whole: the answer.
        what: what was wrong with the request.
        right: the statuses that are; the first is OpenAI's.
    """
    if whole.status < CLIENT_ERRORS:
        return ignored(f"{what} is answered with {whole.status}")
    if whole.status >= SERVER_ERRORS:
        return broken(f"{what} breaks the server: {whole.told}")
    if whole.refusal is None:
        return broken(f"{what} is refused without an error object: {whole.told}")
    if whole.status not in right:
        return refused(f"{whole.told}, where OpenAI says {right[0]}")
    return honoured(whole.told)


def wrong_key(endpoint: Endpoint) -> Found:
    """Whether a key that nobody gave out is refused, and not repeated."""
    whole = endpoint.post(endpoint.body(HELLO), headers=endpoint.keyed_with(WRONG_KEY))
    if whole.status == OK and not endpoint.keyed:
        return unclear("no key was given, and none is looked at")
    if WRONG_KEY.encode() in whole.body:
        return broken("the error repeats the whole key")
    return judged(whole, "a wrong key", 401)


def unknown_model(endpoint: Endpoint) -> Found:
    """Whether a model that there is not is refused."""
    return judged(endpoint.post(endpoint.body(HELLO, model="no-such-model")), "a model that there is not", 404)


def no_json(endpoint: Endpoint) -> Found:
    """Whether a body that is no JSON is refused."""
    return judged(endpoint.send("POST", endpoint.path, b'{"model": '), "a body that is no JSON", 400)


def no_messages(endpoint: Endpoint) -> Found:
    """Whether a request without messages is refused."""
    body = encode({"model": endpoint.model})
    return judged(endpoint.send("POST", endpoint.path, body), "a request without messages", *MISTAKEN)


def wrong_type(endpoint: Endpoint) -> Found:
    """Whether a text in place of a number is refused."""
    return judged(endpoint.post(endpoint.body(HELLO, temperature="hot")), 'temperature: "hot"', *MISTAKEN)


def wrong_stream(endpoint: Endpoint) -> Found:
    """Whether a stream that cannot be is refused before it begins."""
    body = endpoint.body(HELLO, stream=True, temperature="hot")
    whole = endpoint.post(body, headers={"accept": "text/event-stream"})
    return judged(whole, 'a stream with temperature: "hot"', *MISTAKEN)


def too_long(endpoint: Endpoint) -> Found:
    """Whether a prompt that does not fit is refused with the code that programs test for, and never cut in silence."""
    said = _window(endpoint)
    words = WINDOW if said is None else said + said // 8
    body = endpoint.body("Hello. " + "again " * words, 1)
    if endpoint.purse.left < len(encode(body)) // 3 + 1:
        return unclear(f"not asked: {words} words are more than is left of --budget")
    whole = endpoint.post(body)
    if whole.status != OK:
        found = judged(whole, f"a prompt of {words} words", 400)
        code = dig(whole.json, "error", "code")
        if found.verdict != "honoured" or code == "context_length_exceeded":
            return found
        return refused(f"{whole.told}, where OpenAI's code is context_length_exceeded")
    counted = whole.count("prompt_tokens")
    if counted is not None and counted < words // 2:
        return broken(f"{words} words were cut to {counted} tokens in silence")
    if said is None:
        return unclear(f"{words} words fit, and the list of models does not say how many do not")
    return unclear(f"{words} words are answered, where the model says that it holds {said} tokens")


def _window(endpoint: Endpoint) -> int | None:
    """How many tokens the model says that it holds; None where it does not say."""
    cards = many(dig(endpoint.send("GET", "/models").json, "data"))
    card = next((card for card in cards if dig(card, "id") == endpoint.model), None)
    said = [number(dig(card, name)) for name in WINDOWS]
    return next(filter(None, said), None)


def wrong_path(endpoint: Endpoint) -> Found:
    """Whether a path that there is not is refused."""
    return judged(endpoint.send("POST", "/no/such/path", b"{}"), "a path that there is not", 404)


def wrong_method(endpoint: Endpoint) -> Found:
    """Whether a method that makes no sense here is refused."""
    whole = endpoint.send("PUT", endpoint.path, b"{}")
    found = judged(whole, "PUT in place of POST", 405)
    if found.verdict == "honoured" and "allow" not in whole.headers:
        # RFC 9110 §15.5.6: the field is a must.
        return broken(f"{found.evidence} without the header Allow")
    return found


def shape(endpoint: Endpoint) -> Found:
    """Whether an error object has the four fields that the API document names."""
    whole = endpoint.send("POST", endpoint.path, encode({"model": endpoint.model}))
    error: Any = dig(whole.json, "error")
    if not isinstance(error, dict):
        return broken(f"no error object: {quoted(whole.body[:200].decode('utf-8', 'replace'))}")
    missing = [name for name in ("message", "type", "param", "code") if name not in error]
    return broken(f"the error object lacks {', '.join(missing)}") if missing else honoured("message, type, param, code")


CHECKS = (
    Check("wrong-key", "errors", wrong_key),
    Check("unknown-model", "errors", unknown_model),
    Check("bad-json", "errors", no_json),
    Check("no-messages", "errors", no_messages),
    Check("wrong-type", "errors", wrong_type),
    Check("wrong-stream", "errors", wrong_stream),
    Check("too-long", "errors", too_long),
    Check("wrong-path", "errors", wrong_path),
    Check("wrong-method", "errors", wrong_method),
    Check("error-object", "errors", shape),
)
