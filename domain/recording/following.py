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

import string
from dataclasses import dataclass
from enum import Enum, auto
from operator import sub

from domain.recording.adpcm_heads import IMA_ADPCM_STEPS, MS_ADPCM_PREDICTORS
from domain.recording.containers import KNOWN_CHUNKS, MAX_LOOSE_CHUNK_BYTES, Container
from domain.recording.data_sizes import Claim
from domain.recording.format import SampleEncoding
from domain.recording.heads import starts_wav, wav_within
from domain.recording.source_format import SourceFormat

AHEAD_BYTES = 4096
"""So much of what follows is looked at."""
_LEAST_SOUND_BYTES = 2048
_TEXT_BYTES = string.printable.encode() + b"\0"
_TEXT_SHARE = 0.95
_LOUD = 40
"""Mean of the high bytes of samples of noise at full scale is 64, of music seldom above 30."""
_UNSIGNED = bytes(high ^ 0x80 for high in range(256))
_FROM_THE_MIDDLE = bytes(abs(high - 128) for high in range(256))
_FLAT = 400
"""Chi-squared of random bytes against the same number of each is 255, give or take 23; of speech it is thousands."""
_PLAUSIBLE_FLOAT = 0x41
"""The high byte without its sign of floats up to 32 (32 bit) or 262,144 (64 bit)."""
_IMPLAUSIBLE_FLOATS = bytes(high for high in range(256) if high & 0x7F > _PLAUSIBLE_FLOAT)
_PLAUSIBLE_SHARE = 0.9
_PCM = (
    SampleEncoding.UNSIGNED_8,
    SampleEncoding.SIGNED_16,
    SampleEncoding.SIGNED_24,
    SampleEncoding.SIGNED_32,
    SampleEncoding.SIGNED_64,
)
_FLOATS = (SampleEncoding.FLOAT_32, SampleEncoding.FLOAT_64)
_LAWS = (SampleEncoding.A_LAW, SampleEncoding.MU_LAW)


class Following(Enum):
    """What lies behind a data chunk."""

    NOTHING = auto()
    CHUNK = auto()
    RECORDING = auto()
    SOUND = auto()
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
        if _is_known(ahead[skip:], place) or (
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
        if _is_known(ahead[skip:], place) and _is_chunk(ahead[skip:], place.position + skip, place):
            return skip
    return None


def _is_known(ahead: bytes, place: Place) -> bool:
    head = place.container.chunk_head_bytes
    return len(ahead) >= head and place.container.chunk_head(ahead[:head]).name in KNOWN_CHUNKS


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
    if _is_text(ahead):
        return False
    if place.claim.reaches_beyond(place.position):
        return len(ahead) > place.padding + 8
    return len(ahead) >= _LEAST_SOUND_BYTES and len(set(ahead)) > 2 and not _is_noise(ahead, place)


def _is_text(ahead: bytes) -> bool:
    return any(ahead) and len(ahead.translate(None, _TEXT_BYTES)) < (1 - _TEXT_SHARE) * len(ahead)


def _is_noise(ahead: bytes, place: Place) -> bool:
    """Whether they are random bytes rather than samples, as far as the encoding can tell."""
    source = place.source
    encoding, size, block = source.format.encoding, source.file_sample_bytes, source.file_block_bytes
    # a claim may end within a block
    blocks = ahead[-(place.position - place.claim.start) % block :]
    if encoding in _LAWS:
        return _is_flat(ahead)
    if encoding is SampleEncoding.MS_ADPCM:
        return any(predictor >= MS_ADPCM_PREDICTORS for predictor in blocks[::block])
    if encoding in (SampleEncoding.IMA_ADPCM, SampleEncoding.IMA_ADPCM_3):
        return any(blocks[3::block]) or any(step >= IMA_ADPCM_STEPS for step in blocks[2::block])
    highs = blocks[0 if place.container.big_endian else size - 1 :: block]
    if encoding in _FLOATS:
        return len(highs.translate(None, _IMPLAUSIBLE_FLOATS)) < _PLAUSIBLE_SHARE * len(highs)
    return encoding in _PCM and _is_loud_noise(highs if size == 1 else highs.translate(_UNSIGNED))


def _is_flat(ahead: bytes) -> bool:
    expected = len(ahead) / 256
    return sum((ahead.count(byte) - expected) ** 2 / expected for byte in range(256)) < _FLAT


def _is_loud_noise(highs: bytes) -> bool:
    """Of the high bytes of samples, the middle being 128."""
    loudness = sum(highs.translate(_FROM_THE_MIDDLE))
    change = sum(map(abs, map(sub, highs[1:], highs)))
    return loudness > _LOUD * len(highs) and change > loudness
