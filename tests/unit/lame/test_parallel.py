"""Encoding in segments: what is held, what is left, and that order and cuts do not matter. No other program runs."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager

import lameenc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.lame import parallel, seam, segment
from adapters.lame.encoder import new_encoder
from adapters.lame.parallel import ParallelEncoder
from adapters.lame.pool import EncoderPool
from domain.errors import ConverterFailed, DiskFull
from domain.output.format import Mp3Format, Mp3Quality
from tests.sounds import speech
from tests.unit.streams import cut

SPEECH_FORM = Mp3Format(8000, 1, Mp3Quality(bit_rate=32))
SEGMENT_FRAMES = 49
SEGMENT_BYTES = SEGMENT_FRAMES * 576 * 2
SPEECH = (speech(8 * SEGMENT_FRAMES * 576, 1, 8000, 1) * 32767).astype("<i2").tobytes()
THREADS = 2


@pytest.fixture(autouse=True)
def short_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_LEAST_PIECES", 1)
    monkeypatch.setattr(parallel, "_MOST_PIECES", 1)


class Output:
    """Frames as they are written; `error`, where set, is raised in the midst."""

    def __init__(self, error: Exception | None = None) -> None:
        self.frames = bytearray()
        self.sizes: list[int] = []
        self.writes = 0
        self._error = error

    async def write(self, frames: bytearray, sizes: list[int]) -> None:
        self.writes += 1
        if self._error and self.writes > 1:
            raise self._error
        assert len(frames) == sum(sizes)
        self.frames += frames
        self.sizes += sizes


async def encoded(
    samples: list[bytes],
    form: Mp3Format = SPEECH_FORM,
    pool: EncoderPool | None = None,
    output: Output | None = None,
) -> Output:
    output = output or Output()
    async with encoder(form, pool or EncoderPool(THREADS), output) as encoding:
        for block in samples:
            await encoding.push(block)
        await encoding.finish()
    return output


@asynccontextmanager
async def encoder(form: Mp3Format, pool: EncoderPool, output: Output) -> AsyncGenerator[ParallelEncoder, None]:
    """Nothing is left of it afterwards, whatever happened."""
    encoding = ParallelEncoder(form, pool.lane(), output.write)
    try:
        yield encoding
    finally:
        await encoding.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert pool.backlog == 0


def by_one_encoder(samples: bytes, form: Mp3Format = SPEECH_FORM) -> bytes:
    one = new_encoder(form)
    if len(samples) < 47 * 2:
        samples = bytes(46 * 2) + samples  # so that ffmpeg plays no more than there is
    samples = samples.ljust(4 * 576 * 2, b"\0")  # so that there are six frames
    return bytes(one.encode(samples)) + bytes(one.flush())


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.integers(0, 5 * SEGMENT_BYTES), max_size=30), st.integers(0, 5 * SEGMENT_BYTES // 2), st.integers(1, 3)
)
def test_how_the_samples_are_cut_does_not_matter(places: list[int], samples: int, threads: int) -> None:
    data = SPEECH[: 2 * samples]

    whole = asyncio.run(encoded([data]))
    parts = asyncio.run(encoded(cut(data, places), pool=EncoderPool(threads)))

    assert parts.frames == whole.frames
    assert parts.sizes == whole.sizes
    assert len(parts.frames) == len(by_one_encoder(data))


async def test_segments_are_joined_one_after_the_other() -> None:
    output = await encoded([SPEECH])

    assert output.writes > 2
    assert len(output.frames) == len(by_one_encoder(SPEECH))


async def test_no_samples_at_all_become_what_one_encoder_makes_of_them() -> None:
    assert (await encoded([])).frames == by_one_encoder(b"")


async def test_where_the_encoders_never_agree_one_encodes_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seam, "AGREEING_FRAMES", 10 * SEGMENT_FRAMES)

    output = await encoded([SPEECH])

    assert output.writes > 2  # what is sure is written, and not held to the end
    assert output.frames == by_one_encoder(SPEECH)


@pytest.mark.parametrize("samples", [1, 100, 576, 577, 5 * 576, 20 * 576])
async def test_a_last_segment_too_short_for_a_cut_is_encoded_by_the_one_before(samples: int) -> None:
    data = SPEECH[: SEGMENT_BYTES + 2 * samples]

    output = await encoded([data])

    assert len(output.frames) == len(by_one_encoder(data))
    if samples < 20 * 576:
        assert output.frames == by_one_encoder(data)


class SlowEncoder:
    """LAME that waits before each piece until it is let go."""

    def __init__(self, go_on: threading.Event) -> None:
        self._lame: lameenc.Encoder = new_encoder(SPEECH_FORM)
        self._go_on = go_on

    def encode(self, samples: bytes) -> bytearray:
        self._go_on.wait(30)
        return bytearray(self._lame.encode(samples))

    def flush(self) -> bytearray:
        return bytearray(self._lame.flush())


@pytest.fixture
def let_go(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The first encoder of the test, and no other, waits until this is set."""
    event, made = threading.Event(), list[SlowEncoder]()

    def slow_at_first(form: Mp3Format) -> object:
        if made:
            return new_encoder(form)
        made.append(SlowEncoder(event))
        return made[0]

    monkeypatch.setattr(segment, "new_encoder", slow_at_first)
    yield event
    event.set()


