"""Receiving a recording, by whichever way it comes in."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, ExitStack, aclosing, asynccontextmanager
from typing import TypeAlias, TypeVar
from uuid import UUID

from application.add_track import AddTrack
from application.admission.fair_queue import WAIT_SECONDS
from application.admission.places import Places
from application.admission.quotas import UserQuotas
from application.admission.waiting_room import WaitingFile, WaitingRoom
from application.authenticate import Authenticate, Credentials
from application.blocks import read_ahead, rejoined
from application.making import ArrivingFile, Making, TracksOf, Work
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

T = TypeVar("T")
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
        quotas: UserQuotas,
    ) -> None:
        self._authenticate = authenticate
        self._add_track = add_track
        self._spool = spool
        self._places = places
        self._waiting_room = waiting_room
        self._quotas = quotas

    async def __call__(self, recording: IncomingRecording, track_uuid: UUID | None = None) -> Track:
        """The track, durable. After an error nothing is kept, but after `StoreAway` the track may be.

        `track_uuid` is an identifier that was reserved for it.

        What can be refused is refused before a further byte is read: for want of a place, for wrong credentials, for
        want of disk space, for a quota. Nothing is decoded before the sender is known. A place is held from the first
        `READ_AHEAD_BYTES` to the end; a file that comes before its credentials, or finds no place, waits in the spool.

        Raises `Overloaded`, `ShareTaken`, `DiskFull`, `WorkspaceAway`, `WrongCredentials`, `QuotaReached` and what
        `AddTrack` raises.
        """
        return await self.into(recording, TracksOf(self._add_track, track_uuid))

    async def into(self, recording: IncomingRecording, making: Making[T]) -> T:
        """The same for whatever else is made of a recording, once it is known who sends it.

        Raises what `making` raises in place of what `AddTrack` does.
        """
        with ExitStack() as held:
            return await self._receive(recording, making, held)

    async def _receive(self, recording: IncomingRecording, making: Making[T], held: ExitStack) -> T:
        """`held` is what the sender holds until the end: their count of uploads."""
        user = await self._let_in(recording, held)
        await self._spool.check()
        file_name = await recording.open(user)
        if user is None:
            user = await self._let_in(recording, held)
        if user is None:
            self._waiting_room.refuse_if_full(*recording.holders())
        async with aclosing(recording.blocks()) as blocks:
            first = await read_ahead(blocks, READ_AHEAD_BYTES)
            at_least = len(first) + recording.bytes_to_come()
            file = ArrivingFile(file_name, rejoined(first, blocks), at_least)
            async with aclosing(file.blocks):
                if user is None:
                    return await self._make_later(recording, file, making, held)
                async with self._begun(making, user, recording) as work:
                    if recording.is_kept():
                        async with self._places.wait(*_holders(recording, user), seconds=PLACE_SECONDS):
                            return await work.do(file)
                    return await self._do(work, file, _holders(recording, user))

    async def _let_in(self, recording: IncomingRecording, held: ExitStack) -> User | None:
        """The sender, known to be who they say they are; None while nobody is named.

        Raises what `WaitingRoom.refuse_if_full` does where they find neither a place nor one to wait in, and
        `UploadQuotaReached`.
        """
        if (sender := recording.sender()) is None:
            return None
        self._refuse_if_full(*recording.holders(), _SOMEBODY)
        user = await self._known(sender, recording, held)
        self._refuse_if_full(*_holders(recording, user))
        return user

    def _refuse_if_full(self, *holders: str) -> None:
        if not self._places.shares.has_for(*holders):
            self._waiting_room.refuse_if_full(*holders)

    async def _known(
        self, sender: Sender, recording: IncomingRecording, held: ExitStack, seconds: float = WAIT_SECONDS
    ) -> User:
        """The sender, known to be who they say they are, with no more uploads at once than they may have.

        Raises `WrongCredentials`, also where nobody is named, and `UploadQuotaReached`.
        """
        if sender is None:
            raise WrongCredentials
        if isinstance(sender, Credentials):
            sender = await self._authenticate(sender, *recording.holders(), seconds=seconds)
        held.enter_context(self._quotas.upload(sender))
        return sender

    @asynccontextmanager
    async def _begun(
        self, making: Making[T], user: User, recording: IncomingRecording
    ) -> AsyncGenerator[Work[T], None]:
        """What is to be done for the user, within their quota: what was done before is told whatever they have now."""
        async with making.begin(user, *recording.holders()) as work:
            if work.needs_place:
                await self._quotas.refuse_full(user, *recording.holders())
            yield work

    async def _make_later(
        self, recording: IncomingRecording, file: ArrivingFile, making: Making[T], held: ExitStack
    ) -> T:
        """Have the file wait until the sender is known, and then until there is a place for them.

        Who has sent all of it waits as long for the lookup as for the place.
        """
        async with self._waiting_room.enter(*recording.holders()) as waiting:
            await _fill(waiting, file)
            user = await self._known(recording.sender(), recording, held, PLACE_SECONDS)
            async with self._begun(making, user, recording) as work:
                return await self._do_waiting(work, waiting, file.name, _holders(recording, user))

    async def _do(self, work: Work[T], file: ArrivingFile, holders: tuple[str, ...]) -> T:
        """Do it while the file arrives, or have the file wait where there is no place."""
        if not work.needs_place:
            with self._waiting_room.pass_through(*holders):
                return await work.do(file)
        if self._places.shares.has_for(*holders):
            with self._places.take(*holders):
                return await work.do(file)
        async with self._waiting_room.enter(*holders) as waiting:
            await _fill(waiting, file)
            return await self._do_waiting(work, waiting, file.name, holders)

    async def _do_waiting(self, work: Work[T], waiting: WaitingFile, file_name: str, holders: tuple[str, ...]) -> T:
        """Do it for a file that is there as a whole."""
        async with AsyncExitStack() as place:
            if work.needs_place:
                await place.enter_async_context(self._places.wait(*holders, seconds=PLACE_SECONDS))
                waiting.leave_place()
            blocks = await place.enter_async_context(aclosing(waiting.read()))
            return await work.do(ArrivingFile(file_name, blocks, at_least=waiting.size))


async def _fill(waiting: WaitingFile, file: ArrivingFile) -> None:
    async for block in file.blocks:
        await waiting.write(block)


def _holders(recording: IncomingRecording, user: User | None) -> tuple[str, ...]:
    return (*recording.holders(), f"user {user.user_id}") if user else recording.holders()
