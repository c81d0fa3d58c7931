"""What several answers used, together."""

import pytest

from dragoman.cost.total import added, estimated
from dragoman.wire.completion import Completion, CompletionTokensDetails, Usage, read_completion


def usage(prompt, completion, reasoning=None):
    details = None if reasoning is None else CompletionTokensDetails(reasoning_tokens=reasoning)
    return Usage(prompt, completion, prompt + completion, completion_tokens_details=details)


@pytest.mark.parametrize(
    ("one", "other", "sum_"),
    [
        (None, None, None),
        (usage(1, 2), None, usage(1, 2)),
        (None, usage(1, 2), usage(1, 2)),
        (usage(1, 2), usage(3, 4), usage(4, 6)),
        (usage(1, 2, 1), usage(3, 4), usage(4, 6, 1)),
        (usage(1, 2, 1), usage(3, 4, 3), usage(4, 6, 4)),
    ],
)
def test_usage_is_added_field_by_field(one, other, sum_):
    assert added(one, other) == sum_


def test_what_a_server_does_not_count_is_guessed_by_the_bytes():
    said = read_completion(b'{"choices":[{"message":{"content":"12345"}}]}')

    assert estimated(Completion(usage=usage(1, 2)), b"x" * 400) == 3
    assert estimated(said, b"x" * 400) == 102
