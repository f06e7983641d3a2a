"""What every sound meter owes. Subclass, and supply the fixture `meter`."""

import asyncio
import math
import random
from dataclasses import replace

import numpy as np
import pytest

from domain.measuring import WAVEFORM_POINTS, Sound, SoundMeter
from domain.recording.format import SampleEncoding
from tests import wavs
from tests.contract.recordings import Recording, encode, recording
from tests.unit.streams import cut
from tests.wavs import Samples

LARGEST = {
    SampleEncoding.UNSIGNED_8: 127 / 128,
    SampleEncoding.SIGNED_16: 32767 / 32768,
    SampleEncoding.SIGNED_24: 1 - 2**-23,
    SampleEncoding.SIGNED_32: 1 - 2**-31,
    SampleEncoding.SIGNED_64: 1 - 2**-53,
    SampleEncoding.FLOAT_32: 1.0,
    SampleEncoding.FLOAT_64: 1.0,
    SampleEncoding.A_LAW: 32256 / 32768,
    SampleEncoding.MU_LAW: 32124 / 32768,
}
"""The largest value of each encoding, or for floats full scale."""
NOISE_LUFS = -8.55
"""Of the noise below, one channel at 8 kHz: -10.79 dB, -0.69 and 2.93 dB of K-weighting, by libebur128's filter."""


async def measured(meter: SoundMeter, what: Recording, *blocks: bytes) -> Sound | None:
    """The sound of a recording, pushed as a whole or in these blocks."""
    async with meter.measure(what.source) as measurement:
        for block in blocks or (what.data,):
            await measurement.push(block)
        return await measurement.finish()


async def sound_of(
    meter: SoundMeter, values: Samples, encoding: SampleEncoding = SampleEncoding.SIGNED_16, rate: int = 8000
) -> Sound:
    what = recording(values[:1], encoding, rate)
    data = wavs.pcm(values, 16) if encoding is SampleEncoding.SIGNED_16 else encode(values, encoding)
    sound = await measured(meter, replace(what, data=data))
    assert sound
    return sound


def noise(samples: int, channels: int = 1) -> Samples:
    values: Samples = np.random.default_rng(samples).uniform(-0.5, 0.5, (samples, channels))
    return values


def long_recording() -> Recording:
    """Long enough for a meter that collects blocks, and made quickly."""
    channels, samples = 2, 700_001
    data = np.random.default_rng(5).integers(0, 256, samples * channels, np.uint8).tobytes()
    return Recording(recording(np.zeros((1, channels)), SampleEncoding.UNSIGNED_8).source, data, samples)


