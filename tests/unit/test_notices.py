"""The notices name every package that is installed to run the service, under the licence that it states itself."""

import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

PROJECT = Path(__file__).parents[2]
NOTICES = (PROJECT / "THIRD_PARTY_NOTICES.md").read_text("utf-8")
LICENCES = dict(re.findall(r"^\| \[([a-z0-9-]+)\]\(https?://\S+\) \| ([^|]+) \|$", NOTICES, re.MULTILINE))
IN_OTHER_WORDS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


def test_the_notices_name_the_packages_of_the_lock_file() -> None:
    locked = re.findall(r"^([a-z0-9-]+)==", (PROJECT / "requirements.lock").read_text("utf-8"), re.MULTILINE)

    assert list(LICENCES) == list(dict.fromkeys(locked))  # one may be locked once for each of several Pythons


def test_the_licences_are_those_that_the_packages_state() -> None:
    stated = {package: licences(facts) for package in LICENCES if (facts := installed(package))}

    assert "not stated" not in LICENCES.values()
    assert len(stated) > len(LICENCES) - 5  # what other systems and versions of Python need is not there
    assert {package: set(re.split(" OR | AND ", LICENCES[package])) for package in stated} == stated


def installed(package: str) -> PackageMetadata | None:
    try:
        return metadata(package)
    except PackageNotFoundError:
        return None


def licences(facts: PackageMetadata) -> set[str]:
    """SPDX identifiers, from the three places where a package may state them."""
    text: str = facts.json.get("license_expression") or facts.json.get("license") or ""  # type: ignore[assignment] # JSON knows lists, too
    if re.fullmatch(r"[\w.+-]+( (OR|AND) [\w.+-]+)*", text):
        return set(re.split(" OR | AND ", text))
    classifiers = [line.rsplit(" :: ", 1)[1] for line in facts.get_all("Classifier", []) if line.startswith("License")]
    return {IN_OTHER_WORDS[words] for words in classifiers or text.splitlines()[:1]} or {"not stated"}