async def settled(seen: Callable[[], int]) -> int:
    """The number, once it has stayed the same while the loop and the threads went round many times."""
    last, rounds = seen(), 0
    while rounds < 50:
        await asyncio.sleep(0.002)
        rounds = rounds + 1 if seen() == last else 0
        last = seen()
    return last


@pytest.mark.parametrize("slowly", [False, True])
async def test_a_slow_encoder_slows_the_reading(let_go: threading.Event, slowly: bool) -> None:
    """Also where the samples come more slowly than all other segments are encoded."""
    pool, output, data = EncoderPool(THREADS), Output(), 4 * SPEECH
    read = 0

    async def push_all() -> None:
        nonlocal read
        for start in range(0, len(data), 10_000):
            await encoding.push(data[start : start + 10_000])
            read = start + 10_000
            while slowly and pool.backlog > 1:  # noqa: ASYNC110 - the pool tells nobody
                await asyncio.sleep(0.001)
        await encoding.finish()

    async with encoder(SPEECH_FORM, pool, output) as encoding:
        pushing = asyncio.create_task(push_all())
        held = await settled(lambda: read)
        segments = len(encoding._segments)
        let_go.set()
        await pushing

    assert segments <= THREADS + 2
    piece = SEGMENT_BYTES  # one more is collected before it is seen that there is no place for it
    assert held <= (THREADS + 2) * SEGMENT_BYTES + piece + 10_000
    assert len(output.frames) == len(by_one_encoder(data))


async def test_all_conversions_together_read_only_so_far_ahead(let_go: threading.Event) -> None:
    pool = EncoderPool(1)

    conversions = [asyncio.create_task(encoded_beside_others(SPEECH, pool)) for _ in range(8)]
    backlog = await settled(lambda: pool.backlog)
    let_go.set()
    done = await asyncio.gather(*conversions)

    assert backlog <= pool.most_backlog + len(conversions)
    assert len(set(done)) == 1
    assert pool.backlog == 0


async def test_many_at_once_make_what_each_makes_alone() -> None:
    pool = EncoderPool(THREADS)
    different = [SPEECH[: 20_000 * (number + 1)] for number in range(8)]

    together = await asyncio.gather(*(encoded_beside_others(data, pool) for data in different))

    assert together == [bytes((await encoded([data])).frames) for data in different]
    assert pool.backlog == 0


async def encoded_beside_others(data: bytes, pool: EncoderPool) -> bytes:
    """For several at once, so that it cannot look at what is left."""
    output = Output()
    encoding = ParallelEncoder(SPEECH_FORM, pool.lane(), output.write)
    await encoding.push(data)
    await encoding.finish()
    await encoding.close()
    return bytes(output.frames)


async def test_what_writing_raises_comes_out_and_nothing_is_left() -> None:
    error = DiskFull()

    with pytest.raises(DiskFull) as caught:
        await encoded([SPEECH[start : start + 10_000] for start in range(0, len(SPEECH), 10_000)], output=Output(error))

    assert caught.value is error


class BrokenEncoder:
    """What `lameenc` does where LAME fails."""

    def encode(self, samples: bytes) -> bytearray:
        raise RuntimeError("LAME is out of order")


async def test_a_failing_encoder_fails_the_conversion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "new_encoder", lambda form: BrokenEncoder())

    with pytest.raises(ConverterFailed) as caught:
        await encoded([SPEECH])

    assert caught.value.reason == "LAME: LAME is out of order"


async def test_a_segment_that_has_failed_before_its_end_is_not_waited_for() -> None:
    """Nor does it count for the conversions to come."""
    pool = EncoderPool(THREADS)
    failing = segment.Segment(0, SPEECH_FORM, pool.lane(), lambda: None)
    failing._encoder = BrokenEncoder()
    failing.feed(SPEECH[:SEGMENT_BYTES])
    with pytest.raises(ConverterFailed):
        await failing.encoded()

    failing.end()

    assert pool.backlog == 0
    await failing.close()


async def test_closing_in_the_midst_of_several_segments_leaves_nothing() -> None:
    async with encoder(SPEECH_FORM, EncoderPool(THREADS), Output()) as encoding:
        await encoding.push(SPEECH)
        assert len(encoding._segments) > 1
        await encoding.close()


async def test_reading_ends_where_writing_has_failed_before(let_go: threading.Event) -> None:
    let_go.set()
    pool, output = EncoderPool(1), Output(DiskFull())

    async def push_slowly(encoding: ParallelEncoder) -> None:
        for _ in range(8):
            await encoding.push(SPEECH[:SEGMENT_BYTES])
            await settled(lambda: output.writes + sum(segment.busy for segment in encoding._segments))

    async with encoder(SPEECH_FORM, pool, output) as encoding:
        with pytest.raises(DiskFull):
            await push_slowly(encoding)


async def test_a_failed_writer_is_noticed_by_the_next_samples() -> None:
    """However few they are: no segment need begin."""
    async with encoder(SPEECH_FORM, EncoderPool(THREADS), Output(DiskFull())) as encoding:
        await encoding.push(SPEECH[: 4 * SEGMENT_BYTES])  # as much as is read without waiting
        joining = encoding._joining
        assert joining is not None
        await asyncio.wait([joining])
        with pytest.raises(DiskFull):
            await encoding.push(SPEECH[:2])
