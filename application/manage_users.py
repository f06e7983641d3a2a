"""What an operator does with users: list, rename, give a new token, set a quota, delete."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace

from domain.accounts import AccountRepository
from domain.audit import Action, AuditEvent, AuditTrail
from domain.directory import MAX_USERS_AT_ONCE, ListedUser, UserDirectory
from domain.errors import UnknownUser
from domain.quotas import OwnQuota, QuotaRepository
from domain.system import Clock, IdentifierSource
from domain.users import clean_user_name, token_digest


class ManageUsers:
    """Each act is told to the audit trail, as one of the user's without an address.

    Every method raises `StoreAway`; those that name a user `UnknownUser`, also where the user is deleted.
    """

    def __init__(
        self,
        directory: UserDirectory,
        accounts: AccountRepository,
        quotas: QuotaRepository,
        trail: AuditTrail | None,
        identifiers: IdentifierSource,
        clock: Clock,
    ) -> None:
        """Without a trail nothing is told."""
        self._directory = directory
        self._accounts = accounts
        self._quotas = quotas
        self._trail = trail
        self._identifiers = identifiers
        self._clock = clock

    async def all(self) -> AsyncGenerator[ListedUser, None]:
        """Every user, in the order of their identifiers; one who is added or deleted meanwhile may come or not."""
        after = 0
        while page := await self._directory.page(after, MAX_USERS_AT_ONCE):
            for listed in page:
                yield listed
            after = page[-1].user.user_id

    async def find(self, user_id: int) -> ListedUser:
        """One user."""
        for listed in await self._directory.page(user_id - 1, 1):
            if listed.user.user_id == user_id:
                return listed
        raise UnknownUser(user_id)

    async def rename(self, user_id: int, name: str) -> str:
        """Give the user this name, and return it as it is kept. Raises `InvalidUserName`."""
        cleaned = clean_user_name(name)
        if not await self._accounts.rename(user_id, cleaned):
            raise UnknownUser(user_id)
        await self._tell(Action.CHANGE_USER, user_id)
        return cleaned

    async def new_token(self, user_id: int) -> str:
        """A new access token, which is told once and never kept; the old one is nobody's from then on."""
        token, replaced = str(self._identifiers.new_uuid()), False
        while not replaced:  # the user may replace it, too, at the same moment
            old = (await self.find(user_id)).user.token_sha256
            replaced = await self._accounts.replace_token(user_id, old, token_digest(token))
        await self._tell(Action.NEW_TOKEN, user_id)
        return token

    async def set_quota(self, user_id: int, changes: Mapping[str, int | None]) -> OwnQuota:
        """Set these fields of the user's `OwnQuota`, and return all of it."""
        quota = replace((await self.find(user_id)).user.quota, **changes)
        await self._quotas.put(user_id, quota)
        await self._tell(Action.SET_QUOTA, user_id)
        return quota

    async def delete(self, user_id: int) -> None:
        """Delete the user: nothing of theirs is to be seen from now on. A service that runs removes it by and by."""
        nobodys, deleted = token_digest(str(self._identifiers.new_uuid())), False
        while not deleted:  # as in `new_token`
            old = (await self.find(user_id)).user.token_sha256
            deleted = await self._accounts.delete(user_id, old, nobodys, self._clock.now())
        await self._tell(Action.DELETE_USER, user_id)

    async def _tell(self, action: Action, user_id: int) -> None:
        if self._trail is not None:
            await self._trail.record([AuditEvent(self._clock.now(), action, user_id)])
