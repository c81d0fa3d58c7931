"""What requests look like: for the description, and whoever reads it. No I/O.

Each is asked of the gateway as it stands here, in the tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dragoman.gateway.describe import Json

_PAINTER: Json = {"role": "user", "content": "Who is the best French painter?"}
_WEATHER: Json = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "Where."}},
    "required": ["city"],
    "additionalProperties": False,
}
_TOOL: Json = {"name": "get_weather", "description": "Get the current weather in a city.", "parameters": _WEATHER}
_PERSON: Json = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 40}, "born": {"type": "integer"}},
    "required": ["name", "born"],
    "additionalProperties": False,
}


def _asked(**fields: object) -> Json:
    return {"model": "local", "messages": [_PAINTER], **fields}


CHAT: Json = {
    "question": {"summary": "A question", "value": _asked(max_tokens=100)},
    "stream": {
        "summary": "A stream that ends with its usage",
        "value": _asked(max_tokens=100, stream=True, stream_options={"include_usage": True}),
    },
    "tools": {
        "summary": "A tool that has to be called",
        "value": {
            "model": "local",
            "messages": [{"role": "user", "content": "What is the weather in Paris?"}],
            "tools": [{"type": "function", "function": _TOOL}],
            "tool_choice": "required",
        },
    },
    "schema": {
        "summary": "An answer that matches a schema",
        "value": _asked(
            max_tokens=100,
            response_format={"type": "json_schema", "json_schema": {"name": "person", "schema": _PERSON}},
        ),
    },
}

COMPLETIONS: Json = {
    "prompt": {
        "summary": "A prompt",
        "value": {"model": "local", "prompt": "The best French painter is", "max_tokens": 20},
    }
}

EMBEDDINGS: Json = {
    "texts": {"summary": "Two texts", "value": {"model": "local", "input": ["Claude Monet", "Water lilies"]}}
}

MESSAGES: Json = {
    "question": {
        "summary": "A question, with instructions",
        "value": _asked(max_tokens=100, system="You answer in one sentence."),
    },
    "tools": {
        "summary": "A tool that has to be called",
        "value": {
            "model": "local",
            "messages": [{"role": "user", "content": "What is the weather in Paris?"}],
            "tools": [{"name": _TOOL["name"], "description": _TOOL["description"], "input_schema": _WEATHER}],
            "tool_choice": {"type": "any"},
            "max_tokens": 100,
        },
    },
}

RESPONSES: Json = {
    "question": {
        "summary": "A question, with instructions",
        "value": {
            "model": "local",
            "instructions": "You answer in one sentence.",
            "input": _PAINTER["content"],
            "max_output_tokens": 100,
        },
    },
    "tools": {
        "summary": "A tool that has to be called",
        "value": {
            "model": "local",
            "input": [{"role": "user", "content": "What is the weather in Paris?"}],
            "tools": [{"type": "function", **_TOOL}],
            "tool_choice": "required",
        },
    },
    "schema": {
        "summary": "An answer that matches a schema",
        "value": {
            "model": "local",
            "input": _PAINTER["content"],
            "text": {"format": {"type": "json_schema", "name": "person", "schema": _PERSON}},
            "max_output_tokens": 100,
        },
    },
}

COUNTING: Json = {"prompt": {"summary": "A prompt", "value": _asked()}}

KEY: Json = {
    "limited": {
        "summary": "A key for some models, with limits and a budget a month of 25 dollars",
        "value": {
            "owner": "ana",
            "models": ["gpt-5*", "local"],
            "limits": {"requests_per_minute": 60, "tokens_per_minute": 100_000, "budget_month_microusd": 25_000_000},
            "expires": "2099-01-01T00:00:00Z",
            "note": "the newsletter's summaries",
        },
    }
}

ROTATION: Json = {"hour": {"summary": "The old secret works for another hour", "value": {"overlap": 3600}}}
