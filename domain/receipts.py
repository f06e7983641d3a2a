"""What whoever sent a recording is told of the track that it became."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.recording.repairs import Mended
from domain.tracks import Track

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class TrackReceipt:
    """So little that it can be kept with a request, for as long as that may be repeated."""

    track_uuid: UUID
    user_id: int
    duration: timedelta
    """Of the recording."""
    clipped_samples: int
    """How many samples are at full scale or beyond; 0, too, where it was not measured."""
    repairs: tuple[Mended, ...]
    wav_sha256: bytes

    @classmethod
    def of(cls, track: Track) -> "TrackReceipt":
        """That of a track."""
        made = track.conversion
        clipped = made.sound.clipped_samples if made.sound else 0
        return cls(track.track_uuid, track.user_id, made.duration, clipped, made.repairs, made.wav_sha256)

    def as_json(self) -> dict[str, Any]:
        """The same as JSON can hold it; `from_json` undoes it."""
        return {
            "track_uuid": str(self.track_uuid),
            "user_id": self.user_id,
            "microseconds": self.duration // _MICROSECOND,
            "clipped_samples": self.clipped_samples,
            "repairs": [str(repair) for repair in self.repairs],
            "wav_sha256": self.wav_sha256.hex(),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "TrackReceipt":
        """The receipt of which `as_json` made this."""
        return cls(
            track_uuid=UUID(kept["track_uuid"]),
            user_id=kept["user_id"],
            duration=kept["microseconds"] * _MICROSECOND,
            clipped_samples=kept["clipped_samples"],
            repairs=tuple(map(Mended.parse, kept["repairs"])),
            wav_sha256=bytes.fromhex(kept["wav_sha256"]),
        )


class TrackReceipts(ABC):
    """Finds the receipts of tracks that are kept."""

    @abstractmethod
    async def find(self, track_uuid: UUID, user_id: int) -> TrackReceipt | None:
        """That of a track, if it exists and is this user's, else None. Any integer may be asked for as `user_id`.

        Raises `StoreAway`.
        """
