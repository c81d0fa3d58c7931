import argparse

from dragoman.cli import models


def test_a_command_adds_itself_to_what_argparse_returns():
    root = argparse.ArgumentParser()

    models.add(root.add_subparsers())

    assert root.parse_args(["models", "--base-url", "http://a.test"]).run is models.run
