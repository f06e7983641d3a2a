"""Receiving a recording, by whichever way it comes in."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import TypeAlias

from application.add_track import AddTrack
from application.admission.places import Places
from application.authenticate import Authenticate, Credentials
from application.blocks import read_ahead, rejoined
from domain.errors import WrongCredentials
from domain.system import Spool
from domain.tracks import Track
from domain.users import User

READ_AHEAD_BYTES = 8 * 1024
"""How much of a file has to be there before it takes a place: who sends nothing must not keep others out."""

Sender: TypeAlias = User | Credentials | None
"""Who sends a recording: a user whom the way in vouches for, credentials to be checked, or not known yet."""


class IncomingRecording(ABC):
    """A recording on its way in: what each way in (a form, a raw body, a folder) tells `ReceiveRecording` of it.

    It is asked for `sender`, `open` and `blocks`, in this order; where it has named nobody, for `sender` again after
    `open` and after the end of `blocks`. What it raises comes out of the use case unchanged. Whoever made it closes it.
    """

    @abstractmethod
    def sender(self) -> Sender:
        """Who sends it, as far as that is known by now: known for certain once `blocks` has ended."""

    @abstractmethod
    async def open(self, user: User | None) -> str:
        """Read up to the file, no further, and return the file's name as the sender wrote it.

        `user` is the sender if known by now; a way in that finds something else said refuses that here or in `blocks`.
        """

    @abstractmethod
    def blocks(self) -> AsyncGenerator[bytes, None]:
        """The file's bytes, in blocks of any size; ends only when the file is known to be whole, else raises."""

    @abstractmethod
    def bytes_to_come(self) -> int:
        """How many bytes of the file are certain to follow those that `blocks` has given. 0 where nobody can know."""


class ReceiveRecording:
    """Takes a recording in: lets it in or refuses it, finds out whose it is, and makes it a track."""

    def __init__(self, authenticate: Authenticate, add_track: AddTrack, spool: Spool, places: Places) -> None:
        self._authenticate = authenticate
        self._add_track = add_track
        self._spool = spool
        self._places = places

    async def __call__(self, recording: IncomingRecording) -> Track:
        """The track, durable. After an error nothing is kept, but after `StoreAway` the track may be.

        What can be refused is refused before a further byte is read: for want of a place or of disk space, then for
        wrong credentials. Nothing is decoded before the sender is known; a file that comes before its credentials waits
        in the spool. A place is held from the first `READ_AHEAD_BYTES` to the end.

        Raises `Overloaded`, `DiskFull`, `WorkspaceAway`, `WrongCredentials` and what `AddTrack` raises.
        """
        self._places.refuse_if_full()
        await self._spool.check()
        user = await self._user(recording)
        file_name = await recording.open(user)
        if user is None:
            user = await self._user(recording)
        async with aclosing(recording.blocks()) as blocks:
            first = await read_ahead(blocks, READ_AHEAD_BYTES)
            with self._places.take():
                async with aclosing(rejoined(first, blocks)) as wav:
                    if user is None:
                        return await self._add_spooled(recording, file_name, wav)
                    at_least = len(first) + recording.bytes_to_come()
                    return await self._add_track(user, file_name, wav, at_least)

    async def _user(self, recording: IncomingRecording) -> User | None:
        """The sender, known to be who they say they are, or None while nobody is named. Raises `WrongCredentials`."""
        sender = recording.sender()
        return await self._authenticate(sender) if isinstance(sender, Credentials) else sender

    async def _add_spooled(self, recording: IncomingRecording, file_name: str, wav: AsyncIterator[bytes]) -> Track:
        """Keep the file in the spool until the sender is known."""
        async with self._spool.open() as spooled:
            async for block in wav:
                await spooled.write(block)
            user = await self._user(recording)
            if user is None:
                raise WrongCredentials
            async with aclosing(spooled.read()) as kept:
                return await self._add_track(user, file_name, kept, at_least=spooled.size)
