"""The containers a WAV comes in, and the heads of their chunks.

Sources: *Multimedia Programming Interface and Data Specifications 1.0* (IBM and Microsoft, 1991), chapter 2 for RIFF
and RIFX; EBU Tech 3306 for RF64 and its `ds64` chunk; ITU-R BS.2088 for BW64; Sony's *Wave64* specification for W64,
in which names are GUIDs, sizes have 64 bits and count the head, and chunks are aligned to 8 bytes.
"""

import struct
from dataclasses import dataclass

from domain.errors import NotAWav
from domain.recording.other_formats import describe

HEAD_BYTES = 12
WIDE_HEAD_BYTES = 40
MAX_LEADING_TAG_BYTES = 16 << 20
"""Of an ID3v2 tag before the container; pictures are the largest things in them."""
_ID3_HEAD_BYTES = 10
_ID3_FOOTER = 0x10
MAGICS = (b"RIFF", b"RIFX", b"RF64", b"BW64")
_WIDE_MAGIC = b"riff"
_ALL_ONES = 0xFFFFFFFF
_SIGN_64 = 1 << 63
_WIDE_LIST_TAIL = bytes.fromhex("2f91cf11a5d628db04c10000")
_WIDE_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")
WIDE_RIFF = b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000")
WIDE_WAVE = b"wave" + _WIDE_TAIL
"""With which Sony Wave64 begins, and which stands behind its size."""
KNOWN_CHUNKS = frozenset(
    b"fmt |data|fact|LIST|list|bext|iXML|id3 |ID3 |JUNK|junk|PAD |FLLR|cue |smpl|inst|plst|PEAK|cart|axml|chna|ds64|"
    b"_PMX|wavl|slnt|DISP|acid|levl|afsp|MD5 |minf|elm1|regn|umid|strc|clm |Cr8r|LGWV|summ|mark|"
    b"guan|wamd|CSET|C2PA|ovwf|r64m".split(b"|")
)
MAX_LOOSE_CHUNK_BYTES = 1 << 20
"""Of a chunk behind the data, where the container does not say how far it goes: larger ones are taken for samples."""


@dataclass(frozen=True, slots=True)
class ChunkHead:
    """A chunk's name (b"" for a GUID nobody knows) and the size it claims for its body in bytes; None: unknown."""

    name: bytes
    size: int | None


@dataclass(frozen=True, slots=True)
class Container:
    """Which container it is, and where it claims to end: counted from its start, None if it claims nothing."""

    magic: bytes
    claimed_end: int | None

    @property
    def big_endian(self) -> bool:
        return self.magic == b"RIFX"

    @property
    def wide(self) -> bool:
        """Whether it is Sony Wave64."""
        return self.magic == _WIDE_MAGIC

    @property
    def has_ds64(self) -> bool:
        """Whether the true sizes are in a `ds64` chunk."""
        return self.magic in (b"RF64", b"BW64")

    @property
    def chunk_head_bytes(self) -> int:
        return 24 if self.magic == _WIDE_MAGIC else 8

    @property
    def alignment(self) -> int:
        """Of chunks, in bytes."""
        return 8 if self.magic == _WIDE_MAGIC else 2

    def padding(self, size: int) -> int:
        """How many bytes bring a body of this size to the next chunk."""
        return -size % (8 if self.magic == _WIDE_MAGIC else 2)

    def chunk_head(self, head: bytes) -> ChunkHead:
        """Read a chunk's head of `chunk_head_bytes` bytes."""
        if self.wide:
            return _wide_chunk_head(head)
        size = int.from_bytes(head[4:8], "big" if self.magic == b"RIFX" else "little")
        return ChunkHead(head[:4], None if size == _ALL_ONES else size)

    def knows(self, ahead: bytes) -> bool:
        """Whether the head of a chunk is there, and its name is known."""
        if ahead[:4] not in KNOWN_CHUNKS or len(ahead) < self.chunk_head_bytes:
            return False
        return not self.wide or bool(_wide_chunk_head(ahead[:24]).name)


def _wide_chunk_head(head: bytes) -> ChunkHead:
    name, tail, (size,) = head[:4], head[4:16], struct.unpack("<Q", head[16:24])
    known = tail == (_WIDE_LIST_TAIL if name == b"list" else _WIDE_TAIL)
    return ChunkHead(name if known else b"", size - 24 if 24 <= size < _SIGN_64 else None)


def starts_wide(head: bytes) -> bool:
    """Whether these first `HEAD_BYTES` bytes are those of Sony Wave64, whose head has `WIDE_HEAD_BYTES`."""
    return head == WIDE_RIFF[:HEAD_BYTES]


def leading_id3_bytes(head: bytes) -> int:
    """The size of an ID3v2 tag that stands before the container, or 0 (ID3v2.4.0 main structure, section 3.1)."""
    if head[:3] != b"ID3" or len(head) < _ID3_HEAD_BYTES or max(head[6:10]) > 127:
        return 0
    body = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    footer = _ID3_HEAD_BYTES if head[5] & _ID3_FOOTER else 0
    size = _ID3_HEAD_BYTES + body + footer
    return size if size <= MAX_LEADING_TAG_BYTES else 0


def starts_container(head: bytes) -> bool:
    """Whether these first bytes, `HEAD_BYTES` or more, are those of any container that may hold a WAV."""
    return starts_wide(head[:HEAD_BYTES]) or (head[:4] in MAGICS and head[8:12] == b"WAVE")


def read_container(head: bytes) -> Container:
    """The container that starts with this head: of what is none, the more is given, the better it can be told.

    Raises `NotAWav`.
    """
    if not starts_container(head):
        raise NotAWav(describe(head))
    if starts_wide(head[:HEAD_BYTES]):
        return _read_wide_container(head)
    magic = head[:4]
    (size,) = struct.unpack(">I" if magic == b"RIFX" else "<I", head[4:8])
    return Container(magic, None if size in (0, _ALL_ONES) else size + 8)


def _read_wide_container(head: bytes) -> Container:
    if head[:16] != WIDE_RIFF or head[24:40] != WIDE_WAVE:
        raise NotAWav("it begins like Sony Wave64 but is none; convert it to WAV first")
    (size,) = struct.unpack("<Q", head[16:24])
    return Container(_WIDE_MAGIC, size if 0 < size < _SIGN_64 else None)


@dataclass(frozen=True, slots=True)
class Sizes64:
    """The 64-bit sizes of a `ds64` chunk, in bytes; None where the chunk says nothing that can be true."""

    riff: int | None = None
    data: int | None = None

    @classmethod
    def read(cls, body: bytes) -> "Sizes64":
        """From the chunk's body (EBU Tech 3306, chapter 3): negative sizes say nothing, nor does a container's of 0."""
        if len(body) < 16:
            return cls()
        riff, data = struct.unpack("<QQ", body[:16])
        return cls(riff if 0 < riff < _SIGN_64 else None, data if data < _SIGN_64 else None)
