"""The words that the endpoint's own description is made of."""

from dragoman.gateway import describe


def test_an_answer_names_the_headers_that_every_answer_carries():
    answer = describe.told("Fine.", {"type": "string"}, describe.RETRY, "text/plain")

    assert answer["headers"].keys() == describe.HEADERS.keys() | describe.RETRY.keys()
    assert answer["content"] == {"text/plain": {"schema": {"type": "string"}}}


def test_faults_are_told_by_their_statuses_and_may_have_another_form():
    wrong = describe.faults("401", "404", schema={"type": "object"})

    assert wrong.keys() == {"401", "404"}
    assert wrong["404"]["content"]["application/json"]["schema"] == {"type": "object"}
    assert describe.faults("401")["401"]["content"]["application/json"]["schema"] == describe.reference("FaultBody")


def test_an_objects_fields_are_needed_or_not():
    made = describe.an_object({"b": {}}, a={"type": "string"})

    assert (made["required"], made["properties"].keys()) == (["a"], {"a", "b"})


def test_only_what_stands_in_the_path_has_to_be_given():
    assert describe.parameter("id", "x", place="path")["required"]
    assert not describe.parameter("id", "x")["required"]
