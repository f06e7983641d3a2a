"""The ffmpeg decoder against its contracts, with each ffmpeg there is, and what it owes on top."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest
import uvloop

from adapters.ffmpeg.command_line import find_ffmpeg
from adapters.ffmpeg.decoder import FfmpegAudioDecoder
from adapters.shared.programs import Limits
from domain.errors import ConverterFailed, ConverterUnavailable, MusicAppError, UndecodableRecording
from tests.codecs import RECORDINGS
from tests.contract.calls import listed
from tests.contract.decoders import DecodedSoundContract, DecoderContract, ShortRecordingContract, Vanished, decoded
from tests.contract.leftovers import descendants
from tests.contract.memory import held_at_most
from tests.contract.programs import REFUSED_BLOCK, REFUSED_BLOCK_SINCE_6, stand_in
from tests.programs import FFMPEG
from tests.unit.streams import blocks

GSM = RECORDINGS["GSM 6.10"]


@pytest.fixture
def program() -> str:
    return FFMPEG


@pytest.fixture
def decoder(program: str) -> FfmpegAudioDecoder:
    return FfmpegAudioDecoder(program)


class TestFfmpegAudioDecoder(DecoderContract, DecodedSoundContract, ShortRecordingContract):
    def test_it_does_the_same_on_uvloop(self, decoder: FfmpegAudioDecoder) -> None:
        assert uvloop.run(decoded(decoder, GSM)) == asyncio.run(decoded(decoder, GSM))

    def test_on_uvloop_what_the_blocks_raise_comes_out_unchanged(self, decoder: FfmpegAudioDecoder) -> None:
        uvloop.run(DecoderContract().test_what_the_blocks_raise_comes_out_unchanged(decoder, Vanished(), 100))


if find_ffmpeg(None) != FFMPEG:  # else it was just done

    class TestFfmpegOfTheSystem(DecodedSoundContract):
        most_difference = 16  # ffmpeg 5 rounds IMA ADPCM otherwise

        @pytest.fixture
        def program(self) -> str:
            return find_ffmpeg(None)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("exit 1", ConverterFailed),
        ("kill -SEGV $$", ConverterFailed),
        ("cat >/dev/null; exit 69", ConverterFailed),
        ("cat >/dev/null; echo 'Cannot allocate memory' >&2; exit 1", ConverterFailed),
        (f"cat >/dev/null; echo '{REFUSED_BLOCK}' >&2; exit 69", UndecodableRecording),
        (f"cat >/dev/null; echo '{REFUSED_BLOCK_SINCE_6}' >&2; exit 183", UndecodableRecording),
        (f"echo '{REFUSED_BLOCK}' >&2; exit 69", UndecodableRecording),
        (f"cat >/dev/null; echo '{REFUSED_BLOCK}' >&2; kill -KILL $$", ConverterFailed),
        (f"cat >/dev/null; echo '{REFUSED_BLOCK}\nCannot allocate memory' >&2; exit 1", ConverterFailed),
        ("cat >/dev/null; echo 'pipe:0: Invalid data found when processing input' >&2; exit 1", ConverterFailed),
        ("exec /nowhere/ffmpeg", ConverterUnavailable),
    ],
)
async def test_what_a_decoder_refuses_is_the_recordings_fault_and_nothing_else_is(
    tmp_path: Path, script: str, error: type[MusicAppError]
) -> None:
    before = descendants()

    with pytest.raises(error):
        await decoded(FfmpegAudioDecoder(stand_in(tmp_path / "bin", script)), GSM)

    assert descendants() == before


async def test_an_ffmpeg_without_the_decoder_is_told_of_by_the_decoders_name(tmp_path: Path) -> None:
    script = f'exec "{FFMPEG}" $(echo "$@" | sed s/gsm_ms/gsm_none/g)'

    with pytest.raises(ConverterUnavailable, match=re.escape("has no decoder gsm_ms, which GSM 6.10 needs")) as caught:
        await decoded(FfmpegAudioDecoder(stand_in(tmp_path / "bin", script)), GSM)

    assert caught.value.setting == "FFMPEG_PATH"


@pytest.mark.parametrize("program", ["/nowhere/ffmpeg", "", "/etc/passwd"])
async def test_a_missing_program_names_the_setting(program: str) -> None:
    with pytest.raises(ConverterUnavailable) as caught:
        await decoded(FfmpegAudioDecoder(program), GSM)

    assert caught.value.setting == "FFMPEG_PATH"


@pytest.mark.parametrize("name", ["MS ADPCM", "IMA ADPCM"])
async def test_blocks_that_no_decoder_takes_are_the_recordings_fault(decoder: FfmpegAudioDecoder, name: str) -> None:
    what = RECORDINGS[name]
    refused = b"\xff" * len(what.blocks)  # no such predictor, no such step: the reader mends them

    with pytest.raises(UndecodableRecording) as caught:
        await decoded(decoder, what, refused)

    assert caught.value.codec == name
    assert "Invalid data" in caught.value.details
    assert "Invalid data" not in str(caught.value)


async def test_a_program_that_ends_early_stops_the_feeding(tmp_path: Path) -> None:
    async def endless() -> AsyncGenerator[bytes, None]:
        while True:
            yield GSM.blocks
            await asyncio.sleep(0)

    decoder = FfmpegAudioDecoder(stand_in(tmp_path / "bin", "exit 1"))
    async with aclosing(endless()) as given:
        with pytest.raises(ConverterFailed):
            await listed(decoder.decode(GSM.source, given))


async def test_c18_a_program_that_gives_out_without_end_is_not_read_without_end(tmp_path: Path) -> None:
    decoder, before = FfmpegAudioDecoder(stand_in(tmp_path / "bin", "exec cat /dev/zero")), descendants()
    given = GSM.blocks * (128 * 1024 // len(GSM.blocks) + 1)  # more than the pipe takes, and what waits before it

    with held_at_most(3 << 19):
        async with aclosing(decoder.decode(GSM.source, blocks(given))) as samples:
            taken = 0
            while taken < 4 << 20:
                taken += len(await anext(samples))

    assert descendants() == before


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("cat >/dev/null; exec sleep 1000", "within 0.2 s after its input"),
        ("cat >/dev/null; sleep 1000 &", "within 0.2 s after its input"),
        ("exec sleep 1000", "took nothing for 0.2 s"),
    ],
    ids=["does not end", "leaves a child", "takes nothing"],
)
async def test_a_program_that_stands_still_is_ended(
    script: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.ffmpeg.decoder._LIMITS", Limits(1 << 30, 1 << 20, 20, patience_seconds=0.2))
    before = descendants()
    decoder = FfmpegAudioDecoder(stand_in(tmp_path / "bin", script))
    much = GSM.blocks * (512 * 1024 // len(GSM.blocks))  # more than the pipe takes, and what waits before it

    with pytest.raises(ConverterFailed, match=told):
        await listed(decoder.decode(GSM.source, blocks(much)))

    assert descendants() == before


async def test_samples_come_while_blocks_go_in(decoder: FfmpegAudioDecoder) -> None:
    """Of ten minutes, no more is held than what one block makes, and what is in the pipes."""
    what = replace(GSM, data=GSM.data * 20)
    given, held = 0, []

    async def ten_minutes() -> AsyncGenerator[bytes, None]:
        nonlocal given
        for _ in range(40):
            given += len(what.blocks) // 65 * 320 * 2
            yield what.blocks

    async with aclosing(decoder.decode(what.source, ten_minutes())) as samples:
        taken = 0
        async for block in samples:
            taken += len(block)
            held.append(given - taken)

    assert taken == given
    assert max(held) < given / 2
