"""The port to all users, for who runs the service."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from domain.accounts import Totals
from domain.users import User

MAX_USERS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class ListedUser:
    """A user, and how much they have."""

    user: User
    totals: Totals


class UserDirectory(ABC):
    """Goes through the users who are not deleted.

    Raises `StoreAway` when the store does not answer in time, or answers with an error that its port does not name.
    """

    @abstractmethod
    async def page(self, after: int, count: int) -> list[ListedUser]:
        """At most `count` users, from 1 to `MAX_USERS_AT_ONCE`, whose `user_id` is above `after`, in its order.

        Any integer may come as `after`.
        """
