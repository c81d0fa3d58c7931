import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman import InvalidRequestError
from dragoman.engine import schema

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name"],
}


@pytest.mark.parametrize(
    "given_",
    [{}, PERSON, {"$defs": {"a": {"type": "null"}}, "$ref": "#/$defs/a"}, {"const": {"$ref": "http://x"}}, {"not": {}}],
)
def test_a_schema_is_taken_as_it_is(given_):
    assert schema.checked(given_, "s") == given_


@pytest.mark.parametrize(
    ("given_", "param", "words"),
    [
        (True, "s", "has to be an object"),
        ({"type": "strnig"}, "s.type", "no JSON Schema"),
        ({"properties": {"a": {"items": 3}}}, "s.properties.a.items", "no JSON Schema"),
        ({"anyOf": [{}, {"required": "a"}]}, "s.anyOf[1].required", "no JSON Schema"),
        ({"items": {"$ref": "http://127.0.0.1/other.json"}}, "s.items.$ref", "can be referred to"),
        ({"items": {"$ref": "other.json#/a"}}, "s.items.$ref", "can be referred to"),
        ({"$dynamicRef": "#a"}, "s.$dynamicRef", "use $ref"),
        ({"anyOf": [{"pattern": "^(?!a)"}]}, "s.anyOf[0].pattern", "lookaround"),
        ({"pattern": r"(a)\1"}, "s.pattern", "references back"),
    ],
)
def test_what_is_no_schema_or_nothing_can_hold_is_refused_by_its_place(given_, param, words):
    with pytest.raises(InvalidRequestError, match=words.replace("$", r"\$")) as caught:
        schema.checked(given_, "s")

    assert caught.value.param == param


def test_a_schema_nested_without_end_is_refused():
    deep = {}
    for _ in range(600):
        deep = {"items": deep}

    with pytest.raises(InvalidRequestError, match="too deeply"):
        schema.checked(deep, "s")


def test_a_property_may_have_the_name_of_a_keyword():
    odd = {"type": "object", "properties": {"pattern": {"type": "string"}, "$ref": {"type": "null"}, "type": {}}}

    assert schema.checked(odd, "s") == odd


def narrowed(given_):
    """The schema that the model is held to."""
    found = json.loads(schema.grammar(given_).partition("%json ")[2])
    assert found.pop("x-guidance")["lenient"]
    return found


def test_strings_and_arrays_come_to_an_end():
    held = narrowed({"type": "array", "items": {"type": ["string", "null"]}})

    assert held == {
        "type": "array",
        "maxItems": schema.MOST_ITEMS,
        "items": {"type": ["string", "null"], "maxLength": schema.LONGEST_STRING},
    }


@pytest.mark.parametrize(
    "said",
    [
        {"type": "string", "maxLength": 3},
        {"type": "string", "pattern": "^a+$"},
        {"type": "string", "enum": ["a"]},
        {"type": "string", "format": "date"},
        {"type": "string", "format": "date-time", "pattern": "^2"},
        {"type": "integer", "minimum": 1, "exclusiveMaximum": 3},
        {"type": "number", "minimum": 0, "maximum": 0.0005},
        {"type": "number", "enum": [0.5]},
        {"type": "array", "maxItems": 2},
        {"type": "object", "properties": {}, "additionalProperties": True},
    ],
)
def test_an_end_that_the_caller_names_is_left(said):
    assert narrowed(said) == said


def test_numbers_come_to_an_end():
    most = schema.MOST

    assert narrowed({"type": "integer"}) == {"type": "integer", "minimum": -most, "maximum": most}
    assert narrowed({"type": ["number", "null"], "minimum": 0}) == {
        "type": ["number", "null"],
        "minimum": 0,
        "maximum": most,
        "multipleOf": schema.STEP,
    }
    assert narrowed({"type": "integer", "exclusiveMinimum": 10**20})["maximum"] > 10**20
    assert narrowed({"type": "integer", "maximum": -(10**20)})["minimum"] < -(10**20)


@pytest.mark.parametrize(
    ("form", "right", "wrong"),
    [
        ("date-time", "1840-11-14T09:30:00.5+01:00", "1840-02-30T00:00:00Z"),
        ("date-time", "2024-12-31T23:59:59Z", "2024-12-31T23:59:59.0000001Z"),
        ("time", "09:30:00Z", "24:00:00Z"),
        ("duration", "P3DT4H5M", "P"),
        ("duration", "PT10S", "P99999999D"),
        ("decimal", "-12.5", "012"),
    ],
)
def test_a_format_that_has_no_end_becomes_a_pattern_that_has(form, right, wrong):
    held = jsonschema.Draft202012Validator(narrowed({"type": "string", "format": form}))

    assert held.is_valid(right)
    assert not held.is_valid(wrong)


