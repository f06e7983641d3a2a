"""What every audio converter owes. Subclass, and supply the fixture `converter`.

`ConverterContract` is for all of them; `SoundContract` is for those that encode what they are given. A converter's
temporary files are looked for in the test's `tmp_path`.
"""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import numpy as np
import pytest

from domain.output.converter import AudioConverter, Mp3
from domain.output.downmix import downmix_matrix
from domain.output.format import BIT_RATES, Mp3Format
from domain.output.frame import SAMPLE_RATES
from domain.output.info_frame import read_info
from domain.recording.format import SampleEncoding
from tests.contract.leftovers import descendants, open_files
from tests.contract.recordings import STEREO, WIDTHS, Recording, noise_band, recording, seconds
from tests.players import by_libsndfile
from tests.wavs import Samples, tone


class Vanished(Exception):
    """What a source of samples may raise: nothing that a converter could know."""


async def read_all(mp3: Mp3) -> bytes:
    return b"".join([block async for block in mp3.read(0, mp3.size)])


async def encoded(converter: AudioConverter, what: Recording, quality: str = "128") -> bytes:
    async with converter.convert(what.source, what.target(quality), what.chunks()) as mp3:
        return await read_all(mp3)


async def convert(converter: AudioConverter, samples: AsyncGenerator[bytes, None]) -> None:
    """For samples of which no MP3 can come."""
    async with converter.convert(STEREO, seconds(0.1).target(), samples):
        pytest.fail("there is no MP3")


def frame_offsets(mp3: bytes) -> list[int]:
    """Where each frame begins, the Info frame the first, and where the last one ends."""
    offsets = [0]
    while offsets[-1] < len(mp3):
        header = mp3[offsets[-1] :][:4]
        mpeg_1 = header[1] >> 3 & 3 == 3
        rates = BIT_RATES[44100] if mpeg_1 else BIT_RATES[22050]
        sample_rate = SAMPLE_RATES[header[1] >> 3 & 3][header[2] >> 2 & 3]
        bytes_a_second = rates[(header[2] >> 4) - 1] * 125
        size = (1152 if mpeg_1 else 576) * bytes_a_second // sample_rate + (header[2] >> 1 & 1)
        offsets.append(offsets[-1] + size)
    return offsets


def seek_table(mp3: bytes) -> bytes:
    """Of the Info frame: behind the names and numbers of Xing's tag."""
    start = max(mp3[:64].find(b"Info"), mp3[:64].find(b"Xing"))
    return mp3[start + 16 : start + 116]


def encoder_name(mp3: bytes) -> bytes:
    """In LAME's extension, behind the seek table and the quality."""
    start = max(mp3[:64].find(b"Info"), mp3[:64].find(b"Xing"))
    return mp3[start + 120 : start + 129]


def nothing_is_left(folder: Path, children_before: set[int]) -> bool:
    return not open_files(folder) and not list(folder.rglob("*.*")) and not descendants() - children_before


