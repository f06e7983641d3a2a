"""The README's three calls, run by a shell just as they stand there."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.oracles import by_ffmpeg
from tests.programs import CURLS, path_with_curl
from tests.server import Server

PROJECT = Path(__file__).parents[2]
ADDRESS = "http://127.0.0.1:5000"


@pytest.mark.parametrize("curl", CURLS)
def test_the_calls_of_the_readme_download_an_mp3(server: Server, tmp_path: Path, curl: str) -> None:
    readme = (PROJECT / "README.md").read_text("utf-8")
    section = readme.split("## Three calls\n")[1].split("\n## ")[0]
    calls = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    (programs := tmp_path / "programs").mkdir()
    script = "".join(["set -eu\n", *calls]).replace(ADDRESS, server.url)

    done = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env={"PATH": path_with_curl(programs, curl), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    by_header = done.stdout[done.stdout.index("HTTP/1.1") :]
    assert by_header.startswith("HTTP/1.1 201"), done.stdout
    assert by_header.count("HTTP/1.1 201") == 2, done.stdout  # in a form, and as the file itself
    decoded = by_ffmpeg(tmp_path / "talk.mp3")
    assert decoded is not None
    assert (decoded.samples, decoded.rate) == (8000, 8000)
