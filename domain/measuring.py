"""How a recording sounds, in numbers: its waveform, its loudness, its peak; and the port to what measures them."""

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, TypedDict

from domain.recording.format import WavFormat

WAVEFORM_POINTS = 1800
"""At most so many pairs of a minimum and a maximum are in a waveform, whatever the length of the recording."""


class WaveformLayout(TypedDict):
    """The JSON data format of BBC audiowaveform, version 2 (its doc/DataFormat.md, "JSON data format")."""

    version: Literal[2]
    channels: Literal[1]
    sample_rate: int
    samples_per_pixel: int
    bits: Literal[8, 16]
    length: int
    data: list[int]


@dataclass(frozen=True, slots=True)
class Waveform:
    """What a player draws: the lowest and the highest sample of each stretch, of all channels mixed to one."""

    sample_rate: int
    """Of the recording, in Hz."""
    samples_per_pixel: int
    """How many samples each pair stands for; the last pair may stand for fewer."""
    bits: Literal[8, 16]
    """Full scale of `data`: -128 to 127, or -32768 to 32767."""
    data: tuple[int, ...]
    """Minimum, maximum, minimum, maximum…; at most `WAVEFORM_POINTS` pairs."""

    @property
    def length(self) -> int:
        """How many pairs there are."""
        return len(self.data) // 2

    def layout(self) -> WaveformLayout:
        """As audiowaveform and the players that read its files have it."""
        return {
            "version": 2,
            "channels": 1,
            "sample_rate": self.sample_rate,
            "samples_per_pixel": self.samples_per_pixel,
            "bits": self.bits,
            "length": self.length,
            "data": list(self.data),
        }

    @classmethod
    def from_layout(cls, layout: WaveformLayout) -> "Waveform":
        """The waveform of which `layout` is the layout."""
        return cls(layout["sample_rate"], layout["samples_per_pixel"], layout["bits"], tuple(layout["data"]))


NO_POINTS = Waveform(1, 1, 8, ())
"""In place of one that was not looked up."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What was measured of a recording, as it came: before it is mixed down, resampled or encoded."""

    waveform: Waveform
    loudness: float | None
    """Integrated loudness in LUFS (ITU-R BS.1770-4, EBU R 128); None where nothing is as loud as -70 LUFS for 0.4 s."""
    sample_peak: float
    """The largest magnitude of any sample; 1.0 is full scale (0 dBFS). Samples that are floats may be beyond it."""
    clipped_samples: int
    """How many samples, of all channels together, are at or beyond full scale.

    These are the samples with the largest magnitude that their encoding has; for everything finer than 16 bits, floats
    included, those of 32767/32768 and more, so that what was clipped in 16 bits is still counted after a change of
    format.
    """


class Measurement(ABC):
    """The measuring of one recording."""

    @abstractmethod
    async def push(self, block: bytes) -> None:
        """Take the next whole blocks of samples, not empty; how they are cut changes nothing in the result.

        Returns while the samples are still being measured, but waits where they come faster than that: memory is
        bounded whatever the length of the recording.
        """

    @abstractmethod
    async def finish(self) -> Sound | None:
        """What was measured of all samples, at least one; None where nothing is measured.

        Nothing may be pushed after it.
        """


class SoundMeter(ABC):
    """Measures recordings from their samples."""

    @abstractmethod
    def measure(self, source: WavFormat) -> AbstractAsyncContextManager[Measurement]:
        """A measurement of samples of this format. Leaving the context, cancelled or not, leaves nothing running.

        Samples lie one by one: PCM, float, A-law, µ-law. Codecs that pack them into blocks have been decoded. There are
        no errors to expect.
        """


class NotMeasured(Measurement):
    """Of recordings that are not to be measured, or cannot be."""

    async def push(self, block: bytes) -> None:
        pass

    async def finish(self) -> Sound | None:
        return None
