"""The grammar of a WAV: container head, chunks and their pads, and the samples of the data."""

from collections.abc import Callable, Generator

from domain.code_pages import DEFAULT_CODE_PAGE, CodePage
from domain.errors import DamagedRecording, NotAWav
from domain.recording.containers import (
    HEAD_BYTES,
    MAX_LOOSE_CHUNK_BYTES,
    WIDE_HEAD_BYTES,
    ChunkHead,
    Container,
    Sizes64,
    leading_id3_bytes,
    read_container,
    starts_container,
    starts_wide,
)
from domain.recording.data_sizes import Claim
from domain.recording.feeding import Feeder, Parser, Pass, Peek, Rest, Take, Wants
from domain.recording.following import AHEAD_BYTES
from domain.recording.format_chunk import MAX_FMT_BYTES, read_format
from domain.recording.heads import starts_wav
from domain.recording.limits import WavLimits
from domain.recording.other_formats import LOOK_BYTES
from domain.recording.repairs import Repair
from domain.recording.sound import Sound
from domain.recording.source_format import SourceFormat
from domain.recording.texts import MAX_CHUNK_BYTES, TagReader

MAX_CHUNKS = 1000
"""In one file; recorders and editors write a few dozen."""
CHUNKS_AT_ONCE = 50
"""So many are read, and then the parser rests: up to 0.5 ms of work, as measured (docs/security.md)."""
_READ_HERE = (b"fmt ", b"ds64", b"fact")
_MAX_DS64_BYTES = 28
_FACT_BYTES = 4  # Wave64 has 8, of which these are the low ones


