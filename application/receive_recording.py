"""Receiving a recording, by whichever way it comes in."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeAlias
from uuid import UUID

from application.add_track import AddTrack
from application.admission.fair_queue import WAIT_SECONDS
from application.admission.places import Places
from application.admission.waiting_room import WaitingRoom
from application.authenticate import Authenticate, Credentials
from application.blocks import read_ahead, rejoined
from domain.errors import WrongCredentials
from domain.system import Spool
from domain.tracks import Track
from domain.users import User

READ_AHEAD_BYTES = 8 * 1024
"""How much of a file has to be there before it takes a place: who sends nothing must not keep others out."""
PLACE_SECONDS = 30.0
"""How long a file that is there as a whole waits for its place: less than the 60 s that proxies wait for us."""
_SOMEBODY = "somebody"
"""Stands for a sender who is not looked up yet, and may have nothing of what others have who come from there."""

Sender: TypeAlias = User | Credentials | None
"""Who sends a recording: a user whom the way in vouches for, credentials to be checked, or not known yet."""


class IncomingRecording(ABC):
    """A recording on its way in: what each way in (a form, a raw body, a folder) tells `ReceiveRecording` of it.

    It is asked for `sender`, `open` and `blocks`, in this order; where it has named nobody, for `sender` again after
    `open` and after the end of `blocks`. What it raises comes out of the use case unchanged. Whoever made it closes it.
    """

    @abstractmethod
    def holders(self) -> tuple[str, ...]:
        """What it comes from, by names such as `address 10.1.2.3` or `folder inbox`: none may hold all the places.

        Empty where the way in cannot tell one from another; the sender is counted in any case.
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

    def track_uuid(self) -> UUID | None:
        """The identifier that was reserved for the track; None where a new one will do."""
        return None

    def is_kept(self) -> bool:
        """Whether its bytes are kept where they are, so that it waits for its place there and not in the spool.

        Its sender is known then. How many may wait is bounded by whoever calls.
        """
        return False


class ReceiveRecording:
    """Takes a recording in: lets it in or refuses it, finds out whose it is, and makes it a track."""

    def __init__(
        self,
        authenticate: Authenticate,
        add_track: AddTrack,
        spool: Spool,
        places: Places,
        waiting_room: WaitingRoom,
    ) -> None:
        self._authenticate = authenticate
        self._add_track = add_track
        self._spool = spool
        self._places = places
        self._waiting_room = waiting_room

    async def __call__(self, recording: IncomingRecording) -> Track:
        """The track, durable. After an error nothing is kept, but after `StoreAway` the track may be.

        What can be refused is refused before a further byte is read: for want of a place, for wrong credentials, for
        want of disk space. Nothing is decoded before the sender is known. A place is held from the first
        `READ_AHEAD_BYTES` to the end; a file that comes before its credentials, or finds no place, waits in the spool.

        Raises `Overloaded`, `ShareTaken`, `DiskFull`, `WorkspaceAway`, `WrongCredentials` and what `AddTrack` raises.
        """
        user = await self._let_in(recording)
        await self._spool.check()
        file_name = await recording.open(user)
        if user is None:
            user = await self._let_in(recording)
        if user is None:
            self._waiting_room.refuse_if_full(*recording.holders())
        async with aclosing(recording.blocks()) as blocks:
            first = await read_ahead(blocks, READ_AHEAD_BYTES)
            holders = _holders(recording, user)
            if user is not None and recording.is_kept():
                async with self._places.wait(*holders, seconds=PLACE_SECONDS):
                    return await self._add(recording, user, file_name, first, blocks)
            if user is None or not self._places.shares.has_for(*holders):
                return await self._add_from_waiting_room(recording, user, file_name, rejoined(first, blocks))
            with self._places.take(*holders):
                return await self._add(recording, user, file_name, first, blocks)

    async def _add(
        self,
        recording: IncomingRecording,
        user: User,
        file_name: str,
        first: bytes,
        blocks: AsyncGenerator[bytes, None],
    ) -> Track:
        """Make it a track while it comes; who calls holds its place."""
        async with aclosing(rejoined(first, blocks)) as wav:
            at_least = len(first) + recording.bytes_to_come()
            return await self._add_track(user, file_name, wav, at_least, recording.track_uuid())

    async def _let_in(self, recording: IncomingRecording) -> User | None:
        """The sender, known to be who they say they are; None while nobody is named.

        Raises what `WaitingRoom.refuse_if_full` does where they find neither a place nor one to wait in.
        """
        if (sender := recording.sender()) is None:
            return None
        self._refuse_if_full(*recording.holders(), _SOMEBODY)
        user = await self._known(sender, recording)
        self._refuse_if_full(*_holders(recording, user))
        return user

    def _refuse_if_full(self, *holders: str) -> None:
        if not self._places.shares.has_for(*holders):
            self._waiting_room.refuse_if_full(*holders)

    async def _known(self, sender: Sender, recording: IncomingRecording, seconds: float = WAIT_SECONDS) -> User:
        """The sender, known to be who they say they are. Raises `WrongCredentials`, also where nobody is named."""
        if sender is None:
            raise WrongCredentials
        if isinstance(sender, Credentials):
            return await self._authenticate(sender, *recording.holders(), seconds=seconds)
        return sender

    async def _add_from_waiting_room(
        self, recording: IncomingRecording, user: User | None, file_name: str, blocks: AsyncGenerator[bytes, None]
    ) -> Track:
        """Have the file wait until the sender is known, and then until there is a place for them.

        Who has sent all of it waits as long for the lookup as for the place.
        """
        async with aclosing(blocks), self._waiting_room.enter(*_holders(recording, user)) as waiting:
            async for block in blocks:
                await waiting.write(block)
            if user is None:
                user = await self._known(recording.sender(), recording, PLACE_SECONDS)
            async with self._places.wait(*_holders(recording, user), seconds=PLACE_SECONDS):
                waiting.leave_place()
                async with aclosing(waiting.read()) as wav:
                    return await self._add_track(user, file_name, wav, waiting.size, recording.track_uuid())


def _holders(recording: IncomingRecording, user: User | None) -> tuple[str, ...]:
    return (*recording.holders(), f"user {user.user_id}") if user else recording.holders()
