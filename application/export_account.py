"""Going through all that a user has, to hand it to them."""

from collections.abc import AsyncGenerator

from application.admission.fair_queue import FairQueue
from application.open_record import BLOCK_SECONDS, Record
from domain.accounts import AccountRepository
from domain.system import Clock
from domain.tracks import Track, TrackKeeper
from domain.users import User


class ExportAccount:
    """Lists the tracks of a user page by page, each with what reads its MP3."""

    def __init__(
        self, accounts: AccountRepository, keeper: TrackKeeper, clock: Clock, queries: FairQueue, reads: FairQueue
    ) -> None:
        self._accounts = accounts
        self._keeper = keeper
        self._clock = clock
        self._queries = queries
        self._reads = reads

    async def __call__(self, user: User, *holders: str) -> AsyncGenerator[tuple[Track, Record], None]:
        """Every track that there is now, the oldest first; one that is removed before its turn may come or not.

        `holders` are those of `FairQueue.turn`, in whose turn each page is listed and each block is read. Nothing is
        held between two tracks but a page of them. Raises `UnknownUser` where the user is deleted meanwhile,
        `StoreAway` and what `FairQueue.turn` does.
        """
        pages = self._accounts.pages(user.user_id, self._clock.now())
        while True:
            async with self._queries.turn(*holders, seconds=BLOCK_SECONDS):
                page = await anext(pages, None)
            if page is None:
                return
            for track, mp3 in page:
                yield track, Record(mp3, self._keeper, self._reads, holders)
