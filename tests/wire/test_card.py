"""What a server says of its models, and what it says beyond the documented fields."""

import copy
import json
import pickle

import msgspec
import pytest

from dragoman.errors import InvalidRequestError
from dragoman.wire.card import ModelCard, card_path, read_card, read_cards

CARD = {"id": "gpt-x", "object": "model", "created": 1700000000, "owned_by": "openai", "max_model_len": 8192}


def test_a_card_is_read_with_all_that_the_server_says():
    card = read_card(json.dumps(CARD).encode())

    assert (card.id, card.object, card.created, card.owned_by) == ("gpt-x", "model", 1700000000, "openai")
    assert card.extra == {"max_model_len": 8192}
    assert card.to_dict() == CARD


def test_a_list_is_read_with_all_that_the_server_says():
    document = {"object": "list", "data": [CARD, {"id": "b"}], "has_more": False}

    cards = read_cards(json.dumps(document).encode())

    assert [card.id for card in cards.data] == ["gpt-x", "b"]
    assert cards.object == "list"
    assert cards.to_dict() == document


@pytest.mark.parametrize("again", [lambda card: pickle.loads(pickle.dumps(card)), copy.copy, copy.deepcopy])
def test_nothing_is_lost_in_a_copy(again):
    card = again(read_card(json.dumps(CARD).encode()))

    assert card.to_dict() == CARD
    assert card.id == "gpt-x"


@pytest.mark.parametrize("document", [{"data": None}, {"data": []}, {}, {"data": [None]}])
def test_a_server_without_models_has_none(document):
    assert read_cards(json.dumps(document).encode()).data == ()


def test_servers_that_do_not_know_their_own_age_are_read():
    assert read_card(b'{"id":"m","created":null,"owned_by":null}') == ModelCard(id="m")


@pytest.mark.parametrize("read", [read_card, read_cards])
def test_what_is_no_json_object_is_refused(read):
    with pytest.raises(msgspec.DecodeError, match="expected a JSON object, got an array"):
        read(b"[]")


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("gpt-x", "/models/gpt-x"),
        ("org/model:7b", "/models/org/model%3A7b"),
        ("a b?c#d%2e", "/models/a%20b%3Fc%23d%252e"),
        ("..a/b..", "/models/..a/b.."),
    ],
)
def test_a_card_has_its_path(model, path):
    assert card_path(model) == path


@pytest.mark.parametrize("model", ["", ".", "..", "../files", "org/../../keys", "org/.", "gpt-\ud800"])
def test_what_leads_elsewhere_is_no_models_name(model):
    with pytest.raises(InvalidRequestError) as refused:
        card_path(model)

    assert refused.value.param == "model"
