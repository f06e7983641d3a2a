"""A WAV taken apart into its chunks, and put together again, whatever each of them claims."""

import struct
from dataclasses import dataclass, replace

from tests.wavs import UNKNOWN_SIZE, W64_TAIL, W64_TAILS

_WIDE = b"riff"
_WIDE_NAME_BYTES, _WIDE_HEAD_BYTES = 16, 24
MAGICS = (b"RIFF", b"RIFX", b"RF64", b"BW64", _WIDE)
NARROW_MAGICS = MAGICS[:-1]


@dataclass(frozen=True, slots=True)
class Piece:
    """One chunk. A name has four bytes, or the 16 of a GUID."""

    name: bytes
    body: bytes
    claimed: int | None = None
    """The word of its size, as it stands there; None: the right one."""
    pad: bytes | None = None
    """What stands between it and the next; None: what is right."""


@dataclass(frozen=True, slots=True)
class Structure:
    """A whole file."""

    magic: bytes
    """Four bytes, those of `tests.wavs.Container`."""
    pieces: tuple[Piece, ...]
    before: bytes = b""
    form: bytes = b"WAVE"
    """What kind of container it is: four bytes, or 16."""
    claimed: int | None = None
    """The word of its size; None: the right one."""
    behind: bytes = b""

    @property
    def wide(self) -> bool:
        """Whether it is Sony Wave64: sizes of 64 bits, which count heads, and GUIDs for names."""
        return self.magic == _WIDE

    @property
    def order(self) -> str:
        """Of bytes, as `struct` writes it."""
        return ">" if self.magic == b"RIFX" else "<"

    def number(self, name: bytes) -> int | None:
        """Of the first chunk of this name of four bytes, counted from 0."""
        return next((at for at, piece in enumerate(self.pieces) if piece.name[:4] == name), None)

    def with_piece(self, at: int, piece: Piece) -> "Structure":
        """Another chunk in place of one."""
        return replace(self, pieces=(*self.pieces[:at], piece, *self.pieces[at + 1 :]))

    def inserted(self, at: int, *pieces: Piece) -> "Structure":
        """With further chunks before the one at this place."""
        return replace(self, pieces=(*self.pieces[:at], *pieces, *self.pieces[at:]))

    def assembled(self) -> bytes:
        """The bytes of the file."""
        chunks = b"".join(self._chunk(piece) for piece in self.pieces)
        if self.wide:
            size = 40 + len(chunks) if self.claimed is None else self.claimed
            head = wide_name(self.magic) + struct.pack("<Q", size % 2**64) + wide_name(self.form)
        else:
            size = 4 + len(chunks) if self.claimed is None else self.claimed
            head = self.magic + struct.pack(f"{self.order}I", size % 2**32) + self.form[:4]
        return self.before + head + chunks + self.behind

    def _chunk(self, piece: Piece) -> bytes:
        pad = bytes(-len(piece.body) % (8 if self.wide else 2)) if piece.pad is None else piece.pad
        if self.wide:
            size = _WIDE_HEAD_BYTES + len(piece.body) if piece.claimed is None else piece.claimed
            return wide_name(piece.name) + struct.pack("<Q", size % 2**64) + piece.body + pad
        size = len(piece.body) if piece.claimed is None else piece.claimed
        return piece.name[:4] + struct.pack(f"{self.order}I", size % 2**32) + piece.body + pad


def wide_name(name: bytes) -> bytes:
    """The GUID of a name of four bytes; a GUID stays as it is."""
    return name if len(name) == _WIDE_NAME_BYTES else name + bytes.fromhex(W64_TAILS.get(name, W64_TAIL.hex()))


def taken_apart(file: bytes) -> Structure | None:
    """The chunks of a file, its first ones where several are joined; None where it begins as no WAV does.

    What is behind the last chunk that has a name of letters and digits is `behind`. Put together again, it is the same.
    """
    start = max(0, file.find(b"RIFF")) if file[:3] == b"ID3" else 0
    magic = file[start : start + 4]
    wide = file[start : start + 16] == wide_name(_WIDE)
    head = 40 if wide else 12
    if not (wide or magic in NARROW_MAGICS) or len(file) < start + head:
        return None
    found = Structure(magic, (), file[:start], file[start + 24 : start + 40] if wide else file[start + 8 : start + 12])
    size = file[start + 16 : start + 24] if wide else file[start + 4 : start + 8]
    return _with_chunks(replace(found, claimed=_word(size, found.order)), file, start + head)


def _with_chunks(found: Structure, file: bytes, at: int) -> Structure:
    name_bytes, head_bytes, alignment = (16, _WIDE_HEAD_BYTES, 8) if found.wide else (4, 8, 2)
    pieces: list[Piece] = []
    while len(file) >= at + head_bytes and file[at : at + 4].replace(b" ", b"").isalnum():
        claimed = _word(file[at + name_bytes : at + head_bytes], found.order)
        end = min(len(file), at + head_bytes + _size(claimed, found, pieces))
        body = file[at + head_bytes : end]
        pad = file[end : end + -len(body) % alignment]
        pieces.append(Piece(file[at : at + name_bytes], body, claimed, pad))
        at = end + len(pad)
    return replace(found, pieces=tuple(pieces), behind=file[at:])


def _size(claimed: int, found: Structure, pieces: list[Piece]) -> int:
    """Of the body of the next chunk."""
    if found.wide:
        return max(0, claimed - _WIDE_HEAD_BYTES)
    if claimed == UNKNOWN_SIZE and found.magic in (b"RF64", b"BW64"):
        return next((_word(piece.body[8:16], "<") for piece in pieces if piece.name == b"ds64"), claimed)
    return claimed


def _word(data: bytes, order: str) -> int:
    return int.from_bytes(data, "big" if order == ">" else "little")


def honest(structure: Structure) -> Structure:
    """The same chunks, with right sizes."""
    return replace(
        structure,
        claimed=None,
        pieces=tuple(replace(piece, claimed=None, pad=None) for piece in structure.pieces),
    )
