"""What chunks add up to, vendor by vendor and cut by cut."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.answer.fold import Folding, fold
from dragoman.answer.unfold import unfold
from dragoman.wire.chunk import Chunk, ChunkChoice, Delta, read_chunk
from dragoman.wire.completion import Completion, Usage, read_completion


def chunks(*documents):
    return [read_chunk(json.dumps(document).encode()) for document in documents]


def step(delta, index=0, finish=None, **fields):
    choice = {"index": index, "delta": delta, "finish_reason": finish} | fields
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def message_of(*deltas):
    return fold(chunks(*(step(delta) for delta in deltas))).message


def calls_of(*deltas):
    """The calls that lists of tool-call deltas add up to: id, name, arguments."""
    message = message_of(*({"tool_calls": calls} for calls in deltas))
    return [(call.id, call.function.name, call.function.arguments) for call in message.tool_calls]


def test_an_ordinary_stream_is_an_ordinary_completion():
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}

    completion = fold(
        chunks(
            step({"role": "assistant", "content": ""}),
            step({"content": "Mo"}),
            step({"content": "net"}),
            step({}, finish="stop"),
            {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], "usage": usage},
        )
    )

    assert completion.to_dict() == {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "Monet"}, "finish_reason": "stop"},
        ],
        "usage": usage,
    }
    assert completion.text == "Monet"
    assert completion.usage == Usage(3, 2, 5)


def test_no_chunks_are_a_completion_without_choices():
    completion = fold([])

    assert completion == Completion()
    assert completion.to_dict() == {"object": "chat.completion", "choices": []}


def test_what_had_arrived_of_a_cut_stream_is_a_completion_without_a_finish_reason():
    completion = fold(chunks(step({"role": "assistant"}), step({"content": "Mo"})))

    assert (completion.text, completion.finish_reason, completion.usage) == ("Mo", None, None)


def test_every_kind_of_text_grows():
    message = message_of(
        {"content": "a", "refusal": "b", "reasoning_content": "c", "reasoning": "d"},
        {"content": "A", "refusal": "B", "reasoning_content": "C", "reasoning": "D"},
        {"audio": {"id": "audio_1", "data": "AA", "transcript": "mo"}},
        {"audio": {"data": "BB", "transcript": "net", "expires_at": 9}},
    )

    assert (message.content, message.refusal) == ("aA", "bB")
    assert (message.reasoning_content, message.reasoning) == ("cC", "dD")
    assert (message.audio.id, message.audio.data, message.audio.transcript, message.audio.expires_at) == (
        "audio_1",
        "AABB",
        "monet",
        9,
    )


def test_the_older_call_grows_too():
    message = message_of(
        {"function_call": {"name": "f", "arguments": ""}},
        {"function_call": {"name": "f", "arguments": '{"a":'}},
        {"function_call": {"arguments": "1}"}},
    )

    assert (message.function_call.name, message.function_call.arguments) == ("f", '{"a":1}')


def test_the_older_call_may_have_its_arguments_as_an_object():
    assert message_of({"function_call": {"name": "f", "arguments": {"a": 1}}}).to_dict()["function_call"] == {
        "name": "f",
        "arguments": '{"a":1}',
    }


def call(arguments=None, name=None, **fields):
    function = {"name": name, "arguments": arguments}
    return fields | {"function": {key: value for key, value in function.items() if value is not None}}


FIRST, SECOND = ("call_a", "f", '{"a":1}'), ("call_b", "g", '{"b":2}')


@pytest.mark.parametrize(
    "deltas",
    [
        pytest.param(
            [
                [call("", "f", index=0, id="call_a", type="function")],
                [call('{"a":', index=0)],
                [call("1}", index=0)],
                [call("", "g", index=1, id="call_b", type="function")],
                [call('{"b":2}', index=1)],
            ],
            id="as documented",
        ),
        pytest.param(
            [
                [call("", "f", index=0, id="call_a"), call("", "g", index=1, id="call_b")],
                [call('{"b":', index=1), call('{"a":', index=0)],
                [call("1}", index=0), call("2}", index=1)],
            ],
            id="side by side",
        ),
        pytest.param(
            [
                [call("", "f", id="call_a")],
                [call('{"a":')],
                [call("1}")],
                [call("", "g", id="call_b")],
                [call('{"b":2}')],
            ],
            id="no index",
        ),
        pytest.param(
            [
                [call('{"a":', "f", id="call_a"), call('{"b":', "g", id="call_b")],
                [call("2}", id="call_b"), call("1}", id="call_a")],
            ],
            id="no index, ids in each",
        ),
        pytest.param(
            [[call('{"a":1}', "f", index=0, id="call_a")], [call('{"b":2}', "g", index=0, id="call_b")]],
            id="both index 0, whole",
        ),
        pytest.param(
            [
                [call('{"a":', "f", index=0, id="call_a")],
                [call("1}", index=0)],
                [call('{"b":', "g", index=0, id="call_b")],
                [call("2}", index=0)],
            ],
            id="both index 0, in pieces",
        ),
        pytest.param(
            [
                [call('{"a":', "f", index=0, id="call_a", type="function")],
                [call("1}", "f", index=0, id="call_a", type="function")],
                [call('{"b":', "g", index=1, id="call_b", type="function")],
                [call("2}", "g", index=1, id="call_b", type="function")],
            ],
            id="id and name in each delta",
        ),
        pytest.param(
            [
                [call('{"a":', "f", index=0, id="call_a")],
                [call("1}", "", index=0, id="", type="")],
                [call('{"b":2}', "g", index=1, id="call_b")],
                [call("", None, index=1, id=None)],
            ],
            id="id and name empty after the first",
        ),
        pytest.param(
            [[call({"a": 1}, "f", index=0, id="call_a")], [call({"b": 2}, "g", index=1, id="call_b")]],
            id="arguments as objects",
        ),
        pytest.param(
            [
                [call("", "f", index=0)],
                [call('{"a":1}', index=0, id="call_a")],
                [call('{"b":2}', "g", index=1, id="call_b")],
            ],
            id="the id comes late",
        ),
        pytest.param(
            [
                [call("", "f", id="call_a")],
                [call('{"a":1}', index=0)],
                [call("", "g", index=1, id="call_b")],
                [call('{"b":2}')],
            ],
            id="an index in some",
        ),
        pytest.param(
            [
                [None, call('{"a":1}', "f", index=0, id="call_a")],
                [],
                None,
                [call('{"b":2}', "g", index=1, id="call_b")],
            ],
            id="null among them",
        ),
    ],
)
def test_two_calls_are_two_calls_however_a_vendor_spells_them(deltas):
    assert calls_of(*deltas) == [FIRST, SECOND]


@pytest.mark.parametrize(
    "deltas",
    [
        [[call('{"a":1}', "f")], [call('{"b":2}', "g")]],
        [[call('{"a":1}', "f"), call('{"b":2}', "g")]],
        [[call('{"a":1}', "f", index=0)], [call('{"b":2}', "g", index=0)]],
        [[call('{"a":1}', "f", index=0, id="")], [call('{"b":2}', "g", index=0, id="")]],
        [[call("{", "f"), call("{", "g")], [call('"b":2}', "g"), call('"a":1}', "f")]],
        [[call({"a": 1}, "f")], [call({"b": 2}, "g")]],
    ],
)
def test_calls_without_ids_are_told_apart_by_their_names(deltas):
    assert [made[1:] for made in calls_of(*deltas)] == [FIRST[1:], SECOND[1:]]


@pytest.mark.parametrize("fields", [{}, {"index": 0}, {"id": "f"}, {"index": 0, "id": "f"}])
@pytest.mark.parametrize("spelt", [json.dumps, dict], ids=["text", "objects"])
def test_the_same_function_twice_is_two_calls_where_one_would_be_no_json(fields, spelt):
    made = calls_of([call(spelt({"a": 1}), "f", **fields)], [call(spelt({"a": 2}), "f", **fields)])

    assert [json.loads(arguments) for _, _, arguments in made] == [{"a": 1}, {"a": 2}]


def test_one_id_for_two_indexes_is_two_calls():
    made = calls_of([call("", "f", index=0, id="f")], [call("", "f", index=1, id="f")], [call("{}", index=1)])

    assert made == [("f", "f", ""), ("f", "f", "{}")]


@pytest.mark.parametrize(
    "pieces",
    [["{", "}"], ["{}", ""], ["{}", " "], ['{"a":{}', "}"], ['{"a":[{}', ",{}", "]}"], ["x}", "{y"], ["{x}", "{y}"]],
)
def test_pieces_that_look_like_objects_stay_one_call(pieces):
    deltas = [[call(piece, "f", index=0, id="a")] for piece in pieces]

    assert calls_of(*deltas) == [("a", "f", "".join(pieces))]


def test_a_custom_tool_grows_by_its_input():
    message = message_of(
        {"tool_calls": [{"index": 0, "id": "a", "type": "custom", "custom": {"name": "say", "input": "Mo"}}]},
        {"tool_calls": [{"index": 0, "custom": {"input": "net"}}]},
    )

    assert message.to_dict()["tool_calls"] == [
        {"id": "a", "type": "custom", "custom": {"name": "say", "input": "Monet"}}
    ]


def test_a_call_whose_type_nobody_said_has_one():
    message = message_of(
        {"tool_calls": [{"index": 0, "id": "a", "custom": {"name": "g"}}, call("{}", "f", index=1, id="b")]}
    )

    assert [made["type"] for made in message.to_dict()["tool_calls"]] == ["custom", "function"]


def test_what_a_vendor_hangs_on_a_call_stays_on_it():
    signed = {"google": {"thought_signature": "abc"}}

    message = message_of({"tool_calls": [call("{}", "f", index=0, id="a", extra_content=signed)]})

    assert message.to_dict()["tool_calls"][0]["extra_content"] == signed


def test_an_empty_list_of_calls_is_no_call():
    assert "tool_calls" not in message_of({"content": "x", "tool_calls": []}).to_dict()


def test_choices_come_in_any_order_and_are_put_in_theirs():
    completion = fold(
        chunks(
            step({"content": "B"}, index=1),
            step({"content": "A"}),
            {"choices": [{"index": 1, "delta": {"content": "b"}}, {"index": 0, "delta": {"content": "a"}}]},
            step({}, index=1, finish="length"),
            step({}, finish="stop"),
        )
    )

    assert [(choice.index, choice.message.content, choice.finish_reason) for choice in completion.choices] == [
        (0, "Aa", "stop"),
        (1, "Bb", "length"),
    ]


@pytest.mark.parametrize(
    "document",
    [
        {"choices": None},
        {"choices": []},
        {},
        {"choices": [None, "x"]},
        {"choices": [{"index": 0, "delta": None}]},
        {"choices": [{"index": None, "delta": {}, "finish_reason": None, "logprobs": None}]},
        {"choices": [{"delta": {"role": None, "content": None, "tool_calls": None, "audio": None}}]},
        {"id": "", "model": "", "created": 0, "object": "", "choices": [], "usage": None},
        {"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": ""}]},
    ],
)
def test_a_chunk_that_says_nothing_changes_nothing(document):
    before, after = step({"content": "Mo"}), step({"content": "net"}, finish="stop")
    plain = fold(chunks(before, after))

    assert fold(chunks(before, document, after, document)).to_dict() == plain.to_dict()
    assert fold(chunks(document, before, after)).text == "Monet"


def test_an_index_that_is_no_number_is_that_of_the_first_choice():
    assert fold(chunks(step({"content": "Mo"}), step({"content": "net"}, index="x"))).text == "Monet"


def test_whatever_role_a_vendor_says_it_is_the_assistant_who_answers():
    assert message_of({"role": "model", "content": "x"}).role == "assistant"


def test_the_last_value_wins_also_where_it_is_false():
    completion = fold(chunks(step({}, partial=True) | {"more": True}, step({}, partial=False) | {"more": False}))

    assert (completion.extra["more"], completion.to_dict()["choices"][0]["partial"]) == (False, False)


def test_the_usage_is_the_last_that_was_told():
    running = [step({"content": "x"}) | {"usage": {"completion_tokens": count}} for count in (1, 2, 3)]

    assert fold(chunks(*running, step({}) | {"usage": None})).usage.completion_tokens == 3


@pytest.mark.parametrize(
    "document",
    [
        {"choices": [], "usage": {"total_tokens": 5}},
        step({}, finish="stop") | {"usage": {"total_tokens": 5}},
        step({}, finish="stop") | {"x_groq": {"id": "r1", "usage": {"total_tokens": 5}}},
        step({}, finish="stop", usage={"total_tokens": 5}),
    ],
    ids=["its own chunk", "the last chunk", "groq", "moonshot"],
)
def test_usage_is_found_where_vendors_put_it(document):
    assert fold(chunks(step({"content": "x"}), document)).usage.total_tokens == 5


def test_log_probabilities_are_put_one_after_the_other():
    def told(token, field="content"):
        return {field: [{"token": token, "logprob": -1.0, "bytes": None, "top_logprobs": []}]}

    completion = fold(
        chunks(
            step({"content": "Mo"}, logprobs=told("Mo")),
            step({"content": "net"}, logprobs=told("net") | {"refusal": None}),
            step({"refusal": "no"}, logprobs=told("no", "refusal")),
            step({}, logprobs=None),
        )
    )

    logprobs = completion.choices[0].logprobs
    assert [entry.token for entry in logprobs.content] == ["Mo", "net"]
    assert [entry.token for entry in logprobs.refusal] == ["no"]


def test_content_in_parts_is_text_and_thinking_is_reasoning():
    message = message_of(
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Let me "}]}]},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "see."}]}]},
        {"content": [{"type": "text", "text": "Claude "}]},
        {"content": "Monet"},
    )

    assert (message.content, message.reasoning_content) == ("Claude Monet", "Let me see.")


def test_fields_nobody_told_us_about_survive():
    completion = fold(
        chunks(
            step({"role": "assistant", "thought": "h"})
            | {"provider": "X", "prompt_filter_results": [{"prompt_index": 0}]},
            step({"thought": "m", "mood": {"calm": True}}, content_filter_results={"hate": {"filtered": False}}),
            step({"mood": {"sad": None}}, content_filter_results={"self_harm": {"filtered": False}}),
            step({}, finish="stop", native_finish_reason="STOP", token_ids=[1]),
            step({}, token_ids=[2]) | {"provider": "X", "citations": ["a", "b"]},
            {"choices": [], "citations": ["a", "b"]},
        )
    )

    whole = completion.to_dict()
    choice = whole["choices"][0]
    assert (whole["provider"], whole["citations"]) == ("X", ["a", "b"])
    assert whole["prompt_filter_results"] == [{"prompt_index": 0}]
    assert choice["message"]["thought"] == "hm"
    assert choice["message"]["mood"] == {"calm": True, "sad": None}
    assert choice["content_filter_results"] == {"hate": {"filtered": False}, "self_harm": {"filtered": False}}
    assert (choice["native_finish_reason"], choice["token_ids"]) == ("STOP", [1, 2])
    assert completion.extra.keys() == {"provider", "citations", "prompt_filter_results"}


def test_items_with_an_index_grow_with_their_namesakes():
    def detail(text, index=0):
        return {"type": "reasoning.text", "format": "v1", "index": index, "text": text}

    message = message_of(
        {"reasoning_details": [detail("Let ")]},
        {"reasoning_details": [detail("me "), detail("see.", 1)]},
        {"reasoning_details": [{"index": 0, "signature": "s"}]},
        {"annotations": [{"type": "url_citation", "url_citation": {"url": "a"}}]},
        {"annotations": [{"type": "url_citation", "url_citation": {"url": "b"}}]},
    )

    assert message.extra["reasoning_details"] == [detail("Let me ") | {"signature": "s"}, detail("see.", 1)]
    assert [found.url_citation.url for found in message.annotations] == ["a", "b"]


def test_labels_are_said_once_however_often_they_are_sent():
    message = message_of(
        {"role": "assistant", "id": "m1", "type": "message", "name": "x", "content": "a"},
        {"role": "assistant", "id": "m1", "type": "message", "name": "x", "content": "b"},
    )

    assert message.to_dict() == {
        "role": "assistant",
        "content": "ab",
        "id": "m1",
        "type": "message",
        "name": "x",
    }


def test_a_message_that_says_it_all_again_beside_each_delta_is_passed_over():
    said = [
        step({"content": text}, message={"content": so_far, "echo": True})
        for text, so_far in [("Mo", "Mo"), ("net", "Monet")]
    ]

    assert fold(chunks(*said)).to_dict()["choices"][0]["message"] == {"role": "assistant", "content": "Monet"}


def test_a_whole_completion_in_one_event_is_one():
    whole = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Monet"}, "finish_reason": "stop"}]}

    completion = fold(chunks(whole))

    assert (completion.text, completion.finish_reason) == ("Monet", "stop")


def test_padding_against_eavesdroppers_is_left_behind():
    assert "obfuscation" not in fold(chunks(step({"content": "x"}) | {"obfuscation": "a1b2"})).to_dict()


def test_chunks_made_here_fold_like_those_received():
    made = [Chunk(id="c1", choices=(ChunkChoice(delta=Delta(content=text)),)) for text in ("Mo", "net")]

    assert fold(made).text == "Monet"
    assert fold(made).id == "c1"


def test_the_message_goes_into_the_next_request():
    message = message_of({"content": "x", "refusal": None, "tool_calls": None, "vendor": 1})

    assert message.to_dict() == {"role": "assistant", "content": "x", "vendor": 1}


def test_folding_twice_gives_the_same_and_takes_nothing_from_the_chunks():
    received = chunks(
        step({"tool_calls": [call("{", "f", index=0, id="a")]}), step({"tool_calls": [call("}", index=0)]})
    )

    assert fold(received).to_dict() == fold(received).to_dict()
    assert received[0].choices[0].delta.tool_calls[0].function.arguments == "{"


def joins_of(count):
    """How often folding an answer of `count` pieces puts text together."""
    received = chunks(*(step({"content": "x" * 8}) for _ in range(count)))
    joins = 0

    def watch(_frame, happens, function):
        nonlocal joins
        joins += happens == "c_call" and getattr(function, "__name__", "") == "join"

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        completion = fold(received)
    finally:
        sys.setprofile(before)
    assert len(completion.text) == 8 * count
    return joins


def test_a_text_is_put_together_once_however_many_pieces_it_came_in():
    assert joins_of(10) == joins_of(1000)


@pytest.mark.parametrize("depth", [50, 150, 800])
@pytest.mark.parametrize(("opens", "closes"), [('{"a":', "}"), ('[{"index":0,"a":', "}]")])
def test_what_is_nested_deep_is_folded_without_going_through_all_of_it(depth, opens, closes):
    """Newer Pythons decode what is nested deeper than their own functions may call each other."""
    deep = opens * (depth // len(closes)) + "1" + closes * (depth // len(closes))
    received = [read_chunk(f'{{"choices": [{{"delta": {{"odd": {deep}}}}}]}}'.encode())]

    assert fold(received * 2).to_dict()["choices"][0]["message"]["odd"] == json.loads(deep)


TEXT = st.text(max_size=8)
NUMBERS = st.integers(0, 2**40)
UNKNOWN = st.recursive(
    st.booleans() | st.integers(-(2**50), 2**50) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
    max_leaves=4,
)


def some(**fields):
    """A dictionary with any of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


