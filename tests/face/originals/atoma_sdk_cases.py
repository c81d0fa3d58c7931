"""The calls of atoma_sdk only: its parameters and models. No I/O."""

from cases import CALL, HELLO, TOOL, Case, given


def sends(name, make):
    return Case(f"sends: {name}", arguments=make)


def message(name, value):
    return given(f"a message, {name}", messages=[value])


NULLABLE = {
    "frequency_penalty": 1,
    "functions": [{"name": "f"}],
    "logit_bias": {"5": 1},
    "max_tokens": 9,
    "n": 0,
    "presence_penalty": -1.5,
    "seed": -1,
    "stop": ["x", "y"],
    "temperature": 0,
    "tools": [TOOL, None],
    "top_p": 0.5,
    "user": "u",
}
ANY = {
    "function_call": "auto",
    "response_format": {"type": "json_schema", "json_schema": {"name": None}},
    "tool_choice": {"type": "function", "function": {"name": "f"}},
}
DOCUMENTED = {
    "messages": [{"content": "Hello! How can you help me today?", "role": "user", "name": "john_doe"}],
    "model": "meta-llama/Llama-3.3-70B-Instruct",
    "frequency_penalty": 0,
    "max_tokens": 2048,
    "n": 1,
    "presence_penalty": 0,
    "seed": 123,
    "stop": ['json(["stop", "halt"])'],
    "temperature": 0.7,
    "top_p": 1,
    "user": "user-1234",
}


def unset(name):
    return sends(f"{name} not given", lambda p: {name: p.UNSET})


CASES = [
    Case("sends: the least"),
    Case("sends: the least, streamed", stream=True),
    given("the documented example", **DOCUMENTED),
    *(given(name, **{name: value}) for name, value in (NULLABLE | ANY).items()),
    *(given(f"{name} null", **{name: None}) for name in [*NULLABLE, *ANY, "stream"]),
    *(unset(name) for name in NULLABLE),
    Case("sends: stream null, streamed", arguments=lambda _: {"stream": None}, stream=True),
    Case("sends: stream false, streamed", arguments=lambda _: {"stream": False}, stream=True),
    given("stream true", stream=True),
    given("one stop", stop="x"),
    given("a later parameter", max_completion_tokens=1),
    sends(
        "models of messages",
        lambda p: {"messages": [p.models.ChatCompletionMessage(role="user", content="x", name="n")]},
    ),
    message("with a name", {"role": "user", "content": "x", "name": "n"}),
    message("name null", {"role": "user", "content": "x", "name": None}),
    message("without content", {"role": "user"}),
    message("content null", {"role": "assistant", "content": None, "tool_calls": [CALL]}),
    message("of a tool", {"role": "tool", "content": "x", "tool_call_id": "1"}),
    message("of parts", {"role": "user", "content": [{"type": "text", "text": "x"}]}),
    message("of a new role", {"role": "developer", "content": "x"}),
    message("with a field nobody documented", {"role": "user", "content": "x", "cache": True}),
]


def constructions(package):
    """Models, made and looked at."""
    models = package.models
    whole = models.ChatCompletionMessage(role="user", content="x")
    usage = models.CompletionUsage(prompt_tokens=1, completion_tokens=2, total_tokens=3)
    error = package.APIError("a", 400, "b")
    return {
        "model: made": lambda: whole,
        "model: null name": lambda: models.ChatCompletionMessage(role="user", content="x", name=None),
        "model: from a dict": lambda: models.ChatCompletionMessage.model_validate({"role": "user", "content": "x"}),
        "model: from JSON": lambda: models.ChatCompletionMessage.model_validate_json('{"role":"user","content":"x"}'),
        "model: to JSON": whole.model_dump_json,
        "model: equal": lambda: [
            whole == models.ChatCompletionMessage(role="user", content="x"),
            whole == usage,
            whole == {"role": "user"},
        ],
        "model: copied": lambda: whole.model_copy(update={"content": "y"}),
        "model: copied deeply": lambda: usage.model_copy(deep=True),
        "model: iterated": lambda: [list(pair) for pair in usage],
        "model: as text": lambda: str(usage),
        "model: hashed": lambda: hash(usage),
        "model: a field is set": lambda: changed(usage, "total_tokens", 4),
        "model: an unknown field is set": lambda: changed(usage, "unheard_of", 4),
        "model: a wrong role": lambda: models.ChatCompletionMessage(role=7, content="x"),
        "model: missing": lambda: models.CompletionUsage(prompt_tokens=1),
        "model: request": lambda: models.CreateChatCompletionRequest(**HELLO),
        "model: request of a stream": lambda: models.CreateChatCompletionStreamRequest(**HELLO),
        "error: equal": lambda: [error == package.APIError("a", 400, "b"), error == package.APIError("a", 401, "b")],
        "error: least": lambda: str(package.APIError("a")),
        "error: hashed": lambda: isinstance(hash(error), int),
        "UNSET: looked at": lambda: [bool(package.UNSET), repr(package.UNSET), str(package.UNSET)],
    }


def changed(model, name, value):
    setattr(model, name, value)
    return getattr(model, name)