class ConverterContract:
    @pytest.mark.parametrize(
        ("rate", "quality"),
        [(1000, "V4"), (8000, "32"), (8000, "320"), (16000, "V0"), (44100, "128"), (44100, "V9"), (96000, "320")],
    )
    async def test_the_info_frame_tells_format_size_and_length(
        self, converter: AudioConverter, rate: int, quality: str
    ) -> None:
        what = recording(tone(rate // 2, 1, rate, rate / 20), rate=rate)

        mp3 = await encoded(converter, what, quality)

        info = read_info(mp3[:4096])
        target = what.target(quality)
        assert (info.sample_rate, info.channels) == (target.sample_rate, target.channels)
        assert (info.bytes, info.has_seek_table) == (len(mp3), True)
        assert encoder_name(mp3).startswith(b"LAME")  # GStreamer heeds delay and padding of no other
        assert info.samples == what.expected_samples()

    @pytest.mark.parametrize(
        ("rate", "samples"),
        [
            *((1000, samples) for samples in (1, 576)),
            *((8000, samples) for samples in (1, 46, 47, 5 * 576 + 20)),
            *((44100, samples) for samples in (1, 47, 576, 1152, 1153, 2240, 2241, 5 * 1152 + 20)),
            *((384000, samples) for samples in (1, 47, 30_000)),
            *((768000, samples) for samples in (1, 700)),
        ],
    )
    async def test_the_shortest_recordings_become_an_mp3_of_their_length(
        self, converter: AudioConverter, rate: int, samples: int
    ) -> None:
        what = recording(noise_band(samples, 1), rate=rate)

        info = read_info((await encoded(converter, what))[:4096])

        assert info.frames >= 6  # with the Info frame seven, by which ffmpeg knows an MP3
        assert info.samples == max(1, what.expected_samples())

    @pytest.mark.parametrize(("rate", "quality"), [(8000, "32"), (44100, "128"), (44100, "V2")])
    async def test_the_seek_table_leads_to_the_frames(self, converter: AudioConverter, rate: int, quality: str) -> None:
        what = recording(0.9 * np.linspace(0.01, 1, 8 * rate)[:, None] * noise_band(8 * rate, 1), rate=rate)

        mp3 = await encoded(converter, what, quality)

        offsets = frame_offsets(mp3)
        total = len(mp3)
        frames = len(offsets) - 2
        table = seek_table(mp3)
        assert table[0] == 0
        for percent in range(1, 100):
            true = offsets[1 + frames * percent // 100] * 256 / total
            assert abs(table[percent] - true) <= 0.5

    async def test_any_part_can_be_read_again(self, converter: AudioConverter) -> None:
        what = seconds(5)
        async with converter.convert(what.source, what.target("320"), what.chunks()) as mp3:
            whole = await read_all(mp3)
            part = b"".join([block async for block in mp3.read(1000, mp3.size - 2000)])
            again = [block async for block in mp3.read(0, mp3.size)]

        assert part == whole[1000:-1000]
        assert b"".join(again) == whole
        assert max(map(len, again)) <= 1 << 20

    async def test_it_holds_no_tags(self, converter: AudioConverter) -> None:
        mp3 = await encoded(converter, seconds(0.5))

        assert mp3[:2] in (b"\xff\xfb", b"\xff\xfa")
        assert mp3[-128:-125] != b"TAG"

    @pytest.mark.parametrize("size", [1, 1 << 20])
    async def test_how_samples_are_cut_does_not_matter(self, converter: AudioConverter, size: int) -> None:
        what = seconds(0.05)

        async with converter.convert(what.source, what.target(), what.chunks(size)) as mp3:
            assert await read_all(mp3) == await encoded(converter, what)

    async def test_several_run_at_once(self, converter: AudioConverter) -> None:
        different = [seconds(1 + number / 4) for number in range(4)]

        mp3s = await asyncio.gather(*(encoded(converter, what) for what in different))

        assert [read_info(mp3[:4096]).samples for mp3 in mp3s] == [what.samples for what in different]

    @pytest.mark.parametrize(
        ("bytes_before", "raised"),
        [(0, Vanished), (0, BrokenPipeError), (44100 * 40, BrokenPipeError), (44100 * 40, TimeoutError)],
    )
    async def test_what_the_samples_raise_comes_out_unchanged(
        self, converter: AudioConverter, tmp_path: Path, bytes_before: int, raised: type[Exception]
    ) -> None:
        error, before = raised(), descendants()

        async def samples() -> AsyncGenerator[bytes, None]:
            yield bytes(4)
            yield bytes(bytes_before)
            raise error

        with pytest.raises(raised) as caught:
            await convert(converter, samples())

        assert caught.value is error
        assert nothing_is_left(tmp_path, before)

    @pytest.mark.parametrize("bytes_before", [4, 44100 * 40])
    async def test_a_cancelled_conversion_leaves_nothing(
        self, converter: AudioConverter, tmp_path: Path, bytes_before: int
    ) -> None:
        before, reached, closed = descendants(), asyncio.Event(), []

        async def samples() -> AsyncGenerator[bytes, None]:
            try:
                yield bytes(bytes_before)
                reached.set()
                await asyncio.Event().wait()
            finally:
                closed.append(True)

        task = asyncio.create_task(convert(converter, samples()))
        await reached.wait()
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task
        assert closed == [True]
        assert nothing_is_left(tmp_path, before)

    async def test_the_samples_are_not_closed(self, converter: AudioConverter) -> None:
        class Endless:
            """Samples whose owner would see it if anybody closed them."""

            closed = False
            left = 3

            def __aiter__(self) -> "Endless":
                return self

            async def __anext__(self) -> bytes:
                self.left -= 1
                if self.left < 0:
                    raise StopAsyncIteration
                return bytes(4096)

            async def aclose(self) -> None:
                self.closed = True

        samples = Endless()
        async with converter.convert(STEREO, seconds(1).target(), samples):
            pass

        assert not samples.closed

    async def test_leaving_the_context_removes_the_mp3(self, converter: AudioConverter, tmp_path: Path) -> None:
        what, before = seconds(0.5), descendants()

        async def look_at_it() -> None:
            async with converter.convert(what.source, what.target(), what.chunks()) as mp3:
                async for _ in mp3.read(0, mp3.size):
                    raise Vanished

        with pytest.raises(Vanished):
            await look_at_it()
        assert nothing_is_left(tmp_path, before)

    async def test_a_good_converter_passes_its_check(self, converter: AudioConverter) -> None:
        await converter.check()
        await converter.check()


def decoded(mp3: bytes, target: Mp3Format) -> Samples:
    """What is heard: one row per sample, one column per channel."""
    return by_libsndfile(mp3, target.channels)[0]


def assert_alike(heard: Samples, expected: Samples, correlation: float = 0.99) -> None:
    assert heard.shape == expected.shape
    for channel in range(heard.shape[1]):
        found, wanted = heard[:, channel], expected[:, channel]
        assert np.corrcoef(found, wanted)[0, 1] > correlation
        # LAME takes 5 % off at low bit rates, so that nothing clips.
        assert np.std(found) == pytest.approx(np.std(wanted), rel=0.07)


class SoundContract:
    @pytest.mark.parametrize("encoding", WIDTHS)
    async def test_every_encoding_sounds_as_it_was(self, converter: AudioConverter, encoding: SampleEncoding) -> None:
        values = noise_band(16000, 2)
        what = recording(values, encoding)

        heard = decoded(await encoded(converter, what, "V0"), what.target())

        assert_alike(heard, values)

    @pytest.mark.parametrize(
        ("rate", "quality"),
        [
            *((8000, "64"), (8000, "V6"), (11025, "320"), (11025, "V0"), (16000, "64"), (16000, "V0")),
            *((22050, "320"), (22050, "V6"), (44100, "64"), (44100, "V0"), (48000, "320"), (48000, "V6")),
        ],
    )
    async def test_rates_of_mp3_keep_every_sample(self, converter: AudioConverter, rate: int, quality: str) -> None:
        values = noise_band(rate // 2 + 1, 1)
        what = recording(values, rate=rate)

        heard = decoded(await encoded(converter, what, quality), what.target())

        assert_alike(heard, values, 0.95 if quality in ("64", "V6") else 0.99)

    @pytest.mark.parametrize("rate", [1000, 7350, 37800, 96000, 192000, 384000])
    async def test_other_rates_are_resampled(self, converter: AudioConverter, rate: int) -> None:
        what = recording(tone(rate, 2, rate, 220.0), rate=rate)
        target = what.target()

        heard = decoded(await encoded(converter, what), target)

        assert_alike(heard, tone(target.sample_rate, 2, target.sample_rate, 220.0))

    @pytest.mark.parametrize(
        ("channels", "mask"), [(3, 0), (3, 0x7), (6, 0x3F), (6, 0x60F), (8, 0x63F), (18, 0x3FFFF), (64, 0)]
    )
    async def test_many_channels_are_mixed_by_the_downmix(
        self, converter: AudioConverter, channels: int, mask: int
    ) -> None:
        values = noise_band(12000, channels, highest=0.1)
        what = recording(values, mask=mask)

        heard = decoded(await encoded(converter, what), what.target())

        assert_alike(heard, values @ np.array(downmix_matrix(what.source)).T)

    @pytest.mark.parametrize(
        ("encoding", "channels", "rate"),
        [
            (SampleEncoding.FLOAT_32, 1, 44100),
            (SampleEncoding.FLOAT_32, 6, 96000),
            (SampleEncoding.FLOAT_64, 1, 96000),
            (SampleEncoding.FLOAT_64, 6, 44100),
        ],
    )
    async def test_floats_that_are_no_samples_do_no_harm(
        self, converter: AudioConverter, encoding: SampleEncoding, channels: int, rate: int
    ) -> None:
        values = noise_band(2 * rate, channels, highest=6000 / rate)
        broken = values.copy()
        broken[1000:1005, 0] = [np.nan, np.inf, -np.inf, 1e30, -1e10]
        broken[1005, -1] = np.nan
        what = recording(broken, encoding, rate=rate, mask=0x3F if channels == 6 else 0)

        heard = decoded(await encoded(converter, what), what.target())

        mixed = values @ np.array(downmix_matrix(what.source)).T
        assert len(heard) == what.expected_samples()
        assert np.abs(heard).max() < 2
        assert np.std(heard[1 << 14 :]) == pytest.approx(np.std(mixed[1 << 14 :]), rel=0.07)

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    async def test_a_channel_that_is_not_finite_does_not_silence_the_others(
        self, converter: AudioConverter, value: float
    ) -> None:
        values = noise_band(20000, 6, highest=0.1)
        broken = values.copy()
        broken[:, 2:4] = value  # front centre, and the low-frequency channel, which has no weight
        what = recording(broken, SampleEncoding.FLOAT_32, mask=0x3F)

        heard = decoded(await encoded(converter, what), what.target())

        values[:, 2:4] = 0
        assert_alike(heard, values @ np.array(downmix_matrix(what.source)).T)

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    async def test_what_is_not_finite_is_silence(self, converter: AudioConverter, value: float) -> None:
        what = recording(np.full((20000, 2), value), SampleEncoding.FLOAT_32)

        heard = decoded(await encoded(converter, what), what.target())

        assert np.abs(heard).max() < 1e-4

    async def test_samples_that_look_like_another_stream_stay_samples(self, converter: AudioConverter) -> None:
        burst = bytes.fromhex("72f81f4e0100000c").ljust(6144, b"\x55")  # AC-3 in S/PDIF, IEC 61937
        what = Recording(STEREO, burst * 30, 30 * 1536)

        assert read_info((await encoded(converter, what))[:4096]).samples == what.samples
