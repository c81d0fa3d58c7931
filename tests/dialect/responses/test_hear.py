import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.dialect.responses.hear import hear
from dragoman.errors import InvalidRequestError

ASKED = {"model": "m", "input": "hi"}
HELD = {"type": "object", "properties": {"city": {"type": "string"}}}
FUNCTION = {"type": "function", "name": "f", "parameters": HELD}


def test_a_text_is_a_users_message():
    chat, changes = hear(ASKED)

    assert chat == {"model": "m", "messages": [{"role": "user", "content": "hi"}], "responses": {}}
    assert changes == ()


def test_instructions_come_first_and_are_no_item():
    chat, _ = hear(ASKED | {"instructions": "Be brief."})

    assert chat["messages"][0] == {"role": "system", "content": "Be brief.", "responses": []}
    assert chat["responses"] == {"instructions": "Be brief."}


SAID = {
    "the bound": ({"max_output_tokens": 9}, {"max_completion_tokens": 9}, {}),
    "JSON of a schema": (
        {"text": {"format": {"type": "json_schema", "name": "a", "schema": HELD, "strict": True, "description": None}}},
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "a", "schema": HELD, "strict": True},
            }
        },
        {},
    ),
    "JSON of any kind": (
        {"text": {"format": {"type": "json_object"}, "verbosity": "low"}},
        {"response_format": {"type": "json_object"}, "verbosity": "low"},
        {},
    ),
    "effort": (
        {"reasoning": {"effort": "low", "summary": "auto", "generate_summary": None}},
        {"reasoning_effort": "low"},
        {"reasoning": {"summary": "auto"}},
    ),
    "likely tokens": ({"top_logprobs": 3}, {"logprobs": True, "top_logprobs": 3}, {}),
    "log probabilities": (
        {"include": ["message.output_text.logprobs"]},
        {"logprobs": True},
        {"include": ["message.output_text.logprobs"]},
    ),
    "what has the same name": (
        {"temperature": 0, "top_p": 1, "user": "u", "service_tier": "flex", "prompt_cache_key": "k", "stream": True},
        {"temperature": 0, "top_p": 1, "user": "u", "service_tier": "flex", "prompt_cache_key": "k", "stream": True},
        {},
    ),
    "what other servers take": (
        {"seed": 1, "stop": ["x"], "top_k": 3, "min_p": 0.1, "frequency_penalty": 1, "logit_bias": {"1": 2}},
        {"seed": 1, "stop": ["x"], "top_k": 3, "min_p": 0.1, "frequency_penalty": 1, "logit_bias": {"1": 2}},
        {},
    ),
    "tools": (
        {"tools": [FUNCTION, {"type": "web_search"}], "tool_choice": "required", "parallel_tool_calls": False},
        {
            "tools": [
                {"type": "function", "function": {"name": "f", "parameters": HELD}},
                {"type": "web_search"},
            ],
            "tool_choice": "required",
            "parallel_tool_calls": False,
        },
        {},
    ),
    "a choice among nothing": ({"tools": [], "tool_choice": "auto", "parallel_tool_calls": True}, {}, {}),
    "what chat has no word for": (
        {"truncation": "auto", "max_tool_calls": 3, "metadata": {"a": "b"}, "shiny": 1, "include": ["x"]},
        {},
        {"truncation": "auto", "max_tool_calls": 3, "metadata": {"a": "b"}, "shiny": 1, "include": ["x"]},
    ),
    "what is null": ({"instructions": None, "text": {"format": None}, "reasoning": None, "tools": None}, {}, {}),
    "what means nothing here": ({"store": False, "background": False}, {}, {}),
}


@pytest.mark.parametrize(("theirs", "ours", "private"), SAID.values(), ids=SAID)
def test_fields_are_said_in_chats_words_or_travel_beside(theirs, ours, private):
    chat, changes = hear(ASKED | theirs)

    assert {name: value for name, value in chat.items() if name not in {"model", "messages", "responses"}} == ours
    assert chat["responses"] == private
    assert changes == ()