def test_bytes_are_base64_and_a_format_nobody_knows_is_a_text():
    held = jsonschema.Draft202012Validator(narrowed({"type": "string", "contentEncoding": "base64"}))

    assert held.is_valid("TW9uZXQh")
    assert not held.is_valid("Monet!")
    assert narrowed({"type": "string", "format": "shoe-size"})["maxLength"] == schema.LONGEST_STRING


def test_counts_are_whole_numbers_however_they_are_written():
    held = narrowed({"type": "array", "minItems": 2.0, "items": {"type": "string", "maxLength": 5.0}})

    assert held == {"type": "array", "minItems": 2, "maxItems": 16, "items": {"type": "string", "maxLength": 5}}
    assert isinstance(held["minItems"], int)


def test_what_the_caller_asks_at_least_is_possible():
    assert narrowed({"type": "string", "minLength": 400})["maxLength"] == 400
    assert narrowed({"type": "array", "minItems": 40})["maxItems"] == 40


def test_objects_get_no_properties_nobody_named():
    assert narrowed(PERSON)["additionalProperties"] is False
    assert "additionalProperties" not in narrowed({"type": "object"})
    assert narrowed(PERSON | {"required": ["name", "other"]})["additionalProperties"] is True


@pytest.mark.parametrize("word", ["allOf", "anyOf", "oneOf"])
def test_parts_that_make_an_object_together_leave_each_other_room(word):
    whole = PERSON | {word: [{"type": "object", "properties": {"b": {"type": "null"}}, "required": ["b"]}]}
    held = narrowed(whole)

    assert "additionalProperties" not in held
    assert held[word] == whole[word]


def test_what_must_not_be_is_not_widened():
    assert narrowed({"not": {"type": "string"}}) == {"not": {"type": "string"}}


SCHEMAS = st.recursive(
    st.sampled_from(
        [
            {"type": "string"},
            {"type": "integer"},
            {"type": ["string", "null"]},
            {"const": 1},
            {"enum": ["a", 2]},
            {"type": "object", "properties": {"a": {"type": "string"}}},
            {"type": "string", "minLength": 300},
        ]
    ),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"type": st.just("array"), "items": inner}),
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.fixed_dictionaries({"a": inner, "b": inner})}
        ),
        st.builds(lambda word, parts: {word: parts}, st.sampled_from(["anyOf", "allOf"]), st.lists(inner, min_size=1)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=5,
)
VALUES = st.recursive(
    st.sampled_from([None, 1, 2, "a", 'b c\n"\\', "b" * 300, "c" * 400]),
    lambda inner: st.one_of(st.lists(inner, max_size=20), st.dictionaries(st.sampled_from("abc"), inner)),
    max_leaves=8,
)


@given(SCHEMAS, VALUES)
def test_what_the_model_is_held_to_is_never_more_than_the_caller_allows(given_, value):
    held = jsonschema.Draft202012Validator(narrowed(given_))

    assert not held.is_valid(value) or jsonschema.Draft202012Validator(given_).is_valid(value)


@pytest.mark.parametrize(
    ("text", "given_", "words"),
    [
        ('{"name": "Ann", "age": 3}', PERSON, None),
        ('{"name": 3}', PERSON, "$.name: 3 is not of type 'string'"),
        ("{}", PERSON, "'name' is a required property"),
        ("Certainly!", PERSON, "it is not JSON"),
        ('{"name": "An', PERSON, "it is not JSON"),
        ('"31 February"', {"type": "string", "format": "date"}, "is not a 'date'"),
        ("3", {"$ref": "#/$defs/nowhere"}, "which is not in it"),
        ('"09:30:00Z"', {"type": "string", "format": "time"}, None),
        ("[1, 1]", {"uniqueItems": True}, "non-unique"),
        ("3", {"not": {"type": "integer"}}, "should not be valid"),
        ("0.07", {"multipleOf": 0.01}, None),
        ("0.075", {"multipleOf": 0.01}, "0.075 is not a multiple of 0.01"),
        ("1e300", {"multipleOf": 3}, "is not a multiple of 3"),
        ('"a"', {"multipleOf": 2}, None),
    ],
)
def test_an_answer_is_checked_against_the_schema_as_it_was_written(text, given_, words):
    found = schema.mismatch(text, given_)

    assert found is None if words is None else words in found


@given(VALUES)
def test_every_beginning_of_json_is_known_as_one(value):
    text = json.dumps(value, separators=(",", ":"))

    assert all(schema.begun(text[:end]) for end in range(len(text) + 1))
    assert not schema.cut(text)


@pytest.mark.parametrize("text", ["Certainly", "there", '"a" b', "{a", "[1,,", "nope", '{\n  "a": 1', '{"a": "b"'])
def test_text_that_the_grammar_would_not_let_through_is_known(text):
    assert not schema.begun(text)


@pytest.mark.parametrize("text", ["Certainly", "there", '"a" b', "{a", "[1,,", "nope"])
def test_text_that_no_json_begins_with_is_not_cut(text):
    assert not schema.cut(text)


def test_json_that_stops_half_way_is_cut():
    assert schema.cut('{"a": "b')
    assert schema.cut("")
