"""What the reader does for the bytes that come in: so much in one step, and so much for a whole file."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import domain.recording.id3
import domain.recording.lists
import domain.recording.passport.ixml
import domain.tag_texts
from domain.raw_text import RawText
from domain.recording.containers import Container
from domain.recording.feeding import Feeder
from domain.recording.format import SampleEncoding
from domain.recording.format_chunk import read_format
from domain.recording.limits import WavLimits
from domain.recording.parser import CHUNKS_AT_ONCE, MAX_CHUNKS
from domain.recording.passport.entries import (
    CHARACTERS_AT_ONCE,
    ENTRY_BYTES,
    MAX_PASSPORT_BYTES,
    MAX_PIECES,
    TEXT_CHARACTERS,
)
from domain.recording.passport.ixml import PIECE_LENGTH
from domain.recording.reader import WavReader
from domain.recording.samples import SampleStream
from domain.recording.texts import MAX_CHUNK_BYTES, MAX_TEXTS, TagReader
from domain.tag_texts import MAX_COMMENT_LENGTH, MAX_TEXT_LENGTH
from domain.tags import MAX_ATTEMPTS, Tags
from tests.contract.memory import held_at_most
from tests.costly_texts import COSTLY_CHUNKS, every_chunk
from tests.wavs import IMA_ADPCM, MS_ADPCM, fmt_body, wav

SOUND = bytes(1000)
KINDS = 4
"""Of texts: `id3 `, `INFO`, `bext` and the rest of the passport, each with fields of its own."""
TEXTS_OF_A_PASSPORT = MAX_PASSPORT_BYTES // (ENTRY_BYTES + 1)
TEXTS_AT_ONCE = CHARACTERS_AT_ONCE // TEXT_CHARACTERS
"""That are cleaned in one step, of a passport."""
PIECES = MAX_TEXTS + MAX_PIECES
"""Of lists, tags, elements and points that are looked at in a file, however many chunks there are of them."""
MOST_PIECES = MAX_CHUNK_BYTES // PIECE_LENGTH + 2
"""Of a chunk that is not read in one step."""
FIELDS = len(Tags().texts())
DATE_FRAMES = 4
"""Of which a date in ID3v2 is put together."""
HEADS_OF_A_CHUNK = 4
"""Its own, and those that are looked at to find out whether there is a pad byte."""
PUSHES = (1 << 18, 4096)
MOST_PUSHED = 1 << 16


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts what costs time: characters that are cleaned, texts that are decoded, heads and chunks that are read."""
    counted: Counter[str] = Counter()

    def count(where: object, name: str, what: str, size: Callable[..., int] = lambda *_: 1) -> None:
        original = getattr(where, name)

        def counting(*arguments: Any, **words: Any) -> Any:
            counted[what] += size(*arguments)
            return original(*arguments, **words)

        monkeypatch.setattr(where, name, counting)

    count(domain.tag_texts, "writable", "characters", lambda text, *_: len(text))
    count(domain.tag_texts, "spaced", "texts")
    count(RawText, "decoded", "decoded")
    count(Container, "chunk_head", "heads")
    count(TagReader, "read", "chunks of texts")
    count(Feeder, "_resume", "wants")
    count(domain.recording.lists, "_next_chunk", "pieces")
    count(domain.recording.id3, "_prefix_bytes", "pieces")
    count(domain.recording.passport.ixml._Tree, "start", "pieces")
    return counted


def steps(file: bytes, push: int) -> Iterator[None]:
    """Reads the file; yields after each step."""
    reader = WavReader()
    for start in range(0, len(file), push):
        yield from reader.push_in_steps(file[start : start + push])
        yield
    yield from reader.finish_in_steps()
    yield
    assert reader.samples


