"""What is measured of an upload is kept with its track, unless a setting says otherwise."""

from typing import Any

import httpx
import pytest

from entrypoints.http.app import create_app
from entrypoints.settings.settings import Settings
from tests.unit import memory
from tests.wavs import pcm, tone, wav


@pytest.mark.parametrize("measure_sound", ["on", "off"])
async def test_a_setting_turns_measuring_off(measure_sound: str) -> None:
    container = memory.in_memory_container(Settings().but(measure_sound=measure_sound))
    app: Any = create_app(container)  # its types are narrower than those of httpx
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here:5000") as client, container.running():
        user = (await client.post("/register", json={"user_name": "Ann"})).json()
        fields = {name: str(user[name]) for name in ("user_id", "user_access_token")}
        files = {"wav_file": ("talk.wav", wav(pcm(tone(8000))))}
        assert (await client.post("/add_track", data=fields, files=files)).status_code == 201

    [track] = memory.tracks(container).kept.values()
    assert (track.conversion.sound is not None) == (measure_sound == "on")
