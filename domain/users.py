"""Users, their access tokens, and where users are kept."""

import hashlib
import unicodedata
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

from domain.errors import InvalidUserName
from domain.quotas import NOTHING_SET, OwnQuota

MAX_USER_NAME_LENGTH = 100
_UNWRITABLE = {"Cc", "Cs"}  # Unicode categories: control characters and lone surrogates


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may upload. Only the SHA-256 (32 bytes) of the access token is ever kept."""

    user_id: int
    name: str
    token_sha256: bytes
    created_at: datetime
    quota: OwnQuota = NOTHING_SET
    """What an operator has set for them."""


def token_digest(token: str) -> bytes:
    """The SHA-256 of an access token as it is stored. A token has 122 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def clean_user_name(name: str) -> str:
    """The name without white space around it. Raises `InvalidUserName`."""
    if any(unicodedata.category(character) in _UNWRITABLE for character in name):
        raise InvalidUserName("holds a control character")
    trimmed = name.strip()
    if all(unicodedata.category(character)[0] in "CZ" for character in trimmed):
        raise InvalidUserName("is empty")
    if len(trimmed) > MAX_USER_NAME_LENGTH:
        raise InvalidUserName(f"has {len(trimmed)} characters")
    return trimmed


class UserRepository(ABC):
    """Where users are kept.

    Every method raises `StoreAway` when the store does not answer in time, or answers with an error that its port does
    not name.
    """

    @abstractmethod
    async def add(self, name: str, token_sha256: bytes, created_at: datetime) -> User:
        """Keep a new user and return them with a `user_id` that was never used before, from 1 upwards.

        Durable when this returns. A `user_id` is not used again where its user is gone. Names need not be unique; the
        caller has cleaned the name. `token_sha256` was never added before: it is that of 122 new random bits. Raises
        `DiskFull`, and `StoreAway`, after which the user may be kept or not.
        """

    @abstractmethod
    async def find(self, user_id: int) -> User | None:
        """The user, or None, also where they are deleted.

        Any integer may be asked for, also one that no store could hold.
        """

    @abstractmethod
    async def find_by_token(self, token_sha256: bytes) -> User | None:
        """The one user whose access token has exactly this digest, or None, also where they are deleted.

        Any bytes may be asked for.
        """
