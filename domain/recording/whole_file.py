"""A WAV file as a whole: its parts, each of them a WAV."""

from collections.abc import Callable, Generator

from domain.code_pages import DEFAULT_CODE_PAGE, CodePage
from domain.errors import DamagedRecording, RecordingError
from domain.recording.bitstreams import MAY_BE_DISGUISED, WINDOW_BYTES
from domain.recording.containers import ChunkHead
from domain.recording.data import DataEnd, DataReader
from domain.recording.data_sizes import Claim
from domain.recording.feeding import Feeder, Parser, Pass, Peek, Rest, Wants
from domain.recording.following import Following
from domain.recording.heads import HeadFinder, wav_within
from domain.recording.limits import WavLimits
from domain.recording.repairs import Repair
from domain.recording.speech_frames import sample_stream
from domain.recording.tail import TailParser

LEAST_BYTES = 1024
"""Of a further WAV: with fewer it is none of a codec that plays for some time, and there may be hundreds of them."""
MOST_SILENCE_BYTES = 4 * WINDOW_BYTES
"""Of a further WAV so much is looked at before any of it is taken, where it begins with zeros.

Where all that is zeros, they are silence, and what lies behind them is looked at when it comes."""


class WavParser(TailParser):
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
        self._certain_bytes = certain_bytes
        self._find = HeadFinder()
        self._unheard = False
        """Whether a further WAV begins, as far as it was looked at, with silence."""
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
        doubt = self._are_samples if self._unheard else None
        reader = DataReader(claim, self._container, self._part, self._certain_bytes, self._limits, self._find, doubt)
        end = yield from reader.read(self.feeder, self.sound.push)
        if end.before is Following.CODEC:
            return end
        if not end.inner and not self._is_head_alone(end, claim.start):
            self.repairs.update(reader.repairs, self._part.repairs)
            end = yield from self._read_tail(end, claim)
            self._check_claimed_end(claim, reader.repairs, end)
        return end

    def _read_further(self, *, inner: bool) -> Generator[Wants, bytes, DataEnd]:
        """A WAV behind the recording, or `inner` at the beginning of its data, in whose container it lies then.

        Its sound goes on where its format agrees, as far as it is sound; else it is left out, and all that follows.
        """
        if inner:
            self._outer_end = self._claimed_end()
        if not self._outer_goes_on():
            self._outer_end = None
        self.tags.begin_part(self.sound.samples - self.sound.padding)
        try:
            yield from self._read_container()
            chunk = yield from self._read_to_data()
            goes_on = not self.sound.samples or (self._agrees() and (yield from self._holds_samples(chunk)))
        except RecordingError:
            if not self.sound.samples:
                raise
            goes_on = False
        if goes_on:
            start = self.feeder.passed
            end = yield from self._read_data(chunk)
            no_sound = inner or self._is_head_alone(end, start)
            self.repairs.add(Repair.INNER_HEAD if no_sound else Repair.JOINED)
            if end.before is not Following.CODEC:
                return end
        self.repairs.add(Repair.TRAILING_RECORDING)
        yield Pass(None)
        return DataEnd(Following.NOTHING)

    def _holds_samples(self, chunk: ChunkHead) -> Generator[Wants, bytes, bool]:
        """Whether the data of a further WAV, as far as it is looked at, is what its format says, and no other codec."""
        self._unheard = False
        if self._part is None or self._part.format.encoding not in MAY_BE_DISGUISED:
            return True
        ahead = yield from self._to_sound(self._claimed_size(chunk) or MOST_SILENCE_BYTES)
        self._unheard = ahead == bytes(len(ahead))
        return self._unheard or self._are_samples(ahead)

    def _are_samples(self, ahead: bytes) -> bool:
        """Whether these whole blocks are what the format says; of few bytes nobody can tell."""
        if self._part is None or len(ahead) < LEAST_BYTES:
            return True
        stream = sample_stream(self._part, big_endian=self._container.big_endian)
        try:
            stream.push(ahead)
            stream.finish()
        except RecordingError:
            return False
        return True

    def _to_sound(self, size: int) -> Generator[Wants, bytes, bytes]:
        """The first of so many bytes, as far as `BitstreamFinder` looks at those from the first that is not zero on.

        A further WAV ends them.
        """
        count = 0
        while True:
            count = min(size, count + WINDOW_BYTES, MOST_SILENCE_BYTES)
            ahead = self.feeder.peek_at_once(count) or (yield Peek(count))
            if (further := wav_within(ahead)) is not None:
                return ahead[:further]
            sound = len(ahead.lstrip(b"\0"))
            if sound >= WINDOW_BYTES or len(ahead) < count or count in (size, MOST_SILENCE_BYTES):
                return ahead

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
