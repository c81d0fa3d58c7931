"""Completions and chunks as a plain server of this API sends them, for tests of what is made of them."""

import json

from scripted import answer, chunked, event

COMPLETION = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": "real",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Monet"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4},
}

CALLED = COMPLETION | {
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            },
            "finish_reason": "tool_calls",
        }
    ]
}


def document(body=COMPLETION):
    """An answer in one piece."""
    return answer(json.dumps(body).encode())


def step(content=None, finish=None, *, delta=None, **fields):
    """An event that holds a chunk of one choice."""
    said = ({"content": content} if content is not None else {}) | (delta or {})
    choice = {"index": 0, "delta": said, "finish_reason": finish} | fields
    return event({"id": "c1", "created": 1, "model": "real", "object": "chat.completion.chunk", "choices": [choice]})


USAGE = event({
    "id": "c1", "created": 1, "model": "real", "object": "chat.completion.chunk", "choices": [],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
})  # fmt: skip
DONE = event("[DONE]")
STREAM = chunked(step("Mo"), step("net"), step(finish="stop"), DONE)

CALLS = chunked(
    step(
        delta={"tool_calls": [{"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": ""}}]}
    ),
    step(delta={"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}),
    step(finish="tool_calls"),
    USAGE,
    DONE,
)

BODIES = {
    "as documented": b'{"error":{"message":"no","type":"t","code":"c","param":null},"status":"400"}',
    "with integers": b'{"error":{"message":"no","type":"t","code":7},"status":400}',
    "a bare string": b'{"error":"no"}',
    "empty": b"",
    "a page": b"<html>busy</html>",
    "broken": b'{"error":',
    "a list": b"[1]",
}
"""What servers send with a status of 400 and more."""
