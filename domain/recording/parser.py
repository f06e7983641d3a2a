"""The grammar of a WAV: container head, chunks up to the data, the data, and what lies behind it."""

from collections.abc import Callable, Generator

from domain.errors import DamagedRecording
from domain.recording.containers import (
    HEAD_BYTES,
    KNOWN_CHUNKS,
    WIDE_HEAD_BYTES,
    ChunkHead,
    Container,
    Sizes64,
    leading_id3_bytes,
    read_container,
    starts_container,
    starts_wide,
)
from domain.recording.feeding import Feeder, Parser, Pass, Peek, Rest, Take
from domain.recording.format_chunk import MAX_FMT_BYTES, SourceFormat, read_format
from domain.recording.limits import WavLimits
from domain.recording.other_formats import LOOK_BYTES
from domain.recording.repairs import Repair
from domain.recording.samples import SampleStream
from domain.recording.texts import MAX_CHUNK_BYTES, TagReader

MAX_CHUNKS = 1000
"""In one file; recorders and editors write a few dozen."""
CHUNKS_AT_ONCE = 50
"""So many are read, and then the parser rests: up to 1.1 ms of work, as measured (docs/security.md)."""
_MAX_DS64_BYTES = 28
_MAX_LOOSE_CHUNK_BYTES = 1 << 20  # behind an empty data chunk, where the container does not say how far it goes


