"""The frames of one encoder, and cutting over from one stream of them to another.

Both streams hold the same recording, frame for frame, from encoders that began at different frames. These come to
agree: after some dozens of frames they make the same decisions, and from then on the one can follow the other. What may
differ still, where the bit rate varies, is how far back a frame's main data begins
(`main_data_begin`, ISO/IEC 11172-3 2.4.2.7). So the cut falls before a frame whose main data the new stream begins no
further back than the old one: so far back the old stream's bytes belong to frames that are left out, and the new
stream's are written over them.
"""

from adapters.lame.frames import Frame, FrameLayout

_MOST_FRAMES_BACK = 512
"""More than `main_data_begin` (511 bytes at most) can reach back over, as every frame that is reached has a byte."""


class FrameStream:
    """What an encoder has given out, from frame number `first` of the recording on."""

    def __init__(self, layout: FrameLayout, first: int) -> None:
        self.first = first
        """The number of the first frame it holds."""
        self._layout = layout
        self._data = bytearray()
        self._frames: list[Frame] = []
        self._end = 0

    def push(self, data: bytes | bytearray) -> None:
        """Take what the encoder gave out; it may end within a frame."""
        self._data += data
        while len(self._data) >= self._end + self._layout.main_data_offset:
            frame = self._layout.frame(self._data, self._end)
            self._frames.append(frame)
            self._end += frame.size

    @property
    def end(self) -> int:
        """The number of the first frame of which not even the side information has come out."""
        return self.first + len(self._frames)

    def frame(self, number: int) -> Frame:
        return self._frames[number - self.first]

    def decisions(self, number: int) -> int:
        """The frame's side information but for `main_data_begin`: all that the encoder decided, as one number."""
        return self._layout.decisions(self._data, self.frame(number).start)

    def sizes(self, start: int, stop: int) -> list[int]:
        """Of the frames from `start` to before `stop`, in bytes."""
        return [self.frame(number).size for number in range(start, stop)]

    def cut(self, start: int, stop: int) -> bytearray:
        """The frames from `start` to before `stop`, which are whole."""
        if start == stop:
            return bytearray()
        last = self.frame(stop - 1)
        return self._data[self.frame(start).start : last.start + last.size]

    def forget_before(self, number: int) -> None:
        """Let go of the frames before that one."""
        start = self.frame(number).start if number < self.end else self._end
        kept = self._frames[number - self.first :]
        self._frames = [Frame(frame.start - start, frame.size, frame.main_data_begin) for frame in kept]
        del self._data[:start]
        self._end -= start
        self.first = number

    def holds_main_data_before(self, number: int, count: int) -> bool:
        """Whether so many bytes of main data before the frame lie in frames it holds."""
        sizes = self.sizes(max(self.first, number - _MOST_FRAMES_BACK), number)
        return sum(sizes) - self._layout.main_data_offset * len(sizes) >= count

    def main_data_before(self, number: int, count: int) -> bytes:
        """The last `count` bytes of main data before the frame."""
        parts = [bytes(self._data[first:last]) for first, last in self._main_data_places(number, count)]
        return b"".join(reversed(parts))

    def overwrite_main_data_before(self, number: int, data: bytes) -> None:
        """Replace the last bytes of main data before the frame."""
        end = len(data)
        for first, last in self._main_data_places(number, len(data)):
            self._data[first:last] = data[end - (last - first) : end]
            end -= last - first

    def _main_data_places(self, number: int, count: int) -> list[tuple[int, int]]:
        """Where the last `count` bytes of main data before the frame lie, the last place first."""
        places = []
        while count:
            number -= 1
            frame = self.frame(number)
            end = frame.start + frame.size
            here = min(count, frame.size - self._layout.main_data_offset)
            places.append((end - here, end))
            count -= here
        return places

    def lengthen(self, number: int, room: int) -> bool:
        """Raise the bit rate of the last frame before `number` until it has so many bytes more.

        The added bytes are nobody's main data. What follows in this stream is lost. False, and nothing is changed,
        where there is no bit rate that high.
        """
        frame = self.frame(number - 1)
        index = self._data[frame.start + 2] >> 4
        steps = self._layout.sizes
        padding = frame.size - steps[index]
        higher = next((step for step in steps if step > index and steps[step] + padding >= frame.size + room), None)
        if higher is None:
            return False
        del self._data[frame.start + frame.size :]
        del self._frames[number - self.first :]
        self._data[frame.start + 2] = higher << 4 | self._data[frame.start + 2] & 0xF
        self._data += bytes(steps[higher] + padding - frame.size)
        self._frames[-1] = Frame(frame.start, steps[higher] + padding, frame.main_data_begin)
        self._end = len(self._data)
        return True


def missing_room(old: FrameStream, new: FrameStream, cut: int) -> int:
    """How many bytes of main data too few the old stream has free before the cut; 0 if it fits."""
    return max(0, new.frame(cut).main_data_begin - old.frame(cut).main_data_begin)


def join(old: FrameStream, new: FrameStream, cut: int) -> None:
    """Make the new stream's frames from the cut on able to follow the old one's before it; forget the others of it."""
    needed = new.frame(cut).main_data_begin
    old.overwrite_main_data_before(cut, new.main_data_before(cut, needed))
    new.forget_before(cut)
