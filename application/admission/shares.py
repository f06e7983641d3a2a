"""Who holds how much of what there is only so much of."""

from collections import Counter
from collections.abc import Iterable

TIMES_THE_FREE = 3


class Shares:
    """`count` of something (places, connections, bytes), and how much of it each holder has.

    A holder may have more only while it has less than `TIMES_THE_FREE` times what is free (Choudhury and Hahne,
    "Dynamic queue length thresholds for shared-memory packet switches", IEEE/ACM Transactions on Networking 6 (2),
    1998). One that is greedy gets three quarters, and the next three quarters of the rest: where nobody gives back,
    several together hold all. Two that come at once get three sevenths each. Of three or fewer there are no shares.
    Only those who hold something are remembered.
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

    def with_its_share(self, holders: Iterable[str], beside: int = 0) -> str | None:
        """The first holder that has its share, where `beside` of what it has does not count; None if none has."""
        for holder in holders:
            if (counted := self._held[holder] - beside) and counted >= TIMES_THE_FREE * self.free:
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