class WavParser:
    """Walks a file that is pushed into its `feeder`, once, and gives sample bytes to `hand_out` as they come.

    Memory is bounded by one push, one codec block, the start of a chunk of texts (64 KiB) or of samples (50 KiB) and a
    few KiB; time by the bytes pushed, and outside of the samples by what lies between two rests: `CHUNKS_AT_ONCE`
    chunks, or one text.
    """

    def __init__(self, limits: WavLimits, hand_out: Callable[[bytes], None]) -> None:
        self.source: SourceFormat | None = None
        self.stream: SampleStream | None = None
        self.data_start = 0
        self.data_bytes: int | None = None
        self.repairs: set[Repair] = set()
        self.tags = TagReader()
        self._limits = limits
        self._hand_out = hand_out
        self._container = Container(b"RIFF", None)
        self._sizes64 = Sizes64()
        self._start = 0
        self._chunks = 0
        self._sound_end = 0
        self.feeder = Feeder(self._parse())

    def _parse(self) -> Parser:
        yield from self._read_container()
        yield from self._read_to_data()
        yield from self._read_tail()
        yield Pass(None)

    def _read_container(self) -> Parser:
        if size := leading_id3_bytes((yield Peek(HEAD_BYTES))):
            self.repairs.add(Repair.LEADING_TAG)
            yield from self._pass_chunk(ChunkHead(b"id3 ", size))
            self._start = size
        head = yield Take(HEAD_BYTES)
        if starts_wide(head):
            head += yield Take(WIDE_HEAD_BYTES - HEAD_BYTES)
        elif not starts_container(head):
            head += yield Peek(LOOK_BYTES - HEAD_BYTES)
        self._container = read_container(head)

    def _read_to_data(self) -> Parser:
        while True:
            head = yield Take(self._container.chunk_head_bytes)
            if len(head) < self._container.chunk_head_bytes:
                raise DamagedRecording("it ends before its data chunk")
            chunk = yield from self._count_chunk(head)
            if chunk.name == b"data":
                yield from self._read_data(chunk)
                return
            yield from self._read_chunk(chunk)
            yield from self._read_padding(chunk.size)

    def _count_chunk(self, head: bytes) -> Generator[Rest, bytes, ChunkHead]:
        self._chunks += 1
        if self._chunks % CHUNKS_AT_ONCE == 0:
            yield Rest()
        if self._chunks > MAX_CHUNKS:
            raise DamagedRecording(f"it has more than {MAX_CHUNKS} chunks up to its data chunk")
        return self._container.chunk_head(head)

    def _read_chunk(self, chunk: ChunkHead) -> Parser:
        if chunk.name == b"fmt " and self.source is None:
            body = yield Take(_bounded(chunk.size, MAX_FMT_BYTES))
            self.source = read_format(body, big_endian=self._container.big_endian, limits=self._limits)
            self.repairs.update(self.source.repairs)
            yield Pass(None if chunk.size is None else chunk.size - len(body))
        elif chunk.name == b"ds64" and self._container.has_ds64:
            body = yield Take(_bounded(chunk.size, _MAX_DS64_BYTES))
            self._sizes64 = Sizes64.read(body)
            yield Pass(None if chunk.size is None else chunk.size - len(body))
        else:
            yield from self._pass_chunk(chunk)

    def _pass_chunk(self, chunk: ChunkHead) -> Parser:
        """Let a chunk's body pass, and see whether it begins with texts."""
        start = self.feeder.passed
        if self.tags.wants(chunk.name):
            body = bytearray()
            yield Pass(_bounded(chunk.size, MAX_CHUNK_BYTES), body.extend)
            for _ in self.tags.read(chunk.name, bytes(body), big_endian=self._container.big_endian):
                yield Rest()
            yield Rest()
        yield Pass(None if chunk.size is None else chunk.size - (self.feeder.passed - start))

    def _read_padding(self, size: int | None) -> Parser:
        padding = self._container.padding(size or 0)
        if not padding:
            return
        ahead = yield Peek(padding + self._container.chunk_head_bytes)
        if len(ahead) < padding or (self._is_known(ahead) and not self._is_known(ahead[padding:])):
            self.repairs.add(Repair.MISSING_PAD)
        else:
            yield Pass(padding)

    def _is_known(self, head: bytes) -> bool:
        if len(head) < self._container.chunk_head_bytes:
            return False
        return self._container.chunk_head(head).name in KNOWN_CHUNKS

    def _read_data(self, chunk: ChunkHead) -> Parser:
        if self.source is None:
            raise DamagedRecording("its data chunk comes before its format chunk")
        size = self._claimed_size(chunk)
        if size == 0:
            ahead = yield Peek(self._container.chunk_head_bytes)
            size = 0 if not ahead or self._fits(ahead) else None
        self.data_bytes = size
        self.stream = SampleStream(self.source, big_endian=self._container.big_endian)
        start = self.data_start = self.feeder.passed
        yield Pass(size, self._push_samples)
        self._end_data(self.feeder.passed - start)
        self._sound_end = self.feeder.passed if size is None else start + size
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
        start = self.feeder.passed + len(ahead)
        claimed = self._claimed_end()
        end = claimed if claimed and claimed >= start else start + _MAX_LOOSE_CHUNK_BYTES
        return size is not None and start + size <= end

    def _claimed_end(self) -> int | None:
        claimed = self._container.claimed_end
        if self._container.has_ds64:
            claimed = None if self._sizes64.riff is None else self._sizes64.riff + 8
        return None if claimed is None else self._start + claimed

    def _push_samples(self, data: bytes) -> None:
        assert self.stream is not None  # noqa: S101 - tells the type checker what _read_data() has seen to
        if samples := self.stream.push(data):
            self._hand_out(samples)

    def _end_data(self, size: int) -> None:
        assert self.stream is not None  # noqa: S101 - as above
        samples, dropped = self.stream.finish()
        if samples:
            self._hand_out(samples)
        self.repairs.update(self.stream.layout.repairs if self.stream.layout else ())
        if dropped:
            self.repairs.add(Repair.PARTIAL_FRAME)
        if self.data_bytes is None:
            self.repairs.add(Repair.UNKNOWN_LENGTH)
        elif size < self.data_bytes:
            self.repairs.add(Repair.TRUNCATED)

    def _read_tail(self) -> Parser:
        """Behind the data nothing is refused; what is no chunk is reported, and so is a wrong size of the whole."""
        if self.repairs.isdisjoint((Repair.UNKNOWN_LENGTH, Repair.TRUNCATED)):
            self._sound_end = self.feeder.passed
            yield from self._read_tail_chunks()
        self._check_claimed_end()

    def _read_tail_chunks(self) -> Parser:
        while self._chunks < MAX_CHUNKS:
            head = yield Take(self._container.chunk_head_bytes)
            if not head:
                return
            if len(head) < self._container.chunk_head_bytes or not head[:4].isascii() or not head[:4].strip(b"\0"):
                self.repairs.add(Repair.TRAILING_BYTES)
                break
            chunk = yield from self._count_chunk(head)
            start = self.feeder.passed
            yield from self._pass_chunk(chunk)
            if chunk.size is None or self.feeder.passed - start < chunk.size:
                self.repairs.add(Repair.TRAILING_BYTES)
                return
            yield from self._read_padding(chunk.size)
            self._sound_end = self.feeder.passed
        yield Pass(None)

    def _check_claimed_end(self) -> None:
        """A container is right that claims to end at the last chunk, with or without its pad, or at the last byte.

        A recording of unknown length may claim no end.
        """
        claimed = self._claimed_end()
        if Repair.TRUNCATED in self.repairs:
            right = claimed is not None and claimed >= self._sound_end
        elif claimed is None:
            right = Repair.UNKNOWN_LENGTH in self.repairs
        else:
            right = abs(claimed - self._sound_end) <= 1 or claimed == self.feeder.passed
        if not right:
            self.repairs.add(Repair.WRONG_RIFF_SIZE)


def _bounded(size: int | None, bound: int) -> int:
    return bound if size is None else min(size, bound)
