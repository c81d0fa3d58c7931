import json

from dragoman.dialect.responses.told import Output


def said(events):
    return [json.loads(data) for _, data in events]


def test_events_are_numbered():
    output = Output("x")

    assert said([output.event("a", b=1), output.event("c")]) == [
        {"type": "a", "sequence_number": 0, "b": 1},
        {"type": "c", "sequence_number": 1},
    ]


def test_an_item_ends_where_another_begins():
    output = Output("x")
    events = said(output.text("reasoning_text", "so") + output.text("output_text", "yes"))

    assert [event["type"] for event in events][3:6] == [
        "response.reasoning_text.done",
        "response.content_part.done",
        "response.output_item.done",
    ]
    assert [item.open for item in output.items] == [False, True]


def test_a_text_and_a_refusal_are_parts_of_one_message():
    output = Output("x")
    output.text("output_text", "yes")
    output.text("refusal", "no")
    output.end("completed")

    (message,) = json.loads(output.event("e", output=output.document())[1])["output"]
    assert [part["type"] for part in message["content"]] == ["output_text", "refusal"]


def test_what_comes_after_a_call_was_taken_for_whole_is_in_the_document():
    output = Output("x")
    _, call = output.call("function_call", "c", "f")
    output.called(call, "{}")
    output.text("output_text", "x")

    assert output.called(call, " ") == []
    assert json.loads(output.event("e", output=output.document())[1])["output"][0]["arguments"] == "{} "


def test_what_breaks_off_is_incomplete_and_stays_open():
    output = Output("x")
    output.text("output_text", "x")
    output.break_off()

    assert output.document()[0]["status"] == "incomplete"
    assert output.items[0].open
