"""The lock files are whole, hashed, and hold nothing that only builds or is never loaded."""

import json
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.supply.locks import PROJECT, Locked, left_out, locked

FILES = [*sorted(path.name for path in PROJECT.glob("requirements*.lock"))]
RUN_TIME = locked("requirements.lock")
# What tells where packages come from: that is the machine's to say.
ADDRESSES = ("://", "--index-url", "--find-links", "--extra-index-url")


@pytest.mark.parametrize("file", FILES)
def test_d8_every_entry_has_its_hashes_and_no_address(file: str) -> None:
    assert all(entry.sha256 for entry in locked(file))
    assert [address for address in ADDRESSES if address in (PROJECT / file).read_text("utf-8")] == []


def test_d8_each_lock_has_its_place() -> None:
    assert [f"requirements{name}.lock" for name in ("-audit", "-build", "-dev", "-fuzz", "")] == FILES
    assert {entry.name for entry in locked("requirements-build.lock")} >= {"hatchling", "editables"}


def test_d8_what_builds_is_not_installed_to_run() -> None:
    build = {entry.name for entry in locked("requirements-build.lock")} | {"pip", "setuptools", "wheel"}

    assert [entry.name for entry in RUN_TIME if entry.name in build] == []


def test_d8_what_is_left_out_is_not_locked_and_has_its_reason() -> None:
    assert left_out()
    assert [entry.name for entry in RUN_TIME if entry.name in left_out()] == []
    listed = [
        line for line in (PROJECT / "requirements-left-out.txt").read_text("utf-8").splitlines() if line[0] != "#"
    ]
    assert len(listed) == len(left_out()), "one without a reason"


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-dev.lock"])
def test_d8_nothing_else_that_is_asked_for_is_missing(file: str) -> None:
    """They are installed without looking at what they require, so the locks have to be whole."""
    versions = {entry.name: entry.version for entry in RUN_TIME + locked(file) if _is_for_here(entry)}
    asked = list(_asked_for(locked(file)))

    assert {requirement.name for requirement in asked} - versions.keys() <= left_out().keys()
    wrong = [asking for asking in asked if asking.name in versions and versions[asking.name] not in asking.specifier]
    assert wrong == []


def test_d8_nothing_is_left_out_that_nobody_asks_for() -> None:
    asked = {requirement.name for requirement in _asked_for(RUN_TIME)}

    assert {name for name, reason in left_out().items() if "Windows" not in reason} <= asked


NPM_LICENCES = {
    "(AFL-2.1 OR BSD-3-Clause)",
    "(BSD-3-Clause OR GPL-2.0)",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BlueOak-1.0.0",
    "ISC",
    "MIT",
    "Unlicense",
    "WTFPL",
}
NPM_TELLS_NO_LICENCE = {f"node_modules/{name}" for name in ("combine-errors", "httpntlm", "stack-trace")}
"""They are under the MIT licence, by what is in their folders."""


def test_d8_every_npm_package_is_hashed_of_one_version_and_runs_nothing() -> None:
    told = json.loads((PROJECT / "package.json").read_text("utf-8"))
    asked = told.get("dependencies", {}) | told.get("devDependencies", {})
    packages = npm_locked()

    assert {name: packages[f"node_modules/{name}"]["version"] for name in asked} == asked
    assert [name for name, entry in packages.items() if not entry["integrity"].startswith("sha512-")] == []
    assert "ignore-scripts=true" in (PROJECT / ".npmrc").read_text("utf-8").splitlines()


@pytest.mark.parametrize("file", ["package.json", "package-lock.json", ".npmrc"])
def test_d8_npm_is_told_no_address_to_fetch_from(file: str) -> None:
    text = (PROJECT / file).read_text("utf-8")

    assert 'resolved"' not in text
    assert "registry=" not in text.replace("omit-lockfile-registry-resolved=true", "")


def test_d8_npm_packages_are_under_licences_that_bind_nothing_here() -> None:
    licences = {name: entry.get("license") for name, entry in npm_locked().items()}

    assert {name for name, licence in licences.items() if licence is None} == NPM_TELLS_NO_LICENCE
    assert set(licences.values()) - {None} <= NPM_LICENCES


def npm_locked() -> dict[str, dict[str, Any]]:
    """The packages of package-lock.json by their folders."""
    packages: dict[str, dict[str, Any]] = json.loads((PROJECT / "package-lock.json").read_text("utf-8"))["packages"]
    return {name: entry for name, entry in packages.items() if name}


def _asked_for(entries: list[Locked]) -> Iterator[Requirement]:
    """What the project and each of the packages, where it is installed here, require on this system."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    for line in project:
        yield from _applying(Requirement(line), set())
    extras = {canonicalize_name(asked.name): asked.extras for asked in map(Requirement, project)}
    for entry in entries:
        for line in _requirements(entry):
            yield from _applying(Requirement(line), extras.get(canonicalize_name(entry.name), set()))


def _applying(requirement: Requirement, extras: set[str]) -> Iterator[Requirement]:
    marker = requirement.marker
    if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
        requirement.name = canonicalize_name(requirement.name)
        yield requirement


def _requirements(entry: Locked) -> list[str]:
    try:
        return requires(entry.name) or []
    except PackageNotFoundError:  # for other systems
        return []


def _is_for_here(entry: Locked) -> bool:
    return not entry.marker or Requirement(f"{entry.name}; {entry.marker}").marker.evaluate()  # type: ignore[union-attr] # it has one
