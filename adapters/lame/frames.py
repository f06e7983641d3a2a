"""Layer III frames, as far as joining two streams of them asks for it.

Sources: ISO/IEC 11172-3 2.4.1.3 (header), 2.4.1.7 (side information), 2.4.2.7 (`main_data_begin`); ISO/IEC 13818-3
2.4.1.7 for the lower sample rates, which "MPEG-2.5" shares.
"""

from dataclasses import dataclass

from domain.output.format import Mp3Format
from domain.output.frame import HEADER_BYTES, frame_sizes, side_information_bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a frame lies in its stream, and how its main data hangs together with the frames before it."""

    start: int
    size: int
    """In bytes, header included."""
    main_data_begin: int
    """How many bytes of its main data lie before it, headers and side information not counted."""


class FrameLayout:
    """What all frames of a stream have in common."""

    def __init__(self, target: Mp3Format) -> None:
        self.mpeg_1 = target.sample_rate >= 32000
        self.channels = target.channels
        self.side_bytes = side_information_bytes(self.mpeg_1, target.channels == 1)
        self.main_data_offset = HEADER_BYTES + self.side_bytes
        """Bytes of a frame before its part of the main data."""
        main_data_begin_bits = 9 if self.mpeg_1 else 8
        self._decision_mask = (1 << self.side_bytes * 8 - main_data_begin_bits) - 1
        self.sizes = frame_sizes(target)
        """In bytes and without padding, by the header's bit rate index."""

    def frame(self, data: bytearray, start: int) -> Frame:
        """The frame whose header and side information lie there. Raises ValueError if it is none of this stream's."""
        first, second, third = data[start : start + 3]
        if first != 0xFF or second & 0xE0 != 0xE0 or third >> 4 not in self.sizes:
            raise ValueError(f"no frame header: {data[start : start + HEADER_BYTES].hex()}")
        size = self.sizes[third >> 4] + (third >> 1 & 1)
        side = start + HEADER_BYTES
        begin = data[side] << 1 | data[side + 1] >> 7 if self.mpeg_1 else data[side]
        return Frame(start, size, begin)

    def decisions(self, data: bytearray, start: int) -> int:
        """The side information but for `main_data_begin`, as one number."""
        side = start + HEADER_BYTES
        return int.from_bytes(data[side : side + self.side_bytes], "big") & self._decision_mask
