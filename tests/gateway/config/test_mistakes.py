import copy
import pickle

from dragoman.errors import ConfigurationError
from dragoman.gateway.config.mistakes import MistakesError, dotted, suggestion


def test_all_mistakes_are_one_error_with_a_line_each():
    error = MistakesError(["d.toml:3: one", "d.toml:9: two"])

    assert isinstance(error, ConfigurationError)
    assert error.lines == ("d.toml:3: one", "d.toml:9: two")
    assert str(error) == "d.toml:3: one\nd.toml:9: two"
    assert pickle.loads(pickle.dumps(error)).lines == copy.copy(error).lines == error.lines


def test_a_name_with_a_line_in_it_makes_no_further_line():
    error = MistakesError(['d.toml:3: the file has no "a\nd.toml:1: b\x1b[2J\u2028"'])

    assert error.lines == (r'd.toml:3: the file has no "a\u000ad.toml:1: b\u001b[2J\u2028"',)
    assert pickle.loads(pickle.dumps(error)).lines == error.lines


def test_a_place_is_written_as_people_do():
    assert dotted(("routes", 0, "candidates", 2, "model")) == "routes[0].candidates[2].model"
    assert dotted(()) == ""


def test_the_nearest_name_is_offered_or_else_all_of_them():
    assert suggestion("vendr", ["vendor", "url"]) == '; did you mean "vendor"?'
    assert suggestion("x", ["vendor", "url"]) == "; there are vendor, url"
    assert suggestion("x", []) == "; there is none"
