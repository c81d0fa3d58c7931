import pytest

from dragoman.dialect.responses.parts import content, content_of, part, part_of

MARK = {"prompt_cache_breakpoint": {"mode": "explicit"}}
FORMS = {
    "text": ({"type": "input_text", "text": "x"} | MARK, {"type": "text", "text": "x"} | MARK),
    "an image": (
        {"type": "input_image", "image_url": "https://a.test/x.png", "detail": "low"},
        {"type": "image_url", "image_url": {"url": "https://a.test/x.png", "detail": "low"}},
    ),
    "an image that was uploaded": (
        {"type": "input_image", "file_id": "file-1", "detail": "high"},
        {
            "type": "file",
            "file": {"file_id": "file-1"},
            "responses": {"type": "input_image", "detail": "high"},
        },
    ),
    "a file": (
        {"type": "input_file", "file_data": "data:application/pdf;base64,AA==", "filename": "x.pdf", "detail": "low"},
        {
            "type": "file",
            "file": {"file_data": "data:application/pdf;base64,AA==", "filename": "x.pdf"},
            "responses": {"detail": "low"},
        },
    ),
    "sound": (
        {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
        {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
    ),
    "a kind nobody here knows": ({"type": "input_smell", "smell": "rose"}, {"type": "input_smell", "smell": "rose"}),
}


@pytest.mark.parametrize(("theirs", "ours"), FORMS.values(), ids=FORMS)
def test_a_part_in_chats_form_and_back(theirs, ours):
    assert part_of(theirs) == ours
    assert part(ours) == theirs


def test_an_image_by_its_bare_address_is_looked_at_as_the_model_likes():
    said = {"type": "image_url", "image_url": "https://a.test/x.png"}

    assert part(said) == {"type": "input_image", "image_url": "https://a.test/x.png", "detail": "auto"}


def test_one_plain_text_is_a_string():
    text = {"type": "input_text", "text": "x"}

    assert content_of("x") == content_of([text]) == "x"
    assert content_of([text, text]) == [{"type": "text", "text": "x"}] * 2
    assert content_of([text | MARK]) == [{"type": "text", "text": "x"} | MARK]
    assert content("x") == "x"
    assert content([{"type": "text", "text": "x"}]) == [text]
