import copy
import pickle

import pytest

from dragoman import Result, errors
from dragoman.wire.completion import read_completion

PARTIAL = read_completion(b'{"id":"c1","choices":[{"message":{"content":"Claude Mo"},"index":0}],"vendor":"x"}')


def every_error():
    found = [errors.DragomanError]
    for cls in found:
        found.extend(cls.__subclasses__())
    return found


@pytest.mark.parametrize("cls", [cls for cls in every_error() if issubclass(cls, errors.APIError)])
@pytest.mark.parametrize("again", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy])
def test_an_error_survives_pickling_and_copying_whole(cls, again):
    limits = {
        errors.TimeLimitError: {"limit": "idle", "seconds": 3.0},
        errors.RunLimitError: {"limit": "rounds", "result": Result(PARTIAL, [PARTIAL.message], None, 1, None)},
    }
    error = cls(
        "cut",
        status=200,
        request_id="r7",
        headers={"a": "b"},
        body=b"\xff",
        partial=PARTIAL,
        attempts=3,
        **limits.get(cls, {}),
    )

    twin = again(error)

    assert type(twin) is cls
    assert str(twin) == str(error) == "cut (status 200, request r7, 3 attempts)"
    assert (twin.headers, twin.body, twin.attempts) == ({"a": "b"}, b"\xff", 3)
    assert twin.partial.text == "Claude Mo"
    assert twin.partial.to_dict()["vendor"] == "x"


def test_an_invalid_request_is_a_value_error_that_knows_its_place():
    error = pickle.loads(pickle.dumps(errors.InvalidRequestError("no", param="messages[0].role")))

    assert isinstance(error, ValueError)
    assert error.param == "messages[0].role"


def test_a_time_limit_is_a_timeout_error():
    assert isinstance(errors.TimeLimitError("late", limit="total", seconds=1), TimeoutError)


def test_an_error_is_data_for_a_log_line():
    record = errors.RateLimitError("slow down", status=429, code="rpm", retryable=True, retry_after=2.5).to_dict()

    assert record["error"] == "RateLimitError"
    assert (record["status"], record["code"], record["retryable"], record["retry_after"]) == (429, "rpm", True, 2.5)


def test_the_drawn_tree_is_the_tree():
    drawn = {line.split("──")[1].split()[0]: line for line in errors.__doc__.splitlines() if "──" in line}

    assert set(drawn) == {cls.__name__ for cls in every_error() if cls.__module__ == errors.__name__} - {
        "DragomanError"
    }
    for name, line in drawn.items():
        depth = (line.index("──") - line.index(line.lstrip()[0])) // 4 + 1
        assert len(getattr(errors, name).__mro__) >= depth


def test_a_run_that_was_stopped_travels_with_all_it_had():
    result = Result(PARTIAL, [{"role": "user", "content": "Who?"}, PARTIAL.message], None, 1, None)
    error = pickle.loads(pickle.dumps(errors.RunLimitError("late", limit="seconds", result=result)))

    assert (error.limit, error.result.rounds, error.result.text) == ("seconds", 1, "Claude Mo")
    assert error.result.messages[1].to_dict() == {"role": "assistant", "content": "Claude Mo"}


def test_the_text_of_an_output_that_was_not_is_the_answers_or_the_refusals():
    refused = read_completion(b'{"choices":[{"message":{"refusal":"No."},"index":0}]}')

    assert errors.LengthError("cut", partial=PARTIAL).text == "Claude Mo"
    assert errors.RefusalError("refused", partial=refused).text == "No."
    assert errors.OutputError("nothing").text == ""