CALLS = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.just("function"),
            "function": st.fixed_dictionaries({"name": st.sampled_from("fgh"), "arguments": TEXT | st.just("{}")}),
        }
    )
    | st.fixed_dictionaries(
        {"type": st.just("custom"), "custom": st.fixed_dictionaries({"name": st.just("say"), "input": TEXT})}
    ),
    min_size=1,
    max_size=3,
).map(lambda calls: [{"id": f"call_{place}"} | made for place, made in enumerate(calls)])
MESSAGES = some(
    refusal=TEXT,
    reasoning_content=TEXT,
    reasoning=TEXT,
    tool_calls=CALLS,
    function_call=st.fixed_dictionaries({"name": TEXT, "arguments": TEXT}),
    audio=st.fixed_dictionaries({"id": TEXT, "data": TEXT, "transcript": TEXT, "expires_at": NUMBERS}),
    annotations=st.lists(
        st.fixed_dictionaries({"type": st.just("url_citation"), "url_citation": some(url=TEXT)}), min_size=1, max_size=2
    ),
    vendor=UNKNOWN,
)
TOKENS = st.lists(
    st.fixed_dictionaries(
        {"token": TEXT, "logprob": st.floats(-99, 0), "bytes": st.none() | st.lists(st.integers(0, 255))}
    )
)
CHOICES = st.tuples(
    MESSAGES,
    st.none() | TEXT,
    some(
        finish_reason=st.sampled_from(["stop", "length", "odd"]),
        logprobs=some(content=TOKENS, refusal=TOKENS),
        vendor=UNKNOWN,
    ),
)
COMPLETIONS = st.tuples(
    some(
        id=TEXT,
        created=NUMBERS,
        model=TEXT,
        system_fingerprint=TEXT,
        service_tier=TEXT,
        vendor=UNKNOWN,
        metadata=st.just({"a": "b"}),
    ),
    st.lists(CHOICES, max_size=3),
    some(usage=some(prompt_tokens=NUMBERS, cost=st.floats(0, 1)).filter(bool)),
).map(
    lambda drawn: (
        {"id": "", "object": "chat.completion", "created": 0, "model": ""}
        | drawn[0]
        | drawn[2]
        | {
            "choices": [
                {"index": place, "message": {"role": "assistant", "content": content} | message} | fields
                for place, (message, content, fields) in enumerate(drawn[1])
            ]
        }
    )
)


