"""Adding a track once, however often its recording is sent under the same key."""

import hashlib
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from functools import partial
from uuid import UUID

from application.add_track import AddTrack
from application.making import ArrivingFile, Making, Work
from application.repeatable import Attempt, Repeatable, refuse_another
from domain.errors import DuplicateTrack
from domain.receipts import TrackReceipt, TrackReceipts
from domain.repeats import Outcome, RepeatKey
from domain.users import User

OPERATION = "add_track"


class AddTrackOnce:
    """Makes a track of the first recording under a key, and nothing of the same recording under the same key."""

    def __init__(self, add_track: AddTrack, repeatable: Repeatable, receipts: TrackReceipts | None) -> None:
        self._add_track = add_track
        self._repeatable = repeatable
        self._receipts = receipts

    @property
    def remembers(self) -> bool:
        """Whether there are keys at all, where tracks are kept."""
        return self._repeatable.remembers and self._receipts is not None

    def under(self, key: str) -> Making[TrackReceipt]:
        """What makes the tracks that are sent under this key: 1 to 255 visible characters of ASCII, a user's own."""
        return _TracksOnce(self, key)

    @asynccontextmanager
    async def begin(self, key: RepeatKey, user: User, *holders: str) -> AsyncGenerator[Work[TrackReceipt], None]:
        """What is to be done: converting, or only comparing. Raises what `Repeatable.begin` does.

        Doing it raises what `AddTrack` does, and `RepeatOfAnother` where the key was that of another recording.
        """
        async with self._repeatable.begin(key, partial(self._find, user), *holders) as attempt:
            if attempt.outcome is not None:
                yield Work(partial(_compared, attempt.outcome), needs_place=False)
            else:
                yield Work(partial(self._added, user, attempt))

    async def _added(self, user: User, attempt: Attempt, file: ArrivingFile) -> TrackReceipt:
        hashed = _Hashed(file)
        async with aclosing(hashed.blocks()) as wav:
            try:
                track = await self._add_track(user, file.name, wav, file.at_least, track_uuid=attempt.reserved)
            except DuplicateTrack:  # somebody else took this one for dead, and was quicker
                outcome = await self._find(user, attempt.reserved)
                if outcome is None:
                    raise
            else:
                outcome = _outcome(TrackReceipt.of(track))
        await attempt.finish(outcome)
        refuse_another(outcome, hashed.digest())
        return TrackReceipt.from_json(outcome.result)

    async def _find(self, user: User, track_uuid: UUID) -> Outcome | None:
        found = await self._receipts.find(track_uuid, user.user_id) if self._receipts else None
        return _outcome(found) if found else None


class _TracksOnce(Making[TrackReceipt]):
    def __init__(self, add_track_once: AddTrackOnce, key: str) -> None:
        self._add_track_once, self._key = add_track_once, key

    def begin(self, user: User, *holders: str) -> AbstractAsyncContextManager[Work[TrackReceipt]]:
        return self._add_track_once.begin(RepeatKey(user.user_id, OPERATION, self._key), user, *holders)


def _outcome(receipt: TrackReceipt) -> Outcome:
    return Outcome(receipt.wav_sha256, receipt.as_json())


async def _compared(outcome: Outcome, file: ArrivingFile) -> TrackReceipt:
    """Read the file to its end, and compare. Raises `RepeatOfAnother`."""
    hashed = _Hashed(file)
    async for _ in hashed.blocks():
        pass
    refuse_another(outcome, hashed.digest())
    return TrackReceipt.from_json(outcome.result)


class _Hashed:
    """A file, and the SHA-256 of what was read of it."""

    def __init__(self, file: ArrivingFile) -> None:
        self._file = file
        self._sha256 = hashlib.sha256()

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        """Those of the file."""
        async for block in self._file.blocks:
            self._sha256.update(block)
            yield block

    def digest(self) -> bytes:
        """Of all blocks that were given."""
        return self._sha256.digest()
