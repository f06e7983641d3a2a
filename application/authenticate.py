"""Finding out whether somebody is who they say they are."""

import hmac
from dataclasses import dataclass, field

from application.admission.fair_queue import WAIT_SECONDS, FairQueue
from domain.errors import WrongCredentials
from domain.users import User, UserRepository, token_digest

_NO_DIGEST = bytes(32)
"""Compared with where there is no user. No token is known whose SHA-256 is this."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody sent to say who they are: an access token, and the user identifier unless it was a Bearer token."""

    access_token: str = field(repr=False)
    user_id: int | None = None


class Authenticate:
    """Checks credentials, with the same work and the same error whether the user exists or not."""

    def __init__(self, users: UserRepository, queries: FairQueue) -> None:
        self._users = users
        self._queries = queries

    async def __call__(self, credentials: Credentials, *holders: str, seconds: float = WAIT_SECONDS) -> User:
        """The user. `holders` and `seconds` are those of `FairQueue.turn`, in whose turn they are looked up.

        Raises `WrongCredentials`, `StoreAway` and what `FairQueue.turn` does.
        """
        digest = token_digest(credentials.access_token)
        async with self._queries.turn(*holders, seconds=seconds):
            if credentials.user_id is None:
                user = await self._users.find_by_token(digest)
            else:
                user = await self._users.find(credentials.user_id)
        right = hmac.compare_digest(user.token_sha256 if user else _NO_DIGEST, digest)
        if user is None or not right:
            raise WrongCredentials
        return user
