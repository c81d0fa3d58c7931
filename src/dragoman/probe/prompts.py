"""What is said to the model: short, in plain words, and the same in every check that can share an answer. No I/O."""

from __future__ import annotations

from typing import Any

COUNT = "Count from 1 to 50 in digits, separated by commas."
"""Has one likeliest answer, which goes on for longer than it is given."""

LIST = "Write ten random words, and after each of them a random number."
"""Has as many answers as there are chances."""

HELLO = "Say hello in one short sentence. (The word JSON stands here for whoever insists on it.)"
"""Nobody answers this with JSON who is not made to."""

WEATHER = "What is the weather in Paris? Use get_weather."
CITIES = "What is the weather in Paris, and what is the weather in Rome? Use get_weather once for each city."

PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string", "enum": ["Paris", "Rome", "Oslo"]}},
    "required": ["city"],
    "additionalProperties": False,
}

FUNCTION: dict[str, Any] = {
    "name": "get_weather",
    "description": "Tells the weather in a city.",
    "parameters": PARAMETERS,
}

TOOL: dict[str, Any] = {"type": "function", "function": FUNCTION}

NAMED: dict[str, Any] = {"type": "function", "function": {"name": "get_weather"}}
"""The choice of that one function."""
