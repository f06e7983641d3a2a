"""What users do with their account: look at it, rename it, change its token, delete it."""

from collections.abc import Callable
from dataclasses import replace

from application.admission.fair_queue import FairQueue
from domain.accounts import AccountRepository, Totals
from domain.errors import WrongCredentials
from domain.system import Clock, IdentifierSource
from domain.users import User, clean_user_name, token_digest


class ManageAccount:
    """Each act is one short query, in the turn of `holders` as in `FairQueue.turn`.

    Every method raises `WrongCredentials` where the user is deleted meanwhile, `StoreAway`, and what
    `FairQueue.turn` does.
    """

    def __init__(
        self,
        accounts: AccountRepository,
        identifiers: IdentifierSource,
        clock: Clock,
        queries: FairQueue,
        when_deleted: Callable[[], None],
    ) -> None:
        """`when_deleted` is told that there is a deleted user whose things are to be removed."""
        self._accounts = accounts
        self._identifiers = identifiers
        self._clock = clock
        self._queries = queries
        self._when_deleted = when_deleted

    async def totals(self, user: User, *holders: str) -> Totals:
        """How much they have."""
        async with self._queries.turn(*holders):
            totals = await self._accounts.totals(user.user_id)
        if totals is None:
            raise WrongCredentials
        return totals

    async def rename(self, user: User, name: str, *holders: str) -> User:
        """The user by that name. Raises `InvalidUserName`."""
        cleaned = clean_user_name(name)
        async with self._queries.turn(*holders):
            _refuse_unless(await self._accounts.rename(user.user_id, cleaned))
        return replace(user, name=cleaned)

    async def new_token(self, user: User, *holders: str) -> str:
        """A new access token, which is told once and never kept; the one they came with is nobody's from then on."""
        token = str(self._identifiers.new_uuid())
        async with self._queries.turn(*holders):
            _refuse_unless(await self._accounts.replace_token(user.user_id, user.token_sha256, token_digest(token)))
        return token

    async def delete(self, user: User, *holders: str) -> None:
        """Delete the user: from now on nothing of theirs is to be seen, and it is removed in the background."""
        nobodys = token_digest(str(self._identifiers.new_uuid()))
        async with self._queries.turn(*holders):
            deleted = await self._accounts.delete(user.user_id, user.token_sha256, nobodys, self._clock.now())
        _refuse_unless(deleted)
        self._when_deleted()


def _refuse_unless(found: bool) -> None:
    if not found:
        raise WrongCredentials
