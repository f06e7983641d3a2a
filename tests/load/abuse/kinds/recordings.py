"""Recordings that cost more than others of their size, all by one user with a token."""

from functools import cache, partial

from tests.benchmarks.costly import COSTLY, Noise
from tests.load.abuse.attack import Attack, Meets
from tests.load.abuse.client import Client
from tests.load.abuse.requests import credentials_first, upload
from tests.wavs import GSM_610, PCM

BYTES = 1_000_000
_TOO_LOW = {
    "GSM 6.10, 1 kHz": Noise(GSM_610, 0, 1000, words={"block_align": 65}),
    "8 bit, 1 kHz": Noise(PCM, 8, 1000),
}
"""What would cost more than is in proportion, and is refused by its format chunk."""
_TAKEN = Meets(("201",))
_REFUSED = Meets(("422",))
_CLIENTS = 4
_AGAIN_SECONDS = 0.05


@cache
def _recording(name: str, size: int) -> bytes:
    return (COSTLY | _TOO_LOW)[name].file(size)


async def _send(client: Client, name: str) -> None:
    recording = _recording(name, BYTES)
    await client.ask(upload(client.target.host, credentials_first(client.target.users[0], recording)))


def _attack(name: str, recording: str, meets: Meets) -> Attack:
    what = f"1 MB of {recording}, 4 uploads at once"
    return Attack("recordings", name, what, partial(_send, name=recording), meets, _CLIENTS, _AGAIN_SECONDS)


ATTACKS = (
    _attack("gsm-8000", "GSM 6.10, 8 kHz", _TAKEN),
    _attack("pcm-2500", "8 bit, 2.5 kHz", _TAKEN),
    _attack("ms-adpcm", "MS ADPCM, tiny blocks", _TAKEN),
    _attack("ima-adpcm", "IMA ADPCM, tiny blocks", _TAKEN),
    _attack("g729", "G.729", _TAKEN),
    _attack("g723-1", "G.723.1", _TAKEN),
    _attack("channels-64", "8 bit, 64 channels", _TAKEN),
    _attack("rate-384000", "8 bit, 384 kHz", _TAKEN),
    _attack("gsm-1000", "GSM 6.10, 1 kHz", _REFUSED),
    _attack("pcm-1000", "8 bit, 1 kHz", _REFUSED),
)
