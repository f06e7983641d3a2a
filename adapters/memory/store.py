"""A store of which nothing is left when the process ends."""

from domain.errors import StoreAway
from domain.store import Store


class InMemoryStore(Store):
    """Says what was done with it in `is_open`; while `is_away` is set it does not answer."""

    def __init__(self) -> None:
        self.is_open = False
        self.is_away = False

    def migrate(self) -> list[str]:
        return []

    async def open(self) -> None:
        self.is_open = True

    async def close(self) -> None:
        self.is_open = False

    async def check(self) -> None:
        if self.is_away or not self.is_open:
            raise StoreAway
