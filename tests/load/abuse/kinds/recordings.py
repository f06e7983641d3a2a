"""Recordings that cost more than others of their size, all by one user with a token."""

import random
from collections.abc import Callable
from functools import cache

from tests.load.abuse.attack import Attack
from tests.load.abuse.client import Client
from tests.load.abuse.requests import credentials_first, upload
from tests.wavs import GSM_610, wav

_KIND = "recordings"
_BYTES = 1_000_000
_GSM_BLOCK = 65
_CLIENTS = 4
_AGAIN_SECONDS = 0.05


def _noise(size: int = _BYTES) -> bytes:
    """Bytes that are as hard to encode as any."""
    return random.Random(1).randbytes(size)


_RECORDINGS: dict[str, Callable[[], bytes]] = {
    "gsm": lambda: wav(
        _noise(_BYTES // _GSM_BLOCK * _GSM_BLOCK), tag=GSM_610, rate=1000, bits=0, block_align=_GSM_BLOCK
    ),
    "pcm": lambda: wav(_noise(), rate=1000, bits=8),
    "channels": lambda: wav(_noise(), rate=8000, channels=64),
    "rate": lambda: wav(_noise(), rate=384_000),
}


@cache
def _recording(name: str) -> bytes:
    return _RECORDINGS[name]()


async def _send(client: Client, name: str) -> None:
    await client.ask(upload(client.target.host, credentials_first(client.target.users[0], _recording(name))))


async def gsm(client: Client) -> None:
    """Of one byte become ten of MP3."""
    await _send(client, "gsm")


async def pcm(client: Client) -> None:
    """A second in a thousand bytes."""
    await _send(client, "pcm")


async def channels(client: Client) -> None:
    """As many as are taken."""
    await _send(client, "channels")


async def rate(client: Client) -> None:
    """As high as is taken."""
    await _send(client, "rate")


ATTACKS = (
    Attack(_KIND, "gsm-1000", "1 MB of GSM 6.10 at 1,000 Hz, 4 uploads at once", gsm, _CLIENTS, _AGAIN_SECONDS),
    Attack(_KIND, "pcm-1000", "1 MB of PCM at 1,000 Hz, 4 uploads at once", pcm, _CLIENTS, _AGAIN_SECONDS),
    Attack(_KIND, "channels-64", "1 MB of 64 channels, 4 uploads at once", channels, _CLIENTS, _AGAIN_SECONDS),
    Attack(_KIND, "rate-384000", "1 MB at 384 kHz, 4 uploads at once", rate, _CLIENTS, _AGAIN_SECONDS),
)
