import argparse

import pytest

from dragoman.cli import keys, models, usage


def test_a_command_adds_itself_to_what_argparse_returns():
    root = argparse.ArgumentParser()

    models.add(root.add_subparsers())

    assert root.parse_args(["models", "--base-url", "http://a.test"]).run is models.run


@pytest.mark.parametrize(
    "words",
    [
        ["keys", "create", "--owner", "Ren\udce9"],
        ["keys", "create", "--owner", "ana", "--note", "caf\udce9"],
        ["keys", "create", "--owner", "ana", "--models", "\udce9*"],
        ["keys", "list", "--owner", "\udce9"],
        ["keys", "rotate", "\udce9"],
        ["keys", "revoke", "\udce9"],
        ["usage", "--owner", "\udce9"],
        ["usage", "--model", "\udce9"],
        ["usage", "--key", "\udce9"],
        ["usage", "--by", "\udce9"],
    ],
)
def test_what_stores_could_not_take_is_refused_as_it_is_typed(words, capsys):
    root = argparse.ArgumentParser()
    commands = root.add_subparsers()
    keys.add(commands)
    usage.add(commands)

    with pytest.raises(SystemExit):
        root.parse_args(words)
    assert "its bytes are no text in this terminal's encoding" in capsys.readouterr().err