class ChunkParser:
    """Walks a file that is pushed into its `feeder`, once, and gives sample bytes to `hand_out` as they come.

    Memory is bounded by one push, one codec block, the start of a chunk of texts (64 KiB) or of samples (50 KiB; 200 of
    a further WAV that begins with silence), and what `TagReader` keeps; time by the bytes pushed, and outside of the
    samples by what lies between two rests: `CHUNKS_AT_ONCE` chunks, or one long text. In which order chunks come, and
    where the sound ends, is for whoever inherits it.
    """

    def __init__(
        self,
        limits: WavLimits,
        hand_out: Callable[[bytes], None],
        page: CodePage = DEFAULT_CODE_PAGE,
    ) -> None:
        self.source: SourceFormat | None = None
        self.data_start = 0
        self.data_bytes: int | None = None
        self.repairs: set[Repair] = set()
        self.sound = Sound(hand_out, self.repairs)
        self.tags = TagReader(page)
        self._limits = limits
        self._container = Container(b"RIFF", None)
        self._sizes64 = Sizes64()
        self._fact: int | None = None
        self._start = 0
        self._outer_end: int | None = None
        self._part: SourceFormat | None = None
        self._read_before: tuple[bytes, bool, SourceFormat] | None = None
        self._chunks = 0
        self.feeder: Feeder
        """Whoever inherits this makes it, of the parser of a whole file."""

    def _read_leading_tag(self) -> Parser:
        if size := leading_id3_bytes((yield Peek(HEAD_BYTES))):
            self.repairs.add(Repair.LEADING_TAG)
            yield from self._pass_chunk(ChunkHead(b"id3 ", size))
            if self.feeder.passed < size:
                raise NotAWav(
                    f"it ends within the ID3 tag that it begins with, which claims {size} bytes; send all of it"
                )
            if not (yield Peek(1)):
                raise NotAWav("it holds nothing but an ID3 tag; send the WAV that belongs to it")

    def _read_container(self) -> Parser:
        self._start = self.feeder.passed
        head = self.feeder.take_at_once(HEAD_BYTES) or (yield Take(HEAD_BYTES))
        if starts_wide(head):
            head += yield Take(WIDE_HEAD_BYTES - HEAD_BYTES)
        elif not starts_container(head):
            head += yield Peek(LOOK_BYTES - HEAD_BYTES)
        self._container, self._sizes64, self._part, self._fact = read_container(head), Sizes64(), None, None

    def _read_to_data(self) -> Generator[Wants, bytes, ChunkHead]:
        cut_off = ""
        while True:
            size = self._container.chunk_head_bytes
            head = self.feeder.take_at_once(size) or (yield Take(size))
            if len(head) < size:
                raise DamagedRecording(f"it ends before its data chunk{cut_off}")
            if not head[0] and any(head):
                head = yield from self._behind_zeros(head)
            chunk = yield from self._count_chunk(head)
            if chunk.name == b"data":
                return chunk
            if not any(head):
                yield from self._pass_zeros()
                continue
            if self._passes_at_once(chunk):
                continue
            end = self.feeder.passed + (chunk.size or 0)
            yield from self._read_chunk(chunk)
            if self.feeder.passed < end:
                cut_off = f", within a chunk {chunk.name.decode('latin-1')!a} that claims {chunk.size} bytes"
            yield from self._read_padding(chunk.size)

    def _behind_zeros(self, head: bytes) -> Generator[Wants, bytes, bytes]:
        """The head of a chunk that is known, where one begins behind the zeros of this; else this."""
        zeros = len(head) - len(head.lstrip(b"\0"))
        shifted = head[zeros:] + (yield Peek(zeros))
        if not self._knows(shifted):
            return head
        yield Pass(zeros)
        return shifted

    def _pass_zeros(self) -> Parser:
        """Let the zeros behind a head of zeros pass, up to a chunk that is known, or some thousands of them.

        As so many chunks without a name they would take their time.
        """
        head = self._container.chunk_head_bytes
        ahead = yield Peek(AHEAD_BYTES)
        zeros = len(ahead) - len(ahead.lstrip(b"\0"))
        if len(ahead) - zeros < head:
            zeros = max(0, zeros - head)  # what comes behind is not seen yet
        elif not self._knows(ahead[zeros:]):
            zeros -= zeros % head
        yield Pass(zeros)

    def _count_chunk(self, head: bytes) -> Generator[Rest, bytes, ChunkHead]:
        self._chunks += 1
        if self._chunks % CHUNKS_AT_ONCE == 0:
            yield Rest()
        if self._chunks > MAX_CHUNKS:
            raise DamagedRecording(f"it has more than {MAX_CHUNKS} chunks up to its data chunk")
        return self._container.chunk_head(head)

    def _read_chunk(self, chunk: ChunkHead) -> Parser:
        if chunk.name == b"fmt " and self._part is None:
            body = yield from self._beginning(chunk, MAX_FMT_BYTES)
            self._part = self._format(body)
            self.source = self.source or self._part
            yield from self._pass_rest(chunk, len(body))
        elif chunk.name == b"ds64" and self._container.has_ds64:
            body = yield from self._beginning(chunk, _MAX_DS64_BYTES)
            self._sizes64 = Sizes64.read(body)
            yield from self._pass_rest(chunk, len(body))
        elif chunk.name == b"fact" and self._fact is None:
            body = yield from self._beginning(chunk, _FACT_BYTES)
            self._fact = int.from_bytes(body, "big" if self._container.big_endian else "little")
            yield from self._pass_rest(chunk, len(body))
        else:
            yield from self._pass_chunk(chunk)

    def _format(self, body: bytes) -> SourceFormat:
        """Of hundreds of WAVs that are joined all are most often the same."""
        big_endian = self._container.big_endian
        if self._read_before is None or self._read_before[:2] != (body, big_endian):
            self._read_before = body, big_endian, read_format(body, big_endian=big_endian, limits=self._limits)
        return self._read_before[2]

    def _passes_at_once(self, chunk: ChunkHead) -> bool:
        """Let a chunk of which nothing is read pass with its pad, if all is there; whether it did."""
        if chunk.size is None or chunk.name in _READ_HERE or self.tags.wants(chunk.name):
            return False
        size = chunk.size + self._container.padding(chunk.size)
        if size > chunk.size:
            ahead = self.feeder.peek_at_once(size)
            if ahead is None or ahead[chunk.size] != 0:
                return False
        return self.feeder.pass_at_once(size)

    def _pass_chunk(self, chunk: ChunkHead) -> Parser:
        """Let a chunk's body pass, and see whether it begins with texts."""
        start = self.feeder.passed
        if self.tags.wants(chunk.name):
            body = yield from self._beginning(chunk, MAX_CHUNK_BYTES)
            for _ in self.tags.read(chunk.name, body, big_endian=self._container.big_endian):
                yield Rest()
            del body
            yield Rest()
        yield from self._pass_rest(chunk, self.feeder.passed - start)

    def _beginning(self, chunk: ChunkHead, most: int) -> Generator[Wants, bytes, bytes]:
        """The first bytes of a chunk's body, or all of it."""
        size = most if chunk.size is None else min(chunk.size, most)
        if (body := self.feeder.take_at_once(size)) is not None:
            return body
        # what is held until all is there is no more than what has come
        parts = bytearray()
        yield Pass(size, parts.extend)
        return bytes(parts)

    def _pass_rest(self, chunk: ChunkHead, read: int) -> Parser:
        """Let pass what is left of a chunk's body."""
        left = None if chunk.size is None else chunk.size - read
        if left is None or not self.feeder.pass_at_once(left):
            yield Pass(left)

    def _read_padding(self, size: int | None) -> Parser:
        padding = self._container.padding(size or 0)
        if not padding:
            return
        size = padding + WIDE_HEAD_BYTES
        ahead = self.feeder.peek_at_once(size) or (yield Peek(size))
        # most are zeros, with which none begins that is known
        if ahead[:1] != b"\0" and self._knows(ahead) and not self._knows(ahead[padding:]):
            self.repairs.add(Repair.MISSING_PAD)
        elif not self.feeder.pass_at_once(padding):
            yield Pass(padding)

    def _knows(self, ahead: bytes) -> bool:
        """Whether a chunk that is known begins here, or a whole WAV."""
        return self._container.knows(ahead) or starts_wav(ahead)

    def _begin_sound(self, part: SourceFormat, size: int | None) -> None:
        self.sound.begin(part, self._fact, big_endian=self._container.big_endian)
        if not self.sound.samples:
            self.source, self.data_start, self.data_bytes = part, self.feeder.passed, size

    def _claim(self, part: SourceFormat, size: int | None) -> Claim:
        start = self.feeder.passed
        return Claim(
            start=start,
            size=size,
            head_bytes=start - self._start,
            frame_bytes=part.file_block_bytes,
            container_end=self._claimed_end(),
            loose=self._container.alignment - 1,
        )

    def _claimed_size(self, chunk: ChunkHead) -> int | None:
        """Of the data: where both claim one, `ds64` is believed rather than the chunk, as in ffmpeg and libsndfile."""
        if not self._container.has_ds64 or self._sizes64.data is None:
            return chunk.size
        return self._sizes64.data or chunk.size or 0

    def _fits(self, ahead: bytes) -> bool:
        """Whether a chunk that is known, and ends where it can, lies ahead."""
        if not self._knows(ahead):
            return False
        size = self._container.chunk_head(ahead).size
        start = self.feeder.passed + len(ahead)
        claimed = self._claimed_end()
        end = claimed if claimed and claimed >= start else start + MAX_LOOSE_CHUNK_BYTES
        return size is not None and start + size <= end

    def _claimed_end(self) -> int | None:
        """Where the outermost of the containers around this place claims to end."""
        if self._outer_end is not None:
            return self._outer_end
        claimed = self._container.claimed_end
        if self._container.has_ds64:
            claimed = None if self._sizes64.riff is None else self._sizes64.riff + 8
        return None if claimed is None else self._start + claimed