class SoundMeterContract:
    async def test_silence_has_no_loudness(self, meter: SoundMeter) -> None:
        sound = await sound_of(meter, np.zeros((8000, 2)))

        assert (sound.loudness, sound.sample_peak, sound.clipped_samples) == (None, 0, 0)
        assert set(sound.waveform.data) == {0}

    @pytest.mark.parametrize(("channels", "expected"), [(1, -23.0), (2, -20.0)])
    @pytest.mark.parametrize("rate", [8000, 44100])
    async def test_a_tone_is_as_loud_as_it_is(
        self, meter: SoundMeter, channels: int, expected: float, rate: int
    ) -> None:
        at = np.arange(5 * rate) / rate
        tone = 10 ** (-20 / 20) * np.sin(2 * np.pi * 997 * at)  # ITU-R BS.1770-4: 0 dBFS in one channel is -3.01 LKFS

        sound = await sound_of(meter, np.stack([tone] * channels, axis=1), rate=rate)

        assert sound.loudness == pytest.approx(expected, abs=0.1)

    async def test_what_is_shorter_than_a_gating_block_has_no_loudness(self, meter: SoundMeter) -> None:
        assert (await sound_of(meter, noise(3199))).loudness is None
        assert (await sound_of(meter, noise(3200))).loudness is not None

    @pytest.mark.parametrize("encoding", LARGEST)
    async def test_every_encoding_that_is_not_packed_is_measured(
        self, meter: SoundMeter, encoding: SampleEncoding
    ) -> None:
        values = noise(8000, 2)

        sound = await sound_of(meter, values, encoding)

        assert sound.sample_peak == pytest.approx(float(np.abs(values).max()), rel=0.03)
        assert sound.loudness == pytest.approx(NOISE_LUFS + 3.01, abs=0.2)
        assert sound.clipped_samples == 0

    @pytest.mark.parametrize("encoding", LARGEST)
    async def test_samples_at_full_scale_are_counted(self, meter: SoundMeter, encoding: SampleEncoding) -> None:
        values = noise(8000, 2)
        values[1000:1100, 1] = LARGEST[encoding]
        values[2000:2010, 0] = -LARGEST[encoding]

        sound = await sound_of(meter, values, encoding)

        assert sound.clipped_samples == 110
        assert sound.sample_peak == pytest.approx(1, abs=0.025)

    async def test_the_lowest_value_is_full_scale(self, meter: SoundMeter) -> None:
        sound = await sound_of(meter, np.full((10, 1), -1.0))

        assert (sound.sample_peak, sound.clipped_samples) == (1.0, 10)

    async def test_floats_may_be_beyond_full_scale(self, meter: SoundMeter) -> None:
        values = noise(8000)
        values[::100] = [[4.0], [-3.0]] * 40

        sound = await sound_of(meter, values, SampleEncoding.FLOAT_32)

        assert (sound.sample_peak, sound.clipped_samples) == (4.0, 80)
        assert (min(sound.waveform.data), max(sound.waveform.data)) == (-128, 127)

    @pytest.mark.parametrize("encoding", [SampleEncoding.FLOAT_32, SampleEncoding.FLOAT_64])
    async def test_what_is_no_number_is_silent(self, meter: SoundMeter, encoding: SampleEncoding) -> None:
        values = np.zeros((8000, 1))
        values[::7], values[1::7], values[2::7] = np.nan, np.inf, -np.inf

        sound = await sound_of(meter, values, encoding)

        assert (sound.loudness, sound.sample_peak, sound.clipped_samples) == (None, 0, 0)

    @pytest.mark.parametrize("samples", [1, 2, 1799, 1800, 1801, 9000, 9001, 44_100, 123_457, 300_000])
    async def test_a_waveform_has_so_many_points_whatever_the_length(self, meter: SoundMeter, samples: int) -> None:
        waveform = (await sound_of(meter, noise(samples))).waveform

        assert waveform.length == -(-samples // waveform.samples_per_pixel) <= WAVEFORM_POINTS
        assert waveform.length >= min(samples // 2, 1500)
        assert (waveform.sample_rate, waveform.bits, len(waveform.data)) == (8000, 8, 2 * waveform.length)

    @pytest.mark.parametrize("samples", [1500, 50_000, 300_000])
    async def test_each_pair_of_a_waveform_is_the_lowest_and_the_highest_sample(
        self, meter: SoundMeter, samples: int
    ) -> None:
        values = noise(samples) * np.linspace(0, 1, samples)[:, None]

        waveform = (await sound_of(meter, values, SampleEncoding.FLOAT_32)).waveform

        step = waveform.samples_per_pixel
        for at, (low, high) in enumerate(zip(waveform.data[::2], waveform.data[1::2], strict=True)):
            pixel = values[at * step : (at + 1) * step] * 128
            assert (low, high) == (round(float(pixel.min())), round(float(pixel.max())))

    async def test_a_waveform_is_that_of_all_channels_mixed_to_one(self, meter: SoundMeter) -> None:
        values = noise(1000)

        opposed = await sound_of(meter, np.concatenate([values, -values], axis=1), SampleEncoding.FLOAT_32)
        halved = await sound_of(meter, np.concatenate([values, values, 0 * values, 0 * values], axis=1))

        assert set(opposed.waveform.data) == {0}
        assert opposed.sample_peak == pytest.approx(float(np.abs(values).max()))
        assert max(halved.waveform.data) == pytest.approx(float(values.max()) * 64, abs=1)

    @pytest.mark.parametrize("channels", [3, 6, 64])
    async def test_any_number_of_channels_is_measured(self, meter: SoundMeter, channels: int) -> None:
        sound = await sound_of(meter, noise(8000, channels))

        assert sound.loudness == pytest.approx(NOISE_LUFS + 10 * math.log10(channels), abs=0.2)

    @pytest.mark.parametrize("rate", [1, 7, 1000, 384_000, 768_000])
    async def test_any_sample_rate_is_measured(self, meter: SoundMeter, rate: int) -> None:
        sound = await sound_of(meter, noise(max(rate // 2, 10)), rate=rate)

        # Nothing at all is heard of what a rate of some Hz can hold.
        assert math.isfinite(sound.loudness) if sound.loudness is not None else rate < 100
        assert sound.waveform.sample_rate == rate

    async def test_it_does_not_matter_how_the_samples_are_cut(self, meter: SoundMeter) -> None:
        what = long_recording()
        whole = await measured(meter, what)
        for seed in range(3):
            places = [2 * place for place in random.Random(seed).sample(range(what.samples), 40)]
            assert await measured(meter, what, *cut(what.data, places)) == whole

    async def test_recordings_at_once_do_not_mix(self, meter: SoundMeter) -> None:
        recordings = [recording(noise(count), rate=8000) for count in (5000, 6000, 400_000)]
        alone = [await measured(meter, what) for what in recordings]

        together = await asyncio.gather(*(measured(meter, what) for what in recordings))

        assert together == alone

    async def test_leaving_early_leaves_nothing_at_work(self, meter: SoundMeter) -> None:
        what = long_recording()
        before = asyncio.all_tasks()
        async with meter.measure(what.source) as measurement:
            await measurement.push(what.data)

        assert asyncio.all_tasks() == before

    @pytest.mark.parametrize("steps", range(4))
    async def test_cancellation_comes_out_and_leaves_nothing_at_work(self, meter: SoundMeter, steps: int) -> None:
        what = long_recording()
        before = asyncio.all_tasks()
        measuring = asyncio.create_task(measured(meter, what, what.data, what.data, what.data))
        for _ in range(steps):
            await asyncio.sleep(0)

        measuring.cancel()
        with pytest.raises(asyncio.CancelledError):
            await measuring

        assert asyncio.all_tasks() == before

    async def test_nothing_is_held_back_that_was_pushed(self, meter: SoundMeter) -> None:
        data = encode(np.concatenate([np.zeros((300_000, 1)), np.full((1, 1), 0.9)]), SampleEncoding.SIGNED_16)
        what = Recording(recording(np.zeros((1, 1))).source, data, 300_001)

        sound = await measured(meter, what)

        assert sound
        assert sound.sample_peak == pytest.approx(0.9, abs=0.001)
        assert sound.waveform.data[-1] == 115
