"""Whole conversions in several segments: side by side, broken off, and from every kind of samples."""

import asyncio
import errno
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import numpy as np
import pytest

from adapters.ffmpeg.command_line import find_ffmpeg
from adapters.ffmpeg.converter import FfmpegAudioConverter
from adapters.lame import parallel
from adapters.lame.converter import LameAudioConverter
from adapters.lame.pool import EncoderPool
from domain.errors import DiskFull, Mp3TooLarge
from domain.output.downmix import downmix_matrix
from domain.output.info_frame import read_info
from domain.recording.format import SampleEncoding
from tests.contract.converters import Vanished, encoded
from tests.contract.leftovers import open_files
from tests.contract.recordings import Recording, recording
from tests.integration.lame.encoding import in_one_piece, pcm, signal_to_noise
from tests.players import by_ffmpeg
from tests.sounds import music, noise, speech

SEGMENT_FRAMES = 98
SECONDS = 12


@pytest.fixture
def pool() -> EncoderPool:
    return EncoderPool(2)


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def converter(monkeypatch: pytest.MonkeyPatch, spool: Path, pool: EncoderPool) -> LameAudioConverter:
    """With short segments."""
    monkeypatch.setattr(parallel, "_LEAST_PIECES", SEGMENT_FRAMES // 49)
    monkeypatch.setattr(parallel, "_MOST_PIECES", SEGMENT_FRAMES // 49)
    return converter_in(spool, pool)


def converter_in(spool: Path, pool: EncoderPool, max_mp3_bytes: int = 1 << 28) -> LameAudioConverter:
    return LameAudioConverter(FfmpegAudioConverter(find_ffmpeg(None), spool, 1 << 28), pool, spool, max_mp3_bytes)


def nothing_is_left(spool: Path, pool: EncoderPool) -> bool:
    """No task, no part of the pool's backlog, no file."""
    return asyncio.all_tasks() == {asyncio.current_task()} and pool.backlog == 0 and not open_files(spool)


def a_voice(seconds: float, seed: int = 1) -> Recording:
    return recording(speech(int(seconds * 22050), 1, 22050, seed), rate=22050)


async def test_eight_at_once_make_the_same_bytes_as_alone(
    converter: LameAudioConverter, pool: EncoderPool, spool: Path
) -> None:
    different = [a_voice(SECONDS - number, number) for number in range(8)]

    together = await asyncio.gather(*(encoded(converter, what) for what in different))

    assert together == [await encoded(converter, what) for what in different]
    assert nothing_is_left(spool, pool)


async def endless(block: bytes, reached: asyncio.Event, blocks: int) -> AsyncGenerator[bytes, None]:
    """Samples without end; `reached` is set after some blocks."""
    while True:
        yield block
        blocks -= 1
        if blocks == 0:
            reached.set()


@pytest.mark.parametrize("times", [1, 2, 5])
async def test_cancelling_in_the_midst_of_several_segments_leaves_nothing(
    converter: LameAudioConverter, pool: EncoderPool, spool: Path, times: int
) -> None:
    what, reached = a_voice(SECONDS), asyncio.Event()

    async def convert() -> None:
        async with converter.convert(what.source, what.target(), endless(what.data, reached, 5)):
            pytest.fail("there is no end")

    conversion = asyncio.create_task(convert())
    await reached.wait()
    for _ in range(times):
        conversion.cancel()
        await asyncio.sleep(0.001)

    with pytest.raises(asyncio.CancelledError):
        await conversion
    assert nothing_is_left(spool, pool)


async def test_what_the_samples_raise_in_the_midst_of_several_segments_leaves_nothing(
    converter: LameAudioConverter, pool: EncoderPool, spool: Path
) -> None:
    what, error = a_voice(SECONDS), Vanished()

    async def breaking() -> AsyncGenerator[bytes, None]:
        for _ in range(3):
            yield what.data
        raise error

    with pytest.raises(Vanished) as caught:
        async with converter.convert(what.source, what.target(), breaking()):
            pytest.fail("there is no end")
    assert caught.value is error
    assert nothing_is_left(spool, pool)


async def test_an_mp3_that_grows_too_large_is_refused_at_once(
    converter: LameAudioConverter, pool: EncoderPool, spool: Path
) -> None:
    """Of samples without end, so that it must be noticed in their midst."""
    what, small = a_voice(SECONDS), converter_in(spool, pool, max_mp3_bytes=100_000)

    with pytest.raises(Mp3TooLarge):
        async with small.convert(what.source, what.target(), endless(what.data, asyncio.Event(), 0)):
            pytest.fail("there is no end")
    assert nothing_is_left(spool, pool)


async def test_a_disk_that_fills_up_in_the_midst_is_told(
    converter: LameAudioConverter, pool: EncoderPool, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    what, write, room = a_voice(SECONDS), os.pwrite, 50_000

    def pwrite(descriptor: int, data: bytes, position: int) -> int:
        if position > room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data, position)

    monkeypatch.setattr(os, "pwrite", pwrite)

    with pytest.raises(DiskFull):
        async with converter.convert(what.source, what.target(), endless(what.data, asyncio.Event(), 0)):
            pytest.fail("there is no end")
    assert nothing_is_left(spool, pool)


@pytest.mark.parametrize(
    ("encoding", "rate", "channels", "mask"),
    [
        (SampleEncoding.SIGNED_24, 44100, 2, 0),
        (SampleEncoding.FLOAT_32, 48000, 6, 0x3F),
        (SampleEncoding.FLOAT_32, 96000, 1, 0),
        (SampleEncoding.A_LAW, 8000, 1, 0),
        (SampleEncoding.UNSIGNED_8, 1000, 1, 0),
    ],
)
async def test_every_kind_of_samples_goes_through_several_segments(
    converter: LameAudioConverter, encoding: SampleEncoding, rate: int, channels: int, mask: int
) -> None:
    """Length, place and sound, with what is no sample in between."""
    low = rate < 44100
    values = 0.7 * (noise if low else music)((50 if low else 6) * rate, channels, rate, 1)
    sent = values.copy()
    if encoding is SampleEncoding.FLOAT_32:
        sent[rate : rate + 3, 0] = [np.nan, np.inf, -np.inf]
    what = recording(sent, encoding, rate, mask)
    form = what.target()

    mp3 = await encoded(converter, what)

    heard, warnings = by_ffmpeg(mp3, form.channels)
    assert warnings == ""
    assert len(heard) == read_info(mp3[:4096]).samples == what.expected_samples()
    if rate == form.sample_rate:
        mixed = values @ np.array(downmix_matrix(what.source)).T
        tail = slice(3 * rate // 2, None)
        by_one = by_ffmpeg(in_one_piece(form, pcm(mixed)).mp3, form.channels)[0]
        ours, theirs = (signal_to_noise(mixed[tail], sound[tail]) for sound in (heard, by_one))
        assert ours > theirs - 0.2
