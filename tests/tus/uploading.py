"""What a tus client is told to upload, to whom, and what the service has of it in the end."""

import hashlib
import random
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.patience import connected
from tests.server import Server
from tests.wavs import wav

RATE, CHANNELS = 44_100, 2
_OF_USER = "SELECT track_uuid::text, encode(wav_sha256, 'hex') FROM tracks WHERE user_id = %s ORDER BY track_id"


@dataclass(frozen=True, slots=True)
class Recording:
    """A WAV in a file."""

    path: Path
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def noise(folder: Path, size: int, seed: int) -> Recording:
    """A WAV of `size` bytes, and a sample, of white noise: 176,400 bytes a second. Each seed gives another."""
    return recording(folder, wav(random.Random(seed).randbytes(size & ~3), rate=RATE, channels=CHANNELS))


def recording(folder: Path, content: bytes) -> Recording:
    """The bytes as a file."""
    path = folder / f"{hashlib.sha256(content).hexdigest()[:12]}.wav"
    path.write_bytes(content)
    return Recording(path, content)


@dataclass(frozen=True, slots=True)
class Caller:
    """A user of a service."""

    user_id: int
    token: str
    data_dir: Path

    @classmethod
    def new(cls, server: Server) -> "Caller":
        """One who has just registered."""
        fields = server.register()
        return cls(int(fields["user_id"]), fields["user_access_token"], server.data_dir)

    def tracks(self) -> dict[str, str]:
        """The SHA-256 of the WAV of each of their tracks, by the track's UUID, oldest first."""
        with connected(self.data_dir) as connection:
            return dict(connection.execute(_OF_USER, [self.user_id]).fetchall())


def track_of(link: str | None) -> str:
    """The UUID of the track that a link of the service downloads."""
    assert link is not None, "no link"
    [track] = parse_qs(urlsplit(link).query)["id"]
    return track
