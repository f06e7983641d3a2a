"""The calls for tracks against the real program and a real PostgreSQL."""

import hashlib

from tests.server import Server
from tests.texts import info
from tests.wavs import pcm, tone, wav


def test_a_track_is_found_changed_played_and_removed(server: Server) -> None:
    user = server.register()
    texts = [(b"LIST", info((b"INAM", "Разговор".encode()), (b"IART", b"Ann")))]
    with server.client() as client:
        client.headers["Authorization"] = f"Bearer {user['user_access_token']}"
        for name, before in (("first.wav", texts), ("second.wav", [])):
            recording = wav(pcm(tone(8000)), before=before)
            client.post("/add_track", files={"wav_file": (name, recording)}).raise_for_status()

        listed = client.get("/tracks", params={"limit": 1}).json()
        [found] = client.get("/tracks", params={"q": "разг"}).json()["items"]
        assert [item["file_name"] for item in listed["items"]] == ["second.mp3"]
        assert client.get(listed["next"]).json() == {"items": [found], "next": None}

        path = f"/tracks/{found['track_uuid']}"
        stored = client.get(f"{path}/audio").content
        changed = client.patch(path, json={"file_name": "talk", "texts": {"artist": None, "album": "Zoë"}}).json()
        sound = stored[stored.index(b"\xff\xe3") :]
        audio = client.get(f"{path}/audio")
        assert changed["texts"] == {"title": "Разговор", "album": "Zoë"}
        assert hashlib.sha256(audio.content).hexdigest() == changed["mp3"]["sha256"]
        assert audio.content.endswith(sound)
        assert "talk.mp3" in audio.headers["content-disposition"]
        seam = len(audio.content) - len(sound)
        part = client.get(f"{path}/audio", headers={"Range": f"bytes={seam - 5}-{seam + 4}"})
        assert (part.status_code, part.content) == (206, audio.content[seam - 5 : seam + 5])
        assert client.get(found["link"]).content == audio.content
        assert client.get(f"{path}/waveform").json()["sample_rate"] == 8000

        assert client.delete(path).status_code == 204
        assert {client.get(gone).status_code for gone in (path, f"{path}/audio", found["link"])} == {404}
        assert [item["file_name"] for item in client.get("/tracks").json()["items"]] == ["second.mp3"]
