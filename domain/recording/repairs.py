"""The closed vocabulary of what is mended in a WAV."""

from enum import StrEnum


class Repair(StrEnum):
    """Something wrong with the WAV that was mended. The values are the tokens of `X-Audio-Repairs`."""

    TRUNCATED = "truncated"
    """The data chunk claims more bytes than there are; what is there was taken."""
    UNKNOWN_LENGTH = "unknown-length"
    """The data chunk claims no size (0, all ones, or negative), as pipes write it; everything to the end was taken."""
    WRONG_RIFF_SIZE = "wrong-riff-size"
    """The container claims to end elsewhere than its chunks do; it was ignored."""
    LEADING_TAG = "leading-tag"
    """An ID3v2 tag stands before the container; its texts were taken, and else it was skipped."""
    MISSING_PAD = "missing-pad"
    """A chunk of odd size is not followed by its pad byte."""
    PARTIAL_FRAME = "partial-frame"
    """The data does not end on a whole frame (or group of a codec block); the fragment was dropped."""
    WRONG_BLOCK_ALIGN = "wrong-block-align"
    """The format chunk's block alignment contradicts channels and bits; it was recomputed."""
    WRONG_BYTE_RATE = "wrong-byte-rate"
    """The format chunk's byte rate contradicts the rest; it was ignored."""
    FLOAT_SAMPLES = "float-samples"
    """The format chunk calls the samples integers, but they are floats; they were read as such."""
    TRAILING_BYTES = "trailing-bytes"
    """Bytes that are no chunk follow the last chunk; they were ignored."""
