import pytest

from dragoman.dialect.anthropic.turns import messages_of, turns
from dragoman.dialect.private import public
from dragoman.errors import InvalidRequestError

CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
USE = {"type": "tool_use", "id": "c1", "name": "f", "input": {}}


def test_instructions_go_to_the_system_prompt_and_say_so_where_they_move():
    changes = []
    system, said = turns(
        [
            {"role": "system", "content": "Be kind."},
            {"role": "developer", "content": [{"type": "text", "text": "Be brief."}]},
            {"role": "user", "content": "Hi"},
            {"role": "system", "content": "Be loud."},
        ],
        changes,
    )

    assert [block["text"] for block in system] == ["Be kind.", "Be brief.", "Be loud."]
    assert said == [{"role": "user", "content": "Hi"}]
    assert changes == ["messages[3]: moved to the system prompt"]


def test_what_follows_in_one_role_is_one_turn():
    _, said = turns(
        [
            {"role": "user", "content": "a"},
            {"role": "user", "content": "b"},
            {"role": "assistant", "content": "c", "tool_calls": [CALL, CALL | {"id": "c2"}]},
            {"role": "tool", "tool_call_id": "c1", "content": "1"},
            {"role": "tool", "tool_call_id": "c2", "content": [{"type": "text", "text": "2"}], "is_error": True},
            {"role": "user", "content": "d"},
        ],
        [],
    )

    assert said == [
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "c"}, USE, USE | {"id": "c2"}]},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "c1", "content": "1"},
                {"type": "tool_result", "tool_use_id": "c2", "is_error": True, "content": "2"},
                {"type": "text", "text": "d"},
            ],
        },
    ]


def test_a_call_and_its_result_keep_one_id_whatever_letters_it_had():
    _, said = turns(
        [
            {"role": "assistant", "content": None, "tool_calls": [CALL | {"id": "functions.f:0"}]},
            {"role": "tool", "tool_call_id": "functions.f:0", "content": "1"},
        ],
        [],
    )

    assert said[0]["content"][0]["id"] == said[1]["content"][0]["tool_use_id"] == "functions_f_0"


def test_names_of_participants_are_dropped_and_said():
    changes = []
    turns(
        [
            {"role": "user", "content": "x", "name": "Ana"},
            {"role": "tool", "tool_call_id": "1", "content": "", "name": "f"},
        ],
        changes,
    )

    assert changes == ["messages[0].name: dropped"]


def test_a_last_answer_of_the_assistant_is_gone_on_from():
    _, said = turns([{"role": "user", "content": "x"}, {"role": "assistant", "content": "The", "prefix": True}], [])

    assert said[-1] == {"role": "assistant", "content": "The"}


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ({"role": "function", "name": "f", "content": "x"}, "messages[0]"),
        ({"role": "assistant", "function_call": {"name": "f", "arguments": ""}}, "messages[0]"),
        ({"role": "assistant", "content": "x", "audio": {"id": "a"}}, "messages[0].audio"),
        ({"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}, "messages[0].content[0]"),
    ],
)
def test_what_cannot_be_said_is_refused_by_name(message, param):
    with pytest.raises(InvalidRequestError) as caught:
        turns([message], [])

    assert caught.value.param == param


def test_results_are_messages_of_their_own_before_what_the_user_says():
    result = {"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "1"}], "is_error": False}
    heard = messages_of(None, [{"role": "user", "content": [{"type": "text", "text": "And?"}, result]}], [])

    assert heard == [
        {"role": "tool", "tool_call_id": "c1", "content": "1", "is_error": False},
        {"role": "user", "content": "And?"},
    ]


IMAGE = {"type": "image", "source": {"type": "url", "url": "https://a.test/b.png"}}


def test_a_picture_that_a_tool_answered_with_follows_the_results():
    changes = []
    result = {"type": "tool_result", "tool_use_id": "c1", "content": [IMAGE]}
    heard = messages_of(None, [{"role": "user", "content": [result]}], changes)
    shown = {"type": "image_url", "image_url": {"url": "https://a.test/b.png"}}

    assert public({"messages": heard, "anthropic": {}})["messages"] == [
        {"role": "tool", "tool_call_id": "c1", "content": ""},
        {"role": "user", "content": [shown]},
    ]
    assert changes == ["messages[0].content[0].content: what is not text follows the results"]


@pytest.mark.parametrize(
    "answered",
    [
        [IMAGE],
        [{"type": "text", "text": "a"}, IMAGE, {"type": "text", "text": "b"}],
        [{"type": "tool_reference", "tool_name": "f"}, {"type": "tool_reference", "tool_name": "g"}],
        [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}, {"type": "browser_state", "tabs": []}],
    ],
    ids=["a picture", "between texts", "references", "a state"],
)
def test_what_a_tool_answered_with_goes_back_where_it_stood(answered):
    result = {"type": "tool_result", "tool_use_id": "c1", "content": answered, "toolset_name": "browser"}
    other = {"type": "tool_result", "tool_use_id": "c2", "content": "2", "is_error": True}
    turn = {"role": "user", "content": [result, other, IMAGE, {"type": "text", "text": "And?"}]}
    heard = messages_of(None, [turn], [])

    assert turns(heard, []) == ([], [turn])
    assert heard == messages_of(None, [turn], [])


def test_a_system_prompt_in_blocks_keeps_their_marks():
    marked = [{"type": "text", "text": "a"}, {"type": "text", "text": "b", "cache_control": {"type": "ephemeral"}}]

    assert messages_of(marked, [{"role": "user", "content": "x"}], [])[0] == {"role": "system", "content": marked}


def test_an_instruction_among_the_turns_stays_where_it_is():
    said = [{"role": "user", "content": "x"}, {"role": "system", "content": "Louder.", "clear_at": "never"}]
    heard = messages_of("Be kind.", said, [])

    assert public({"messages": heard, "anthropic": {}})["messages"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "x"},
        {"role": "system", "content": "Louder."},
    ]
    assert turns(heard, [], instructed=True) == ([{"type": "text", "text": "Be kind."}], said)


def test_an_instruction_moves_where_the_model_takes_none_among_the_turns():
    changes = []
    heard = messages_of(None, [{"role": "user", "content": "x"}, {"role": "system", "content": "Louder."}], [])

    assert turns(heard, changes)[0] == [{"type": "text", "text": "Louder."}]
    assert changes == ["messages[1]: moved to the system prompt"]
