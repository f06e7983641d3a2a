"""The recordings that mutants are made of: those of the tests, and what a folder holds."""

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from tests import codecs, recorders
from tests.fuzz.structure import MAGICS, Structure, taken_apart
from tests.passports import adtl, bext, cart, cset, cue, note, region
from tests.texts import frame, id3, info
from tests.wavs import Chunk, floats, pcm, tone, wav

MAX_DATA_BYTES = 20 << 10
"""Of a chunk so much is kept: of what is behind it the reader finds all the same."""


def originals(folders: Iterable[Path] = ()) -> Mapping[str, bytes]:
    """Files by their names, none of them much longer than `MAX_DATA_BYTES`."""
    files = {**dict(_made()), **dict(_found(folders))}
    return {name: shortened(file) for name, file in files.items()}


def _made() -> Iterator[tuple[str, bytes]]:
    for name, (file, _) in recorders.RECORDINGS.items():
        yield name, file
    for name, recording in codecs.RECORDINGS.items():
        yield name, recording.file(fact=recording.samples)
    for magic in MAGICS:
        yield f"all that is written about a recording, {magic.decode()}", _all_told(magic)
        sound = floats(tone(800, 2), big_endian=magic == b"RIFX")
        extensible = magic != b"RIFX"
        yield f"floats, {magic.decode()}", wav(sound, magic=magic, tag=3, bits=32, channels=2, extensible=extensible)


def _found(folders: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix.lower() in (".wav", ".w64", ".rf64"):
                yield path.name, path.read_bytes()


def _all_told(magic: bytes) -> bytes:
    """A recording with a chunk of each kind that is read."""
    big_endian = magic == b"RIFX"
    texts = info((b"INAM", b"Talk"), (b"IART", b"Ann"), (b"ICMT", "Ж, ы".encode("cp1251")), big_endian=big_endian)
    tag = id3(4, frame(4, b"TIT2", b"\3Talk"), frame(4, b"TDRC", b"\x032026-01-02"), frame(4, b"COMM", b"\3eng\0A"))
    lists = b"list" if magic == b"riff" else b"LIST"
    notes = (note(b"labl", 1, b"begin", big_endian=big_endian), region(2, 50, b"part", big_endian=big_endian))
    before: list[Chunk] = [
        (b"fact", (1600).to_bytes(4, "big" if big_endian else "little")),
        cset(1251, big_endian=big_endian),
        (b"bext", bext(b"A talk", b"recorder", b"REF", b"2026-01-02", b"10:11:12", umid=b"u" * 32, history=b"A=PCM")),
        (b"iXML", b"<BWFXML><PROJECT>A</PROJECT><TRACK><NAME>L</NAME></TRACK></BWFXML>"),
        (b"guan", b"GUANO|Version: 1.0\nMake: A\nNote: a\\nb\n"),
        (lists, texts),
    ]
    after: list[Chunk] = [
        (b"cue ", cue(10, 700, big_endian=big_endian)),
        (lists, adtl(*notes, big_endian=big_endian)[1]),
        (b"smpl", struct.pack(f"{'>' if big_endian else '<'}15I", 0, 0, 125_000, 60, 0, 0, 0, 1, 0, 1, 0, 5, 90, 0, 0)),
        (b"inst", bytes([60, 0, 0, 0, 127, 1, 127])),
        (b"cart", cart(*[b"0101"] * 15, timers=[(b"SEG1", 44)], url=b"about:blank", tag_text=b"<a>\r\n")),
        (b"id3 ", tag),
    ]
    return wav(pcm(tone(1600), big_endian=big_endian), magic=magic, before=before, after=after)


def shortened(file: bytes) -> bytes:
    """With less in its longest chunks, and in what is no chunk; sizes that were right are right again."""
    structure = taken_apart(file)
    if structure is None:
        return file[:MAX_DATA_BYTES]
    right = _is_honest(structure)
    pieces = []
    for piece in structure.pieces:
        cut = len(piece.body) > MAX_DATA_BYTES
        honest = cut and piece.claimed == len(piece.body) + (24 if structure.wide else 0)
        pieces.append(replace(piece, body=piece.body[:MAX_DATA_BYTES], claimed=None if honest else piece.claimed))
    behind = structure.behind[:MAX_DATA_BYTES]
    claimed = None if right else structure.claimed
    return replace(structure, pieces=tuple(pieces), claimed=claimed, behind=behind).assembled()


def _is_honest(structure: Structure) -> bool:
    return not structure.behind and replace(structure, claimed=None).assembled() == structure.assembled()
