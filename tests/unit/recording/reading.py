"""Runs files through the reader."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.code_pages import DEFAULT_CODE_PAGE, CodePage
from domain.passport import Marker, Passport
from domain.recording.budget import Budget
from domain.recording.format import WavFormat
from domain.recording.id3 import read_id3
from domain.recording.limits import WavLimits
from domain.recording.reader import WavReader
from domain.recording.repairs import Repair
from domain.recording.texts import MAX_TEXTS
from domain.tags import TagCollector, Tags
from tests.wav_reading import finish, push


@dataclass(frozen=True)
class Reading:
    """All that the reader said about a file."""

    format: WavFormat
    samples: int
    data: bytes
    data_bytes: int | None
    repairs: tuple[Repair, ...]
    tags: Tags
    passport: Passport
    markers: tuple[Marker, ...]
    trailing_bytes: int | None = None
    """What the repair of that name says."""


def read(
    file: bytes,
    *,
    push: int = 4096,
    limits: WavLimits = WavLimits(),  # noqa: B008 - frozen
    certain_bytes: int = 0,
    page: CodePage = DEFAULT_CODE_PAGE,
) -> Reading:
    """Read a file in pushes of so many bytes."""
    pieces = (file[start : start + push] for start in range(0, len(file), push))
    return read_pieces(pieces, limits, certain_bytes, page)


def read_pieces(
    pieces: Iterable[bytes],
    limits: WavLimits = WavLimits(),  # noqa: B008 - frozen
    certain_bytes: int = 0,
    page: CodePage = DEFAULT_CODE_PAGE,
) -> Reading:
    """Read a file in these pushes."""
    reader = WavReader(limits, certain_bytes, page)
    out = [push(reader, piece) for piece in pieces]
    out.append(finish(reader))
    assert reader.format is not None
    return Reading(
        reader.format,
        reader.samples,
        b"".join(out),
        reader.data_bytes,
        tuple(mended.repair for mended in reader.repairs),
        reader.tags,
        reader.passport,
        reader.markers,
        {mended.repair: mended.bytes for mended in reader.repairs}.get(Repair.TRAILING_BYTES),
    )


def id3_texts(tag: bytes) -> Tags:
    """What an ID3v2 tag says."""
    collector = TagCollector()
    for _ in collector.take(read_id3(tag, Budget(MAX_TEXTS))):
        pass
    return collector.tags


def tags_of(texts: Iterable[tuple[str, str]]) -> Tags:
    """From pairs of a field's name and its text."""
    collector = TagCollector()
    for name, text in texts:
        collector.put(name, text)
    return collector.tags
