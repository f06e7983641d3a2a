"""The sound of a recording: that of its parts, one behind the other."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.recording.four_bytes import Layout
from domain.recording.repairs import Repair
from domain.recording.samples import SampleStream
from domain.recording.source_format import SourceFormat
from domain.recording.speech_frames import sample_stream

FREE_FRESH_STARTS, MOST_FRESH_STARTS = 8, 32
"""Of a decoder, each of which is a process: as many as a file has parts would cost more than their sound does."""
LEAST_BYTES_BETWEEN = 8 * 1024
"""Where there are more than a few."""


@dataclass(frozen=True, slots=True)
class Padding:
    """Samples that fill up the last block of a part. Both numbers are samples per channel, padding included."""

    start: int
    count: int


class Sound:
    """Hands out the samples of parts that have the same format, and counts them.

    A part has a stream of its own, since its byte order may be another.
    """

    def __init__(self, hand_out: Callable[[bytes], None], repairs: set[Repair]) -> None:
        """To `repairs` is added what is found out."""
        self.paddings: list[Padding] = []
        """Of the parts that have ended."""
        self.fresh_starts: list[int] = []
        """Where parts begin that need a decoder which remembers nothing, in bytes that were handed out before."""
        self._hand_out_bytes = hand_out
        self._handed_out = 0
        self._repairs = repairs
        self._stream: SampleStream | None = None
        self._start = 0
        self._fact: int | None = None
        self._most_padding = 0
        self._padded = 0
        """Samples in all `paddings`, of which hundreds of joined parts have one each."""

    @property
    def begun(self) -> bool:
        """Whether the data of the first part was reached."""
        return self._stream is not None

    @property
    def settled(self) -> bool:
        """Whether it is certain in which encoding samples are handed out; until then there are only zeros."""
        return self._stream is None or self._stream.settled

    @property
    def layout(self) -> Layout | None:
        """How samples lie in four bytes, as far as they do, and that was found out."""
        return self._stream.layout if self._stream else None

    @property
    def with_padding(self) -> int:
        """Samples per channel read so far, padding included."""
        return self._stream.samples if self._stream else 0

    @property
    def samples(self) -> int:
        """Samples per channel read so far, without the padding of parts that have ended."""
        return self.with_padding - self._padded

    @property
    def most_padding(self) -> int:
        """Fewer samples per channel than this may turn out to be padding when the part ends; 0 where none can."""
        return 0 if self._fact is None else self._most_padding

    @property
    def padding(self) -> int:
        """How many samples per channel are padding, should the part end here.

        Codecs in blocks fill up the last one. A `fact` chunk that ends within it tells where the sound does.
        """
        surplus = 0 if self._fact is None else self.with_padding - self._start - self._fact
        return surplus if 0 < surplus < self.most_padding else 0

    def begin(self, part: SourceFormat, fact: int | None, *, big_endian: bool) -> None:
        """The next part, whose head says that it has `fact` samples per channel."""
        afresh = self._can_start_afresh(part)
        self.end(goes_on=True, afresh=afresh)
        self._start, self._fact, self._most_padding = self.with_padding, fact, part.padding_samples
        if afresh:
            self.fresh_starts.append(self._handed_out)
        self._stream = sample_stream(part, big_endian=big_endian, after=self._stream if self.with_padding else None)

    def _can_start_afresh(self, part: SourceFormat) -> bool:
        count, before = len(self.fresh_starts), self._handed_out - (self.fresh_starts or [0])[-1]
        if not before or not part.format.encoding.remembers:
            return False
        return count < FREE_FRESH_STARTS or (count < MOST_FRESH_STARTS and before >= LEAST_BYTES_BETWEEN)

    def _hand_out(self, samples: bytes) -> None:
        self._handed_out += len(samples)
        self._hand_out_bytes(samples)

    def push(self, data: bytes) -> None:
        """The next bytes of the part."""
        if self._stream and (samples := self._stream.push(data)):
            self._hand_out(samples)

    def end(self, *, goes_on: bool = False, afresh: bool = False) -> None:
        """Hand out what the stream still holds; where sound goes on, not what would shift the blocks of a codec.

        Where it goes on with a decoder that starts `afresh`, nothing does.
        """
        if self._stream is None:
            return
        samples, dropped = self._stream.finish(goes_on=goes_on, afresh=afresh)
        if samples:
            self._hand_out(samples)
        if dropped:
            self._repairs.add(Repair.PARTIAL_FRAME)
        if self.layout:
            self._repairs.update(self.layout.repairs)
        if count := self.padding:
            self.paddings.append(Padding(self._start + (self._fact or 0), count))
            self._padded += count
        self._fact = None
