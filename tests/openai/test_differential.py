"""The published `openai` and this face, driven alike against the same server, say and get the same.

Where they are to differ, the difference is a test of its own below, and a row in docs/openai.md.
"""

import json
from typing import Literal

import openai as original
import pydantic
import pytest

import dragoman.openai as ours
from answers import BODIES, CALLED, CALLS, COMPLETION, DONE, STREAM, USAGE, document, step
from scripted import CLOSE, READ, RESET, Scripted, answer, chunked, chunked_head
from scripted import chunk as piece

ASKED = {"model": "m", "messages": [{"role": "user", "content": "Who?"}]}


class Painter(pydantic.BaseModel):
    """A painter."""

    name: str
    born: int | None = None


class School(pydantic.BaseModel):
    leader: Painter = pydantic.Field(description="the first of them")
    members: list[Painter]
    style: Literal["realism", "impressionism"]
    parent: "School | None" = None


@pydantic.dataclasses.dataclass
class Museum:
    name: str


def drive(library, use, script, **options):
    """What a library makes of a script: what the use of it returned or raised, and what was sent."""
    with Scripted(*script) as server:
        client = library.OpenAI(**({"base_url": server.url("/v1"), "api_key": "sk-1", "max_retries": 0} | options))
        try:
            outcome = use(client, library)
        except library.OpenAIError as error:
            outcome = told(error)
        finally:
            client.close()
        return outcome, [request.json if request.body else request.line for request in server.requests]


def told(error):
    names = ("status_code", "code", "param", "type", "body", "request_id")
    return type(error).__name__, {name: getattr(error, name) for name in names if hasattr(error, name)}


def same(use, *script, **options):
    """Both make the same of a script; what it is."""
    theirs, sent_theirs = drive(original, use, script, **options)
    mine, sent_mine = drive(ours, use, script, **options)
    assert mine == theirs
    assert sent_mine == sent_theirs
    return mine


def text_of(chunk):
    return chunk.choices[0].delta.content


def create(**more):
    return lambda client, _: client.chat.completions.create(**ASKED, **more).model_dump()


def streamed(**more):
    return lambda client, _: [
        chunk.model_dump() for chunk in client.chat.completions.create(**ASKED, stream=True, **more)
    ]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"temperature": 0.5, "stop": ["x"], "n": 2, "logit_bias": {"5": 1}},
        {"temperature": None, "stream": False},
        {"stream": None, "stop": None},
        {"extra_body": {"top_k": 5, "temperature": 1}, "temperature": 0},
        {"tools": ({"type": "function", "function": {"name": "f", "parameters": {}}},), "tool_choice": "auto"},
        {"response_format": {"type": "json_object"}, "metadata": {"a": "b"}},
    ],
    ids=str,
)
def test_arguments_travel_alike(more):
    same(create(**more), [READ, document()])


def test_what_is_left_out_is_left_out():
    def use(client, library):
        arguments = {
            "seed": library.omit,
            "user": library.NOT_GIVEN,
            "stream": library.omit,
            "top_p": library.not_given,
        }
        return client.chat.completions.create(**ASKED, **arguments).to_dict()

    same(use, [READ, document()])


def test_a_message_goes_back_as_it_came():
    received = COMPLETION | {
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Monet", "refusal": None, "vendor": 1},
                "finish_reason": "stop",
            }
        ]
    }

    def use(client, _):
        message = client.chat.completions.create(**ASKED).choices[0].message
        return client.chat.completions.create(model="m", messages=[*ASKED["messages"], message]).to_dict()

    same(use, [READ, document(received), READ, document()])


def test_tool_calls_go_back_inside_a_dict():
    def use(client, _):
        message = client.chat.completions.create(**ASKED).choices[0].message
        said = {"role": "assistant", "tool_calls": message.tool_calls}
        return client.chat.completions.create(model="m", messages=iter([said])).to_dict()

    same(use, [READ, document(CALLED), READ, document()])