@given(COMPLETIONS)
def test_an_answer_that_comes_as_a_stream_folds_to_itself(document):
    completion = read_completion(json.dumps(document).encode())

    again = fold(unfold(completion))

    assert again == completion
    assert again.to_dict() == document


def cut(text, draw):
    place = draw(st.integers(0, len(text)))
    return [text[:place], text[place:]]


def split(delta, draw):
    """A delta of one growing text as two such deltas; others as they are."""
    ((name, value),) = delta.items() if len(delta) == 1 else (("", None),)
    if isinstance(value, str) and name in {"content", "refusal", "reasoning_content", "reasoning"}:
        return [{name: piece} for piece in cut(value, draw)]
    if name == "tool_calls":
        return [
            {
                "tool_calls": [
                    made | {kind: made[kind] | {field: piece}}
                    if first
                    else {"index": made["index"], kind: {field: piece}}
                ]
            }
            for made in value
            for kind, field in [("function", "arguments") if "function" in made else ("custom", "input")]
            for first, piece in zip([True, False], cut(made[kind][field], draw), strict=True)
        ]
    return [delta]


@given(COMPLETIONS, st.data())
def test_how_a_stream_is_cut_does_not_matter(document, data):
    completion = read_completion(json.dumps(document).encode())
    lanes = {}
    for chunk in unfold(completion):
        sent = chunk.to_dict()
        (choice,) = sent["choices"] or [None]
        pieces = [sent]
        if choice is not None:
            whole = [choice | {"delta": delta} for delta in split(choice["delta"], data.draw)]
            for piece in whole[1:]:
                piece.pop("logprobs", None)
            pieces = [sent | {"choices": [piece]} for piece in whole]
        lanes.setdefault(choice["index"] if choice else -1, []).extend(pieces)
    waiting = [lane for lane in lanes.values() if lane]
    sent = []
    while waiting:
        lane = data.draw(st.sampled_from(waiting))
        sent.append(lane.pop(0))
        waiting = [lane for lane in waiting if lane]

    assert fold(chunks(*sent)).to_dict() == document


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["id", "choices", "usage", "x_groq", "object", "v"]), UNKNOWN | st.none(), max_size=3
        )
    ),
    COMPLETIONS,
)
def test_no_stream_of_json_objects_is_refused(odd, document):
    unfolded = unfold(read_completion(json.dumps(document).encode()))

    assert isinstance(fold([*chunks(*odd), *unfolded, *chunks(*odd)]), Completion)


