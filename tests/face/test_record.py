"""An answer as a face shows it."""

import pytest

from dragoman.face.record import RawResponse


def test_text_and_json():
    response = RawResponse(200, {"content-type": "Application/JSON; charset=utf-8"}, b'{"a":"\xc3\xa9"}')

    assert response.json() == {"a": "é"}
    assert response.text == '{"a":"é"}'
    assert response.media_type == "application/json"


def test_a_missing_content_type_is_bytes():
    assert RawResponse(200, {}).media_type == "application/octet-stream"


@pytest.mark.parametrize("body", [b"", b"<html>", b'"\xff"'])
def test_what_is_not_json_says_so(body):
    with pytest.raises(ValueError, match="the body is not JSON"):
        RawResponse(502, {}, body).json()


def test_its_repr_shows_nothing_private():
    assert repr(RawResponse(401, {"x": "sk-1"}, b"sk-1")) == "<Response [401]>"
