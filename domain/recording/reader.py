"""The WAV reader: bytes are pushed in, sample bytes come out."""

from collections.abc import Iterator, Sequence

from domain.code_pages import DEFAULT_CODE_PAGE, CodePage
from domain.errors import NoAudio
from domain.passport import Marker, Passport
from domain.recording.format import RecordingFormat, WavFormat
from domain.recording.limits import WavLimits
from domain.recording.repairs import Mended, Repair
from domain.recording.sound import Padding
from domain.recording.source_format import SourceFormat
from domain.recording.whole_file import WavParser
from domain.tags import Tags


class WavReader:
    """Reads a WAV once, from front to back, as its bytes arrive.

    Containers and codecs are those of `containers` and `format_chunk`. Header words are claims: nothing is allocated or
    divided by them. Memory is bounded by one push, one codec block and 1 MiB. The first data chunk is the recording
    (of several, ffmpeg plays the last, sox the first, libsndfile refuses), and what follows of it in further WAVs of
    the same format; of several format chunks the first counts. A `fact` chunk counts where it ends within the last
    block of a codec that packs samples into blocks, which the rest of it then fills up. After an error the reader is
    done.
    """

    def __init__(
        self,
        limits: WavLimits = WavLimits(),  # noqa: B008 - frozen
        certain_bytes: int = 0,
        text_code_page: CodePage = DEFAULT_CODE_PAGE,
    ) -> None:
        """`certain_bytes` is how many bytes will be pushed at least, as far as that is known.

        `text_code_page` is that of texts which are not UTF-8, where the file declares none.
        """
        self.bytes_read = 0
        """Bytes pushed so far."""
        self.repairs: tuple[Mended, ...] = ()
        """Complete after `finish_in_steps`; in the order of `Repair`."""
        self._out: list[bytes] = []
        self._parser = WavParser(limits, self._out.append, certain_bytes, text_code_page)

    @property
    def format(self) -> WavFormat | None:
        """None until the format chunk was read, and certain from when it is `settled` on."""
        return self._source.format if self._source else None

    @property
    def settled(self) -> bool:
        """Whether the samples have shown in which encoding they are handed out, where the format chunk leaves it open.

        Until then only zeros are handed out, which are the same bytes in any of them, and hold the same samples.
        """
        return self._parser.sound.settled

    @property
    def recording_format(self) -> RecordingFormat | None:
        """What the format chunk says the recording is, or its samples do; None until it was read."""
        return self._source.recording if self._source else None

    @property
    def _source(self) -> SourceFormat | None:
        source, layout = self._parser.source, self._parser.sound.layout
        return source.laid_out(layout) if source and layout else source

    @property
    def data_bytes(self) -> int | None:
        """What the data chunk claims; None while it is not reached, and where it claims no length."""
        return self._parser.data_bytes

    @property
    def samples(self) -> int:
        """Samples per channel read so far, without the padding of the last block of a part that has ended.

        Those that are not handed out yet will be.
        """
        return self._parser.sound.samples

    @property
    def with_padding(self) -> int:
        """Samples per channel read so far, padding included."""
        return self._parser.sound.with_padding

    @property
    def paddings(self) -> Sequence[Padding]:
        """What of the samples read so far is padding, as far as the part that it is in has ended."""
        return self._parser.sound.paddings

    @property
    def fresh_starts(self) -> Sequence[int]:
        """Where parts begin that need a decoder which remembers nothing, in bytes that were handed out before.

        Known before what lies behind them is handed out.
        """
        return self._parser.sound.fresh_starts

    @property
    def most_padding(self) -> int:
        """Fewer samples per channel than this, of the last, may turn out to be padding; 0 where none can."""
        return self._parser.sound.most_padding

    @property
    def tags(self) -> Tags:
        """The texts read so far. They may come before and after the samples: complete after `finish_in_steps`."""
        return self._parser.tags.tags

    @property
    def passport(self) -> Passport:
        """What the recorder wrote about the recording. Complete after `finish_in_steps`; nothing before."""
        return self._parser.tags.passport

    @property
    def markers(self) -> tuple[Marker, ...]:
        """The places that are marked, in their order; some may lie behind the sound. Complete as `passport` is."""
        source = self._source
        return self._parser.tags.markers(source.file_block_bytes, source.format.block_samples) if source else ()

    def certain_duration(self, at_least: int) -> float:
        """Seconds of audio that the data chunk claims, as far as a file of `at_least` bytes must hold them."""
        source = self._source
        if source is None or not self._parser.sound.begun:
            return 0.0
        there = at_least - self._parser.data_start
        size = max(0, there if self.data_bytes is None else min(there, self.data_bytes))
        return size // source.file_block_bytes * source.format.block_samples / source.format.sample_rate

    def push_in_steps(self, data: bytes) -> Iterator[None]:
        """The next bytes of the file, to be run to its end before anything else is pushed; then `take` has what came.

        Others may have a turn where it yields, after up to 2.2 ms as measured (docs/security.md). Raises `NotAWav`,
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
        self.repairs = tuple(self._mended(repair) for repair in Repair if repair in self._parser.repairs)

    def _mended(self, repair: Repair) -> Mended:
        return Mended(repair, self._parser.trailing_bytes if repair is Repair.TRAILING_BYTES else None)

    def take(self) -> bytes:
        """The sample bytes that have come since this was last asked, maybe none.

        They are whole blocks, but for the end of ADPCM, which may be part of one.
        """
        out = self._out[0] if len(self._out) == 1 else b"".join(self._out)
        self._out.clear()
        return out
