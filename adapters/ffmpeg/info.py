"""Correcting the Info frame that ffmpeg has written: its seek table, its padding, and who encoded.

ffmpeg's seek table points up to a 400th of the duration and a 256th of the file too early, and its padding is cut
where it is more than one frame and 529 samples (`findings/ffmpeg_mp3_length.sh`). Here both are known: the table from
the frames, the padding from how many samples ffmpeg was given. And it names itself, where LAME has encoded, by whose
name all players heed the padding.
"""

from collections.abc import Iterator

from fastcrc import crc16

from adapters.shared.files import READ_BYTES, AnonymousFile
from domain.errors import ConverterFailed
from domain.output.format import Mp3Format
from domain.output.frame import HEADER_BYTES, frame_sizes
from domain.output.info_frame import INFO_HEAD_BYTES, Mp3Info, corrected, read_info
from domain.output.running_on import least_encoded
from domain.output.seek_table import SeekTable

_MOST_CUT = 46
"""Samples by which ffmpeg's padding may be short: a frame of MPEG-1 less 529, of 1105 samples of delays."""
_ROUNDING = 1
"""Samples by which what swresample gives out may differ from what it was given, at the other rate."""


def correct_info(file: AnonymousFile, target: Mp3Format, samples: int, silence: int) -> None:
    """Write over the Info frame at the start of the file. It blocks, about a second for 12 hours.

    So many samples per channel were given to ffmpeg, counted at the MP3's rate, after so many of silence. A recording
    of which ffmpeg has lost some stays as short as ffmpeg says, for the caller to see. Raises `ConverterFailed` where
    the file is no MP3 of whole frames behind an Info frame; `DiskFull`, `WorkspaceAway`.
    """
    head = file.part(0, INFO_HEAD_BYTES)
    info = read_info(head)
    table = _seek_table(file, target, head)
    if (table.frames, table.bytes) != (info.frames, file.size()):
        raise ConverterFailed(f"{info} stands before {table.frames} frames, to byte {table.bytes} of {file.size()}")
    delay = info.encoder_delay + silence
    padding = info.frames * info.samples_per_frame - delay - _heard(info, target, samples, silence)
    tag = corrected(head, seek_table=table.points(), delay=delay, padding=padding, checksum=crc16.arc)
    file.write(tag, 0)


def _heard(info: Mp3Info, target: Mp3Format, samples: int, silence: int) -> int:
    """How many samples are to be heard."""
    encoded = max(silence + samples, least_encoded(target))
    if -_ROUNDING <= info.samples - encoded <= _MOST_CUT + _ROUNDING:
        return samples
    return info.samples - silence


def _seek_table(file: AnonymousFile, target: Mp3Format, head: bytes) -> SeekTable:
    sizes = frame_sizes(target)
    start = _size(head, 0, sizes)
    table = SeekTable(start)
    table.count(_frames(file, start, sizes))
    return table


def _frames(file: AnonymousFile, position: int, sizes: dict[int, int]) -> Iterator[int]:
    """The sizes of all frames from there on."""
    block, start, end = b"", position, file.size()
    while position < end:
        if position - start + HEADER_BYTES > len(block):
            block, start = file.part(position, READ_BYTES), position
        size = _size(block, position - start, sizes)
        yield size
        position += size


def _size(block: bytes, place: int, sizes: dict[int, int]) -> int:
    """Of the frame whose header lies there, in bytes."""
    header = block[place : place + HEADER_BYTES]
    if len(header) < HEADER_BYTES or header[0] != 0xFF or header[1] & 0xE0 != 0xE0 or header[2] >> 4 not in sizes:
        raise ConverterFailed(f"no frame of the MP3: {header.hex()}")
    return sizes[header[2] >> 4] + (header[2] >> 1 & 1)
