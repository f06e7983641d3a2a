"""What the first bytes of a whole WAV say, before it is read."""

from dataclasses import dataclass

from domain.errors import RecordingError
from domain.recording.containers import HEAD_BYTES, WIDE_HEAD_BYTES, Container, read_container, starts_wide
from domain.recording.format_chunk import MAX_FMT_BYTES, read_format
from domain.recording.limits import WavLimits
from domain.recording.source_format import SourceFormat

HEAD_AHEAD_BYTES = 8192
"""So much of a WAV is looked at to find out its format before its head is believed to be one."""
_MAX_CHUNKS_AHEAD = 16


@dataclass(frozen=True, slots=True)
class WavHead:
    """What the first bytes of a whole WAV say."""

    container: Container
    source: SourceFormat


def read_head(ahead: bytes, limits: WavLimits) -> WavHead | None:
    """The head that these first bytes of a WAV hold, `HEAD_AHEAD_BYTES` or fewer where the file ends.

    None where no format chunk is among them, or one that is not taken.
    """
    at = WIDE_HEAD_BYTES if starts_wide(ahead[:HEAD_BYTES]) else HEAD_BYTES
    try:
        container = read_container(ahead[:at])
        body = _format_chunk(ahead, at, container)
        source = None if body is None else read_format(body, big_endian=container.big_endian, limits=limits)
    except RecordingError:
        return None
    return None if source is None else WavHead(container, source)


def _format_chunk(ahead: bytes, at: int, container: Container) -> bytes | None:
    for _ in range(_MAX_CHUNKS_AHEAD):
        start = at + container.chunk_head_bytes
        if start > len(ahead):
            return None
        chunk = container.chunk_head(ahead[at:start])
        if chunk.size is None:
            return None
        if chunk.name == b"fmt ":
            return ahead[start : start + min(chunk.size, MAX_FMT_BYTES)]
        at = start + chunk.size + container.padding(chunk.size)
    return None