def test_that_nothing_is_kept_is_told_whoever_asked_for_it():
    assert hear(ASKED | {"store": True})[1] == ("store: nothing is kept",)


def item(**fields):
    return {"input": [{"type": "message", "role": "user", "content": "x"} | fields]}


WRONG = {
    "no input": ({"input": None}, "input", "is missing: send what the model is to answer"),
    "an empty input": ({"input": []}, "input", "is missing"),
    "input of another kind": ({"input": 5}, "input", "must be a string or an array of items, not 5"),
    "nothing to answer": ({"input": [{"type": "web_search_call"}]}, "input", "holds nothing that a model could"),
    "what came before": ({"previous_response_id": "resp_1"}, "previous_response_id", "send the whole conversation"),
    "a conversation": ({"conversation": {"id": "c"}}, "conversation", "keeps no conversations"),
    "a stored prompt": ({"prompt": {"id": "p"}}, "prompt", "keeps no prompts"),
    "the background": ({"background": True}, "background", "wait for the answer, or stream it"),
    "several answers": ({"n": 2}, "n", "answers once"),
    "chat's word": ({"max_tokens": 5}, "max_tokens", "this API calls it max_output_tokens"),
    "an item by its name": ({"input": [{"type": "item_reference", "id": "i"}]}, "input[0]", "send the item itself"),
    "a screen": ({"input": [{"type": "computer_call"}]}, "input[0]", "is a computer_call, which only a server"),
    "an item that is none": ({"input": ["x"]}, "input[0]", "must be an object, not 'x'"),
    "a role": (item(role="robot"), "input[0].role", "must be 'user', 'system', 'developer' or 'assistant'"),
    "no content": (item(content=None), "input[0].content", "is missing"),
    "a part that is none": (item(content=["x"]), "input[0].content[0]", "must be a part"),
    "chat's part": (
        item(content=[{"type": "text", "text": "x"}]),
        "input[0].content[0].type",
        "is 'text', which this API calls 'input_text'",
    ),
    "a text that is none": (item(content=[{"type": "input_text", "text": 5}]), "input[0].content[0].text", "a string"),
    "no picture": (item(content=[{"type": "input_image"}]), "input[0].content[0]", "must have an image_url"),
    "a file at an address": (
        item(content=[{"type": "input_file", "file_url": "https://a.test"}]),
        "input[0].content[0].file_url",
        "is no form of chat's: send file_data",
    ),
    "sound without a form": (
        item(content=[{"type": "input_audio", "input_audio": {"data": "x"}}]),
        "input[0].content[0].input_audio.format",
        "is missing",
    ),
    "a call without arguments": (
        {"input": [{"type": "function_call", "call_id": "a", "name": "f"}]},
        "input[0].arguments",
        "is missing",
    ),
    "an output that is none": (
        {"input": [{"type": "function_call_output", "call_id": "a", "output": 5}]},
        "input[0].output",
        "must be a string or an array of parts",
    ),
    "an output without its call": (
        {"input": [{"type": "function_call_output", "call_id": "a", "output": "5"}]},
        "input[0].call_id",
        "keeps no responses, so send the call as well",
    ),
    "a tool without a name": ({"tools": [{"type": "function"}]}, "tools[0].name", "is missing"),
    "a tool's name": ({"tools": [FUNCTION | {"name": "a b"}]}, "tools[0].name", "must be 1 to 64 letters"),
    "a tool's schema": ({"tools": [FUNCTION | {"parameters": 5}]}, "tools[0].parameters", "must be an object"),
    "a grammar": (
        {"tools": [{"type": "custom", "name": "x", "format": {"type": "grammar", "syntax": "lark"}}]},
        "tools[0].format.definition",
        "is missing",
    ),
    "a tool in chat's form": ({"tools": [{"type": "function", "function": {}}]}, "tools[0].name", "is missing"),
    "a choice of what is not there": (
        {"tools": [FUNCTION], "tool_choice": {"type": "function", "name": "g"}},
        "tool_choice.name",
        "is 'g', which is not among the tools",
    ),
    "a choice among no tools": ({"tool_choice": "required"}, "tool_choice", "is given without tools"),
    "some tools": (
        {"tools": [FUNCTION], "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": ["f"]}},
        "tool_choice.tools[0]",
        "must be an object",
    ),
    "a form": ({"text": {"format": {"type": "yaml"}}}, "text.format.type", "must be"),
    "a form's name": ({"text": {"format": {"type": "json_schema"}}}, "text.format.name", "is missing"),
    "a form's schema": (
        {"text": {"format": {"type": "json_schema", "name": "a", "schema": 5}}},
        "text.format.schema",
        "must be an object",
    ),
    "how much to write": ({"text": {"verbosity": 5}}, "text.verbosity", "must be a string"),
    "how hard to think": ({"reasoning": {"effort": 5}}, "reasoning.effort", "must be a string"),
    "a bound": ({"max_output_tokens": 0}, "max_output_tokens", "must be at least 1"),
    "a field of the same name": ({"temperature": 9}, "temperature", "must be at most 2"),
    "no model": ({"model": None}, "model", "is missing"),
}


