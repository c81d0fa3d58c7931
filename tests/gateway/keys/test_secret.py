"""What a key's secret looks like."""

import hashlib
import math
import re

from dragoman.gateway.keys.secret import SHOWN, hash_of, key_of, new_id, new_secret, shown


def test_a_secret_has_256_bits_and_more_beyond_what_is_shown_of_it():
    text = new_secret().reveal()

    assert re.fullmatch("dg_[0-9A-Za-z]+", text)
    assert (len(text) - SHOWN) * math.log2(62) > 256


def test_no_two_are_alike():
    assert len({new_secret().reveal() for _ in range(1000)}) == 1000
    assert len({new_id() for _ in range(1000)}) == 1000


def test_a_secret_does_not_print_itself():
    assert "dg_" not in repr(new_secret())


def test_its_hash_is_sha_256():
    assert hash_of("dg_abc") == hashlib.sha256(b"dg_abc").hexdigest()


def test_a_list_shows_its_beginning():
    assert shown("dg_3fK9aQxZZZZZZ") == "dg_3fK9aQx"


def test_a_row_belongs_to_its_key():
    assert key_of("key_7Hq2.12") == "key_7Hq2"
