"""The service that registers a user."""

from domain.system import Clock, IdentifierSource
from domain.users import User, UserRepository, clean_user_name, token_digest


class Register:
    """Adds a user and makes their access token, which is told once and never kept."""

    def __init__(self, users: UserRepository, identifiers: IdentifierSource, clock: Clock) -> None:
        self._users = users
        self._identifiers = identifiers
        self._clock = clock

    async def __call__(self, user_name: str) -> tuple[User, str]:
        """The new user and the access token. Raises `InvalidUserName` or `StoreAway`."""
        name = clean_user_name(user_name)
        token = str(self._identifiers.new_uuid())
        user = await self._users.add(name, token_digest(token), self._clock.now())
        return user, token
