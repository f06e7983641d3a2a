"""Sizes that are placeholders, miscounted, or not kept up to date: what is there is taken, and told by its name."""

import random
import struct
from typing import Any

import numpy as np
import pytest

from domain.recording import data as data_module
from domain.recording.repairs import Mended, Repair
from domain.tags import Tags
from tests.unit.recording.reading import read
from tests.wavs import A_LAW, FLOAT, IMA_ADPCM, MU_LAW, a_law, floats, ima_adpcm_blocks, mu_law, pcm, tone, wav

HEAD = 44
DATA = pcm(tone(8000))
SIZE = len(DATA)
TITLE = (b"LIST", b"INFOINAM\x05\0\0\0title\0")
PLACEHOLDERS = {
    "SoX, mpv, MPlayer, eSpeak NG": 0x7FFFF000,
    "INT32_MAX": 0x7FFFFFFF,
    "INT32_MAX in whole blocks of 6": 0x7FFFFFFF // 6 * 6,
    "INT32_MAX without a head": 0x7FFFFFFF - 44,
    "INT32_MAX less 100": 0x7FFFFF9B,
    "sndio": 0x7FFF0000,
    "0x80000000": 0x80000000,
    "UINT32_MAX less 100": 0xFFFFFF9B,
    "UINT32_MAX without a head": 0xFFFFFFFF - 36,
    "UINT32_MAX in whole blocks of 4": 0xFFFFFFFC,
    "one thousand million frames of two bytes": 2_000_000_000,
    "four thousand million": 4_000_000_000,
    "0x7f000000": 0x7F000000,
    "0xf0000000": 0xF0000000,
    "a hundred million": 100_000_000,
    "1 GiB": 0x40000000,
}


def little(size: int) -> int:
    """As it is written into 32 bits."""
    return size % 2**32


@pytest.mark.parametrize("claim", PLACEHOLDERS.values(), ids=PLACEHOLDERS)
@pytest.mark.parametrize("more", [36, 0, -8])
def test_a_placeholder_is_an_unknown_length_and_nothing_else(claim: int, more: int) -> None:
    found = read(wav(DATA, data_size=claim, riff_size=little(claim + more)))

    assert (found.data, found.repairs) == (DATA, (Repair.UNKNOWN_LENGTH,))


def test_what_a_crash_leaves_of_a_recording_of_apples_is_of_unknown_length_and_nothing_else() -> None:
    # AVAudioFile: the data begins at 4096, and until it is closed the container claims as much
    file = wav(DATA, before=[(b"JUNK", bytes(4096 - HEAD - 8))], data_size=0, riff_size=4088)

    assert (read(file).data, read(file).repairs) == (DATA, (Repair.UNKNOWN_LENGTH,))


@pytest.mark.parametrize(("riff", "claim"), [(36, 0), (35, 0xFFFFFFFF), (0, 0), (0xFFFFFFFF, 0xFFFFFFFF)])
def test_a_head_that_was_never_filled_in_is_an_unknown_length_and_nothing_else(riff: int, claim: int) -> None:
    assert read(wav(DATA, data_size=claim, riff_size=riff)).repairs == (Repair.UNKNOWN_LENGTH,)


@pytest.mark.parametrize("claim", [0, 0xFFFFFFFF, 0x7FFFF000])
@pytest.mark.parametrize(
    "after", [[TITLE], [TITLE, (b"id3 ", bytes(20))], [(b"LIST", b"adtllabl\x05\0\0\0\x01\0\0\0a\0")]]
)
@pytest.mark.parametrize("size", [1, 100, 1 << 20])
def test_texts_behind_sound_of_unknown_length_are_no_sound(
    claim: int, after: list[tuple[bytes, bytes]], size: int
) -> None:
    found = read(wav(DATA[:400], data_size=claim, riff_size=0xFFFFFFFF, after=after), push=size)

    assert (found.data, found.repairs) == (DATA[:400], (Repair.UNKNOWN_LENGTH,))
    assert found.tags.title == ("title" if TITLE in after else "")


