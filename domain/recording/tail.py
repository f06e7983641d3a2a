"""What lies behind the sound of a WAV: chunks, leftovers, or a further WAV."""

from collections.abc import Callable, Generator

from domain.code_pages import DEFAULT_CODE_PAGE, CodePage
from domain.recording.containers import WIDE_HEAD_BYTES
from domain.recording.data import DataEnd
from domain.recording.data_sizes import Claim
from domain.recording.feeding import Parser, Pass, Peek, Take, Wants
from domain.recording.following import AHEAD_BYTES, Following
from domain.recording.heads import starts_wav, wav_within
from domain.recording.limits import WavLimits
from domain.recording.parser import MAX_CHUNKS, ChunkParser
from domain.recording.repairs import Repair


class TailParser(ChunkParser):
    """Reads on behind the data, where nothing is refused, and tells of all that it leaves out."""

    def __init__(
        self,
        limits: WavLimits,
        hand_out: Callable[[bytes], None],
        page: CodePage = DEFAULT_CODE_PAGE,
    ) -> None:
        super().__init__(limits, hand_out, page)
        self.trailing_bytes = 0
        """That were left out behind the sound."""
        self._sound_end = 0
        """Where the data or the last chunk behind it ends, with its pad."""

    def _read_tail(self, end: DataEnd, claim: Claim) -> Generator[Wants, bytes, DataEnd]:
        """Behind the data nothing is refused; what is neither a chunk nor a WAV is reported."""
        padding = self._container.padding(self.feeder.passed - claim.start)
        if skip := padding if end.before is Following.OTHER else min(end.skip, padding):
            yield Pass(skip)
        self._sound_end = self.feeder.passed
        if end.before is not Following.OTHER:
            if end.skip > padding:
                yield Pass(end.skip - padding)
            self._report_skipped(end, padding)
        return end if end.before in (Following.NOTHING, Following.RECORDING) else (yield from self._read_tail_chunks())

    def _report_skipped(self, end: DataEnd, padding: int) -> None:
        if end.before is Following.CHUNK and end.skip < padding:
            self.repairs.add(Repair.MISSING_PAD)
        elif end.skip > padding:
            self._report_trailing(end.skip - padding)

    def _report_trailing(self, count: int) -> None:
        self.repairs.add(Repair.TRAILING_BYTES)
        self.trailing_bytes += count

    def _read_tail_chunks(self) -> Generator[Wants, bytes, DataEnd]:
        while ahead := self.feeder.peek_at_once(WIDE_HEAD_BYTES) or (yield Peek(WIDE_HEAD_BYTES)):
            if starts_wav(ahead):
                return DataEnd(Following.RECORDING)
            if self._chunks >= MAX_CHUNKS or not (yield from self._may_be_chunk(ahead)):
                start = self.feeder.passed
                yield from self._pass_leftovers()
                self._report_trailing(self.feeder.passed - start)
                continue
            start = self.feeder.passed
            whole = yield from self._read_tail_chunk()
            if not whole:
                self._report_trailing(self.feeder.passed - start)
            else:
                self._sound_end = self.feeder.passed
        return DataEnd(Following.NOTHING)

    def _may_be_chunk(self, ahead: bytes) -> Generator[Wants, bytes, bool]:
        """Whether a chunk lies ahead: of a name that is not known, not one that would hide a whole WAV near."""
        if self._knows(ahead):
            return True
        size = self._container.chunk_head_bytes
        if len(ahead) < size or not ahead[:4].isascii() or not ahead[:4].strip(b"\0"):
            return False
        body, claimed = self._container.chunk_head(ahead[:size]).size, self._claimed_end()
        if body is not None and claimed is not None and self.feeder.passed + size + body <= claimed:
            return True
        further = wav_within(self.feeder.peek_at_once(AHEAD_BYTES) or (yield Peek(AHEAD_BYTES)))
        return further is None or (body is not None and further >= size + body)

    def _pass_leftovers(self) -> Parser:
        """All up to a further WAV or a chunk that is known and lies near, however many zeros come before; or all."""
        ahead = yield Peek(AHEAD_BYTES)
        # a head that is not there as a whole tells nothing
        while (zeros := len(ahead) - len(ahead.lstrip(b"\0"))) > AHEAD_BYTES - WIDE_HEAD_BYTES:
            yield Pass(zeros)
            ahead = yield Peek(AHEAD_BYTES)
        if self._chunks >= MAX_CHUNKS:
            yield Pass(None)
        else:
            yield Pass(zeros if zeros and self._knows(ahead[zeros:]) else wav_within(ahead))

    def _read_tail_chunk(self) -> Generator[Wants, bytes, bool]:
        """Read a chunk behind the sound and its pad; whether it is there as a whole."""
        size = self._container.chunk_head_bytes
        chunk = yield from self._count_chunk(self.feeder.take_at_once(size) or (yield Take(size)))
        if chunk.name == b"data" and chunk.size != 0:
            self.repairs.add(Repair.TRAILING_RECORDING)
        if self._passes_at_once(chunk):
            return True
        start = self.feeder.passed
        yield from self._pass_chunk(chunk)
        if chunk.size is None or self.feeder.passed - start < chunk.size:
            return False
        yield from self._read_padding(chunk.size)
        return True
