"""The ZIP with all that a user has: their MP3s, `tracks.json` with what is known of each, `account.json`."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from datetime import datetime

import msgspec

from application.admission.waiting_room import SpoolShares
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
    other. A track that is removed before its turn is left out; one that is removed while it is read, or is damaged,
    ends the archive before its end, so that no program takes it for whole. Each generator is closed by whoever goes
    through it: the ZIP may only be let go of when no file is being added.
    """

    def __init__(self, export: ExportAccount, spool: Spool, shares: SpoolShares, base: str) -> None:
        """What is spooled counts among the holders' `shares`. The links in `tracks.json` begin with `base`."""
        self._export = export
        self._spool = spool
        self._shares = shares
        self._base = base
        self._zip = ZipStream()
        self._names = ArchiveNames()

    async def blocks(self, user: User, account: bytes, now: datetime, *holders: str) -> AsyncGenerator[bytes, None]:
        """The bytes of the ZIP, `account` being those of `account.json`.

        Raises what `ExportAccount`, `Spool` and `SpoolShares` do, and `TrackDamaged`.
        """
        try:
            async with aclosing(self._files(user, account, now, holders)) as files:
                async for block in files:
                    yield block
                    del block  # a slow reader may take hours
            yield await self._zip.end()
        finally:
            self._zip.give_up()

    async def _files(
        self, user: User, account: bytes, now: datetime, holders: tuple[str, ...]
    ) -> AsyncGenerator[bytes, None]:
        with self._shares.file(*holders) as count:
            async with self._spool.open() as file:
                async with aclosing(self._mp3s(user, _Facts(file, count), holders)) as mp3s:
                    async for block in mp3s:
                        yield block
                        del block
                for name, size, content in (
                    ("tracks.json", file.size, file.read()),
                    ("account.json", len(account), _once(account)),
                ):
                    async with aclosing(self._zip.add(name, size, now, content)) as blocks:
                        async for block in blocks:
                            yield block

    async def _mp3s(self, user: User, facts: "_Facts", holders: tuple[str, ...]) -> AsyncGenerator[bytes, None]:
        async with aclosing(self._export(user, *holders)) as tracks:
            async for track, record in tracks:
                content = checked(record)
                if (first := await _first_of(content)) is None:
                    continue
                name = self._names.name_for(record.mp3.file_name, track.track_uuid)
                await facts.add(self._told(track, name))
                mp3 = rejoined(first, content)
                async with aclosing(self._zip.add(name, record.mp3.size, track.created_at, mp3)) as blocks:
                    async for block in blocks:
                        yield block
                        del block
        await facts.end()

    def _told(self, track: Track, name: str) -> bytes:
        known = msgspec.structs.asdict(track_resource(self._base, track))
        return _ENCODER.encode(ExportedTrack(**known, archive_name=name))


class _Facts:
    """A list in JSON that is written piece by piece."""

    def __init__(self, file: SpooledFile, count: Callable[[int], None]) -> None:
        self._file = file
        self._count = count

    async def add(self, item: bytes) -> None:
        await self._write((b",\n" if self._file.size else b"[\n") + item)

    async def end(self) -> None:
        await self._write(b"\n]\n" if self._file.size else b"[]\n")

    async def _write(self, data: bytes) -> None:
        self._count(len(data))
        await self._file.write(data)


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
