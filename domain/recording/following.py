"""What follows where a data chunk claims to end.

| behind the claimed end, with or without a pad, | it is |
|---|---|
| lies nothing | the end |
| is the head of a whole WAV | a further recording |
| is a chunk that is known, or one of any name that ends where the container does | the end of the sound |
| is a chunk of a printable name that ends before the container does, or within 1 MiB | the same |
| are zeros, and behind them a WAV or a chunk that is known | the same |
| are other bytes, too few for sound, and behind them a WAV | the same |
| are other bytes, and the container reaches further, or the file is certain to by 4 GiB | more sound |
| are 2 KiB of other bytes or more, neither all the same nor text nor noise at full scale | more sound |
| are other bytes | leftovers |

A container reaches further where a recorder went on writing and updated one of two sizes; where neither was, only the
bytes themselves tell the rest of a recording from what a disk held before. Text is left out even where the container
counts it.
"""

from dataclasses import dataclass
from enum import Enum, auto

from domain.recording.containers import MAX_LOOSE_CHUNK_BYTES, Container
from domain.recording.data_sizes import Claim
from domain.recording.heads import starts_wav, wav_within
from domain.recording.noise import is_noise, is_text
from domain.recording.source_format import SourceFormat

AHEAD_BYTES = 4096
"""So much of what follows is looked at."""
_LEAST_SOUND_BYTES = 2048


class Following(Enum):
    """What lies behind a data chunk, or behind what of it is sound."""

    NOTHING = auto()
    CHUNK = auto()
    RECORDING = auto()
    SOUND = auto()
    CODEC = auto()
    """Frames of another codec, which as samples would be noise."""
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """Where it lies, and what was before."""

    position: int
    container: Container
    claim: Claim
    source: SourceFormat
    certain: bool = False
    """Whether it is certain that the sound goes on, unless a chunk follows: by the length of the file."""

    @property
    def padding(self) -> int:
        return self.container.padding(self.position - self.claim.start)


def what_follows(ahead: bytes, place: Place) -> tuple[Following, int]:
    """What these bytes are, `AHEAD_BYTES` or all that follow, and how many of them come before it, such as pads."""
    if len(ahead) <= place.padding:
        return Following.NOTHING, len(ahead)
    zeros = len(ahead) - len(ahead.lstrip(b"\0"))
    for skip in dict.fromkeys((place.padding, 0, zeros)):
        if starts_wav(ahead[skip:]):
            return Following.RECORDING, skip
        if place.container.knows(ahead[skip:]) or (
            skip <= place.padding and _is_chunk(ahead[skip:], place.position + skip, place)
        ):
            return Following.CHUNK, skip
    further = wav_within(ahead)
    if place.certain or _is_more_sound(ahead if further is None else ahead[:further], place):
        return Following.SOUND, 0
    return (Following.OTHER, 0) if further is None else (Following.RECORDING, further)


def known_chunk(ahead: bytes, place: Place) -> int | None:
    """How many bytes of padding come before a chunk that is known and ends where it can; None where none follows."""
    for skip in (place.padding, 0):
        if place.container.knows(ahead[skip:]) and _is_chunk(ahead[skip:], place.position + skip, place):
            return skip
    return None


def _is_chunk(ahead: bytes, position: int, place: Place) -> bool:
    """Whether a chunk of any name begins here that ends where it can."""
    head = place.container.chunk_head_bytes
    if len(ahead) < head or not ahead[:4].strip(b"\0"):
        return False
    chunk = place.container.chunk_head(ahead[:head])
    if chunk.size is None:
        return False
    end, container_end = position + head + chunk.size, place.claim.container_end
    if container_end is not None and 0 <= container_end - end <= place.claim.loose:
        return True
    printable = place.container.wide or (ahead[:4].isascii() and ahead[:4].decode("ascii").isprintable())
    beyond = place.claim.reaches_beyond(place.position)
    return printable and end <= (container_end or 0 if beyond else position + MAX_LOOSE_CHUNK_BYTES)


def _is_more_sound(ahead: bytes, place: Place) -> bool:
    if is_text(ahead):
        return False
    if place.claim.reaches_beyond(place.position):
        return len(ahead) > place.padding + 8
    return len(ahead) >= _LEAST_SOUND_BYTES and _differ(ahead) and not _is_noise(ahead, place)


def _differ(data: bytes) -> bool:
    """Whether these bytes have more than two values."""
    others = data.translate(None, data[:1])
    return bool(others.translate(None, others[:1]))


def _is_noise(ahead: bytes, place: Place) -> bool:
    block = place.source.file_block_bytes
    # a claim may end within a block
    blocks = ahead[-(place.position - place.claim.start) % block :]
    return is_noise(blocks, place.source, big_endian=place.container.big_endian)
