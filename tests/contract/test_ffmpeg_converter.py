"""The ffmpeg converter against the contracts, with each ffmpeg there is."""

import asyncio
import functools
from pathlib import Path

import pytest
import uvloop

from adapters.ffmpeg.command_line import find_ffmpeg
from adapters.ffmpeg.converter import FfmpegAudioConverter
from tests.contract.converters import ConverterContract, SoundContract, Vanished, encoded
from tests.contract.programs import MakeConverter, ProgramContract
from tests.contract.recordings import seconds
from tests.programs import FFMPEG

MAX_MP3_BYTES = 1 << 28


@pytest.fixture
def program() -> str:
    return find_ffmpeg(None)


@pytest.fixture
def make_converter(program: str, tmp_path: Path) -> MakeConverter:
    return functools.partial(
        lambda program, max_mp3_bytes: FfmpegAudioConverter(program, tmp_path / "spool", max_mp3_bytes),
        program=program,
        max_mp3_bytes=MAX_MP3_BYTES,
    )


@pytest.fixture
def converter(program: str, tmp_path: Path) -> FfmpegAudioConverter:
    return FfmpegAudioConverter(program, tmp_path / "spool", MAX_MP3_BYTES)


class TestFfmpegAudioConverter(ConverterContract, SoundContract, ProgramContract):
    def test_it_does_the_same_on_uvloop(self, converter: FfmpegAudioConverter) -> None:
        what = seconds(2)

        assert uvloop.run(encoded(converter, what)) == asyncio.run(encoded(converter, what))


if find_ffmpeg(None) != FFMPEG:  # else it was just done

    class TestFfmpegOfThePackage(SoundContract):
        @pytest.fixture
        def program(self) -> str:
            return FFMPEG


class TestFfmpegOnUvloop:
    """What depends on the event loop: how a child is fed, and how it ends."""

    def test_what_the_samples_raise_comes_out_unchanged(self, converter: FfmpegAudioConverter, tmp_path: Path) -> None:
        contract = ConverterContract()

        uvloop.run(contract.test_what_the_samples_raise_comes_out_unchanged(converter, tmp_path, 1 << 21, Vanished))

    def test_a_cancelled_conversion_leaves_nothing(self, converter: FfmpegAudioConverter, tmp_path: Path) -> None:
        uvloop.run(ConverterContract().test_a_cancelled_conversion_leaves_nothing(converter, tmp_path, 1 << 21))

    def test_several_run_at_once(self, converter: FfmpegAudioConverter) -> None:
        uvloop.run(ConverterContract().test_several_run_at_once(converter))

    def test_a_program_that_ends_early_stops_the_feeding(self, make_converter: MakeConverter, tmp_path: Path) -> None:
        uvloop.run(ProgramContract().test_a_program_that_ends_early_stops_the_feeding(make_converter, tmp_path))


def test_the_configured_ffmpeg_is_taken_first() -> None:
    assert find_ffmpeg("/opt/ffmpeg") == "/opt/ffmpeg"


def test_without_ffmpeg_on_path_the_package_has_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_ffmpeg(None) == FFMPEG
