"""What every audio decoder owes. Subclass, and supply the fixture `decoder`.

`DecoderContract` is for all of them; `DecodedSoundContract` is for those that decode what they are given.
"""

import asyncio
import functools
import subprocess
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import numpy as np
import pytest

from domain.decoding import MOST_DECODED_BYTES, AudioDecoder
from tests.codecs import RECORDINGS, CodecRecording
from tests.contract.calls import listed
from tests.contract.leftovers import descendants
from tests.contract.memory import held_at_most
from tests.programs import FFMPEG
from tests.unit.streams import blocks, breaking


class Vanished(Exception):
    """What a source of blocks may raise: nothing that a decoder could know."""


def in_pieces(what: CodecRecording, blocks_each: int = 3) -> list[bytes]:
    """The recording's blocks, some at a time."""
    step = blocks_each * what.source.block_bytes
    return [what.blocks[start : start + step] for start in range(0, len(what.blocks), step)]


async def decoded(decoder: AudioDecoder, what: CodecRecording, *pieces: bytes) -> bytes:
    async with aclosing(decoder.decode(what.source, blocks(*(pieces or (what.blocks,))))) as samples:
        return b"".join([block async for block in samples])


class DecoderContract:
    @pytest.mark.parametrize("name", ["MS ADPCM, stereo", "G.726 of 3 bits", "G.729 at 6.4 kb/s"])
    async def test_it_gives_as_many_samples_as_the_rule_of_the_codec_says(
        self, decoder: AudioDecoder, name: str
    ) -> None:
        what = RECORDINGS[name]

        samples = await decoded(decoder, what)

        assert len(samples) == what.samples * 2 * what.channels

    async def test_it_gives_whole_samples_and_nothing_empty(self, decoder: AudioDecoder) -> None:
        what = RECORDINGS["Yamaha ADPCM, stereo"]
        async with aclosing(decoder.decode(what.source, blocks(*in_pieces(what)))) as samples:
            given = [len(block) async for block in samples]

        assert min(given) > 0
        assert not any(size % 4 for size in given)

    async def test_c18_of_a_codec_that_unpacks_sixteenfold_little_is_held_at_once(self, decoder: AudioDecoder) -> None:
        what = RECORDINGS["G.729"]
        block = what.blocks * (128 * 1024 // len(what.blocks))  # 2 MiB of samples
        source = what.source

        with held_at_most(3 << 19):
            async with aclosing(decoder.decode(source, blocks(block))) as samples:
                given = [len(some) async for some in samples]

        assert sum(given) == len(block) // 10 * 80 * 2
        assert max(given) <= MOST_DECODED_BYTES

    async def test_how_blocks_are_cut_does_not_matter(self, decoder: AudioDecoder) -> None:
        what = RECORDINGS["MS ADPCM"]

        assert await decoded(decoder, what, *in_pieces(what)) == await decoded(decoder, what)

    async def test_several_run_at_once(self, decoder: AudioDecoder) -> None:
        names = ["IMA ADPCM", "GSM 6.10", "G.726 of 4 bits", "G.729"]
        each = [await decoded(decoder, RECORDINGS[name]) for name in names]

        assert await asyncio.gather(*(decoded(decoder, RECORDINGS[name]) for name in names)) == each

    @pytest.mark.parametrize(
        ("error", "copies"), [(Vanished(), 1), (BrokenPipeError(), 1), (BrokenPipeError(), 100), (TimeoutError(), 100)]
    )
    async def test_what_the_blocks_raise_comes_out_unchanged(
        self, decoder: AudioDecoder, error: Exception, copies: int
    ) -> None:
        what, before = RECORDINGS["GSM 6.10"], descendants()
        with pytest.raises(type(error)) as caught:
            await listed(decoder.decode(what.source, breaking(*[what.blocks] * copies, error=error)))

        assert caught.value is error
        assert descendants() == before

    async def test_closing_it_leaves_nothing(self, decoder: AudioDecoder) -> None:
        what, before = RECORDINGS["G.729"], descendants()
        async with aclosing(decoder.decode(what.source, blocks(*[what.blocks] * 500))) as samples:
            await anext(samples)

        assert descendants() == before

    async def test_cancelling_leaves_nothing(self, decoder: AudioDecoder) -> None:
        what, before, reached = RECORDINGS["G.722"], descendants(), asyncio.Event()

        async def stalled() -> AsyncGenerator[bytes, None]:
            yield what.blocks
            reached.set()
            await asyncio.Event().wait()

        async def decode() -> None:
            async with aclosing(decoder.decode(what.source, stalled())) as samples:
                async for _ in samples:
                    pass

        task = asyncio.create_task(decode())
        await reached.wait()
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task
        assert descendants() == before

    async def test_the_blocks_are_not_closed(self, decoder: AudioDecoder) -> None:
        class Endless:
            """Blocks whose owner would see it if anybody closed them."""

            closed = False
            left = 3

            def __aiter__(self) -> "Endless":
                return self

            async def __anext__(self) -> bytes:
                self.left -= 1
                if self.left < 0:
                    raise StopAsyncIteration
                return RECORDINGS["GSM 6.10"].blocks

            async def aclose(self) -> None:
                self.closed = True

        given = Endless()
        async with aclosing(decoder.decode(RECORDINGS["GSM 6.10"].source, given)) as samples:
            assert [block async for block in samples]

        assert not given.closed


@functools.cache
def read_by_ffmpeg(name: str) -> bytes:
    """Its own reading of the recording as a WAV, in 16 bits.

    Tags that it does not know or mistakes are others; what it misreads in a WAV (frames of varying length) is no WAV.
    """
    what = RECORDINGS[name]
    tag = {0x65: 0x28F, 0x133: 0x83}.get(what.tag, what.tag)
    form, given = ("g723_1", what.data) if name == "G.723.1 with silence" else ("wav", replace(what, tag=tag).file())
    options = ["-nostdin", "-v", "error", "-f", form, "-c:a", what.decoder, "-i", "pipe:0"]
    command = [FFMPEG, *options, "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1"]
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout


class DecodedSoundContract:
    most_difference = 0
    """Of a sample, in 16 bits."""

    @pytest.mark.parametrize("name", RECORDINGS)
    async def test_it_decodes_what_ffmpeg_reads_in_the_same_file(self, decoder: AudioDecoder, name: str) -> None:
        what = RECORDINGS[name]

        samples = np.frombuffer(await decoded(decoder, what), "<i2").astype(int)

        assert len(samples) == what.samples * what.channels
        assert np.abs(samples - np.frombuffer(read_by_ffmpeg(name), "<i2")).max() <= self.most_difference
        assert len(np.unique(samples)) > 100


class ShortRecordingContract:
    """Of those that decode, as long as the reader counts."""

    @pytest.mark.parametrize(
        ("name", "size"),
        [
            *(("MS ADPCM", 7), ("MS ADPCM", 300), ("IMA ADPCM", 4), ("IMA ADPCM", 293), ("IMA ADPCM of 3 bits", 260)),
            *(("OKI ADPCM", 1), ("G.722", 1), ("G.726 of 3 bits", 1), ("G.726 of 5 bits", 1009), ("G.729", 10)),
            *(("TrueSpeech", 32), ("G.723.1 at 5.3 kb/s", 20), ("G.723.1 with silence", 73), ("GSM 6.10", 65)),
        ],
    )
    async def test_the_last_block_may_be_short_and_the_only_one(
        self, decoder: AudioDecoder, name: str, size: int
    ) -> None:
        what = replace(RECORDINGS[name], data=RECORDINGS[name].data[:size])

        samples = await decoded(decoder, what)

        assert len(samples) == 2 * what.counted > 0
