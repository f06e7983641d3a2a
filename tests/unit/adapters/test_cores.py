"""How many cores count: those of the affinity, less where a control group has a quota."""

import os
from pathlib import Path

import pytest

from adapters.system.cores import available_cores

MANY = 64


@pytest.fixture(autouse=True)
def many_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which only quotas bound."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(MANY)), raising=False)


def cores(folder: Path, membership: str, files: dict[str, str]) -> int:
    """What counts for a process in these control groups, where these are the files below their mount."""
    for name, content in files.items():
        file = folder / "cgroups" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "ascii")
    process = folder / "process"
    process.mkdir()
    (process / "cgroup").write_text(membership, "ascii")
    return available_cores(process, folder / "cgroups")


def v1(folder: str, quota: int, period: int = 100_000) -> dict[str, str]:
    return {f"{folder}/cpu.cfs_quota_us": f"{quota}\n", f"{folder}/cpu.cfs_period_us": f"{period}\n"}


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ("200000 100000\n", 2),
        ("150000 100000\n", 2),
        ("100001 100000\n", 2),
        ("1000 100000\n", 1),
        ("50000 10000\n", 5),
        ("6400000 100000\n", MANY),
        ("9900000 100000\n", MANY),
        ("max 100000\n", MANY),
        ("200000 0\n", MANY),
        ("200000\n", MANY),
        ("", MANY),
        ("two cores", MANY),
    ],
)
def test_a_quota_counts_rounded_up(tmp_path: Path, quota: str, expected: int) -> None:
    assert cores(tmp_path, "0::/\n", {"cpu.max": quota}) == expected


def test_the_smallest_quota_on_the_way_up_holds(tmp_path: Path) -> None:
    files = {"a/cpu.max": "300000 100000", "a/b/cpu.max": "max 100000", "a/b/c/cpu.max": "700000 100000"}

    assert cores(tmp_path, "0::/a/b/c\n", files | {"a/other/cpu.max": "100000 100000"}) == 3


def test_a_container_finds_its_own_group_where_it_is_mounted(tmp_path: Path) -> None:
    """Without a namespace its path is that of the host."""
    assert cores(tmp_path, "0::/docker/0123\n", {"cpu.max": "200000 100000"}) == 2


def test_a_group_outside_of_the_namespace_is_not_looked_for(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "cpu.max").write_text("100000 100000")

    assert cores(tmp_path, "0::/../other\n", {"cpu.max": "200000 100000"}) == 2


def test_a_quota_of_the_first_version_counts_as_well(tmp_path: Path) -> None:
    membership = "5:cpuacct,cpu:/a/b\n4:cpuset:/a\n0::/\n"

    assert cores(tmp_path, membership, v1("cpu/a", 250_000) | v1("cpu/a/b", -1) | v1("cpuset/a", 100_000)) == 3


def test_without_a_quota_of_the_first_version_the_affinity_counts(tmp_path: Path) -> None:
    assert cores(tmp_path, "4:cpu:/\n", v1("cpu", -1)) == MANY


@pytest.mark.parametrize("membership", ["", "\n", "nothing\n", "0:\n", ":::::\n"])
def test_what_says_nothing_bounds_nothing(tmp_path: Path, membership: str) -> None:
    assert cores(tmp_path, membership, {}) == MANY


def test_a_system_without_control_groups_has_its_cores(tmp_path: Path) -> None:
    assert available_cores(tmp_path / "missing", tmp_path / "missing") == MANY


def test_the_affinity_counts_where_it_allows_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 7}, raising=False)

    assert cores(tmp_path, "0::/\n", {"cpu.max": "300000 100000"}) == 2


def test_this_machine_has_a_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    assert 1 <= available_cores() <= (os.cpu_count() or 1)