@pytest.mark.parametrize("push", PUSHES)
@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("form", COSTLY_CHUNKS)
def test_c10_one_step_reads_one_text_or_some_chunks(work: Counter[str], form: str, place: str, push: int) -> None:
    words: dict[str, Any] = {place: COSTLY_CHUNKS[form]()}

    for _ in steps(wav(SOUND, **words), push):
        assert work["characters"] <= MAX_COMMENT_LENGTH + CHARACTERS_AT_ONCE
        assert work["texts"] <= TEXTS_AT_ONCE
        assert work["decoded"] <= max(TEXTS_AT_ONCE, 1 + DATE_FRAMES)
        assert work["pieces"] <= max(MAX_TEXTS, PIECE_LENGTH // 4)
        assert work["chunks of texts"] <= 1
        assert work["heads"] <= HEADS_OF_A_CHUNK * CHUNKS_AT_ONCE
        assert work["wants"] <= 2 * HEADS_OF_A_CHUNK * CHUNKS_AT_ONCE
        work.clear()


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("form", COSTLY_CHUNKS)
def test_c11_texts_that_say_nothing_are_tried_a_few_times(work: Counter[str], form: str, place: str) -> None:
    words: dict[str, Any] = {place: COSTLY_CHUNKS[form]()}

    rests = sum(1 for _ in steps(wav(SOUND, **words), 1 << 22))

    assert work["texts"] <= KINDS * FIELDS * MAX_ATTEMPTS + TEXTS_OF_A_PASSPORT
    most_characters = MAX_ATTEMPTS * ((FIELDS - 1) * MAX_TEXT_LENGTH + MAX_COMMENT_LENGTH)
    assert work["characters"] <= most_characters + MAX_PASSPORT_BYTES
    assert work["heads"] <= HEADS_OF_A_CHUNK * MAX_CHUNKS
    assert work["pieces"] <= PIECES
    assert rests <= work["texts"] + work["chunks of texts"] * MOST_PIECES + MAX_CHUNKS // CHUNKS_AT_ONCE + FIELDS


@pytest.mark.parametrize(
    "form",
    [
        "UTF-16",
        "a code page behind all",
        "cart",
        "iXML",
        "iXML, long",
        "iXML, attributes",
        "GUANO, long",
        "labels",
        "regions",
    ],
)
def test_what_chunks_say_takes_little_memory(form: str) -> None:
    file = wav(SOUND, before=COSTLY_CHUNKS[form]())

    with held_at_most(320 << 10):
        for _ in steps(file, 4096):
            pass


@pytest.mark.parametrize("where", ["before", "after"])
def test_c17_chunks_of_every_kind_take_700_kib_and_no_more(where: str) -> None:
    chunks: dict[str, Any] = {where: every_chunk()}
    file = wav(SOUND, **chunks)

    with held_at_most((700 << 10) + MOST_PUSHED):
        for _ in steps(file, MOST_PUSHED):
            pass


@pytest.mark.parametrize("tail", [b"junk\0\0\0\0", b"LIST\4\0\0\0INFO", b"LIST\4\0\0\0adtl", b"data\0\0\0\0"])
def test_c12_of_a_file_no_more_than_a_thousand_chunks_are_read(work: Counter[str], tail: bytes) -> None:
    file = wav(SOUND, before=[(b"junk", b"")] * 500) + tail * 20_000

    for _ in steps(file, 1 << 16):
        pass

    assert work["heads"] <= HEADS_OF_A_CHUNK * MAX_CHUNKS


def test_c12_a_megabyte_of_zeros_before_the_data_is_passed_in_few_steps(work: Counter[str]) -> None:
    file = wav(SOUND)
    at = file.index(b"data")

    for _ in steps(file[:at] + bytes(1 << 20) + file[at:], 1 << 16):
        pass

    assert work["heads"] <= HEADS_OF_A_CHUNK * (1 << 20) // 4096


class CountingBytes(bytes):
    """Counts the slices that are taken of it."""

    slices = 0

    def __getitem__(self, key: Any) -> Any:
        self.slices += 1
        return super().__getitem__(key)


@pytest.mark.parametrize(
    ("tag", "block", "channels", "most"),
    [
        (IMA_ADPCM, 9, 1, 12),
        (IMA_ADPCM, 17, 2, 24),
        (IMA_ADPCM, 65_535, 1, 8),
        (MS_ADPCM, 7, 1, 4),
        (MS_ADPCM, 14, 2, 4),
    ],
)
def test_c13_blocks_of_a_codec_are_mended_all_at_once(tag: int, block: int, channels: int, most: int) -> None:
    source = read_format(
        fmt_body(tag, channels, bits=4, block_align=block, extra=bytes(34)), big_endian=False, limits=WavLimits()
    )
    data = CountingBytes(b"\xff" * (block * (4 if block > 1000 else 10_000)))

    handed_out = SampleStream(source, big_endian=False).push(data)

    assert data.slices <= most
    assert len(handed_out) == len(data) // block * source.format.block_bytes


@pytest.mark.parametrize(("block", "kept"), [(9, 8), (11, 8), (255, 252), (1027, 1024)])
@pytest.mark.parametrize("blocks", [1, 3, 200, 2000])
def test_of_every_block_its_groups_are_kept(block: int, kept: int, blocks: int) -> None:
    source = read_format(fmt_body(IMA_ADPCM, bits=4, block_align=block), big_endian=False, limits=WavLimits())
    assert source.format.encoding is SampleEncoding.IMA_ADPCM
    data = b"".join(bytes([1, 2, 3, 0]) + bytes([number % 251 + 4] * (block - 4)) for number in range(blocks))

    stream = SampleStream(source, big_endian=False)
    handed_out = stream.push(data + data[:6]) + stream.finish()[0]

    expected = b"".join(data[start : start + kept] for start in range(0, len(data), block))
    assert handed_out.startswith(expected)
    assert len(handed_out) == len(expected) + 4
