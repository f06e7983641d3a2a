"""A WAV file as a whole: its parts, each of them a WAV, and what lies between and behind them."""

from collections.abc import Callable, Generator

from domain.code_pages import DEFAULT_CODE_PAGE, CodePage
from domain.errors import DamagedRecording, RecordingError
from domain.recording.containers import WIDE_HEAD_BYTES, ChunkHead
from domain.recording.data import DataEnd, DataReader
from domain.recording.data_sizes import Claim
from domain.recording.feeding import Feeder, Parser, Pass, Peek, Rest, Take, Wants
from domain.recording.following import AHEAD_BYTES, Following
from domain.recording.heads import HeadFinder, starts_wav, wav_within
from domain.recording.limits import WavLimits
from domain.recording.parser import MAX_CHUNKS, ChunkParser
from domain.recording.repairs import Repair


class WavParser(ChunkParser):
    """Reads a recording and further ones that it goes on in, and tells of all that it leaves out."""

    def __init__(
        self,
        limits: WavLimits,
        hand_out: Callable[[bytes], None],
        certain_bytes: int = 0,
        page: CodePage = DEFAULT_CODE_PAGE,
    ) -> None:
        """`certain_bytes` is how long the file is at least, as far as that is known before it has come."""
        super().__init__(limits, hand_out, page)
        self.trailing_bytes = 0
        """That were left out behind the sound."""
        self._certain_bytes = certain_bytes
        self._sound_end = 0
        self._find = HeadFinder()
        self.feeder = Feeder(self._parse())

    def _parse(self) -> Parser:
        yield from self._read_leading_tag()
        yield from self._read_container()
        chunk = yield from self._read_to_data()
        end = yield from self._read_data(chunk)
        while end.before is Following.RECORDING:
            yield Rest()
            end = yield from self._read_further(inner=end.inner)
        self.sound.end()
        yield Pass(None)
        for _ in self.tags.finish():
            yield Rest()

    def _read_data(self, chunk: ChunkHead) -> Generator[Wants, bytes, DataEnd]:
        """The sound of a part and what lies behind it, up to a further WAV or to the end."""
        if self._part is None:
            raise DamagedRecording("its data chunk comes before its format chunk")
        size = self._claimed_size(chunk)
        if size == 0:
            ahead = yield Peek(self._container.chunk_head_bytes)
            size = 0 if not ahead or self._fits(ahead) else None
        self._begin_sound(self._part, size)
        claim = self._claim(self._part, size)
        reader = DataReader(claim, self._container, self._part, self._certain_bytes, self._limits, self._find)
        end = yield from reader.read(self.feeder, self.sound.push)
        if not end.inner and not self._is_head_alone(end, claim.start):
            self.repairs.update(reader.repairs, self._part.repairs)
            end = yield from self._read_tail(end, claim)
            self._check_claimed_end(claim, reader.repairs, end)
        return end

    def _read_tail(self, end: DataEnd, claim: Claim) -> Generator[Wants, bytes, DataEnd]:
        """Behind the data nothing is refused; what is neither a chunk nor a WAV is reported."""
        padding = self._container.padding(self.feeder.passed - claim.start)
        yield Pass(padding if end.before is Following.OTHER else min(end.skip, padding))
        self._sound_end = self.feeder.passed
        if end.before is not Following.OTHER:
            yield Pass(max(0, end.skip - padding))
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
        while ahead := (yield Peek(WIDE_HEAD_BYTES)):
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
        if self._is_known(ahead):
            return True
        size = self._container.chunk_head_bytes
        if len(ahead) < size or not ahead[:4].isascii() or not ahead[:4].strip(b"\0"):
            return False
        body, claimed = self._container.chunk_head(ahead[:size]).size, self._claimed_end()
        if body is not None and claimed is not None and self.feeder.passed + size + body <= claimed:
            return True
        further = wav_within((yield Peek(AHEAD_BYTES)))
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
            yield Pass(zeros if zeros and self._is_known(ahead[zeros:]) else wav_within(ahead))

    def _read_tail_chunk(self) -> Generator[Wants, bytes, bool]:
        """Read a chunk behind the sound and its pad; whether it is there as a whole."""
        chunk = yield from self._count_chunk((yield Take(self._container.chunk_head_bytes)))
        if chunk.name == b"data" and chunk.size != 0:
            self.repairs.add(Repair.TRAILING_RECORDING)
        start = self.feeder.passed
        yield from self._pass_chunk(chunk)
        if chunk.size is None or self.feeder.passed - start < chunk.size:
            return False
        yield from self._read_padding(chunk.size)
        return True

    def _read_further(self, *, inner: bool) -> Generator[Wants, bytes, DataEnd]:
        """A WAV behind the recording, or `inner` at the beginning of its data, in whose container it lies then.

        Its sound goes on where its format agrees; else it is left out, and all that follows.
        """
        if inner:
            self._outer_end = self._claimed_end()
        if not self._outer_goes_on():
            self._outer_end = None
        self.tags.begin_part(self.sound.samples - self.sound.padding)
        try:
            yield from self._read_container()
            chunk = yield from self._read_to_data()
            goes_on = not self.sound.samples or self._agrees()
        except RecordingError:
            if not self.sound.samples:
                raise
            goes_on = False
        if goes_on:
            start = self.feeder.passed
            end = yield from self._read_data(chunk)
            no_sound = inner or self._is_head_alone(end, start)
            self.repairs.add(Repair.INNER_HEAD if no_sound else Repair.JOINED)
            return end
        self.repairs.add(Repair.TRAILING_RECORDING)
        yield Pass(None)
        return DataEnd(Following.NOTHING)

    def _is_head_alone(self, end: DataEnd, start: int) -> bool:
        """Whether nothing follows the last of several heads: of a program that wrote its first again in a pipe."""
        return end.before is Following.NOTHING and self.feeder.passed == start and self.sound.samples > 0

    def _outer_goes_on(self) -> bool:
        return self._outer_end is not None and self._outer_end > self.feeder.passed

    def _agrees(self) -> bool:
        return self.source is not None and self._part is not None and self.source.agrees_with(self._part)

    def _check_claimed_end(self, claim: Claim, repairs: set[Repair], end: DataEnd) -> None:
        """A container is right that claims to end at the last chunk, with or without its pad, or at the last byte.

        Where the sound is of unknown length it may claim no end, or only its head; where the data claims too much it
        may claim as much. Of an outer container this is looked at behind the last WAV that it holds.
        """
        if end.before is Following.RECORDING and self._outer_goes_on():
            return
        claimed, there = claim.container_end, self._sound_end
        if Repair.UNKNOWN_LENGTH in repairs:
            right = claimed is None or claimed <= claim.start or claimed >= there - claim.loose
        elif Repair.TRUNCATED in repairs:
            right = claimed is not None and claim.end is not None and claimed >= claim.end
        elif claimed is None:
            right = False
        elif claim.end is not None and claim.end > there:
            right = claimed >= there - claim.loose
        else:
            right = abs(claimed - there) <= claim.loose or claimed == self.feeder.passed
        if not right:
            self.repairs.add(Repair.WRONG_RIFF_SIZE)
