"""Counting frames for the MP3's first one, which tells players how long it is (`domain.output.info_frame`)."""

import struct

from fastcrc import crc16

from domain.output.format import BIT_RATES, Mp3Format
from domain.output.frame import frame_bytes, header, main_data_offset
from domain.output.info_frame import TAG_BYTES, lame_extension, xing_tag
from domain.output.running_on import ENCODER_DELAY
from domain.output.seek_table import SeekTable

_ENCODER = b"LAME4.0"
"""As lameenc's frames say themselves."""
_CONSTANT, _VARIABLE = 1, 4
"""The methods CBR and VBR-MTRH."""
_ALGORITHM_QUALITY = 5


class InfoFrame:
    """Counts the frames of an MP3 as they are written, and makes the frame that goes before them."""

    def __init__(self, target: Mp3Format, source_rate: int) -> None:
        """`source_rate` is the recording's sample rate in Hz."""
        self._target = target
        self._source_rate = source_rate
        self._bit_rate = _bit_rate(target)
        self.size = frame_bytes(target, self._bit_rate)
        """Of the info frame itself, in bytes."""
        self._crc = 0
        self._seek_table = SeekTable(self.size)

    def count(self, data: bytearray, sizes: list[int]) -> None:
        """Take in whole frames with these sizes in bytes."""
        self._crc = crc16.arc(data, self._crc)
        self._seek_table.count(sizes)

    def frame(self, samples: int, silence: int = 0) -> bytes:
        """The whole frame. So many samples per channel went into the encoder, after so many that are not heard."""
        tag = (
            header(self._target, self._bit_rate).ljust(main_data_offset(self._target), b"\0")
            + self._xing()
            + self._extension(samples, ENCODER_DELAY + silence)
        )
        return (tag + struct.pack(">H", crc16.arc(tag))).ljust(self.size, b"\0")

    def _xing(self) -> bytes:
        variable = self._target.quality.variable
        return xing_tag(
            variable=variable is not None,
            frames=self._seek_table.frames,
            size=self._seek_table.bytes,
            seek_table=self._seek_table.points(),
            quality=max(0, 100 - 10 * (4 if variable is None else variable) - _ALGORITHM_QUALITY),
        )

    def _extension(self, samples: int, delay: int) -> bytes:
        rate, variable = self._target.quality.bit_rate, self._target.quality.variable is not None
        return lame_extension(
            _ENCODER,
            delay,
            self._seek_table.frames * self._target.samples_per_frame - delay - samples,
            method=_VARIABLE if variable else _CONSTANT,
            least_bit_rate=min(255, rate or BIT_RATES[self._target.sample_rate][0]),
            miscellaneous=self._miscellaneous,
            size=self._seek_table.bytes,
            crc=self._crc,
        )

    @property
    def _miscellaneous(self) -> int:
        """Source sample rate (2 bits), unwise settings (1), stereo mode (3), noise shaping (2).

        The rate is one of up to 32, 44.1, 48 kHz, and above; the mode is mono, 0, or joint stereo, 3.
        """
        rate = self._source_rate
        source = 0 if rate <= 32000 else 1 if rate <= 44100 else 2 if rate <= 48000 else 3
        return source << 6 | (0 if self._target.channels == 1 else 3) << 2 | 1


def _bit_rate(target: Mp3Format) -> int:
    """The bit rate of the info frame in kb/s: the stream's own if the tag fits, else the lowest in which it does."""
    needed = main_data_offset(target) + TAG_BYTES
    own = target.quality.bit_rate
    candidates = [rate for rate in BIT_RATES[target.sample_rate] if frame_bytes(target, rate) >= needed]
    return own if own in candidates else candidates[0]