RICH = COMPLETION | {
    "choices": [
        {
            "index": 0,
            "finish_reason": "brand new",
            "content_filter_results": {"hate": {"filtered": False}},
            "logprobs": {
                "content": [
                    {"token": "M", "logprob": -0.1, "bytes": [77], "top_logprobs": [{"token": "M", "logprob": -0.1, "bytes": None}]}
                ],
                "refusal": None,
            },
            "message": {
                "role": "assistant",
                "content": "Monet",
                "reasoning_content": "hm",
                "annotations": [
                    {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1}}
                ],
                "audio": {"id": "a", "data": "", "expires_at": 1, "transcript": ""},
                "function_call": {"name": "f", "arguments": "{}"},
                "tool_calls": [
                    {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                    {"id": "2", "type": "custom", "custom": {"name": "g", "input": "x"}},
                ],
            },
        }
    ],
    "service_tier": "default",
    "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4, "prompt_tokens_details": {"cached_tokens": 1}, "cost": 0.1},
    "vendor": {"of": "mine"},
    "moderation": {
        "input": {"type": "moderation_results", "model": "o", "results": []},
        "output": {"type": "error", "code": "c", "message": "m"},
    },
}  # fmt: skip


@pytest.mark.parametrize("body", [COMPLETION, CALLED, RICH], ids=["plain", "called", "rich"])
@pytest.mark.parametrize(
    "dump",
    [
        lambda answered: answered.model_dump(),
        lambda answered: answered.model_dump(exclude_unset=True),
        lambda answered: answered.model_dump(exclude_none=True),
        lambda answered: answered.model_dump(exclude={"choices"}),
        lambda answered: answered.model_dump(include={"id", "usage"}),
        lambda answered: answered.model_dump(exclude_defaults=True),
        lambda answered: answered.model_dump(exclude={"choices": {"__all__": {"message": {"content"}}}}),
        lambda answered: answered.model_dump(include={"id": True, "choices": {0: {"message": {"role"}}}}),
        lambda answered: answered.model_dump(exclude={"choices": {-1}, "usage": ...}),
        lambda answered: answered.model_dump_json(exclude={"choices": {"__all__": {"index"}, 0: {"message"}}}),
        lambda answered: answered.to_dict(),
        lambda answered: answered.to_json(),
        lambda answered: json.loads(answered.model_dump_json()),
        lambda answered: answered.choices[0].message.model_dump(),
        lambda answered: (answered.model_extra, answered.choices[0].model_extra),
        lambda answered: repr(answered.choices[0].message),
        lambda answered: str(answered.usage),
        lambda answered: [type(call).__name__ for call in answered.choices[0].message.tool_calls or []],
    ],
)
def test_an_answer_is_dumped_alike(body, dump):
    same(lambda client, _: dump(client.chat.completions.create(**ASKED)), [READ, document(body)])


@pytest.mark.parametrize(
    "events",
    [
        STREAM,
        CALLS,
        chunked(step("a"), step(finish="stop"), USAGE, DONE),
        chunked(step("a", vendor=1), step(delta={"reasoning_content": "x"}, finish="stop"), DONE),
    ],
    ids=["text", "calls", "usage", "fields of a vendor"],
)
def test_chunks_come_alike(events):
    same(streamed(), [READ, events])
    same(streamed(stream_options={"include_usage": True}), [READ, events])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 413, 418, 422, 429, 500, 503])
@pytest.mark.parametrize("use", [create(), streamed()], ids=["whole", "streamed"])
def test_a_refusal_is_the_same_error(status, use):
    body = b'{"error":{"message":"no","type":"t","code":7,"param":"messages"}}'

    same(use, [READ, answer(body, f"{status} No", {"X-Request-Id": "req_1"})])


@pytest.mark.parametrize("body", [BODIES["a page"], BODIES["broken"], BODIES["a list"], BODIES["empty"]])
def test_the_error_of_any_body_has_the_same_class_and_body(body):
    same(create(), [READ, answer(body, "400 No")])


def test_the_text_of_an_error_is_the_same():
    def use(client, library):
        with pytest.raises(library.BadRequestError) as caught:
            client.chat.completions.create(**ASKED)
        return str(caught.value), caught.value.message, caught.value.response.json()

    same(use, [READ, answer(BODIES["as documented"], "400 No")])


@pytest.mark.parametrize("script", [[READ, RESET], [READ, CLOSE]], ids=["reset", "closed"])
def test_no_answer_is_the_same_error(script):
    assert same(told_by, script) == "APIConnectionError"


def told_by(client, library, **more):
    with pytest.raises(library.OpenAIError) as caught:
        list(client.chat.completions.create(**ASKED, **more))
    return type(caught.value).__name__


