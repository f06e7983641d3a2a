"""A recording is measured while it is encoded."""

import struct
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory.converter import InMemoryAudioConverter
from adapters.memory.decoder import InMemoryAudioDecoder
from adapters.numpy.meter import NumpySoundMeter
from domain.convert import Convert
from domain.incoming_wav import AudioLimits
from domain.measuring import Measurement, Sound, SoundMeter
from domain.output.format import Mp3Quality
from domain.recording.format import WavFormat
from domain.recording.limits import WavLimits
from tests.codecs import RECORDINGS
from tests.unit.streams import blocks, breaking, cut
from tests.wavs import pcm, tone, wav

LIMITS = AudioLimits(WavLimits(), max_wav_bytes=1 << 20, max_duration=60, max_mp3_bytes=1 << 20)
RECORDING = wav(pcm(tone(8000)))


async def sound_of(recording: AsyncIterator[bytes], meter: SoundMeter | None) -> Sound | None:
    convert = Convert(InMemoryAudioConverter(), LIMITS, Mp3Quality(bit_rate=128), meter, Tone())
    async with convert(recording) as made:
        return made.conversion.sound


class Tone(InMemoryAudioDecoder):
    """Gives one value instead of silence."""

    peak = 12_345

    async def decode(self, source: WavFormat, blocks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        async for samples in super().decode(source, blocks):
            yield struct.pack("<h", self.peak) * (len(samples) // 2)


class FaultyMeter(SoundMeter, Measurement):
    """Has a fault, which shows at once or at the end. `left` says that nothing is measured any more."""

    def __init__(self, *, at_the_end: bool) -> None:
        self.at_the_end = at_the_end
        self.left = False

    @asynccontextmanager
    async def measure(self, source: WavFormat) -> AsyncGenerator[Measurement, None]:
        try:
            yield self
        finally:
            self.left = True

    async def push(self, block: bytes) -> None:
        if not self.at_the_end:
            raise ZeroDivisionError

    async def finish(self) -> Sound | None:
        raise ZeroDivisionError


async def test_a_conversion_tells_how_the_recording_sounds() -> None:
    sound = await sound_of(blocks(RECORDING), NumpySoundMeter())

    assert sound
    assert sound.sample_peak == pytest.approx(0.5, abs=0.01)
    assert sound.loudness == pytest.approx(-9.5, abs=0.5)
    assert (sound.waveform.samples_per_pixel, sound.waveform.length) == (5, 1600)


@given(st.lists(st.integers(0, 2000), max_size=12))
@settings(max_examples=20, deadline=None)
async def test_it_does_not_matter_how_the_wav_is_cut(at: list[int]) -> None:
    recording = wav(pcm(tone(900)), after=[(b"LIST", b"INFO")])

    whole, pieces = [await sound_of(blocks(*wav), NumpySoundMeter()) for wav in ([recording], cut(recording, at))]

    assert whole == pieces


async def test_what_is_measured_is_the_recording_and_not_the_mp3() -> None:
    values = np.tile(tone(8000), (1, 3)) * [1, 1, 1.5]

    sound = await sound_of(blocks(wav(pcm(values), channels=3)), NumpySoundMeter())

    assert sound
    assert sound.sample_peak == pytest.approx(0.75, abs=0.01)


async def test_without_a_meter_nothing_is_measured() -> None:
    assert await sound_of(blocks(RECORDING), None) is None


async def test_codecs_in_blocks_are_measured_from_what_their_decoder_gives() -> None:
    sound = await sound_of(blocks(RECORDINGS["IMA ADPCM"].file()), NumpySoundMeter())

    assert sound
    assert sound.sample_peak == Tone.peak / 32768


@pytest.mark.parametrize("at_the_end", [False, True])
async def test_a_fault_of_the_meter_is_not_hidden(at_the_end: bool) -> None:
    meter = FaultyMeter(at_the_end=at_the_end)

    with pytest.raises(ZeroDivisionError):
        await sound_of(blocks(RECORDING), meter)

    assert meter.left


async def test_measuring_ends_where_the_upload_breaks_off() -> None:
    meter = FaultyMeter(at_the_end=True)
    error = RuntimeError("the network")

    with pytest.raises(RuntimeError) as raised:
        await sound_of(breaking(RECORDING, error=error), meter)

    assert raised.value is error
    assert meter.left
