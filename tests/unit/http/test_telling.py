"""What the 201 tells of a recording."""

import hashlib
import json
import struct
from collections.abc import AsyncIterator

import httpx
import numpy as np
import pytest

from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from tests.unit import memory
from tests.unit.http.test_app_in_memory import client_of, fields
from tests.wavs import FLOAT, a_law, floats, pcm, tone, wav

TONE = tone(8000)
"""A second at half of full scale."""


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(container) as client, container.running():
        yield client


async def told(client: httpx.AsyncClient, recording: bytes) -> tuple[str | None, ...]:
    """Duration, clipped samples and repairs in the answer to this recording."""
    answer = await client.post("/add_track", data=await fields(client), files={"wav_file": ("a.wav", recording)})
    assert answer.status_code == 201
    return tuple(answer.headers.get(f"x-audio-{name}") for name in ("duration", "clipped", "repairs"))


@pytest.mark.parametrize(
    ("samples", "rate", "duration"),
    [(8000, 8000, "1.000"), (1, 8000, "0.000"), (5, 8000, "0.001"), (12345, 8000, "1.543"), (96001, 96000, "1.000")],
)
async def test_the_duration_is_in_seconds_to_the_millisecond(
    client: httpx.AsyncClient, samples: int, rate: int, duration: str
) -> None:
    assert await told(client, wav(pcm(tone(samples, rate=rate)), rate=rate)) == (duration, None, None)


async def test_of_what_is_cut_off_the_duration_is_that_of_what_is_there(client: httpx.AsyncClient) -> None:
    assert await told(client, wav(pcm(TONE))[:-6000]) == ("0.625", None, "truncated")


def ints(*samples: int) -> bytes:
    """These samples of 16 bits in the middle of a second of silence."""
    return wav(bytes(8000) + struct.pack(f"<{len(samples)}h", *samples) + bytes(8000 - 2 * len(samples)))


CLIPPED = {
    "both ends of 16 bits": (ints(32767, -32768, 32767), "3"),
    "one step below": (ints(32766, -32767 + 1), None),
    "all channels together": (wav(struct.pack("<4h", 32767, 32767, 0, -32768) + bytes(8000), channels=2), "3"),
    "8 bits": (wav(b"\x80\xff\x00\x81\x7f" + b"\x80" * 800, bits=8), "2"),
    "A-law": (wav(a_law(np.array([0.0, 1.0, -1.0, 0.5])), tag=6, bits=8), "2"),
    "floats at full scale": (wav(floats(np.array([0.0, 1.0, -1.0, 0.99])), tag=FLOAT, bits=32), "2"),
    "floats beyond it": (wav(floats(4 * TONE), tag=FLOAT, bits=32), str(int((abs(4 * TONE) >= 32767 / 32768).sum()))),
    "floats below it": (wav(floats(1.9 * TONE), tag=FLOAT, bits=32), None),
}


@pytest.mark.parametrize("kind", CLIPPED)
async def test_samples_at_full_scale_or_beyond_are_counted(client: httpx.AsyncClient, kind: str) -> None:
    recording, clipped = CLIPPED[kind]
    assert (await told(client, recording))[1:] == (clipped, None)


@pytest.mark.parametrize("recording", [wav(pcm(TONE)), wav(pcm(TONE))[:-6001], wav(pcm(TONE)) + b"trailing"])
async def test_the_digest_is_that_of_the_file_as_it_was_sent(client: httpx.AsyncClient, recording: bytes) -> None:
    answer = await client.post("/add_track", data=await fields(client), files={"wav_file": ("a.wav", recording)})

    assert answer.headers["x-audio-sha256"] == hashlib.sha256(recording).hexdigest()


async def test_of_what_is_not_measured_nothing_is_told() -> None:
    container = memory.in_memory_container(Settings().but(measure_sound="off"))
    async with client_of(container) as client, container.running():
        assert await told(client, CLIPPED["floats beyond it"][0]) == ("1.000", None, None)


async def test_the_description_has_each_header_with_its_type(client: httpx.AsyncClient) -> None:
    description = json.loads((await client.get("/schema/openapi.json")).text)
    upload = description["paths"]["/add_track"]["post"]
    headers = upload["responses"]["201"]["headers"]
    assert {name: header["schema"]["type"] for name, header in headers.items()} == {
        "Location": "string",
        "X-Audio-Duration": "number",
        "X-Audio-Clipped": "integer",
        "X-Audio-Repairs": "string",
        "X-Audio-SHA256": "string",
    }
    assert set(upload["requestBody"]["content"]) == {"multipart/form-data", "audio/wav", "application/octet-stream"}
    assert [(found["name"], found["in"]) for found in upload["parameters"]] == [
        ("Content-Disposition", "header"),
        ("Idempotency-Key", "header"),
        ("Content-Digest", "header"),
        ("Repr-Digest", "header"),
        ("dry_run", "query"),
    ]
    told = {status: found["content"]["application/json"]["schema"] for status, found in upload["responses"].items()}
    assert told["200"] == {"$ref": "#/components/schemas/TriedTrackResource"}
    assert told["201"] == {"$ref": "#/components/schemas/AddTrackResponse"}