def test_what_chunks_add_up_to_can_be_told_after_each_of_them():
    came = chunks(
        step({"role": "assistant", "content": "Mo"}),
        step(
            {"content": "net", "tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"x"'}}]}
        ),
        step({"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]}, index=1),
        step({"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}}]}, finish="tool_calls"),
        {"id": "c1", "choices": [], "usage": {"total_tokens": 3}},
    )
    folding, seen = Folding(), []

    for chunk in came:
        seen.append(chunk)
        folding.follow([each.to_json() for each in seen])
        assert folding.completion().to_dict() == fold(seen).to_dict()
        assert folding.completion().to_dict() == fold(seen).to_dict()
    assert folding.completion().tool_calls[0].function.arguments == '{"x": 1}'


def test_each_look_costs_what_is_new_and_not_what_was_seen():
    taken = []

    class Watched(list):
        def __getitem__(self, places):
            taken.append(len(self) - (places.start or 0))
            return super().__getitem__(places)

    folding, seen = Folding(), Watched()
    for chunk in chunks(*(step({"content": "x"}) for _ in range(5))):
        seen.append(chunk.to_json())
        folding.follow(seen)

    assert taken == [1, 1, 1, 1, 1]


def test_of_an_outline_the_last_entry_of_an_item_counts_as_a_whole_and_an_open_one_for_nothing():
    cited = [{"index": 3, "file_id": "a"}, {"index": 3, "file_id": "b"}]
    message = message_of(
        {"responses": [{"index": 1, "type": "message", "id": "m", "open": True}], "content": "x"},
        {"responses": [{"index": 2, "type": "reasoning", "id": "r", "open": True}]},
        {"responses": [{"index": 1, "type": "message", "id": "m", "content": [{"annotations": cited}]}]},
        {"responses": [{"index": 0, "type": "web_search_call"}]},
    )

    assert message.to_dict()["responses"] == [
        {"type": "web_search_call"},
        {"type": "message", "id": "m", "content": [{"annotations": cited}]},
    ]


@pytest.mark.parametrize("said", ["x", 1, {"a": 1}, [{"index": "x"}, {"index": 0}], [1]])
def test_another_vendors_field_of_that_name_breaks_nothing(said):
    assert message_of({"responses": said}, {"responses": [{"index": 5}]}, {"content": "x"}).content == "x"


def test_an_outline_that_is_another_thing_later_stays_what_it_was():
    entry = {"type": "message", "id": "msg_1"}
    deltas = [{"responses": [{"index": 0} | entry]}, {"responses": {"x": 1}}, {"responses": "y"}]
    chunks = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    folded = fold([read_chunk(json.dumps(each).encode()) for each in chunks])

    assert folded.to_dict()["choices"][0]["message"]["responses"] == [entry]
