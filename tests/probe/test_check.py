"""What a check is: a name, a subject, and something to do."""

from dragoman.probe.check import Check
from dragoman.probe.finding import honoured


def test_a_check_runs_unless_it_has_to_be_asked_for():
    check = Check("name", "subject", lambda _: honoured("seen"))

    assert not check.asked
    assert check.look(None) == ("honoured", "seen")
