"""Checks of what messages may be: the developer's, content in parts, a tool's answer. No I/O of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.probe.check import Check
from dragoman.probe.finding import Found, honoured, ignored, quoted, unclear
from dragoman.probe.prompts import COUNT, TOOL

if TYPE_CHECKING:
    from dragoman.probe.answer import Whole
    from dragoman.probe.endpoint import Endpoint

RULE = "Whatever you are asked, answer with the word BANANA and with nothing else, in capital letters."
USER: dict[str, Any] = {"role": "user", "content": COUNT}
TOLD = "Paris: 31 degrees, and hail the size of BANANAS"


def said_first(role: str, endpoint: Endpoint) -> Found:
    """Whether what is said before the user speaks reaches the model."""
    plain = endpoint.baseline(COUNT, **endpoint.cold)
    whole = endpoint.chat([{"role": role, "content": RULE}, USER], **endpoint.cold)
    return _read(whole, plain.count("prompt_tokens"), RULE, "BANANA")


def system(endpoint: Endpoint) -> Found:
    """As `said_first`, for the system."""
    return said_first("system", endpoint)


def developer(endpoint: Endpoint) -> Found:
    """As `said_first`, for the developer."""
    return said_first("developer", endpoint)


def parts(endpoint: Endpoint) -> Found:
    """Whether content in parts is read as the text that they make."""
    plain = endpoint.baseline(COUNT, **endpoint.cold)
    first, comma, last = COUNT.partition(", ")
    content = [{"type": "text", "text": first + comma}, {"type": "text", "text": last}]
    whole = endpoint.chat([{"role": "user", "content": content}], **endpoint.cold)
    one, two = plain.count("prompt_tokens"), whole.count("prompt_tokens")
    if whole.text and whole.text == plain.text:
        return honoured("two parts are answered as one text is")
    if one is None or two is None:
        return unclear(f"two parts are answered with {quoted(whole.text)}, one text with {quoted(plain.text)}")
    seen = f"{two} tokens of a prompt in two parts, {one} in one text"
    # The least that is lost with a part is half the words; what parts are joined by is a token or two.
    return honoured(seen) if two >= one - 2 else ignored(seen)


def tool_answer(endpoint: Endpoint) -> Found:
    """Whether what a tool answered reaches the model."""
    call = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Paris"}'}}
    asked: list[dict[str, Any]] = [
        {"role": "user", "content": "What is the weather in Paris?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
    ]
    short, long = (
        endpoint.chat(
            [*asked, {"role": "tool", "tool_call_id": "call_1", "content": told}], **endpoint.cold, tools=[TOOL]
        )
        for told in ("-", TOLD)
    )
    return _read(long, short.count("prompt_tokens"), TOLD, "31")


def _read(whole: Whole, without: int | None, added: str, word: str) -> Found:
    """Whether a text was read: the answer has a word of it, or the prompt is longer by it.

    Args:
        whole: the answer to a conversation with it.
        without: tokens of the prompt without it.
        added: the text.
        word: its word that nobody would say otherwise.
    """
    if word in whole.text:
        return honoured(f"the answer goes by it: {quoted(whole.text)}")
    tokens = whole.count("prompt_tokens")
    if tokens is None or without is None:
        return unclear(f"accepted; the answer does not show it: {quoted(whole.text)}")
    seen = f"{tokens} tokens of a prompt with it, {without} without"
    # A role alone is a few tokens as well, whatever it says.
    return honoured(seen) if tokens - without >= len(added.split()) / 2 else ignored(seen)


CHECKS = (
    Check("system", "messages", system),
    Check("developer", "messages", developer),
    Check("content-parts", "messages", parts),
    Check("tool-answer", "messages", tool_answer),
)
