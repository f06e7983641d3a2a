"""All users of a repository in memory."""

from adapters.memory.accounts import InMemoryAccountRepository
from adapters.memory.users import InMemoryUserRepository
from domain.directory import ListedUser, UserDirectory


class InMemoryUserDirectory(UserDirectory):
    """Goes through the users of a repository in memory."""

    def __init__(self, users: InMemoryUserRepository, accounts: InMemoryAccountRepository) -> None:
        self._users = users
        self._accounts = accounts

    async def page(self, after: int, count: int) -> list[ListedUser]:
        found = [self._users.kept[user_id] for user_id in sorted(self._users.kept) if user_id > after]
        totals = [(user, await self._accounts.totals(user.user_id)) for user in found[:count]]
        return [ListedUser(user, held) for user, held in totals if held is not None]
