"""Changing what a track is called and what it says about itself; its sound stays as it is, byte for byte."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from application.admission.fair_queue import FairQueue
from application.find_track import FindTrack
from application.open_record import Record
from domain.errors import NoSuchTrack, Overloaded, TrackDamaged, TrackNotFound
from domain.library import Changed, TrackLibrary
from domain.new_texts import with_texts
from domain.output.id3 import TAG_HEAD_BYTES, rewrite_id3, tag_size
from domain.tags import Tags
from domain.tracks import NewTag, StoredMp3, Track, TrackKeeper, new_file_name
from domain.users import User

MAX_ATTEMPTS = 20
"""So often a change is begun anew because another one was faster."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be changed; what is not named stays."""

    file_name: str | None = None
    texts: Mapping[str, str | None] = field(default_factory=dict)
    """By the names of the fields of `Tags`; None and "" take one away."""


class ChangeTrack:
    """Writes a new tag where the texts change, which is kept beside the stored bytes and downloaded in place of theirs.

    Of two changes at once neither loses what the other one wrote: who was slower begins anew.
    """

    def __init__(
        self,
        library: TrackLibrary,
        keeper: TrackKeeper,
        find_track: FindTrack,
        queries: FairQueue,
        reads: FairQueue,
        max_mp3_bytes: int,
    ) -> None:
        self._library = library
        self._keeper = keeper
        self._find = find_track
        self._queries = queries
        self._reads = reads
        self._max_mp3_bytes = max_mp3_bytes

    async def __call__(self, user: User, track_uuid: UUID, change: Change, *holders: str) -> Track:
        """The track as it is now, durable.

        Where texts change, the whole MP3 is read once, in slices. `holders` are those of `FairQueue.turn`. Raises
        `NoSuchTrack`, `InvalidText`, `TrackDamaged`, `Overloaded` where others go on being faster, `StoreAway`,
        `DiskFull`, and what `FairQueue.turn` does.
        """
        for _ in range(MAX_ATTEMPTS):
            track, mp3 = await self._find(user, track_uuid, *holders)
            after = await self._changed(track, mp3, change, holders)
            if (after.file_name, after.texts) == (track.file_name, track.conversion.texts):
                return track
            async with self._queries.turn(*holders):
                kept = await self._library.change(track, after)
            if kept:
                return after.of(track)
        raise Overloaded("others are changing the same track")

    async def _changed(self, track: Track, mp3: StoredMp3, change: Change, holders: tuple[str, ...]) -> Changed:
        name = track.file_name if change.file_name is None else new_file_name(change.file_name)
        texts = with_texts(track.conversion.texts, change.texts)
        if texts == track.conversion.texts:
            return Changed(name, texts, mp3.tag, mp3.size, mp3.sha256)
        stored = replace(mp3, tag=None, size=mp3.stored_size)
        record = Record(stored, self._keeper, self._reads, holders)
        try:
            stored_tag = await _tag_of(record)
            tag = self._new_tag(stored, stored_tag, texts)
            sha256 = await _new_digest(record, mp3, stored_tag, tag)
        except TrackNotFound as error:
            raise NoSuchTrack from error  # removed meanwhile
        return Changed(name, texts, tag, stored.size - tag.replaces + len(tag.data), sha256)

    def _new_tag(self, stored: StoredMp3, stored_tag: bytes, texts: Tags) -> NewTag:
        """With the chapters of the stored one; left out, as at conversion, where the MP3 would become too large."""
        tag = rewrite_id3(stored_tag, texts)
        whole = stored.size - len(stored_tag) + len(tag)
        return NewTag(tag if whole <= self._max_mp3_bytes else b"", len(stored_tag))


async def _tag_of(record: Record) -> bytes:
    """The tag with which an MP3 was stored. Raises `TrackDamaged` where there is nothing behind it."""
    size = tag_size(await _whole(record, min(TAG_HEAD_BYTES, record.mp3.size)))
    if size >= record.mp3.size:
        raise TrackDamaged(f"it begins with a tag of {size} bytes, and has no more")
    return await _whole(record, size)


async def _new_digest(record: Record, before: StoredMp3, stored_tag: bytes, tag: NewTag) -> bytes:
    """The SHA-256 of the new tag and the sound.

    Raises `TrackDamaged` where the bytes are not those that were stored: a new digest would hide it for good.
    """
    was, digest = hashlib.sha256(before.tag.data if before.tag else stored_tag), hashlib.sha256(tag.data)
    async for block in record.read(tag.replaces, record.mp3.size - tag.replaces):
        was.update(block)
        digest.update(block)
    if was.digest() != before.sha256:
        raise TrackDamaged(f"its SHA-256 is {was.hexdigest()} instead of {before.sha256.hex()}")
    return digest.digest()


async def _whole(record: Record, count: int) -> bytes:
    return b"".join([block async for block in record.read(0, count)])
