"""The ZIP with all that a user has: their MP3s, `tracks.json` with what is known of each, `account.json`."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import datetime

import msgspec

from application.blocks import rejoined
from application.export_account import ExportAccount
from application.open_record import Record
from domain.archive_names import ArchiveNames
from domain.errors import TrackDamaged, TrackNotFound
from domain.system import Spool, SpooledFile
from domain.tracks import StoredMp3, Track
from domain.users import User
from entrypoints.http.resources import TrackResource, track_resource
from entrypoints.http.zip_stream import ZipStream

_ENCODER = msgspec.json.Encoder()


class ExportedTrack(TrackResource):
    """A track in `tracks.json`."""

    archive_name: str
    """Of its MP3 in the ZIP."""


class ExportArchive:
    """Makes the ZIP while it is sent.

    What is known of the tracks is spooled, as it comes behind the MP3s: so it tells of those that are there, and of no
    other. A track that is removed before its turn is left out; one that is removed while it is read, or is
    damaged, ends the archive before its end, so that no program takes it for whole.
    """

    def __init__(self, export: ExportAccount, spool: Spool, base: str) -> None:
        """The links in `tracks.json` begin with `base`."""
        self._export = export
        self._spool = spool
        self._base = base
        self._zip = ZipStream()
        self._names = ArchiveNames()

    async def blocks(self, user: User, account: bytes, now: datetime, *holders: str) -> AsyncGenerator[bytes, None]:
        """The bytes of the ZIP, `account` being those of `account.json`. Raises what `ExportAccount` and `Spool` do."""
        try:
            async with self._spool.open() as facts:
                async with aclosing(self._mp3s(user, facts, holders)) as blocks:
                    async for block in blocks:
                        yield block
                for name, size, content in (
                    ("tracks.json", facts.size, facts.read()),
                    ("account.json", len(account), _once(account)),
                ):
                    async with aclosing(self._zip.add(name, size, now, content)) as blocks:
                        async for block in blocks:
                            yield block
            yield await self._zip.end()
        finally:
            self._zip.give_up()

    async def _mp3s(self, user: User, facts: SpooledFile, holders: tuple[str, ...]) -> AsyncGenerator[bytes, None]:
        before = b"[\n"
        async with aclosing(self._export(user, *holders)) as tracks:
            async for track, record in tracks:
                content = checked(record)
                if (first := await _first_of(content)) is None:
                    continue
                name = self._names.name_for(record.mp3.file_name, track.track_uuid)
                await facts.write(before + self._told(track, name))
                before = b",\n"
                mp3 = rejoined(first, content)
                async with aclosing(self._zip.add(name, record.mp3.size, track.created_at, mp3)) as blocks:
                    async for block in blocks:
                        yield block
        await facts.write(b"[]\n" if before == b"[\n" else b"\n]\n")

    def _told(self, track: Track, name: str) -> bytes:
        known = msgspec.structs.asdict(track_resource(self._base, track))
        return _ENCODER.encode(ExportedTrack(**known, archive_name=name))


async def checked(record: Record) -> AsyncGenerator[bytes, None]:
    """All blocks of an MP3. Raises `TrackDamaged` at its end where they are not what was stored."""
    mp3: StoredMp3 = record.mp3
    digest, size = hashlib.sha256(), 0
    async for block in record.read(0, mp3.size):
        digest.update(block)
        size += len(block)
        yield block
        del block
    if (size, digest.digest()) != (mp3.size, mp3.sha256):
        raise TrackDamaged(f"its MP3 has {size} bytes with SHA-256 {digest.hexdigest()}")


async def _first_of(blocks: AsyncIterator[bytes]) -> bytes | None:
    """The first block, or None where the track is gone."""
    try:
        return await anext(blocks)
    except TrackNotFound:
        return None


async def _once(data: bytes) -> AsyncGenerator[bytes, None]:
    yield data
