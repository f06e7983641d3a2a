"""Texts of an upload are in the code page that the operator names, where the file names none."""

from typing import Any

import httpx
import pytest

from entrypoints.http.app import create_app
from entrypoints.settings.settings import Settings
from tests.texts import info
from tests.unit import memory
from tests.wavs import pcm, tone, wav


@pytest.mark.parametrize(("page", "title"), [("1252", "Ïåñíÿ"), ("1251", "Песня"), ("koi8-r", "оЕЯМЪ")])
async def test_a_setting_names_the_code_page(page: str, title: str) -> None:
    container = memory.in_memory_container(Settings().but(text_code_page=page))
    app: Any = create_app(container)  # its types are narrower than those of httpx
    transport = httpx.ASGITransport(app)
    recording = wav(pcm(tone(8000)), before=[(b"LIST", info((b"INAM", b"\xcf\xe5\xf1\xed\xff")))])
    async with httpx.AsyncClient(transport=transport, base_url="http://here:5000") as client, container.running():
        user = (await client.post("/register", json={"user_name": "Ann"})).json()
        fields = {name: str(user[name]) for name in ("user_id", "user_access_token")}
        files = {"wav_file": ("talk.wav", recording)}
        assert (await client.post("/add_track", data=fields, files=files)).status_code == 201

    [track] = memory.tracks(container).kept.values()
    assert track.conversion.texts.title == title
