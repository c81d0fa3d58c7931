"""The faces against the published packages that they stand in for: the same calls, on the same server.

What differs is listed here, under the test of the face that says how; the face's README has a row of that test. What
is not listed is a fault, and so is a row that nothing differs in.
"""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import pytest

from originals import told

FACES = Path(__file__).parent.parent.parent / "faces"
ASPECTS = ("wire", "returned", "given", "used", "raised")
ANSWERED = "wire returned given raised"


class Row(NamedTuple):
    """Where a face differs.

    Attributes:
        proof: the test that says how.
        aspects: what of a call differs, of `ASPECTS`.
        cases: the calls, as patterns of their names.
    """

    proof: str
    aspects: str
    cases: list[str]


BOTH = [
    Row(
        "test_a_200_that_is_no_completion",
        "raised",
        ["answer: an empty object", "answer: a list", "answer: null", "answer: broken", "answer: empty"],
    ),
    Row("test_an_answer_is_shown_as_it_came", "returned given raised", ["answer: without id", "answer: numbers as text"]),
    Row("test_a_redirect_that_leads_nowhere_says_so", "raised", ["answer: 302 to nowhere"]),
    Row(
        "test_a_stream_that_breaks_off_raises_after_what_came",
        "raised",
        [
            "stream: an error", "stream: an error event", "stream: cut", "stream: short",
            "stream: no reason and no [[]DONE]", "network: a stream that stalls",
        ],
    ),
    Row(
        "test_a_stream_that_fails_at_once_is_told_by_the_call",
        "returned given raised",
        ["stream: an error at once", "stream: empty", "stream: nothing but [[]DONE]", "stream: not JSON"],
    ),
    Row(
        "test_events_are_read_by_the_standard",
        "given raised",
        [
            "stream: a byte order mark", "stream: an event without data", "stream: two spaces",
            "stream: [[]DONE] and a space", "stream: more after [[]DONE], in one piece",
            "stream: no blank line at the end",
        ],
    ),
    Row("test_done_is_the_end_of_a_stream", "raised", ["network: kept open after [[]DONE]"]),
    Row("test_a_stream_that_was_left_is_over", "used", ["stream: left early"]),
    Row(
        "test_no_connection_is_under_the_base_class",
        "raised",
        ["network: closed without an answer", "network: reset", "network: nobody there", "network: half a document"],
    ),
    Row("test_a_time_out_is_under_the_base_class", "raised", ["network: no answer in time*", "retries: no answer in time, not for connections"]),
    Row("test_a_connection_that_broke_is_tried_again_too", ANSWERED, ["retries: closed without an answer"]),
    Row("test_a_credential_is_sent_as_one", ANSWERED, ["credential: with*", "credential: an empty text"]),
    Row(
        "test_a_wrong_argument_is_a_sentence_and_nothing_is_sent",
        "raised",
        [
            "sends: no model", "sends: messages that are none", "sends: a message without a role",
            "sends: half a token", "sends: a word as a number", "client: one that is none",
            "model: a wrong role", "model: missing",
        ],
    ),
    Row("test_a_field_that_a_model_does_not_have", "raised", ["model: an unknown field is set"]),
    Row("test_messages_are_sent_with_all_that_is_in_them", "wire", ["sends: a message, with a field nobody documented"]),
    Row("test_a_client_after_its_block", "used", ["client: after its block"]),
]  # fmt: skip
DIFFERENCES = {
    "r9s": [
        *BOTH,
        Row("test_each_status_is_its_own_class_whatever_the_body", "raised", ["error: *"]),
        Row("test_an_answer_without_a_body", "raised", ["answer: 204"]),
        Row(
            "test_an_answer_is_shown_as_it_came",
            "returned given raised",
            ["answer: another *", "answer: finish reason null", "stream: another reason"],
        ),
        Row("test_continued_tool_calls_and_the_usage_chunk", "given raised", ["stream: calls a tool"]),
        Row("test_a_credential_is_sent_as_one", ANSWERED, ["credential: none*"]),
        Row("test_a_wrong_argument_is_a_sentence_and_nothing_is_sent", "raised", ["sends: a number as a stop"]),
        Row(
            "test_what_each_parameter_sends",
            ANSWERED,
            [
                "sends: a strict schema", "sends: a strict tool", "sends: a choice that is none", "sends: a new tier",
                "sends: a new effort", "sends: a new kind of output",
            ],
        ),
        Row(
            "test_messages_are_sent_with_all_that_is_in_them",
            ANSWERED,
            ["sends: a message, with a part of sound", "sends: a message, of a new role"],
        ),
        Row("test_a_completion_can_be_entered_like_a_stream", "used raised", ["call: entered like a stream"]),
        Row("test_no_connection_is_under_the_base_class", "used", ["error: bases"]),
    ],
    "atoma_sdk": [
        *BOTH,
        Row("test_a_completion_and_everything_in_it", "returned given raised", ["answer: calls a tool*"]),
        Row("test_an_answer_of_the_other_kind_is_told", "raised", ["answer: a stream that was not asked for"]),
        Row("test_a_single_stop_is_sent_as_it_is", ANSWERED, ["sends: one stop"]),
        Row("test_a_wrong_argument_is_a_sentence_and_nothing_is_sent", "raised", ["sends: a message, without content"]),
        Row(
            "test_messages_are_sent_with_all_that_is_in_them",
            ANSWERED,
            ["sends: a message, content null", "sends: a message, of a tool", "sends: a message, of parts"],
        ),
        Row("test_a_client_of_the_user_s_own_stays_open", "used", ["client: of the user's own"]),
        Row("test_an_error_can_be_hashed", "used raised", ["error: hashed"]),
    ],
}  # fmt: skip

