"""The collection for Postman, run by Postman's own runner against the real service."""

import json
import os
import subprocess
from pathlib import Path

from tests.node import NODE, ROOT
from tests.server import Server
from tests.wavs import pcm, tone, wav

COLLECTION = ROOT / "docs" / "postman_collection.json"
_NEWMAN = ROOT / "node_modules" / "newman" / "bin" / "newman.js"
RECORDING = wav(pcm(tone(8000, rate=8000)), rate=8000)


def test_every_request_of_the_collection_is_answered_as_it_says(server: Server, tmp_path: Path) -> None:
    (tmp_path / "talk.wav").write_bytes(RECORDING)
    report = tmp_path / "report.json"
    run_it = [str(NODE), str(_NEWMAN), "run", str(COLLECTION), "--env-var", f"base_url={server.url}"]
    done = subprocess.run(
        [*run_it, "--working-dir", str(tmp_path), "--reporters", "json", "--reporter-json-export", str(report)],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    run = json.loads(report.read_text("utf-8"))["run"]
    failed = [f"{failure['source']['name']}: {failure['error']['message']}" for failure in run["failures"]]

    assert (failed, done.returncode) == ([], 0)
    assert run["stats"]["assertions"]["total"] >= run["stats"]["requests"]["total"] >= 20


def test_the_three_calls_come_first() -> None:
    first = json.loads(COLLECTION.read_text("utf-8"))["item"][0]["item"]

    assert [item["request"]["method"] for item in first] == ["POST", "POST", "GET"]
