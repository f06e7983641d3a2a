"""Frames of G.723.1, each of which tells how long it is."""

from domain.errors import DamagedRecording
from domain.recording.format import SampleEncoding
from domain.recording.samples import SampleStream
from domain.recording.source_format import SourceFormat

_FRAME_BYTES = (24, 20, 4, 1)
"""By the two low bits of the first byte: 6.3 kb/s, 5.3 kb/s, silence described, silence (RFC 3551 section 4.5.3)."""
_FRAME_SAMPLES = 240
_SIZES = bytes(_FRAME_BYTES) * 64
"""By the first byte."""
_LEAST_FRAME_BYTES = 12
"""On average: half of the frames may be silence. Of silence alone, a byte for 30 ms, some kilobytes last for hours."""
_FIRST_FRAMES = 1000
"""So many may be shorter: 30 s in which nobody speaks."""


class SpeechFrameStream(SampleStream):
    """Hands out whole frames and counts them. Holds less than one frame."""

    def __init__(self, source: SourceFormat, *, big_endian: bool, after: SampleStream | None = None) -> None:
        super().__init__(source, big_endian=big_endian, after=after)
        self.bytes_read: int = after.bytes_read if isinstance(after, SpeechFrameStream) else 0

    def push(self, data: bytes) -> bytes:
        """Whole frames out of what was left and `data`. Raises `DamagedRecording` where almost all are silence."""
        data = bytes(self._rest) + data
        end = self._walk(data)
        self._rest = bytearray(data[end:])
        self.bytes_read += end
        if self.samples // _FRAME_SAMPLES > self.bytes_read // _LEAST_FRAME_BYTES + _FIRST_FRAMES:
            raise DamagedRecording("almost all of its G.723.1 frames are silence")
        return data[:end]

    def _walk(self, data: bytes) -> int:
        """Count the whole frames; where they end."""
        sizes, at, size, frames = data.translate(_SIZES), 0, 0, 0
        # as little as can be: of silence there is a frame for each byte
        while at < len(data):
            size = sizes[at]
            at += size
            frames += 1
        if at > len(data):
            at -= size
            frames -= 1
        self.samples += frames * _FRAME_SAMPLES
        return at

    def finish(self, *, goes_on: bool = False, afresh: bool = False) -> tuple[bytes, int]:
        """Nothing, and how many bytes there are of a last, partial frame."""
        dropped = len(self._rest)
        self._rest = bytearray()
        return b"", dropped


def sample_stream(source: SourceFormat, *, big_endian: bool, after: SampleStream | None = None) -> SampleStream:
    """What cuts the data of a recording of this format, `after` that of a part before, if there is one."""
    kind = SpeechFrameStream if source.format.encoding is SampleEncoding.G723_1 else SampleStream
    return kind(source, big_endian=big_endian, after=after)
