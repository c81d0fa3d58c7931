import os

import pytest

from dragoman.engine import machine


def tree(root, **files):
    for path, text in files.items():
        place = root / path.replace("__", "/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return root


def affinity():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def test_computes_with_the_processors_this_process_may_use(tmp_path):
    assert machine.threads(tmp_path) == min(affinity(), machine.MOST)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system pins no process")
def test_a_process_that_is_pinned_to_one_processor_computes_with_one(tmp_path):
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        assert machine.threads(tmp_path) == 1
    finally:
        os.sched_setaffinity(0, allowed)


@pytest.mark.parametrize(
    ("path", "quota"),
    [("sys/fs/cgroup/cpu.max", "100000 100000\n"), ("sys/fs/cgroup/a/cpu.max", "50000 100000\n")],
    ids=["a container's own group", "a group of a slice"],
)
def test_a_group_with_a_quota_computes_within_it(tmp_path, path, quota):
    place = tree(tmp_path, proc__self__cgroup="0::/a/b\n") / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(quota)

    assert machine.threads(tmp_path) == 1


def test_the_older_groups_are_heard_too(tmp_path):
    root = tree(tmp_path, proc__self__cgroup="4:memory:/x\n2:cpu,cpuacct:/docker/1\n")
    group = root / "sys" / "fs" / "cgroup" / "cpu,cpuacct"
    group.mkdir(parents=True)
    (group / "cpu.cfs_quota_us").write_text("100000\n")
    (group / "cpu.cfs_period_us").write_text("100000\n")

    assert machine.threads(root) == 1


@pytest.mark.parametrize("text", ["max 100000", "nonsense", "", "1 0 0", "-1 100000"])
def test_a_group_without_a_quota_limits_nothing(tmp_path, text):
    root = tree(tmp_path, proc__self__cgroup="0::/\n", sys__fs__cgroup__x="")
    (root / "sys" / "fs" / "cgroup" / "cpu.max").write_text(text)

    assert machine.threads(root) == min(affinity(), machine.MOST)


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("model name : x\nflags\t\t: fpu sse4_2 avx avx2 fma\n", False),
        ("model name : x\nflags\t\t: fpu sse4_2 avx\n", True),
        ("Features\t: fp asimd\n", False),
        ("", False),
    ],
    ids=["with AVX2", "without", "not x86", "empty"],
)
def test_knows_a_processor_without_avx2(tmp_path, text, lacks):
    assert machine.lacks_avx2(tree(tmp_path, proc__cpuinfo=text)) is lacks


def test_a_system_without_such_a_file_is_not_refused(tmp_path):
    assert machine.lacks_avx2(tmp_path) is False
