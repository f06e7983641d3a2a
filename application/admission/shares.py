"""Who holds how much of what there is only so much of."""

from collections import Counter
from collections.abc import Sequence

TIMES_THE_FREE = 3
TIMES_FOR_NEWCOMERS = 7
"""For who is one of several behind a name, as a user at an address, and has nothing yet."""


class Shares:
    """`count` of something (places, connections, bytes), and how much of it each holder has.

    A holder may have more only while it has less than `TIMES_THE_FREE` times what is free (Choudhury and Hahne,
    "Dynamic queue length thresholds for shared-memory packet switches", IEEE/ACM Transactions on Networking 6 (2),
    1998). One that is greedy gets three quarters, and the next three quarters of the rest: where nobody gives back,
    several together hold all. Two that come at once get three sevenths each. Of three or fewer there are no shares.
    Who has several names gives the most general first. Behind one that has its share, whoever has nothing yet may have
    one of the last quarter, of which half is left, and one in any case: an office, or a proxy that is not known, is one
    address, and must not be kept out by one user there. Only those who hold something are remembered.
    """

    def __init__(self, count: int) -> None:
        self.free = count
        self._held: Counter[str] = Counter()

    def held(self, holder: str) -> int:
        """How much this one has."""
        return self._held[holder]

    def holders(self) -> set[str]:
        """Who has something of it."""
        return {*self._held}

    def with_its_share(self, holders: Sequence[str], beside: int = 0) -> str | None:
        """The first holder that has its share, where `beside` of what it has does not count; None if none has."""
        is_newcomer = self.free > 1 and len(holders) > 1 and self._held[holders[-1]] == beside
        most = (TIMES_FOR_NEWCOMERS if is_newcomer else TIMES_THE_FREE) * self.free
        for holder in holders:
            if (counted := self._held[holder] - beside) and counted >= most:
                return holder
        return None

    def has_for(self, *holders: str, count: int = 1) -> bool:
        """Whether so much is there, and none of the holders has its share."""
        return count <= self.free and self.with_its_share(holders) is None

    def take_if_free(self, *holders: str, count: int = 1) -> bool:
        """Hold so much more, if it is there and none of the holders has its share; False, and as before, if not.

        Without a holder it counts for nobody.
        """
        if not self.has_for(*holders, count=count):
            return False
        self.take(*holders, count=count)
        return True

    def take(self, *holders: str, count: int = 1) -> None:
        """Hold so much more, for each of the holders, whatever is free."""
        self.free -= count
        for holder in holders:
            self._held[holder] += count

    def give_back(self, *holders: str, count: int = 1) -> None:
        """Hold so much less."""
        self.free += count
        for holder in holders:
            self._held[holder] -= count
            if not self._held[holder]:
                del self._held[holder]