@pytest.mark.parametrize("spelled", [b"LIST", b"LIST\xff\xff\xff\x7fINFOINAM", b"LIST1234adtl", b"LIST\0\0\0\0INF"])
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_samples_that_spell_texts_are_samples(spelled: bytes, size: int) -> None:
    sound = DATA[:400] + spelled * 3 + DATA[:100]

    found = read(wav(sound, data_size=0xFFFFFFFF, pad=False), push=size)

    assert found.data == sound[: len(sound) // 2 * 2]


def test_wave64_from_a_pipe_is_of_unknown_length_and_nothing_else() -> None:
    # ffmpeg writes both so before it knows the length, and cannot go back in a pipe
    file = wav(DATA, magic=b"riff", riff_size=2**64 - 1, data_size=2**63 - 1 - 24)

    found = read(file)

    assert (found.data, found.repairs) == (DATA, (Repair.UNKNOWN_LENGTH,))


@pytest.mark.parametrize("claim", [SIZE + 2, SIZE + 100, 3 * SIZE, 10 * SIZE, 1_234_567_890, 0x12345678])
def test_what_is_likely_to_be_missing_is_told_as_such(claim: int) -> None:
    found = read(wav(DATA, data_size=claim, riff_size=claim + 36))

    assert (found.data, found.repairs) == (DATA, (Repair.TRUNCATED,))


MISCOUNTS = [*(SIZE + slip for slip in (8, 12, 16, 20, 24, 28, 36, 44)), 2 * SIZE, 8 * SIZE]


@pytest.mark.parametrize("claim", MISCOUNTS)
@pytest.mark.parametrize("magic", [b"RIFF", b"RIFX"])
def test_a_miscounted_size_is_told_as_wrong(claim: int, magic: bytes) -> None:
    data = pcm(tone(8000), big_endian=magic == b"RIFX")

    found = read(wav(data, magic=magic, data_size=claim, riff_size=claim + 36))

    assert (found.data, found.repairs) == (DATA, (Repair.WRONG_DATA_SIZE,))


def test_the_size_of_a_file_with_a_long_head_is_told_as_wrong() -> None:
    before = [(b"JUNK", bytes(100)), TITLE]
    whole = len(wav(DATA, before=before))

    found = read(wav(DATA, before=before, data_size=whole, riff_size=whole - 8))

    assert (found.data, found.repairs) == (DATA, (Repair.WRONG_DATA_SIZE,))


@pytest.mark.parametrize("claim", MISCOUNTS)
def test_chunks_behind_miscounted_sound_are_no_sound(claim: int) -> None:
    found = read(wav(DATA, data_size=claim, after=[TITLE, (b"smpl", bytes(range(60)))]))

    assert (found.data, found.repairs, found.tags) == (DATA, (Repair.WRONG_DATA_SIZE,), Tags(title="title"))


def test_a_container_that_ends_where_the_file_does_contradicts_its_data() -> None:
    found = read(wav(DATA, data_size=SIZE + 1000))

    assert (found.data, found.repairs) == (DATA, (Repair.WRONG_DATA_SIZE,))


FORMATS: dict[str, tuple[bytes, dict[str, Any]]] = {
    "8 bit": (pcm(tone(16000), 8), {"bits": 8}),
    "16 bit in stereo": (pcm(tone(8000, 2)), {"channels": 2}),
    "16 bit, big-endian": (pcm(tone(8000), big_endian=True), {"magic": b"RIFX"}),
    "24 bit": (pcm(tone(4000), 24), {"bits": 24}),
    "32 bit": (pcm(tone(4000), 32), {"bits": 32}),
    "float": (floats(tone(4000)), {"bits": 32, "tag": FLOAT}),
    "A-law": (a_law(tone(16000)), {"bits": 8, "tag": A_LAW}),
    "µ-law": (mu_law(tone(16000)), {"bits": 8, "tag": MU_LAW}),
    "IMA ADPCM": (ima_adpcm_blocks(40), {"bits": 4, "tag": IMA_ADPCM, "block_align": 256}),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("updated", [True, False])
def test_a_recording_that_grew_is_taken_whole_whichever_size_was_updated(name: str, updated: bool) -> None:
    sound, words = FORMATS[name]
    whole = read(wav(sound, **words))
    half = len(sound) // 2 // 768 * 768
    claimed = len(wav(sound if updated else sound[:half], **words)) - 8

    found = read(wav(sound, data_size=half, riff_size=claimed, **words))

    also = () if updated else (Repair.WRONG_RIFF_SIZE,)
    assert (found.data, found.samples) == (whole.data, whole.samples)
    assert found.repairs == (Repair.WRONG_DATA_SIZE, *also)


@pytest.mark.parametrize("claim", [1, 7, SIZE // 2 - 1, SIZE // 2 + 1])
def test_a_recording_that_grew_is_taken_whole_wherever_its_size_ended(claim: int) -> None:
    found = read(wav(DATA, data_size=claim))

    assert (found.data, found.repairs) == (DATA, (Repair.WRONG_DATA_SIZE,))


def test_a_size_in_samples_rather_than_bytes_is_wrong() -> None:
    found = read(wav(DATA, data_size=SIZE // 2))

    assert (found.data, found.repairs) == (DATA, (Repair.WRONG_DATA_SIZE,))


@pytest.mark.parametrize("riff", [36 + 1000, 0xFFFFFFFF])
def test_behind_a_recording_that_grew_its_texts_are_read(riff: int) -> None:
    found = read(wav(DATA, data_size=1000, riff_size=riff, after=[TITLE]))

    assert (found.data, found.tags) == (DATA, Tags(title="title"))


def test_behind_a_recording_that_grew_its_chunks_are_read() -> None:
    file = wav(DATA, data_size=1000, riff_size=36 + SIZE) + wav(b"", after=[TITLE])[HEAD:]

    found = read(file)

    assert (found.data, found.tags) == (DATA, Tags(title="title"))
    assert Repair.WRONG_DATA_SIZE in found.repairs


@pytest.mark.parametrize(
    "rest",
    [
        bytes(9000),
        b"\xff" * 9000,
        random.Random(1).randbytes(9000),
        b"<xml>words that a program left behind</xml>\r\n" * 200,
        DATA[:100],
    ],
    ids=["zeros", "ones", "noise", "text", "little"],
)
@pytest.mark.parametrize("name", ["16 bit in stereo", "8 bit", "24 bit", "float", "A-law", "IMA ADPCM"])
def test_what_is_not_like_sound_is_counted_and_left_out(name: str, rest: bytes) -> None:
    sound, words = FORMATS[name]

    found = read(wav(sound, trailing=rest, **words))

    assert (found.data, found.repairs, found.trailing_bytes) == (sound, (Repair.TRAILING_BYTES,), len(rest))


@pytest.mark.parametrize("name", [b"XyZ1", b"\0\xff\0\xff", b"zzzz"])
def test_a_chunk_that_ends_where_the_container_does_is_none_of_the_sound(name: bytes) -> None:
    found = read(wav(DATA, after=[(name, bytes(range(200)) * 20)]))

    assert found.data == DATA
    assert Repair.WRONG_DATA_SIZE not in found.repairs


def test_zeros_between_the_sound_and_a_chunk_are_counted_and_left_out() -> None:
    file = wav(DATA, trailing=bytes(500)) + wav(b"", after=[TITLE])[HEAD:]

    found = read(file)

    assert (found.data, found.trailing_bytes, found.tags) == (DATA, 500, Tags(title="title"))


@pytest.fixture
def small_words(monkeypatch: pytest.MonkeyPatch) -> int:
    """As if sizes had 12 bits, so that files need not have 4 GiB for theirs to wrap."""
    monkeypatch.setattr(data_module, "_FOUR_GIB", 1 << 12)
    monkeypatch.setattr(data_module, "_UNCERTAIN_BYTES", 100)
    return 1 << 12


@pytest.mark.parametrize("known", ["exactly", "nearly"])
def test_a_size_that_wrapped_is_proven_by_the_length_that_is_certain_to_come(small_words: int, known: str) -> None:
    noise = np.random.default_rng(1).bytes(3 * small_words + 1000)
    file = wav(noise, data_size=len(noise) % small_words, riff_size=(len(noise) + 58) % small_words, after=[TITLE])

    found = read(file, certain_bytes=len(file) if known == "exactly" else len(file) - 100)

    assert (found.data, found.tags) == (noise, Tags(title="title"))
    assert found.repairs[0] is Repair.WRONG_DATA_SIZE


def test_a_long_file_is_no_proof_against_what_it_holds(small_words: int) -> None:
    part = wav(DATA[: small_words - HEAD])

    found = read(part * 5, certain_bytes=5 * len(part))

    assert (found.data, found.repairs) == (DATA[: small_words - HEAD] * 5, (Repair.JOINED,))


@pytest.mark.parametrize("claim", [0x7FFFFFFF, 2 * SIZE, 4_000_000])
def test_the_reader_takes_as_much_however_the_file_comes(claim: int) -> None:
    file = wav(DATA, data_size=claim)

    assert {read(file, push=size).data for size in (1, 7, 4096, 1 << 20)} == {DATA}


@pytest.mark.parametrize(
    ("mended", "text"),
    [
        (Mended(Repair.TRUNCATED), "truncated"),
        (Mended(Repair.TRAILING_BYTES), "trailing-bytes"),
        (Mended(Repair.TRAILING_BYTES, 9000), "trailing-bytes;bytes=9000"),
    ],
)
def test_a_repair_is_a_token_with_a_parameter_and_is_read_back(mended: Mended, text: str) -> None:
    assert str(mended) == text
    assert Mended.parse(text) == mended


@pytest.mark.parametrize(
    "text", ["", "mended", "trailing-bytes;bytes=", "trailing-bytes; bytes=1", "truncated, joined"]
)
def test_another_text_is_no_repair(text: str) -> None:
    with pytest.raises(ValueError, match=r"repair|Repair"):
        Mended.parse(text)


TEXTS_BEHIND = {
    "bext": (b"bext", b"A door".ljust(256, b"\0") + bytes(346)),
    "cue": (b"cue ", struct.pack("<III4sIII", 1, 7, 5, b"data", 0, 0, 5)),
    "GUANO": (b"guan", b"GUANO|Version: 1.0\nMake: Any\n"),
    "iXML": (b"iXML", b"<BWFXML><NOTE>rain</NOTE></BWFXML>"),
    "iXML behind NULs": (b"iXML", b"\0\0<BWFXML><NOTE>rain</NOTE></BWFXML>"),
    "iXML with a declaration": (b"iXML", b'<?xml version="1.0"?><BWFXML><NOTE>rain</NOTE></BWFXML>'),
    "ID3": (b"id3 ", b"ID3\3\0\0\0\0\0\x10TIT2\0\0\0\6\0\0\0title"),
    "adtl": (b"LIST", b"adtllabl\x0a\0\0\0\7\0\0\0here\0\0"),
}


@pytest.mark.parametrize("claim", [0, 0xFFFFFFFF, 0x7FFFF000, "half"])
@pytest.mark.parametrize("name", TEXTS_BEHIND)
def test_texts_behind_sound_whose_size_is_unknown_or_grew_are_no_sound(name: str, claim: int | str) -> None:
    sound, chunk = pcm(tone(3000)), TEXTS_BEHIND[name]
    size = len(sound) // 2 if claim == "half" else int(claim)
    file = wav(sound, after=[chunk], data_size=size, riff_size=None if claim == "half" else 0xFFFFFFFF)

    for push_size in (1 << 16, 101):
        found = read(file, push=push_size)
        assert found.data == sound
        assert found.repairs == (Repair.WRONG_DATA_SIZE if claim == "half" else Repair.UNKNOWN_LENGTH,)


@pytest.mark.parametrize("name", TEXTS_BEHIND)
def test_samples_that_spell_a_name_alone_are_samples(name: str) -> None:
    sound = pcm(tone(3000)) + TEXTS_BEHIND[name][0] + bytes(40) + pcm(tone(3000))

    assert read(wav(sound, data_size=0xFFFFFFFF)).data == sound
