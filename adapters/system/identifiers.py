"""Identifiers from the operating system's randomness."""

from uuid import UUID, uuid4

from domain.system import IdentifierSource


class RandomIdentifiers(IdentifierSource):
    """Makes version 4 UUIDs with `os.urandom`."""

    def new_uuid(self) -> UUID:
        return uuid4()
