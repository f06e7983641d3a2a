"""The closed vocabulary of what is mended in a WAV."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Repair(StrEnum):
    """A kind of thing wrong with a WAV that was mended. The values are the tokens of `X-Audio-Repairs`."""

    TRUNCATED = "truncated"
    """The data chunk claims more bytes than there are, and some are likely to be missing; what is there was taken."""
    UNKNOWN_LENGTH = "unknown-length"
    """The data chunk claims no size, or a placeholder, as pipes write it; everything to the end was taken."""
    WRONG_DATA_SIZE = "wrong-data-size"
    """The data chunk claims fewer or more bytes of sound than there are; all that there are were taken."""
    WRONG_RIFF_SIZE = "wrong-riff-size"
    """The container claims to end elsewhere than its chunks do; it was ignored."""
    JOINED = "joined"
    """Whole WAVs of the same format lie one behind the other; they were taken as one recording."""
    INNER_HEAD = "inner-head"
    """The data begins or ends with the head of a WAV; it is no sound and was left out."""
    LEADING_TAG = "leading-tag"
    """An ID3v2 tag stands before the container; its texts were taken, and else it was skipped."""
    MISSING_PAD = "missing-pad"
    """A chunk of odd size is followed by another without its pad byte."""
    PARTIAL_FRAME = "partial-frame"
    """The data does not end on a whole frame (or group of a codec block); the fragment was dropped."""
    WRONG_BLOCK_ALIGN = "wrong-block-align"
    """The format chunk's block alignment contradicts channels and bits; it was recomputed."""
    WRONG_BYTE_RATE = "wrong-byte-rate"
    """The format chunk's byte rate contradicts the rest; it was ignored."""
    FLOAT_SAMPLES = "float-samples"
    """The format chunk calls the samples integers, but they are floats; they were read as such."""
    TRAILING_RECORDING = "trailing-recording"
    """A WAV of another format, or more data, follows the recording; it was left out."""
    TRAILING_BYTES = "trailing-bytes"
    """Bytes that are no chunk follow the last chunk; they were ignored."""


_TEXT = re.compile(r"([a-z0-9-]+)(?:;bytes=([0-9]{1,15}))?")


@dataclass(frozen=True, slots=True)
class Mended:
    """One thing that was mended, and how many bytes it concerns where that is known.

    As text it is a member of a list with its parameter (RFC 9651, section 3.1): `trailing-bytes;bytes=12`.
    """

    repair: Repair
    bytes: int | None = None

    def __str__(self) -> str:
        return str(self.repair) if self.bytes is None else f"{self.repair};bytes={self.bytes}"

    @classmethod
    def parse(cls, text: str) -> "Mended":
        """From the text that `str` made. Raises ValueError where it is none."""
        found = _TEXT.fullmatch(text)
        if not found:
            raise ValueError(f"{text!r} is no repair")
        return cls(Repair(found[1]), None if found[2] is None else int(found[2]))
