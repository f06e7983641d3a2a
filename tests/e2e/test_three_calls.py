"""The main path: register, upload, download."""

import httpx

from tests.server import NO_TLS, Server
from tests.wavs import pcm, tone, wav


def test_a_wav_comes_back_as_an_mp3(server: Server) -> None:
    recording = wav(pcm(tone(44100, rate=44100)), rate=44100)
    with server.client() as client:
        uploaded = client.post("/add_track", data=server.register(), files={"wav_file": ("talk.wav", recording)})
        assert (uploaded.status_code, uploaded.json()) == (201, {"status": "success"})
        downloaded = httpx.get(uploaded.headers["location"], trust_env=False, verify=NO_TLS)
    assert downloaded.headers["content-type"] == "audio/mpeg"
    assert "talk.mp3" in downloaded.headers["content-disposition"]
    assert downloaded.content[:1] == b"\xff"
