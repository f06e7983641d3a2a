"""Calls that have to be refused, each in its own way."""

import random
from collections.abc import Callable
from uuid import UUID

import httpx

from tests.forms import CONTENT_TYPE, around_file
from tests.soak.calls import BUSY, World, judged, unknown_track
from tests.wavs import wav

_FORM = {"Content-Type": CONTENT_TYPE}
_MP3_INSIDE = 0x55
"""The format tag of MP3 in a WAV."""


def refused(client: httpx.Client, world: World, dice: random.Random) -> str:
    """One of them."""
    return dice.choice(_REFUSALS)(client, world, dice)


def _wrong_token(client: httpx.Client, world: World, dice: random.Random) -> str:
    fields = dice.choice(world.users) | {"user_access_token": str(UUID(int=dice.getrandbits(128), version=4))}
    return _sent(client, fields, dice.choice(world.recordings).wav, dice, "401 auth.wrong_credentials")


def _no_wav(client: httpx.Client, world: World, dice: random.Random) -> str:
    return _sent(client, dice.choice(world.users), dice.randbytes(50_000), dice, "415 wav.not_a_wav")


def _codec(client: httpx.Client, world: World, dice: random.Random) -> str:
    recording = wav(bytes(20_000), tag=_MP3_INSIDE)
    return _sent(client, dice.choice(world.users), recording, dice, "415 wav.unsupported_codec")


def _no_audio(client: httpx.Client, world: World, dice: random.Random) -> str:
    return _sent(client, dice.choice(world.users), wav(), dice, "422 wav.no_audio")


def _no_file(client: httpx.Client, world: World, dice: random.Random) -> str:
    return judged(client.post("/add_track", data=dice.choice(world.users)), "415 request.wrong_type")


def _no_name(client: httpx.Client, world: World, dice: random.Random) -> str:
    return judged(client.post("/register", json={"user_name": " " * dice.randrange(9)}), "400 request.invalid")


def _no_track(client: httpx.Client, world: World, dice: random.Random) -> str:
    return judged(client.get(unknown_track(dice)), "404 record.not_found", BUSY)


def _no_route(client: httpx.Client, world: World, dice: random.Random) -> str:
    return judged(client.get(f"/nowhere/{dice.getrandbits(64):x}?{dice.getrandbits(64):x}"), "404 route.not_found")


def _beyond_the_end(client: httpx.Client, world: World, dice: random.Random) -> str:
    return judged(client.get(world.link(dice), headers={"Range": "bytes=999999999-"}), "416 record.range", BUSY)


def _sent(client: httpx.Client, fields: dict[str, str], file: bytes, dice: random.Random, wanted: str) -> str:
    before, after = around_file(fields, file_first=dice.random() < 0.5)
    return judged(client.post("/add_track", content=before + file + after, headers=_FORM), wanted, BUSY)


_REFUSALS: tuple[Callable[[httpx.Client, World, random.Random], str], ...] = (
    _wrong_token,
    _no_wav,
    _codec,
    _no_audio,
    _no_file,
    _no_name,
    _no_track,
    _no_route,
    _beyond_the_end,
)
