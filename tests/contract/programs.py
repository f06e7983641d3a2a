"""What converters that run ffmpeg owe on top. Subclass, and supply the fixture `make_converter`."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from domain.errors import ConverterFailed, ConverterUnavailable, DiskFull, Mp3TooLarge, MusicAppError
from domain.output.converter import AudioConverter
from tests.contract.converters import nothing_is_left
from tests.contract.leftovers import descendants
from tests.contract.recordings import STEREO, seconds

MakeConverter = Callable[..., AudioConverter]
"""From `program` and `max_mp3_bytes`."""
REFUSED_BLOCK = "Error while decoding stream #0:0: Invalid data found when processing input"
REFUSED_BLOCK_SINCE_6 = (
    "[aist#0:0/adpcm_ms @ 0x1] [dec:adpcm_ms @ 0x2] "
    "Error submitting packet to decoder: Invalid data found when processing input"
)


class ProgramContract:
    async def test_an_mp3_over_the_bound_is_refused(self, make_converter: MakeConverter, tmp_path: Path) -> None:
        what, before = seconds(5), descendants()

        with pytest.raises(Mp3TooLarge) as caught:
            async with make_converter(max_mp3_bytes=10_000).convert(what.source, what.target(), what.chunks()):
                pytest.fail("it is too large")

        assert caught.value.limit == 10_000
        assert nothing_is_left(tmp_path, before)

    @pytest.mark.parametrize(
        ("script", "error"),
        [
            ("exit 0", ConverterFailed),
            ("cat >/dev/null; exit 0", ConverterFailed),
            ("exit 1", ConverterFailed),
            ("kill -ABRT $$", ConverterFailed),
            ("kill -SEGV $$", ConverterFailed),
            ("cat >/dev/null; kill -KILL $$", ConverterFailed),
            ("cat >/dev/null; echo 'Cannot allocate memory' >&2; exit 1", ConverterFailed),
            (f"cat >/dev/null; echo '{REFUSED_BLOCK}' >&2; exit 1", ConverterFailed),  # these samples are plain
            ("cat >/dev/null; echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1", DiskFull),
            ("exec /nowhere/ffmpeg", ConverterUnavailable),
        ],
    )
    async def test_a_program_that_fails_is_reported(
        self, make_converter: MakeConverter, tmp_path: Path, script: str, error: type[MusicAppError]
    ) -> None:
        what, before = seconds(2), descendants()
        converter = make_converter(program=stand_in(tmp_path / "bin", script))

        with pytest.raises(error):
            async with converter.convert(what.source, what.target(), what.chunks()):
                pytest.fail("there is no MP3")

        assert not descendants() - before

    async def test_the_end_of_the_messages_is_kept_for_the_operator(
        self, make_converter: MakeConverter, tmp_path: Path
    ) -> None:
        what = seconds(0.1)
        script = "cat >/dev/null; head -c 1000000 /dev/zero | tr '\\0' x >&2; echo the last words >&2; exit 3"
        converter = make_converter(program=stand_in(tmp_path / "bin", script))

        with pytest.raises(ConverterFailed) as caught:
            async with converter.convert(what.source, what.target(), what.chunks()):
                pytest.fail("there is no MP3")

        assert "the last words" in caught.value.reason
        assert len(caught.value.reason) < 10_000

    async def test_a_program_that_ends_early_stops_the_feeding(
        self, make_converter: MakeConverter, tmp_path: Path
    ) -> None:
        converter = make_converter(program=stand_in(tmp_path / "bin", "exit 1"))

        async def endless() -> AsyncGenerator[bytes, None]:
            while True:
                yield bytes(1 << 16)
                await asyncio.sleep(0)

        samples = endless()
        with pytest.raises(ConverterFailed):
            async with converter.convert(STEREO, seconds(1).target(), samples):
                pytest.fail("there is no MP3")
        await samples.aclose()

    @pytest.mark.parametrize("program", ["/nowhere/ffmpeg", "", "/etc/passwd"])
    async def test_a_missing_program_names_the_setting(
        self, make_converter: MakeConverter, tmp_path: Path, program: str
    ) -> None:
        what, before = seconds(0.1), descendants()
        converter = make_converter(program=program)

        with pytest.raises(ConverterUnavailable) as converting:
            async with converter.convert(what.source, what.target(), what.chunks()):
                pytest.fail("there is no MP3")
        with pytest.raises(ConverterUnavailable) as checking:
            await converter.check()

        assert converting.value.setting == checking.value.setting == "FFMPEG_PATH"
        assert repr(program) in checking.value.problem
        assert nothing_is_left(tmp_path, before)

    @pytest.mark.parametrize(
        ("script", "problem"),
        [
            ("exit 1", "no ffmpeg that runs"),
            ("echo hello", "no ffmpeg that runs"),
            ("echo 'libavformat    58. 76.100'", "too old"),
            ("echo 'libavformat    59. 27.100'", "no libmp3lame"),
        ],
    )
    async def test_the_check_says_what_is_wrong_with_thestand_in(
        self, make_converter: MakeConverter, tmp_path: Path, script: str, problem: str
    ) -> None:
        converter = make_converter(program=stand_in(tmp_path / "bin", script))

        with pytest.raises(ConverterUnavailable) as caught:
            await converter.check()

        assert problem in caught.value.problem


def stand_in(folder: Path, script: str) -> str:
    """A program by the name of ffmpeg that is a script for the shell."""
    folder.mkdir()
    path = folder / "ffmpeg"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)
