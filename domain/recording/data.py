"""Reads the sound of one data chunk, wherever it really ends."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

from domain.recording.bitstreams import WINDOW_BYTES
from domain.recording.containers import KNOWN_CHUNKS, WIDE_HEAD_BYTES, Container
from domain.recording.data_sizes import Claim
from domain.recording.feeding import Feeder, Pass, Peek, Rest, Wants
from domain.recording.following import AHEAD_BYTES, Following, Place, known_chunk, what_follows
from domain.recording.heads import HeadFinder, starts_texts, starts_wav, wav_within
from domain.recording.limits import WavLimits
from domain.recording.repairs import Repair
from domain.recording.source_format import SourceFormat
from domain.recording.wav_head import HEAD_AHEAD_BYTES, WavHead, read_head

_FOUR_GIB = 1 << 32
_NEAR_BYTES = 64
"""Places that lie as near to each other are looked at together."""
_UNCERTAIN_BYTES = 1 << 16
"""By so much a file may be longer than it is certain to be: parts of a form are counted with the least of it."""


@dataclass(frozen=True, slots=True)
class DataEnd:
    """Where the sound ended, and before what."""

    before: Following
    skip: int = 0
    """Bytes that come before it, such as a pad."""
    inner: bool = False
    """Of a further recording: that its head is the first of the data."""


class DataReader:
    """Passes the sound of one data chunk to `sink`, and finds out where it ends.

    What the file claims is believed where nothing that it holds contradicts it (`data_sizes`, `following`). A head of
    a whole WAV within the data ends it where that WAV has the same format, or where the size is none to go by.
    """

    def __init__(
        self,
        claim: Claim,
        container: Container,
        source: SourceFormat,
        certain_bytes: int,
        limits: WavLimits,
        find: HeadFinder,
        are_samples: Callable[[bytes], bool] | None = None,
    ) -> None:
        """`are_samples` says of the first `WINDOW_BYTES` of sound whether they are any; None: there is no doubt."""
        self.repairs: set[Repair] = set()
        self._claim = claim
        self._container = container
        self._source = source
        self._certain_bytes = certain_bytes
        self._limits = limits
        self._find = find
        self._find.wide = container.wide
        self._find.texts = not container.wide and claim.is_unknown
        self._are_samples = are_samples
        self._find.sound = are_samples is not None

    def read(self, feeder: Feeder, sink: Callable[[bytes], None]) -> Generator[Wants, bytes, DataEnd]:
        """Read up to where the sound ends; the pad, or what else lies between, is left."""
        end = yield from self._pass_to_claim(feeder, sink)
        while end is None:
            ahead = feeder.peek_at_once(AHEAD_BYTES) or (yield Peek(AHEAD_BYTES))
            following, skip = what_follows(ahead, self._place(feeder.passed))
            if following is not Following.SOUND:
                return DataEnd(following, skip)
            self.repairs.add(Repair.WRONG_DATA_SIZE)
            self._claim = replace(self._claim, size=self._longer_size(feeder.passed))
            self._find.texts = not self._container.wide
            end = yield from self._pass_to_claim(feeder, sink)
        there = feeder.passed - self._claim.start
        if end.before is Following.RECORDING and not there:
            return replace(end, inner=True)
        if Repair.WRONG_DATA_SIZE not in self.repairs or self._claim.size is not None:
            self.repairs.add(self._early_end(there, end))
        return end

    def _early_end(self, there: int, end: DataEnd) -> Repair:
        found = self._claim.early_end(there)
        # what the file goes on behind is not cut off
        goes_on = end.before is not Following.NOTHING and found is Repair.TRUNCATED
        return Repair.WRONG_DATA_SIZE if goes_on else found

    def _pass_to_claim(self, feeder: Feeder, sink: Callable[[bytes], None]) -> Generator[Wants, bytes, DataEnd | None]:
        """Where the sound ends before it is claimed to; None where it reaches that."""
        places = sorted(self._claim.start + size for size in self._claim.miscounts)
        if places and (there := feeder.peek_at_once(places[-1] - feeder.passed + 2 * WIDE_HEAD_BYTES)):
            places = [place for place in places if self._chunk_at(there, place - feeder.passed, place) is not None]
        while places:
            near = [place for place in places if place <= places[0] + _NEAR_BYTES]
            if end := (yield from self._pass_to(near[0], feeder, sink)):
                return end
            size = near[-1] - near[0] + 2 * WIDE_HEAD_BYTES
            ahead = feeder.peek_at_once(size) or (yield Peek(size))
            for place in near:
                if (skip := self._chunk_at(ahead, place - near[0], place)) is not None:
                    return (yield from self._pass_to(place, feeder, sink)) or DataEnd(Following.CHUNK, skip)
            del places[: len(near)]
        return (yield from self._pass_to(self._claim.end, feeder, sink))

    def _chunk_at(self, ahead: bytes, at: int, place: int) -> int | None:
        """As `known_chunk` for a place that lies `at` bytes ahead, and looked at in less time where there is none."""
        padding = self._container.padding(place - self._claim.start)
        if ahead[at : at + 4] in KNOWN_CHUNKS or ahead[at + padding : at + padding + 4] in KNOWN_CHUNKS:
            return known_chunk(ahead[at:], self._place(place))
        return None

    def _pass_to(
        self, place: int | None, feeder: Feeder, sink: Callable[[bytes], None]
    ) -> Generator[Wants, bytes, DataEnd | None]:
        """Up to a place, None: to the end of the file; what comes before that is told: a WAV, texts, or nothing."""
        while place is None or feeder.passed < place:
            yield Pass(None if place is None else place - feeder.passed, sink, self._find)
            if feeder.passed == place:
                return None
            ahead = yield Peek(HEAD_AHEAD_BYTES)
            if not ahead:
                return DataEnd(Following.NOTHING)
            if starts_texts(ahead) and known_chunk(ahead, self._place(feeder.passed)) == 0:
                return DataEnd(Following.CHUNK)
            if starts_wav(ahead) and self._ends_before(ahead, feeder.passed):
                return DataEnd(Following.RECORDING)
            if self._find.sound:
                self._find.sound = False
                if not (yield from self._begin_samples(feeder.passed)):
                    return DataEnd(Following.CODEC)
                continue
            self._find.left -= 1
            yield Rest()
            yield Pass(1, sink)
        return None

    def _begin_samples(self, position: int) -> Generator[Wants, bytes, bool]:
        """Whether what begins here, up to a further WAV, is sound; of its block there may be zeros before."""
        there = position - self._claim.start
        left = WINDOW_BYTES if self._claim.size is None else self._claim.size - there
        ahead = yield Peek(max(0, min(WINDOW_BYTES, left)))
        begun = bytes(there % self._source.file_block_bytes)
        return self._are_samples is None or self._are_samples(begun + ahead[: wav_within(ahead)])

    def _ends_before(self, ahead: bytes, position: int) -> bool:
        """Whether the WAV whose head was found here is more than samples that look like it."""
        there = position - self._claim.start
        head = read_head(ahead, self._limits)
        if head and self._source.agrees_with(head.source):
            return True
        if not there:
            return head is not None and self._fits(head)
        return self._claim.early_end(there) is not Repair.TRUNCATED

    def _fits(self, head: WavHead) -> bool:
        """Whether a WAV that begins where the data does also ends where it does."""
        size, inner = self._claim.size, head.container.claimed_end
        return size is None or (inner is not None and abs(size - inner) <= self._claim.loose)

    def _place(self, position: int) -> Place:
        certain = self._wraps(position) > 0
        return Place(position, self._container, self._claim, self._source, certain)

    def _wraps(self, position: int) -> int:
        """How often 4 GiB follow for certain, which a size of 32 bits has lost."""
        if self._container.wide or self._container.has_ds64:
            return 0
        return max(0, self._certain_bytes + _UNCERTAIN_BYTES - position) // _FOUR_GIB

    def _longer_size(self, position: int) -> int | None:
        """How long the sound is, after all: None for as long as there is something."""
        there = position - self._claim.start
        if wraps := self._wraps(position):
            return there + wraps * _FOUR_GIB
        end = self._claim.container_end
        if end is not None and self._claim.reaches_beyond(position):
            return end - self._claim.start
        return None
