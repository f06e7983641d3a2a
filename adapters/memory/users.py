"""Users in a dictionary."""

from datetime import datetime

from domain.users import User, UserRepository


class InMemoryUserRepository(UserRepository):
    """Keeps users until the process ends. `kept`, and `deleted`, who are not found, are there to be looked at."""

    def __init__(self) -> None:
        self.kept: dict[int, User] = {}
        self.deleted: dict[int, User] = {}
        self._last_id = 0

    async def add(self, name: str, token_sha256: bytes, created_at: datetime) -> User:
        self._last_id += 1
        user = User(self._last_id, name, token_sha256, created_at)
        self.kept[user.user_id] = user
        return user

    async def find(self, user_id: int) -> User | None:
        return self.kept.get(user_id)

    async def find_by_token(self, token_sha256: bytes) -> User | None:
        return next((user for user in self.kept.values() if user.token_sha256 == token_sha256), None)
