"""What attackers and bystander know of the service: where it is, whose tokens are right, and a record of each."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.recordings import music_blocks, silence
from tests.load.abuse.requests import credentials_first
from tests.server import Server

ATTACKING_USERS = 50
BYSTANDERS_WAV_BYTES = 11_500_000
"""65 s, which become 1 MB."""
ATTACKERS_WAV_BYTES = 45_000_000
"""255 s, which become 4 MB: more than a slow reader takes and the system's buffers hold."""


@dataclass(frozen=True)
class Target:
    """The service as attackers see it: `users` are registered, `record` is the path and query of an MP3 of 4 MB."""

    address: tuple[str, int]
    users: tuple[dict[str, str], ...]
    record: bytes

    @property
    def host(self) -> bytes:
        return b"%s:%d" % (self.address[0].encode(), self.address[1])


@dataclass(frozen=True)
class Bystander:
    """An ordinary user: `form` uploads a second of music, `record` is the path and query of an MP3 of 1 MB."""

    address: tuple[str, int]
    form: bytes
    record: str


def prepare(
    server: Server,
    attackers_wav_bytes: int = ATTACKERS_WAV_BYTES,
    bystanders_wav_bytes: int = BYSTANDERS_WAV_BYTES,
    attacking_users: int = ATTACKING_USERS,
) -> tuple[Target, Bystander]:
    """Register everybody and upload what they download, made of WAVs of these sizes."""
    users = tuple(server.register() for _ in range(attacking_users))
    bystander = server.register("Bystander")
    with tempfile.TemporaryDirectory(prefix="music-app-load-") as folder:
        theirs = server.upload(users[0], silence(Path(folder) / "theirs.wav", attackers_wav_bytes).read_bytes())
        ours = server.upload(bystander, silence(Path(folder) / "ours.wav", bystanders_wav_bytes).read_bytes())
    form = credentials_first(bystander, b"".join(music_blocks(1)))
    return Target(server.address, users, theirs.encode()), Bystander(server.address, form, ours)
