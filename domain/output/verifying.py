"""Whether an MP3 is the recording, before it is believed."""

import hashlib

from domain.errors import ConverterFailed
from domain.output.converter import Mp3
from domain.output.format import Mp3Format
from domain.output.info_frame import INFO_HEAD_BYTES, Mp3Info, read_info


async def verified_digest(tag: bytes, mp3: Mp3, target: Mp3Format, duration: float) -> bytes:
    """The SHA-256 of tag and MP3. Raises `ConverterFailed` where its Info frame tells of another.

    As with LAME, the bytes that the Info frame counts are those from itself on.
    """
    digest = hashlib.sha256(tag)
    head = b""
    async for block in mp3.read(0, mp3.size):
        if len(head) < INFO_HEAD_BYTES:
            head += block[:INFO_HEAD_BYTES]
        digest.update(block)
    info = read_info(head)
    if info.bytes != mp3.size:
        raise ConverterFailed(f"the MP3 has {mp3.size} bytes, its Info frame says {info.bytes}")
    _refuse_another(info, target, duration)
    return digest.digest()


def _refuse_another(info: Mp3Info, target: Mp3Format, duration: float) -> None:
    """Raise `ConverterFailed` where the Info frame contradicts what was asked for or given."""
    if (info.sample_rate, info.channels) != (target.sample_rate, target.channels):
        raise ConverterFailed(f"asked for {target}, got {info}")
    if not info.has_seek_table:
        raise ConverterFailed("the MP3's Info frame has no seek table")
    if abs(duration * target.sample_rate - info.samples) > target.samples_per_frame:
        raise ConverterFailed(f"{duration} s of audio became {info.samples} samples at {target.sample_rate} Hz")
