"""How long the store keeps what it is given."""

from datetime import timedelta

from dragoman.gateway.config.days import lasting_days
from dragoman.gateway.config.load import parsed


def store(more=""):
    return parsed(f'[store]\nurl = "sqlite:d.db"\n{more}'.encode(), "test.toml").store


def test_what_nobody_limits_is_kept_for_ever():
    assert lasting_days(store()) == lasting_days(None) == (None, None)


def test_words_may_be_forgotten_sooner_than_requests():
    assert lasting_days(store("keep_days = 90\nkeep_texts_days = 7")) == (timedelta(days=90), timedelta(days=7))