def test_a_time_out_is_the_same_error():
    use = lambda client, library: told_by(client.with_options(timeout=0.3), library)  # noqa: E731 - as short as it reads

    assert same(use, [READ]) == "APITimeoutError"


def test_a_reset_mid_stream_is_the_same_error_after_the_same_chunks():
    def use(client, library):
        texts = []
        with pytest.raises(library.APIError) as caught:
            texts.extend(text_of(chunk) for chunk in client.chat.completions.create(**ASKED, stream=True))
        return texts, type(caught.value).__name__

    assert same(use, [READ, chunked_head() + piece(step("Mo")), CLOSE]) == (["Mo"], "APIConnectionError")


def test_failed_calls_are_tried_again_as_often():
    def use(client, _):
        raw = client.with_options(max_retries=2).chat.completions.with_raw_response.create(**ASKED)
        return raw.retries_taken, raw.status_code, raw.request_id, raw.headers["X-Request-ID"], raw.parse().id

    busy = answer(b"{}", "503 Busy", {"Retry-After-Ms": "1"})
    body = json.dumps(COMPLETION).encode()
    assert same(use, [READ, busy, READ, busy, READ, answer(body, headers={"X-Request-Id": "r"})]) == (
        2,
        200,
        "r",
        "r",
        "c1",
    )


def test_the_request_id_is_on_the_answer():
    def use(client, _):
        completion = client.chat.completions.create(**ASKED)
        return completion._request_id, hasattr(completion.usage, "_request_id")

    body = json.dumps(COMPLETION).encode()
    assert same(use, [READ, answer(body, headers={"X-Request-Id": "r"})]) == ("r", False)


def test_query_and_address_are_written_alike():
    def use(client, _):
        list(client.models.list(extra_query={"b": {"c": [1, 2]}, "d": True, "e": None}))

    same(use, [READ, answer(b'{"object":"list","data":[]}')], default_query={"api-version": "1 2"})


CARD = {"id": "m/1", "object": "model", "created": 1, "owned_by": "o", "vendor": 1}


def test_models_are_listed_alike():
    def use(client, _):
        page = client.models.list()
        return (
            [card.model_dump() for card in page],
            page.has_next_page(),
            page.object,
            client.models.retrieve("m").to_dict(),
        )

    body = json.dumps({"object": "list", "data": [CARD]}).encode()
    same(use, [READ, answer(body), READ, answer(json.dumps(CARD).encode())])


VECTORS = {"object": "list", "model": "e", "usage": {"prompt_tokens": 1, "total_tokens": 1}}


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("vector", ["AACAPwAAAMA=", [1.0, -2.0]], ids=["base64", "numbers"])
@pytest.mark.parametrize(
    "more", [{}, {"encoding_format": "float"}, {"encoding_format": "base64", "dimensions": 2}], ids=str
)
def test_embeddings_are_read_alike(vector, more):
    body = VECTORS | {"data": [{"object": "embedding", "index": 0, "embedding": vector}]}

    same(
        lambda client, _: client.embeddings.create(input=["a"], model="e", **more).model_dump(),
        [READ, answer(json.dumps(body).encode())],
    )


def saying(content, **message):
    said = {"role": "assistant", "content": content} | message
    return document(COMPLETION | {"choices": [{"index": 0, "message": said, "finish_reason": "stop"}]})


@pytest.mark.parametrize("kind", [Painter, School, Museum])
def test_a_type_is_asked_for_alike(kind):
    def use(client, _):
        with pytest.raises(pydantic.ValidationError):
            client.chat.completions.parse(**ASKED, response_format=kind)

    same(use, [READ, saying("{}")])


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_an_answer_is_parsed_alike():
    def use(client, library):
        tool = library.pydantic_function_tool(Painter)
        completion = client.chat.completions.parse(**ASKED, response_format=Painter, tools=[tool], temperature=None)
        message = completion.choices[0].message
        return message.parsed, message.tool_calls[0].function.parsed_arguments, completion.to_dict()

    calls = [{"id": "1", "type": "function", "function": {"name": "Painter", "arguments": '{"name":"Manet","born":1}'}}]
    mine = same(use, [READ, saying('{"name":"Monet","born":1840}', tool_calls=calls)])
    assert mine[:2] == (Painter(name="Monet", born=1840), Painter(name="Manet", born=1))


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_an_answer_that_was_cut_is_not_parsed(reason):
    def use(client, library):
        with pytest.raises(library.OpenAIError) as caught:
            client.chat.completions.parse(**ASKED, response_format=Painter)
        return type(caught.value).__name__, str(caught.value), caught.value.completion.id

    body = COMPLETION | {"choices": [COMPLETION["choices"][0] | {"finish_reason": reason}]}
    same(use, [READ, document(body)])


