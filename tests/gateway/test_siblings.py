"""The numbers of several processes: what one wrote the others read, while it lives and after."""

import os

from dragoman.gateway.exposition import Family, Numbers
from dragoman.gateway.siblings import Siblings
from processes import python

ASKED = Family("asked_total", "counter", "Questions", ("who",))

WRITE = """
from pathlib import Path
from dragoman.gateway.exposition import Family, Numbers
from dragoman.gateway.siblings import Siblings
siblings = Siblings(Path(sys.argv[1]))
for times in (1, 2):
    numbers = Numbers({"asked_total": {("ana",): times}})
    siblings.write(numbers)
"""


def test_another_process_is_read_as_it_wrote_last(tmp_path):
    python(WRITE, tmp_path)

    (found,) = Siblings(tmp_path).others()
    assert found.numbers.sums == {"asked_total": {("ana",): 2}}
    assert not found.alive


def test_one_that_lives_is_alive_and_is_none_of_its_own_others(tmp_path):
    own, other = Siblings(tmp_path), Siblings(tmp_path)
    numbers = Numbers()
    numbers.saw(Family("took", "histogram", "x", (), (1.0,)), (), 0.5)
    own.write(numbers)

    assert not own.others()
    ((found, alive),) = other.others()
    assert found == numbers
    assert alive


def test_a_file_that_cannot_be_read_is_left_out(tmp_path):
    (tmp_path / f"{os.getpid()}-torn.numbers").write_bytes(b"\x81")

    assert not Siblings(tmp_path).others()


def test_a_folder_that_is_gone_is_no_failure(tmp_path):
    siblings = Siblings(tmp_path / "gone")
    siblings.write(Numbers())

    assert not siblings.others()
