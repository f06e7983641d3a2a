"""Who holds how much of what there is only so much of."""

from collections import Counter
from collections.abc import Iterable

TIMES_THE_FREE = 3


class Shares:
    """`count` of something, and how much of it each holder has. Only those who hold something are remembered.

    A holder may have more only while it has less than `TIMES_THE_FREE` times what is free (Choudhury and Hahne,
    "Dynamic queue length thresholds for shared-memory packet switches", IEEE/ACM Transactions on Networking 6 (2),
    1998). So one that is greedy gets three quarters, two get three sevenths each, and who has nothing finds something
    free. Of three or fewer there are no shares.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._held: Counter[str] = Counter()

    def _with_a_share(self, holders: Iterable[str], beside: int = 0) -> str | None:
        """The first holder that has its share, where `beside` of what it has does not count; None if none has."""
        for holder in holders:
            if (counted := self._held[holder] - beside) and counted >= TIMES_THE_FREE * self._free:
                return holder
        return None

    def _take(self, holders: Iterable[str], count: int = 1) -> None:
        self._free -= count
        for holder in holders:
            self._held[holder] += count

    def _give_back(self, holders: Iterable[str], count: int = 1) -> None:
        self._free += count
        for holder in holders:
            self._held[holder] -= count
            if not self._held[holder]:
                del self._held[holder]