def followed(client, _, **more):
    with client.chat.completions.stream(**ASKED, **more) as stream:
        found = [shown(one) for one in stream]
        final = stream.get_final_completion()
    message = final.choices[0].message
    return found, message.content, getattr(message, "parsed", None), final.usage and final.usage.to_dict()


def shown(one):
    told = {"type": one.type}
    for name in (
        "delta",
        "parsed",
        "content",
        "refusal",
        "name",
        "index",
        "arguments",
        "arguments_delta",
        "parsed_arguments",
    ):
        value = getattr(one, name, None)
        told[name] = [item.to_dict() for item in value] if isinstance(value, list) else value
    if one.type == "chunk":
        told["text"] = [choice.message.content for choice in one.snapshot.choices]
    return told


LOGPROB = {"content": [{"token": "M", "logprob": -1, "bytes": None, "top_logprobs": []}], "refusal": None}


@pytest.mark.parametrize(
    "events",
    [
        STREAM,
        CALLS,
        chunked(step("Mo", logprobs=LOGPROB), step("net", logprobs=LOGPROB), step(finish="stop"), USAGE, DONE),
        chunked(step(delta={"refusal": "I "}), step(delta={"refusal": "won't"}), step(finish="stop"), DONE),
        chunked(
            step("first"),
            step(
                delta={
                    "tool_calls": [
                        {"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a'}}
                    ]
                }
            ),
            step(delta={"tool_calls": [{"index": 0, "function": {"arguments": '":1}'}}]}),
            step(
                delta={
                    "tool_calls": [
                        {"index": 1, "id": "2", "type": "function", "function": {"name": "g", "arguments": "{}"}}
                    ]
                }
            ),
            step(finish="tool_calls"),
            DONE,
        ),
        chunked(step("stop", finish="stop"), DONE),
    ],
    ids=["text", "call", "logprobs", "refusal", "text and two calls", "all at once"],
)
def test_events_come_alike(events):
    same(followed, [READ, events])


def test_events_of_a_type_come_alike():
    pieces = ["", '{"na', 'me": "Mo', 'net", "bo', 'rn": 18', "40}"]

    def use(client, library):
        return followed(client, library, response_format=Painter)

    found = same(use, [READ, chunked(*map(step, pieces), step(finish="stop"), DONE)])
    assert found[2] == Painter(name="Monet", born=1840)


def test_events_of_a_strict_function_come_alike():
    deltas = [{"index": 0, "id": "1", "type": "function", "function": {"name": "Painter", "arguments": ""}}]
    deltas += [{"index": 0, "function": {"arguments": text}} for text in ('{"name"', ': "Monet"', ', "born": 1840}')]

    def use(client, library):
        return followed(client, library, tools=[library.pydantic_function_tool(Painter)])

    steps = [step(delta={"tool_calls": [delta]}) for delta in deltas]
    same(use, [READ, chunked(*steps, step(finish="tool_calls"), DONE)])


def test_a_parsed_stream_that_was_cut_raises_alike():
    def use(client, library):
        with pytest.raises(library.LengthFinishReasonError) as caught:
            followed(client, library, response_format=Painter)
        return str(caught.value)

    same(use, [READ, chunked(step('{"na'), step(finish="length"), DONE)])


def test_tools_that_are_not_strict_are_refused_alike():
    def use(client, _):
        with pytest.raises(ValueError, match="strict"):
            client.chat.completions.parse(**ASKED, tools=[{"type": "function", "function": {"name": "f"}}])

    same(use, [READ])


@pytest.mark.parametrize("name", ["pathlib", "temprature"])
def test_an_argument_that_is_none_is_a_type_error_alike(name):
    def use(client, _):
        with pytest.raises(TypeError, match=name):
            client.chat.completions.create(**ASKED, **{name: 1})

    same(use, [READ])