@pytest.mark.parametrize(("wrong", "path", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_by_the_callers_own_words(wrong, path, said):
    with pytest.raises(InvalidRequestError) as caught:
        hear(ASKED | wrong)

    assert caught.value.param == path
    assert str(caught.value).startswith(path)
    assert said in str(caught.value)


RICH = {
    "model": "m",
    "instructions": "i",
    "input": [
        {"role": "user", "content": [
            {"type": "input_text", "text": "x", "prompt_cache_breakpoint": {"mode": "explicit"}},
            {"type": "input_image", "image_url": "https://a.test", "detail": "low"},
            {"type": "input_file", "file_data": "AA==", "filename": "f"},
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
        ]},
        {"type": "reasoning", "id": "rs", "encrypted_content": "x", "content": [{"type": "reasoning_text", "text": "t"}],
         "summary": [{"type": "summary_text", "text": "t"}]},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "x", "annotations": []}]},
        {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"},
        {"type": "custom_tool_call", "call_id": "b", "name": "g", "input": "{}"},
        {"type": "function_call_output", "call_id": "a", "output": [{"type": "input_text", "text": "x"}]},
        {"type": "custom_tool_call_output", "call_id": "b", "output": "x"},
    ],
    "tools": [FUNCTION, {"type": "custom", "name": "g", "format": {"type": "grammar", "syntax": "a", "definition": "b"}}],
    "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]},
    "text": {"format": {"type": "json_schema", "name": "a", "schema": HELD}, "verbosity": "low"},
    "reasoning": {"effort": "low", "summary": "auto"},
    "include": ["x"], "top_logprobs": 1, "max_output_tokens": 5, "metadata": {"a": "b"}, "temperature": 1,
}  # fmt: skip
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 3)
    | st.sampled_from(["", "message", "input_text", "custom", "reasoning"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["type", "text"]), inner, max_size=2),
    max_leaves=5,
)


def places(value, path=()):
    """The paths to all that is in a value."""
    yield path
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, step))


def changed(value, path, into):
    if not path:
        return into
    step, *rest = path
    made = value.copy()
    made[step] = changed(value[step], rest, into)
    return made


@given(st.sampled_from([path for path in places(RICH) if path]), JSON)
def test_whatever_is_wrong_is_refused_by_a_path_of_the_callers(place, into):
    path = refused(changed(RICH, place, into))

    assert path is None or path.split(".")[0].split("[")[0] in RICH


def test_a_request_with_all_of_it_is_heard():
    assert refused(RICH) is None


def refused(request):
    try:
        hear(request)
    except InvalidRequestError as error:
        return error.param
    return None
