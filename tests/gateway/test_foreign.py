import pytest

from dragoman.dialect.anthropic.hear import hear
from dragoman.dialect.table import PLAIN, at, named
from dragoman.errors import InvalidRequestError
from dragoman.gateway.fit import fitted

F = {"type": "function", "function": {"name": "f"}}
SEARCH = {"type": "web_search"}
NAMED = {"type": "function", "function": {"name": "f"}}
CLAUDE = at("api.anthropic.com")


def asked(**fields):
    return {"model": "m", "messages": [{"role": "user", "content": "x"}], "responses": {}} | fields


def some(mode, *tools):
    return {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": list(tools)}}


@pytest.mark.parametrize("row", [PLAIN, CLAUDE], ids=["chat", "Anthropic's"])
@pytest.mark.parametrize("policy", ["drop", "pass"])
def test_tools_that_only_a_responses_server_runs_are_sent_to_nobody_else(row, policy):
    request = asked(tools=[F, SEARCH, {"type": "local_shell"}], tool_choice="auto", parallel_tool_calls=True)
    fit, changes = fitted(row, policy, request)

    assert (fit["tools"], fit["tool_choice"], fit["parallel_tool_calls"]) == ([F], "auto", True)
    assert changes == ["tools[1]: dropped", "tools[2]: dropped"]
    assert len(request["tools"]) == 3


def test_a_request_whose_tools_are_all_dropped_has_no_choice_among_them():
    fit, _ = fitted(PLAIN, "drop", asked(tools=[SEARCH], tool_choice="auto", parallel_tool_calls=True))

    assert fit.keys() == {"model", "messages", "responses"}


@pytest.mark.parametrize("row", [PLAIN, CLAUDE], ids=["chat", "Anthropic's"])
def test_where_they_are_to_be_refused_the_sentence_names_the_tool(row):
    with pytest.raises(InvalidRequestError) as caught:
        fitted(row, "refuse", asked(tools=[F, SEARCH]))

    assert caught.value.param == "tools[1]"
    assert str(caught.value) == (
        "tools[1]: only an upstream that speaks the Responses API runs web_search; leave it out"
    )


INSISTING = {
    "this one": ([F, SEARCH], SEARCH, "runs web_search"),
    "any, and all are such": ([SEARCH], "required", "runs such tools"),
    "one of these, and all are such": ([F, SEARCH], some("required", SEARCH), "runs such tools"),
}


@pytest.mark.parametrize(("tools", "choice", "said"), INSISTING.values(), ids=INSISTING)
def test_one_that_has_to_be_used_is_dropped_only_where_that_is_declared(tools, choice, said):
    with pytest.raises(InvalidRequestError, match=f"tool_choice: only an upstream .* {said}"):
        fitted(PLAIN, "pass", asked(tools=tools, tool_choice=choice))
    fit, changes = fitted(PLAIN, "drop", asked(tools=tools, tool_choice=choice))

    assert "tool_choice" not in fit
    assert changes[-1] == "tool_choice: dropped"


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        (None, None),
        ("none", "none"),
        ("required", "required"),
        (NAMED, NAMED),
        (some("auto", NAMED, SEARCH), some("auto", NAMED)),
        (some("auto", SEARCH), "none"),
    ],
)
def test_what_is_left_of_a_choice(choice, left):
    fit, _ = fitted(PLAIN, "drop", asked(tools=[F, SEARCH]) | ({"tool_choice": choice} if choice else {}))

    assert fit.get("tool_choice") == left


def test_fields_that_nobody_heeds_are_told():
    private = {
        "include": ["x"], "metadata": {}, "instructions": "i", "max_tool_calls": 2, "truncation": "auto", "shiny": 1,
        "reasoning": {"summary": "auto", "context": "all"}, "text": {"rhyme": True},
    }  # fmt: skip

    assert fitted(PLAIN, "refuse", asked(responses=private))[1] == [
        "shiny: dropped", "reasoning.context: dropped", "text.rhyme: dropped", "truncation: dropped",
    ]  # fmt: skip
    assert fitted(PLAIN, "refuse", asked(responses={"truncation": "disabled"}))[1] == []


def test_tools_of_a_vendor_that_a_caller_of_chat_names_are_left_alone():
    request = asked(tools=[SEARCH])
    del request["responses"]

    assert fitted(PLAIN, "refuse", request) == (request, [])
    assert fitted(PLAIN, "refuse", request | {"responses": "nonsense"})[1] == []


OPENAI = named("openai-responses")
WEB = {"type": "web_search_20250305", "name": "web_search"}


def heard(**fields):
    """What a request of Anthropic's API was heard as."""
    asked = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]}
    return hear(asked | fields)[0]


@pytest.mark.parametrize("row", [PLAIN, OPENAI], ids=["chat", "Responses"])
def test_tools_that_only_anthropics_servers_run_are_sent_to_nobody_else(row):
    request = heard(tools=[WEB, {"name": "f", "input_schema": {}}], mcp_servers=[{"name": "n"}], container="c")
    fit, changes = fitted(row, "drop", request)

    assert [tool["type"] for tool in fit["tools"]] == ["function"]
    assert changes == ["mcp_servers: dropped", "container: dropped", "tools[0]: dropped"]
    assert fitted(CLAUDE, "refuse", request) == (request, [])


@pytest.mark.parametrize(
    ("fields", "param", "said"),
    [
        ({"tools": [WEB]}, "tools[0]", "runs web_search_20250305"),
        ({"mcp_servers": [{"name": "n"}]}, "mcp_servers", "runs what mcp_servers names"),
    ],
)
def test_where_anthropics_are_to_be_refused_the_sentence_names_them(fields, param, said):
    with pytest.raises(InvalidRequestError, match=f"{said}; leave it out") as caught:
        fitted(PLAIN, "refuse", heard(**fields))

    assert caught.value.param == param


def test_one_of_anthropics_that_has_to_be_used_is_named_as_a_function_is():
    request = heard(tools=[WEB, {"name": "f", "input_schema": {}}], tool_choice={"type": "tool", "name": "web_search"})

    with pytest.raises(InvalidRequestError, match="tool_choice: only an upstream"):
        fitted(PLAIN, "pass", request)
    assert "tool_choice" not in fitted(PLAIN, "drop", request)[0]


def test_thoughts_of_anthropics_in_a_request_of_the_responses_api_make_none_of_its_tools_foreign():
    request = asked(tools=[SEARCH], anthropic={})

    assert fitted(OPENAI, "refuse", request) == (request, [])
