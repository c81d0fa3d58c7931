from urllib.parse import urlsplit

from dragoman.dialect.table import PLAIN, ROWS, at


def test_a_row_is_found_by_its_host():
    assert at("api.openai.com").name == "openai"
    assert at("localhost") is PLAIN


def test_each_row_has_an_address_and_a_credential_of_its_own():
    assert len({urlsplit(row.base_url).hostname for row in ROWS}) == len(ROWS)
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert all(row.base_url.startswith("https://") and row.credential for row in ROWS)
