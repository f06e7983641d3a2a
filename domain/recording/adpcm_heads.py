"""Mends the heads of ADPCM blocks, of many of them at once, so that no decoder drops one."""

from collections.abc import Callable

from domain.recording.source_format import SourceFormat

MS_ADPCM_PREDICTORS, IMA_ADPCM_STEPS = 7, 89
"""How many there are for the head of a block to name, by their numbers from 0 on."""

Transform = Callable[[bytes], bytes]
"""Of whole blocks."""


def ms_adpcm_mender(source: SourceFormat) -> Transform:
    """Predictors that do not exist become the first, as in sox and libsndfile; ffmpeg would drop the block."""
    channels, block = source.format.channels, source.file_block_bytes
    places = range(channels) if channels <= 2 else range(0, block, block // channels)
    return lambda data: _clamp_bytes(data, places, block, MS_ADPCM_PREDICTORS, 0)


def ima_adpcm_mender(source: SourceFormat) -> Transform:
    """Step indices that do not exist become the last, the reserved byte behind them 0 (ffmpeg would drop the block).

    Bytes behind the last group of a block are left out.
    """
    block, handed_out = source.file_block_bytes, source.format.block_bytes
    heads = 4 * source.format.channels

    def mend(data: bytes) -> bytes:
        mended = _clamp_bytes(data, range(2, heads, 4), block, IMA_ADPCM_STEPS, IMA_ADPCM_STEPS - 1)
        mended = _clamp_bytes(mended, range(3, heads, 4), block, 1, 0)
        return mended if block == handed_out else _starts(mended, block, handed_out)

    return mend


def _starts(data: bytes, block: int, size: int) -> bytes:
    """The first `size` bytes of every block, of a last shorter one as many as there are.

    By whichever takes fewer slices, one for each block or one for each byte of a block: there may be many tiny blocks.
    """
    whole = len(data) // block
    if whole <= size:
        return b"".join([data[start : start + size] for start in range(0, len(data), block)])
    end, starts = whole * block, bytearray(whole * size)
    for place in range(size):
        starts[place::size] = data[place:end:block]
    return bytes(starts) + data[end : end + size]


def _clamp_bytes(data: bytes, places: range, block: int, bound: int, instead: int) -> bytes:
    """Replace bytes of `bound` or more at these places of every block."""
    possible = bytes(range(bound))
    if not any(data[place::block].translate(None, possible) for place in places):
        return data
    table = possible + bytes([instead]) * (256 - bound)
    mended = bytearray(data)
    for place in places:
        mended[place::block] = mended[place::block].translate(table)
    return bytes(mended)