PLUMBING = [
    "*Metadata", "OpenEnumMeta", "Retries", "SerializedRequestBody", "find_metadata", "generate_url", "get_*",
    "marshal_json", "match_*", "retry*", "serialize_*", "stream_to_*", "template_url", "unmarshal*", "validate_*",
]  # fmt: skip
"""How the originals make and read requests; the faces do so in dragoman."""
STREAMING = ["MESSAGE_BOUNDARIES", "ServerEvent", "T", "stream_events*"]
ELSEWHERE = [
    "Confidential*", "Create*", "Embedding*", "Health*", "Image*", "Model", "ModelList", "Node*",
]  # fmt: skip
"""What belongs to other resources than chat."""
ABSENT = {
    "r9s": {
        "models": [
            "Anthropic*", "Audio[ST]*", "Billing", "Completion[CRS]*", "ContentBlock", "Create[AEIMPR]*",
            "CreateCompletion*", "Delta", "Edit*", "Effort", "Embedding*", "EncodingFormat", "Engine*", "Error", "Extra",
            "File", "Image[EFGOU]*", "IncompleteDetails", "Input*", "MediaType", "Model", "ModelListResponse",
            "Moderation*", "OutputTokensDetails", "Parameters", "Payer", "Properties", "Quality", "Reasoning",
            "Response[ORSTU]*", "RetrieveModelRequest", "Search*", "Segments", "Size", "Status", "StopReason", "Style",
            "Summary", "Text", "Thinking", "TimestampGranularities", "Truncation", "Verbosity", "Words",
        ],
        "types": ["UNSET_SENTINEL"],
        "utils": [*PLUMBING, "cast_partial", "parse_datetime"],
        "utils.eventstreaming": STREAMING,
        "_hooks": ["SDKConfiguration"],
        "httpclient": ["ClientOwner", "close_clients"],
        "": ["BaseSDK", "ClientOwner", "OPENAPI_DOC_VERSION", "SPEAKEASY_GENERATOR_VERSION", "USER_AGENT", "close_clients"],
    },
    "atoma_sdk": {
        "models": ELSEWHERE,
        "types": ["UNSET_SENTINEL"],
        "utils": PLUMBING,
        "utils.eventstreaming": STREAMING,
        "_hooks": ["HttpClient"],
        "": [*ELSEWHERE, "BaseSDK", "Models"],
    },
}  # fmt: skip


def within(original, face):
    """Whether all that the original shows is there; the face shows what else the server sent."""
    if isinstance(original, dict) and isinstance(face, dict):
        known = all(name in face and within(value, face[name]) for name, value in original.items())
        return known and all(face[name] is not None for name in face.keys() - original.keys())
    if isinstance(original, list) and isinstance(face, list):
        return len(original) == len(face) and all(map(within, original, face))
    return original == face


def differing(pairs):
    """The aspects in which calls differ, and how."""
    found = {}
    for original, face in pairs:
        for aspect in ASPECTS:
            one, other = original.get(aspect), face.get(aspect)
            if not (within(one, other) if aspect == "given" else one == other):
                found[original["case"], aspect] = (original["colour"], one, other)
    return found


def lacking(name, pairs):
    """The names that the original has and the face has not, but for the listed ones; and the listed ones it has."""
    missing, idle = set(), set()
    for original, face in pairs:
        module = original["module"]
        patterns = ABSENT[name].get(module, [])
        lacks = {one.removesuffix("TypedDict") for one in set(original["names"]) - set(face["found"])}
        missing |= {(module, one) for one in lacks if not any(fnmatchcase(one, pattern) for pattern in patterns)}
        idle |= {(module, pattern) for pattern in patterns if not any(fnmatchcase(one, pattern) for one in lacks)}
    return missing, idle


# One test: the calls are made once, whichever worker makes them.
@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_face_does_what_its_original_does_but_where_it_is_listed(name):
    pairs = list(zip(*told(name), strict=True))
    found = differing([pair for pair in pairs if "case" in pair[0]])
    rows = [(row, pattern) for row in DIFFERENCES[name] for pattern in row.cases]
    listed = {
        (case, aspect)
        for case, aspect in found
        for row, pattern in rows
        if aspect in row.aspects.split() and fnmatchcase(case, pattern)
    }
    idle = {pattern for _, pattern in rows if not any(fnmatchcase(case, pattern) for case, _ in found)}

    assert {key: found[key] for key in found.keys() - listed} == {}
    assert idle == set()
    assert lacking(name, [pair for pair in pairs if "module" in pair[0]]) == (set(), set())


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_listed_difference_is_in_the_readme(name):
    readme = (FACES / name / "README.md").read_text()

    assert [row.proof for row in DIFFERENCES[name] if f"`{row.proof}`" not in readme] == []
