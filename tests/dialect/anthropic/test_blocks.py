import base64

import pytest

from dragoman.dialect.anthropic.blocks import block, content, part, plain
from dragoman.errors import InvalidRequestError

PDF = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
NOTE = base64.b64encode("naïve".encode()).decode()

PAIRS = {
    "text": ({"type": "text", "text": "x"}, {"type": "text", "text": "x"}),
    "a marked text": (
        {"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
        {"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
    ),
    "an image": (
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,aaaa"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aaaa"}},
    ),
    "an image elsewhere": (
        {"type": "image_url", "image_url": {"url": "https://a.test/b.png"}},
        {"type": "image", "source": {"type": "url", "url": "https://a.test/b.png"}},
    ),
    "a document": (
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERi0=", "filename": "a.pdf"}},
        {"type": "document", "source": PDF, "title": "a.pdf"},
    ),
    "a text file": (
        {"type": "file", "file": {"file_data": f"data:text/plain;base64,{NOTE}"}},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "naïve"}},
    ),
    "an upload": (
        {"type": "file", "file": {"file_id": "file_1"}},
        {"type": "document", "source": {"type": "file", "file_id": "file_1"}},
    ),
    "a part nobody knows": ({"type": "container_upload", "file_id": "f"}, {"type": "container_upload", "file_id": "f"}),
    "an image by its upload": (
        {"type": "image", "source": {"type": "file", "file_id": "f"}},
        {"type": "image", "source": {"type": "file", "file_id": "f"}},
    ),
}


@pytest.mark.parametrize(("ours", "theirs"), PAIRS.values(), ids=PAIRS)
def test_a_part_is_a_block_and_the_block_is_the_part_again(ours, theirs):
    changes = []

    assert block(ours, "messages[0].content[0]", changes) == theirs
    assert part(theirs) == ours
    assert changes == []


def test_a_bare_address_is_an_image_too():
    assert (
        block({"type": "image_url", "image_url": "https://a.test/b.png"}, "p", [])["source"]["url"]
        == "https://a.test/b.png"
    )


def test_bytes_without_a_type_are_a_pdf():
    assert block({"type": "file", "file": {"file_data": "JVBERi0="}}, "p", [])["source"] == PDF


def test_openais_breakpoint_is_a_mark_for_the_cache():
    marked = {"type": "text", "text": "x", "prompt_cache_breakpoint": {"mode": "explicit"}}

    assert block(marked, "p", []) == {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}


def test_a_refusal_said_before_is_text():
    assert block({"type": "refusal", "refusal": "no"}, "p", []) == {"type": "text", "text": "no"}


def test_how_closely_to_look_is_dropped_and_said():
    changes = []
    block({"type": "image_url", "image_url": {"url": "https://a.test/b.png", "detail": "low"}}, "p", changes)
    block({"type": "image_url", "image_url": {"url": "https://a.test/b.png", "detail": "auto"}}, "q", changes)

    assert changes == ["p.image_url.detail: dropped"]


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}, "p"),
        ({"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}, "p.image_url.url"),
        ({"type": "file", "file": {"file_data": "data:image/tiff;base64,aaaa"}}, "p.file"),
        ({"type": "file", "file": {}}, "p.file"),
        ({"type": "file", "file": {"file_data": "data:text/plain;base64,/w=="}}, "p.file.file_data"),
    ],
)
def test_what_has_no_form_is_refused_by_name(wrong, param):
    with pytest.raises(InvalidRequestError) as caught:
        block(wrong, "p", [])

    assert caught.value.param == param


def test_one_plain_text_is_a_string_on_both_sides():
    text = {"type": "text", "text": "x"}

    assert content([text]) == plain([text]) == "x"
    assert content([text, text]) == plain([text, text]) == [text, text]
    assert plain([text | {"cache_control": {"type": "ephemeral"}}]) != "x"


def test_empty_texts_go_unless_there_is_nothing_else():
    empty = {"type": "text", "text": " "}

    assert plain([empty, {"type": "text", "text": "x"}]) == "x"
    assert plain([empty]) == " "
