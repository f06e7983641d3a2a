"""The seek table of an MP3's Info frame: where in the file each hundredth of its duration begins.

Xing's table has 100 entries, positions in the file in 256ths of its bytes, the Info frame counted (`SeekPoint` of
Xing's VBR header SDK). The duration is that of all frames, as players have it. An entry is off by half a 256th at most.
"""

from array import array
from collections.abc import Iterable

SEEK_POINTS = 100
_PARTS = 256
_LAST_PART = _PARTS - 1
_MOST_OFFSETS = 1 << 16


class SeekTable:
    """Counts the frames of an MP3 in their order.

    Holds at most 65,536 offsets of eight bytes each, whatever the length: of every frame up to half an hour at 44.1
    kHz, of every second one up to an hour, and so on. Between two of them a straight line is taken, which is off by
    less than a twentieth of a 256th, even where bit rates go from one end to the other.
    """

    def __init__(self, start: int) -> None:
        """The first frame begins at byte `start`, behind the Info frame."""
        self.bytes = start
        """Of the file, as far as it is counted."""
        self.frames = 0
        """So far; the Info frame is none of them."""
        self._offsets = array("Q")
        self._stride = 1

    def count(self, sizes: Iterable[int]) -> None:
        """Take in the frames that follow, by their sizes in bytes."""
        for size in sizes:
            if self.frames % self._stride == 0:
                self._keep(self.bytes)
            self.frames += 1
            self.bytes += size

    def _keep(self, offset: int) -> None:
        if len(self._offsets) == _MOST_OFFSETS:
            del self._offsets[1::2]
            self._stride *= 2
        self._offsets.append(offset)

    def points(self) -> bytes:
        """The table, of what was counted.

        The first entry is zero, not the end of the Info frame: players that know that frame count from its end
        (ffmpeg, and Chromium with it), and would leave out the beginning.
        """
        return bytes([0, *(self._point(percent) for percent in range(1, SEEK_POINTS))])

    def _point(self, percent: int) -> int:
        """Where the frame begins in which that part of the duration falls, rounded to the nearest 256th."""
        position = self._offset(self.frames * percent // SEEK_POINTS)
        return min(_LAST_PART, (2 * _PARTS * position + self.bytes) // (2 * self.bytes))

    def _offset(self, frame: int) -> int:
        if not self._offsets:
            return 0
        index, beyond = divmod(frame, self._stride)
        start, following = self._offsets[index], index + 1
        if following < len(self._offsets):
            return start + (self._offsets[following] - start) * beyond // self._stride
        return start + (self.bytes - start) * beyond // (self.frames - index * self._stride)
