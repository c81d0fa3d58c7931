from dragoman.face.url import filled


def test_names_are_filled_in():
    assert filled("https://{region}.example/{v}", {"region": "eu", "v": "v1"}) == "https://eu.example/v1"


def test_none_is_none():
    assert filled(None, None) == ""
    assert filled("https://x.example", {"region": "eu"}) == "https://x.example"
