"""Recordings that consist of several WAVs, from their bytes to the samples that are encoded and the chapters."""

from collections.abc import AsyncGenerator, AsyncIterator
from itertools import accumulate

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory.decoder import InMemoryAudioDecoder
from domain.convert import Convert
from domain.output.chapters import Chapter
from domain.output.format import Mp3Quality
from domain.output.id3 import write_id3
from domain.recording.format import WavFormat
from domain.recording.repairs import Mended, Repair
from domain.tags import Tags
from tests.codecs import RECORDINGS
from tests.passports import adtl, cue, note
from tests.unit.domain.test_convert import LIMITS, Listener, content, converted
from tests.unit.streams import blocks, cut
from tests.wavs import pcm, tone, wav

GSM, OKI = RECORDINGS["GSM 6.10"], RECORDINGS["OKI ADPCM"]
BLOCK_BYTES, BLOCK = 65, 320


class Numbering(InMemoryAudioDecoder):
    """Samples that tell where they come from: 0, 1, 2 and so on, however often it starts afresh."""

    def __init__(self) -> None:
        self.first = 0

    async def decode(self, source: WavFormat, blocks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        async for block in super().decode(source, blocks):
            first, self.first = self.first, self.first + len(block) // 2
            yield np.arange(first, self.first, dtype="<i2").tobytes()


PARTS = st.lists(st.tuples(st.integers(1, 5), st.integers(0, BLOCK - 1) | st.none()), min_size=1, max_size=5)
"""Each of so many blocks, of which the last one is filled up by so many samples; None: it does not say."""


@given(parts=PARTS, at=st.lists(st.integers(0, 2000), max_size=8))
@settings(max_examples=60, deadline=None)
async def test_padding_is_left_out_wherever_a_part_ends(parts: list[tuple[int, int | None]], at: list[int]) -> None:
    file, expected = b"", list[int]()
    for (count, padding), end in zip(parts, accumulate(BLOCK * count for count, _ in parts), strict=True):
        length = BLOCK * count - (padding or 0)
        file += GSM.file(fact=None if padding is None else length, data=GSM.data[: BLOCK_BYTES * count])
        expected += range(end - BLOCK * count, end - BLOCK * count + length)
    listener = Listener()

    async with Convert(listener, LIMITS, Mp3Quality(bit_rate=128), decoder=Numbering())(blocks(*cut(file, at))) as made:
        assert made.conversion.duration.total_seconds() == len(expected) / 8000
        assert made.conversion.repairs == ((Mended(Repair.JOINED),) if len(parts) > 1 else ())

    assert np.frombuffer(b"".join(listener.blocks), "<i2").tolist() == expected


class Remembering(InMemoryAudioDecoder):
    """Keeps what each of its runs was given."""

    def __init__(self) -> None:
        self.runs: list[bytes] = []

    async def decode(self, source: WavFormat, blocks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        run = len(self.runs)
        self.runs.append(b"")
        async for block in blocks:
            assert block
            self.runs[run] += block
            yield bytes(4 * len(block))


@given(sizes=st.lists(st.integers(0, 500), min_size=1, max_size=8), at=st.lists(st.integers(0, 4000), max_size=8))
@settings(max_examples=60, deadline=None)
async def test_each_part_is_decoded_by_a_decoder_that_knows_of_no_other(sizes: list[int], at: list[int]) -> None:
    parts = [OKI.data[:size] for size in [*sizes, 1]]
    decoder = Remembering()
    file = b"".join(OKI.file(data=part) for part in parts)

    async with Convert(Listener(), LIMITS, Mp3Quality(bit_rate=128), decoder=decoder)(blocks(*cut(file, at))) as made:
        assert made.conversion.duration.total_seconds() == 2 * sum(map(len, parts)) / 8000

    assert decoder.runs == [part for part in parts if part]


async def test_markers_of_each_part_are_chapters_at_their_places() -> None:
    first = wav(pcm(tone(8000)), before=[(b"cue ", cue(4000)), adtl(note(b"labl", 1, b"one"))])
    second = wav(pcm(tone(8000)), after=[(b"cue ", cue(2000)), adtl(note(b"labl", 1, b"two"))])

    mp3 = await content(await converted(first + second))

    chapters = [Chapter(500, 1250, 4000, "one"), Chapter(1250, 2000, 10_000, "two")]
    assert mp3.startswith(write_id3(Tags(), chapters))


async def test_markers_behind_padding_are_chapters_at_their_places() -> None:
    first = GSM.file(fact=20 * BLOCK - 200)
    second = wav(GSM.data, fmt=GSM.file()[20:40], after=[(b"cue ", cue(80))])

    mp3 = await content(await converted(first + second))

    # 6,280 samples from the start to the marker, and 12,600 to the end
    assert mp3.startswith(write_id3(Tags(), [Chapter(785, 1575, 6280, "Marker 1")]))
