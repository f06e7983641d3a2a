"""The LAME converter against the contracts."""

import asyncio
from pathlib import Path

import pytest
import uvloop

from adapters.ffmpeg.command_line import find_ffmpeg
from adapters.ffmpeg.converter import FfmpegAudioConverter
from adapters.lame.converter import LameAudioConverter
from adapters.lame.pcm import Pcm16
from adapters.lame.pool import EncoderPool
from domain.errors import Mp3TooLarge
from domain.output.downmix import downmix_matrix
from domain.output.format import Mp3Quality, mp3_format
from domain.recording.format import SampleEncoding, WavFormat
from tests.contract.converters import ConverterContract, SoundContract, encoded
from tests.contract.recordings import seconds
from tests.unit.streams import blocks

MAX_MP3_BYTES = 1 << 28


def lame(folder: Path, max_mp3_bytes: int = MAX_MP3_BYTES) -> LameAudioConverter:
    other = FfmpegAudioConverter(find_ffmpeg(None), folder, max_mp3_bytes)
    return LameAudioConverter(other, EncoderPool(2), folder, max_mp3_bytes)


@pytest.fixture
def converter(tmp_path: Path) -> LameAudioConverter:
    return lame(tmp_path / "spool")


class TestLameAudioConverter(ConverterContract, SoundContract):
    def test_it_does_the_same_on_uvloop(self, converter: LameAudioConverter) -> None:
        what = seconds(2)

        assert uvloop.run(encoded(converter, what)) == asyncio.run(encoded(converter, what))

    async def test_an_mp3_beyond_the_limit_is_refused(self, tmp_path: Path) -> None:
        what = seconds(5)
        size = len(await encoded(lame(tmp_path), what))

        assert len(await encoded(lame(tmp_path, size), what)) == size
        with pytest.raises(Mp3TooLarge):
            await encoded(lame(tmp_path, size - 1), what)


async def test_c18_what_comes_at_once_is_made_ready_in_pieces(
    converter: LameAudioConverter, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    class Noting(Pcm16):
        def push(self, block: bytes) -> bytes:
            sizes.append(len(block))
            return super().push(block)

    monkeypatch.setattr("adapters.lame.converter.Pcm16", Noting)
    source = WavFormat(SampleEncoding.UNSIGNED_8, 3, 0, 8000, 3)
    target = mp3_format(source, len(downmix_matrix(source)), Mp3Quality(128))

    async with converter.convert(source, target, blocks(b"\x80" * 300_000)) as mp3:
        assert mp3.size

    assert sum(sizes) == 300_000
    assert max(sizes) <= 128 * 1024
    assert not any(size % 3 for size in sizes)
