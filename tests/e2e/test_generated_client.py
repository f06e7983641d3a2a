"""A client that other people's generator has made from the API's description, against the real service."""

import importlib
import io
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.server import Server
from tests.wavs import pcm, tone, wav

_GENERATOR = str(Path(sys.executable).with_name("openapi-python-client"))
_CONFIGURATION = Path(__file__).parents[2] / "docs" / "openapi-python-client.yml"
_PACKAGE = "generated_music_app_client"
RECORDING = wav(pcm(tone(8000, rate=8000)), rate=8000)


@pytest.fixture
def generated(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The package that the generator makes of the description which this service gives."""
    with server.client() as client:
        (tmp_path / "openapi.json").write_bytes(client.get("/schema/openapi.json").raise_for_status().content)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}", prepend=":")
    command = [_GENERATOR, "generate", "--path", "openapi.json", "--config", str(_CONFIGURATION), "--meta", "none"]
    done = subprocess.run(
        [*command, "--output-path", _PACKAGE], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    warned = [line for line in done.stdout.splitlines() if line.startswith(("ERROR", "Unsupported", "Cannot"))]
    assert warned == []
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module(_PACKAGE)


def part(name: str) -> ModuleType:
    return importlib.import_module(f"{_PACKAGE}.{name}")


def test_a_generated_client_registers_uploads_lists_downloads_and_deletes(
    server: Server, generated: ModuleType
) -> None:
    with generated.Client(base_url=server.url) as anybody:
        wanted = part("models").RegisterNewUser(user_name="Ann")
        user = part("api.default.register").sync(client=anybody, body=wanted)
    with generated.AuthenticatedClient(base_url=server.url, token=user.user_access_token) as me:
        recording = part("types").File(payload=io.BytesIO(RECORDING), file_name="talk.wav", mime_type="audio/wav")
        form = part("models").AddTrackFilesRecording(wav_file=recording)
        uploaded = part("api.default.add_track").sync_detailed(client=me, body=form)
        assert (uploaded.status_code, uploaded.parsed.status) == (201, "success")

        [track] = part("api.default.list_tracks").sync(client=me).items
        assert (track.file_name, track.link, track.duration) == ("talk.mp3", uploaded.headers["Location"], 1.0)
        mp3 = part("api.default.get_audio").sync(client=me, track_uuid=track.track_uuid).payload.read()
        assert len(mp3) == track.mp3.size

        deleted = part("api.default.delete_track").sync_detailed(client=me, track_uuid=track.track_uuid)
        assert deleted.status_code == 204
        assert part("api.default.list_tracks").sync(client=me).items == []
        gone = part("api.default.get_track").sync(client=me, track_uuid=track.track_uuid)
        assert (gone.status, gone.code) == ("error", "track.not_found")
