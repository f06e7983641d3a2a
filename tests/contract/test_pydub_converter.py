"""The pydub converter against the contracts."""

import functools
from pathlib import Path

import pytest

from adapters.pydub.converter import PydubAudioConverter
from adapters.pydub.folders import temporary_folder
from domain.errors import TooLargeToHold
from tests.contract.converters import ConverterContract, SoundContract, encoded, nothing_is_left
from tests.contract.leftovers import descendants
from tests.contract.programs import MakeConverter, ProgramContract
from tests.contract.recordings import seconds
from tests.programs import FFMPEG

MAX_BYTES = 1 << 26
MAX_MP3_BYTES = 1 << 28


@pytest.fixture
def make_converter(tmp_path: Path) -> MakeConverter:
    return functools.partial(
        lambda program, max_bytes, max_mp3_bytes: PydubAudioConverter(
            program, tmp_path / "spool", max_bytes, max_mp3_bytes
        ),
        program=FFMPEG,
        max_bytes=MAX_BYTES,
        max_mp3_bytes=MAX_MP3_BYTES,
    )


@pytest.fixture
def converter(tmp_path: Path) -> PydubAudioConverter:
    return PydubAudioConverter(FFMPEG, tmp_path / "spool", MAX_BYTES, MAX_MP3_BYTES)


class TestPydubAudioConverter(ConverterContract, SoundContract, ProgramContract):
    async def test_more_than_it_may_hold_is_refused(self, make_converter: MakeConverter, tmp_path: Path) -> None:
        what, before = seconds(2), descendants()
        held = what.samples * 2 * 4

        assert await encoded(make_converter(max_bytes=held), what)
        with pytest.raises(TooLargeToHold) as caught:
            await encoded(make_converter(max_bytes=held - 1), what)

        assert caught.value.limit == held - 1
        assert nothing_is_left(tmp_path, before)

    async def test_the_check_removes_what_a_crash_has_left(
        self, converter: PydubAudioConverter, tmp_path: Path
    ) -> None:
        folder = tmp_path / "spool"
        left = folder / "pydub-left"
        left.mkdir(parents=True)
        (left / "tmp.wav").write_bytes(b"left by a crash")

        async with temporary_folder(folder) as in_use:
            await converter.check()

            assert list(folder.iterdir()) == [in_use]
        assert list(folder.iterdir()) == []
