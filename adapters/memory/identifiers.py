"""Identifiers that anybody can guess: for tests only."""

import random
from uuid import UUID

from domain.system import IdentifierSource


class SeededIdentifiers(IdentifierSource):
    """Makes the same identifiers for the same seed. `made` lists them, oldest first."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose, and never wired outside tests
        self.made: list[UUID] = []

    def new_uuid(self) -> UUID:
        identifier = UUID(int=self._random.getrandbits(128), version=4)
        self.made.append(identifier)
        return identifier
