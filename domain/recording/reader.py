"""The WAV reader: bytes are pushed in, sample bytes come out."""

from collections.abc import Iterator

from domain.errors import NoAudio
from domain.recording.format import RecordingFormat, WavFormat
from domain.recording.format_chunk import SourceFormat
from domain.recording.limits import WavLimits
from domain.recording.parser import WavParser
from domain.recording.repairs import Repair
from domain.tags import Tags


class WavReader:
    """Reads a WAV once, from front to back, as its bytes arrive.

    Containers and codecs are those of `containers` and `format_chunk`. Header words are claims: nothing is allocated or
    divided by them. Memory is bounded by one push, one codec block and 100 KiB. The first data chunk is the recording
    (of several, ffmpeg plays the last, sox the first, libsndfile refuses); of several format chunks the first counts. A
    `fact` chunk is ignored, as ffmpeg, sox and libsndfile do. After an error the reader is done.
    """

    def __init__(self, limits: WavLimits = WavLimits()) -> None:  # noqa: B008 - frozen
        self.bytes_read = 0
        """Bytes pushed so far."""
        self.repairs: tuple[Repair, ...] = ()
        """Complete after `finish_in_steps`; in the order of `Repair`."""
        self._out: list[bytes] = []
        self._parser = WavParser(limits, self._out.append)

    @property
    def format(self) -> WavFormat | None:
        """None until the format chunk was read, and certain from when it is `settled` on."""
        return self._source.format if self._source else None

    @property
    def settled(self) -> bool:
        """Whether the samples have shown in which encoding they are handed out, where the format chunk leaves it open.

        Until then only zeros are handed out, which are the same bytes in any of them, and hold the same samples.
        """
        return self._parser.stream is None or self._parser.stream.settled

    @property
    def recording_format(self) -> RecordingFormat | None:
        """What the format chunk says the recording is, or its samples do; None until it was read."""
        return self._source.recording if self._source else None

    @property
    def _source(self) -> SourceFormat | None:
        return self._parser.stream.source if self._parser.stream else self._parser.source

    @property
    def data_bytes(self) -> int | None:
        """What the data chunk claims; None while it is not reached, and where it claims no length."""
        return self._parser.data_bytes

    @property
    def samples(self) -> int:
        """Samples per channel read so far; those that are not handed out yet will be."""
        return self._parser.stream.samples if self._parser.stream else 0

    @property
    def tags(self) -> Tags:
        """The texts read so far. They may come before and after the samples: complete after `finish_in_steps`."""
        return self._parser.tags.tags

    def certain_duration(self, at_least: int) -> float:
        """Seconds of audio that the data chunk claims, as far as a file of `at_least` bytes must hold them."""
        source = self._source
        if source is None or self._parser.stream is None:
            return 0.0
        there = at_least - self._parser.data_start
        size = max(0, there if self.data_bytes is None else min(there, self.data_bytes))
        return size // source.file_block_bytes * source.format.block_samples / source.format.sample_rate

    def push_in_steps(self, data: bytes) -> Iterator[None]:
        """The next bytes of the file, to be run to its end before anything else is pushed; then `take` has what came.

        Others may have a turn where it yields, after up to 2.6 ms as measured (docs/security.md). Raises `NotAWav`,
        `UnsupportedChannels`, `UnsupportedRate`, `UnsupportedCodec`, `RateTooLowForCodec` and `DamagedRecording`.
        """
        self.bytes_read += len(data)
        return self._parser.feeder.feed(data)

    def finish_in_steps(self) -> Iterator[None]:
        """The end of the file, in steps like those of `push_in_steps`.

        Raises what that does, and `NoAudio` if there is not one sample.
        """
        yield from self._parser.feeder.feed(b"", last=True)
        if not self.samples:
            raise NoAudio
        self.repairs = tuple(repair for repair in Repair if repair in self._parser.repairs)

    def take(self) -> bytes:
        """The sample bytes that have come since this was last asked, maybe none.

        They are whole blocks, but for the end of ADPCM, which may be part of one.
        """
        out = self._out[0] if len(self._out) == 1 else b"".join(self._out)
        self._out.clear()
        return out
