"""The calls of r9s only: its parameters and models. No I/O."""

from cases import CALL, HELLO, TOOL, Case, given

SCHEMA = {"type": "json_schema", "json_schema": {"name": "n", "description": "d", "schema_": {"type": "object"}}}
IMAGE = {"type": "image_url", "image_url": {"url": "u", "detail": "low"}}


def sends(name, make):
    return Case(f"sends: {name}", arguments=make)


def message(name, value):
    return given(f"a message, {name}", messages=[value])


VALUES = {
    "frequency_penalty": 1,
    "logit_bias": {"5": 1},
    "logprobs": True,
    "top_logprobs": 2,
    "max_tokens": 9,
    "n": 0,
    "modalities": ["text", "audio"],
    "audio": {"voice": "nova", "format_": "mp3"},
    "presence_penalty": -1.5,
    "response_format": {"type": "json_object"},
    "seed": -1,
    "service_tier": "default",
    "stop": ["x", "y"],
    "stream_options": {"include_usage": True},
    "temperature": 0,
    "top_p": 0.5,
    "top_k": 5,
    "tools": [TOOL],
    "tool_choice": "required",
    "parallel_tool_calls": False,
    "user": "u",
    "reasoning_effort": "low",
    "max_completion_tokens": 9,
    "store": False,
    "metadata": {"a": None, "b": [1]},
}

CASES = [
    Case("sends: the least"),
    Case("sends: the least, streamed", stream=True),
    *(given(f"{name}", **{name: value}) for name, value in VALUES.items()),
    *(given(f"{name} null", **{name: None}) for name in [*VALUES, "stream"]),
    given("one stop", stop="x"),
    given("a schema", response_format=SCHEMA),
    given(
        "a strict schema",
        response_format={"type": "json_schema", "json_schema": SCHEMA["json_schema"] | {"strict": True}},
    ),
    given(
        "a schema under its wire name",
        response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}},
    ),
    given("audio under its wire name", audio={"voice": "nova", "format": "mp3"}),
    given("a strict tool", tools=[TOOL | {"function": TOOL["function"] | {"strict": True}}]),
    given("a tool without parameters", tools=[{"type": "function", "function": {"name": "f"}}]),
    given("the one tool to call", tool_choice={"type": "function", "function": {"name": "f"}}),
    given("a choice that is none", tool_choice="perhaps"),
    given("a new tier", service_tier="flex"),
    given("a new effort", reasoning_effort="minimal"),
    given("a new kind of output", modalities=["image"]),
    given("a number as a stop", stop=7),
    sends("models of messages", lambda p: {"messages": [p.models.Message(role="user", content="x", name="n")]}),
    sends("a model of audio", lambda p: {"audio": p.models.Audio(voice="nova", format_="wav")}),
    sends(
        "models of tools",
        lambda p: {
            "tools": [p.models.Tool(type="function", function=p.models.Function(name="f"))],
            "tool_choice": p.models.Two(function=p.models.ChatCompletionRequestFunction(name="f")),
            "stream_options": p.models.StreamOptions(include_usage=False),
            "response_format": p.models.ResponseFormat(type="text"),
        },
    ),
    message("content left out", {"role": "assistant", "tool_calls": [CALL]}),
    message("content null", {"role": "assistant", "content": None, "tool_calls": [CALL]}),
    message("of a tool", {"role": "tool", "content": "x", "tool_call_id": "1", "name": "f"}),
    message("reasoning", {"role": "assistant", "content": "x", "reasoning_content": "so"}),
    message("of parts", {"role": "user", "content": [{"type": "text", "text": "x"}, IMAGE]}),
    message("with a part of sound", {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": ""}}]}),
    message("of a new role", {"role": "developer", "content": "x"}),
    message("with a field nobody documented", {"role": "user", "content": "x", "cache": True}),
    message("name null", {"role": "user", "content": "x", "name": None}),
    message("a call without arguments", {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f"}}]}),
]  # fmt: skip


def constructions(package):
    """Models, made and looked at."""
    models = package.models
    whole = models.Message(role="user", content="x")
    usage = models.Usage(prompt_tokens=1, completion_tokens=2, total_tokens=3)
    return {
        "model: made": lambda: whole,
        "model: made without its content": lambda: models.Message(role="user"),
        "model: null content": lambda: models.Message(role="user", content=None),
        "model: by wire name": lambda: models.Audio(format="wav"),
        "model: from a dict": lambda: models.Message.model_validate({"role": "user", "content": "x"}),
        "model: from JSON": lambda: models.Message.model_validate_json('{"role":"user","content":"x"}'),
        "model: to JSON": whole.model_dump_json,
        "model: to JSON by wire name": lambda: models.Audio(format_="wav").model_dump_json(by_alias=True),
        "model: equal": lambda: [whole == models.Message(role="user", content="x"), whole == usage, whole == {"role": "user"}],
        "model: copied": lambda: whole.model_copy(update={"content": "y"}),
        "model: copied deeply": lambda: usage.model_copy(deep=True),
        "model: iterated": lambda: [list(pair) for pair in usage],
        "model: as text": lambda: str(usage),
        "model: hashed": lambda: hash(usage),
        "model: a field is set": lambda: changed(usage, "total_tokens", 4),
        "model: an unknown field is set": lambda: changed(usage, "unheard_of", 4),
        "model: a constant": models.Two,
        "model: a wrong role": lambda: models.Message(role=7),
        "model: missing": lambda: models.Usage(prompt_tokens=1),
        "model: request": lambda: models.ChatCompletionRequest(**HELLO),
        "error: message of one without any": lambda: str(package.errors.NoResponseError()),
        "error: bases": lambda: {
            name: [base.__name__ for base in getattr(package.errors, name).__mro__ if base.__name__.endswith("rror") and base.__name__[0] != "_"]
            for name in ("BadRequestError", "NotFoundError", "R9SDefaultError", "ResponseValidationError", "NoResponseError")
        },
        "UNSET: looked at": lambda: [bool(package.UNSET), repr(package.UNSET), str(package.UNSET)],
    }  # fmt: skip


def changed(model, name, value):
    setattr(model, name, value)
    return getattr(model, name)
