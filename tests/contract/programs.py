"""What converters that run ffmpeg owe on top. Subclass, and supply the fixture `make_converter`."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import (
    ConverterFailed,
    ConverterUnavailable,
    DiskFull,
    Mp3TooLarge,
    MusicAppError,
    UndecodableRecording,
)
from domain.output.converter import AudioConverter
from tests.contract.converters import nothing_is_left
from tests.contract.leftovers import descendants
from tests.contract.recordings import STEREO, in_blocks, seconds
from tests.wavs import IMA_ADPCM, MS_ADPCM

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
        converter = make_converter(program=_program(tmp_path / "bin", script))

        with pytest.raises(error):
            async with converter.convert(what.source, what.target(), what.chunks()):
                pytest.fail("there is no MP3")

        assert not descendants() - before

    @pytest.mark.parametrize(
        ("script", "error"),
        [
            (f"cat >/dev/null; echo '{REFUSED_BLOCK}' >&2; exit 69", UndecodableRecording),
            (f"cat >/dev/null; echo '{REFUSED_BLOCK_SINCE_6}' >&2; exit 183", UndecodableRecording),
            (f"echo '{REFUSED_BLOCK}' >&2; exit 69", UndecodableRecording),
            (f"cat >/dev/null; echo '{REFUSED_BLOCK}' >&2; kill -KILL $$", ConverterFailed),
            (f"cat >/dev/null; echo '{REFUSED_BLOCK}' >&2; kill -ABRT $$", ConverterFailed),
            (f"cat >/dev/null; echo '{REFUSED_BLOCK}\nCannot allocate memory' >&2; exit 1", ConverterFailed),
            ("cat >/dev/null; echo 'pipe:0: Invalid data found when processing input' >&2; exit 1", ConverterFailed),
            ("cat >/dev/null; exit 69", ConverterFailed),
        ],
    )
    async def test_what_a_decoder_refuses_is_the_recordings_fault_and_nothing_else_is(
        self, make_converter: MakeConverter, tmp_path: Path, script: str, error: type[MusicAppError]
    ) -> None:
        what = in_blocks(MS_ADPCM, 1)
        converter = make_converter(program=_program(tmp_path / "bin", script))

        with pytest.raises(error):
            async with converter.convert(what.source, what.target(), what.chunks()):
                pytest.fail("there is no MP3")

    @pytest.mark.parametrize("tag", [MS_ADPCM, IMA_ADPCM])
    async def test_blocks_that_no_decoder_takes_are_the_recordings_fault(
        self, make_converter: MakeConverter, tmp_path: Path, tag: int
    ) -> None:
        what, before = in_blocks(tag, 1), descendants()
        refused = replace(what, data=b"\xff" * len(what.data))  # no such predictor, no such step

        with pytest.raises(UndecodableRecording):
            async with make_converter().convert(refused.source, refused.target(), refused.chunks()):
                pytest.fail("there is no MP3")

        assert nothing_is_left(tmp_path, before)

    async def test_a_refused_recording_names_its_codec_and_the_operator_gets_the_details(
        self, make_converter: MakeConverter, tmp_path: Path
    ) -> None:
        what = in_blocks(MS_ADPCM, 1)
        script = f"cat >/dev/null; echo '{REFUSED_BLOCK}' >&2; exit 69"

        with pytest.raises(UndecodableRecording) as caught:
            async with make_converter(program=_program(tmp_path / "bin", script)).convert(
                what.source, what.target(), what.chunks()
            ):
                pytest.fail("there is no MP3")

        assert caught.value.codec == "MS ADPCM"
        assert REFUSED_BLOCK in caught.value.details
        assert REFUSED_BLOCK not in str(caught.value)

    async def test_the_end_of_the_messages_is_kept_for_the_operator(
        self, make_converter: MakeConverter, tmp_path: Path
    ) -> None:
        what = seconds(0.1)
        script = "cat >/dev/null; head -c 1000000 /dev/zero | tr '\\0' x >&2; echo the last words >&2; exit 3"
        converter = make_converter(program=_program(tmp_path / "bin", script))

        with pytest.raises(ConverterFailed) as caught:
            async with converter.convert(what.source, what.target(), what.chunks()):
                pytest.fail("there is no MP3")

        assert "the last words" in caught.value.reason
        assert len(caught.value.reason) < 10_000

    async def test_a_program_that_ends_early_stops_the_feeding(
        self, make_converter: MakeConverter, tmp_path: Path
    ) -> None:
        converter = make_converter(program=_program(tmp_path / "bin", "exit 1"))

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
    async def test_the_check_says_what_is_wrong_with_the_program(
        self, make_converter: MakeConverter, tmp_path: Path, script: str, problem: str
    ) -> None:
        converter = make_converter(program=_program(tmp_path / "bin", script))

        with pytest.raises(ConverterUnavailable) as caught:
            await converter.check()

        assert problem in caught.value.problem


def _program(folder: Path, script: str) -> str:
    folder.mkdir()
    path = folder / "ffmpeg"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)
