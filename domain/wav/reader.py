"""The WAV reader: bytes are pushed in, sample bytes come out."""

from domain.errors import DamagedWav, NoAudio
from domain.wav.containers import (
    HEAD_BYTES,
    KNOWN_CHUNKS,
    WIDE_HEAD_BYTES,
    ChunkHead,
    Container,
    Sizes64,
    read_container,
    starts_wide,
)
from domain.wav.fmt import MAX_FMT_BYTES, SourceFormat, read_format
from domain.wav.format import WavFormat
from domain.wav.intake import Intake, Parser, Pass, Peek, Take
from domain.wav.limits import WavLimits
from domain.wav.repairs import Repair
from domain.wav.samples import SampleStream

MAX_CHUNKS = 10_000
"""In one file; recorders and editors write a few dozen."""
_MAX_DS64_BYTES = 28
_MAX_LOOSE_CHUNK_BYTES = 1 << 20  # behind an empty data chunk, where the container does not say how far it goes


class WavReader:
    """Reads a WAV once, from front to back, as its bytes arrive.

    Containers and codecs are those of `domain.wav.containers` and `domain.wav.fmt`. Header words are claims: nothing is
    allocated or divided by them. Memory is bounded by one push, one codec block and a few KiB. The first data chunk is
    the recording (of several, ffmpeg plays the last, sox the first, libsndfile refuses); of several format chunks the
    first counts. A `fact` chunk is ignored, as ffmpeg, sox and libsndfile do. After an error the reader is done.
    """

    def __init__(self, limits: WavLimits = WavLimits()) -> None:  # noqa: B008 - frozen
        self.format: WavFormat | None = None
        """Set as soon as it is known."""
        self.data_bytes: int | None = None
        """What the data chunk claims; None while it is not reached, and where it claims no length."""
        self.repairs: tuple[Repair, ...] = ()
        """Complete after `finish`; in the order of `Repair`."""
        self.bytes_read = 0
        """Bytes pushed so far."""
        self._limits = limits
        self._repairs: set[Repair] = set()
        self._container = Container(b"RIFF", None)
        self._sizes64 = Sizes64()
        self._source: SourceFormat | None = None
        self._stream: SampleStream | None = None
        self._chunks = 0
        self._sound_end = 0
        self._data_start = 0
        self._out: list[bytes] = []
        self._intake = Intake(self._parse())

    @property
    def samples(self) -> int:
        """Samples per channel handed out so far."""
        return self._stream.samples if self._stream else 0

    def certain_duration(self, at_least: int) -> float:
        """Seconds of audio that the data chunk claims, as far as a file of `at_least` bytes must hold them."""
        if self._source is None or self._stream is None:
            return 0.0
        there = at_least - self._data_start
        size = max(0, there if self.data_bytes is None else min(there, self.data_bytes))
        handed_out = self._source.format
        return size // self._source.block_bytes * handed_out.block_samples / handed_out.sample_rate

    def push(self, data: bytes) -> bytes:
        """The next bytes of the file; returns sample bytes, whole blocks of them, maybe none.

        Raises `NotAWav`, `UnsupportedChannels`, `UnsupportedRate`, `UnsupportedCodec` and `DamagedWav`.
        """
        self.bytes_read += len(data)
        self._intake.push(data)
        return self._collect()

    def finish(self) -> bytes:
        """The end of the file; returns the rest, for ADPCM maybe a partial block.

        Raises what `push` does, and `NoAudio` if there is not one sample.
        """
        self._intake.push(b"", last=True)
        if not self.samples:
            raise NoAudio
        self.repairs = tuple(repair for repair in Repair if repair in self._repairs)
        return self._collect()

    def _collect(self) -> bytes:
        out = self._out[0] if len(self._out) == 1 else b"".join(self._out)
        self._out.clear()
        return out

    def _parse(self) -> Parser:
        yield from self._read_container()
        yield from self._read_to_data()
        yield from self._read_tail()
        yield Pass(None)

    def _read_container(self) -> Parser:
        head = yield Take(HEAD_BYTES)
        if starts_wide(head):
            head += yield Take(WIDE_HEAD_BYTES - HEAD_BYTES)
        self._container = read_container(head)

    def _read_to_data(self) -> Parser:
        while True:
            head = yield Take(self._container.chunk_head_bytes)
            if len(head) < self._container.chunk_head_bytes:
                raise DamagedWav("it ends before its data chunk")
            chunk = self._count_chunk(head)
            if chunk.name == b"data":
                yield from self._read_data(chunk)
                return
            yield from self._read_chunk(chunk)
            yield from self._read_padding(chunk.size)

    def _count_chunk(self, head: bytes) -> ChunkHead:
        self._chunks += 1
        if self._chunks > MAX_CHUNKS:
            raise DamagedWav(f"it has more than {MAX_CHUNKS} chunks before its data chunk")
        return self._container.chunk_head(head)

    def _read_chunk(self, chunk: ChunkHead) -> Parser:
        taken = 0
        if chunk.name == b"fmt " and self._source is None:
            body = yield Take(_bounded(chunk.size, MAX_FMT_BYTES))
            taken = len(body)
            self._source = read_format(body, big_endian=self._container.big_endian, limits=self._limits)
            self.format = self._source.format
            self._repairs.update(self._source.repairs)
        elif chunk.name == b"ds64" and self._container.has_ds64:
            body = yield Take(_bounded(chunk.size, _MAX_DS64_BYTES))
            taken = len(body)
            self._sizes64 = Sizes64.read(body)
        yield Pass(None if chunk.size is None else chunk.size - taken)

    def _read_padding(self, size: int | None) -> Parser:
        padding = self._container.padding(size or 0)
        if not padding:
            return
        ahead = yield Peek(padding + self._container.chunk_head_bytes)
        if len(ahead) < padding or (self._is_known(ahead) and not self._is_known(ahead[padding:])):
            self._repairs.add(Repair.MISSING_PAD)
        else:
            yield Pass(padding)

    def _is_known(self, head: bytes) -> bool:
        if len(head) < self._container.chunk_head_bytes:
            return False
        return self._container.chunk_head(head).name in KNOWN_CHUNKS

    def _read_data(self, chunk: ChunkHead) -> Parser:
        if self._source is None:
            raise DamagedWav("its data chunk comes before its format chunk")
        size = self._claimed_size(chunk)
        if size == 0:
            ahead = yield Peek(self._container.chunk_head_bytes)
            size = 0 if not ahead or self._fits(ahead) else None
        self.data_bytes = size
        self._stream = SampleStream(self._source, big_endian=self._container.big_endian)
        start = self._data_start = self._intake.passed
        yield Pass(size, self._hand_out)
        self._end_data(self._intake.passed - start)
        self._sound_end = self._intake.passed if size is None else start + size
        if size is not None:
            yield from self._read_padding(size)

    def _claimed_size(self, chunk: ChunkHead) -> int | None:
        """Of the data: where both claim one, `ds64` is believed rather than the chunk, as in ffmpeg and libsndfile."""
        if not self._container.has_ds64 or self._sizes64.data is None:
            return chunk.size
        return self._sizes64.data or chunk.size or 0

    def _fits(self, ahead: bytes) -> bool:
        """Whether a chunk that is known, and ends where it can, lies ahead."""
        if not self._is_known(ahead):
            return False
        size = self._container.chunk_head(ahead).size
        start = self._intake.passed + len(ahead)
        claimed = self._claimed_end()
        end = claimed if claimed and claimed >= start else start + _MAX_LOOSE_CHUNK_BYTES
        return size is not None and start + size <= end

    def _claimed_end(self) -> int | None:
        if self._container.has_ds64:
            return None if self._sizes64.riff is None else self._sizes64.riff + 8
        return self._container.claimed_end

    def _hand_out(self, data: bytes) -> None:
        assert self._stream is not None  # noqa: S101 - tells the type checker what _read_data() has seen to
        if samples := self._stream.push(data):
            self._out.append(samples)

    def _end_data(self, size: int) -> None:
        assert self._stream is not None  # noqa: S101 - as above
        samples, dropped = self._stream.finish()
        if samples:
            self._out.append(samples)
        if dropped:
            self._repairs.add(Repair.PARTIAL_FRAME)
        if self.data_bytes is None:
            self._repairs.add(Repair.UNKNOWN_LENGTH)
        elif size < self.data_bytes:
            self._repairs.add(Repair.TRUNCATED)

    def _read_tail(self) -> Parser:
        """Behind the data nothing is refused; what is no chunk is reported, and so is a wrong size of the whole."""
        if self._repairs.isdisjoint((Repair.UNKNOWN_LENGTH, Repair.TRUNCATED)):
            self._sound_end = self._intake.passed
            yield from self._read_tail_chunks()
        self._check_claimed_end()

    def _read_tail_chunks(self) -> Parser:
        while self._chunks < MAX_CHUNKS:
            head = yield Take(self._container.chunk_head_bytes)
            if not head:
                return
            if len(head) < self._container.chunk_head_bytes or not head[:4].isascii() or not head[:4].strip(b"\0"):
                self._repairs.add(Repair.TRAILING_BYTES)
                break
            chunk = self._count_chunk(head)
            start = self._intake.passed
            yield Pass(chunk.size)
            if chunk.size is None or self._intake.passed - start < chunk.size:
                self._repairs.add(Repair.TRAILING_BYTES)
                return
            yield from self._read_padding(chunk.size)
            self._sound_end = self._intake.passed
        yield Pass(None)

    def _check_claimed_end(self) -> None:
        """A container is right that claims to end at the last chunk, with or without its pad, or at the last byte.

        A recording of unknown length may claim no end.
        """
        claimed = self._claimed_end()
        if Repair.TRUNCATED in self._repairs:
            right = claimed is not None and claimed >= self._sound_end
        elif claimed is None:
            right = Repair.UNKNOWN_LENGTH in self._repairs
        else:
            right = abs(claimed - self._sound_end) <= 1 or claimed == self._intake.passed
        if not right:
            self._repairs.add(Repair.WRONG_RIFF_SIZE)


def _bounded(size: int | None, bound: int) -> int:
    return bound if size is None else min(size, bound)
