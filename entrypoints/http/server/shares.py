"""How much of what is bounded one client may hold."""

from collections import Counter

SHARE = 3
"""A client gets more only while it holds fewer than so many times as much as is free: alone it gets three quarters."""


class Shares:
    """`count` of something (connections, requests, bytes) that clients hold at once.

    What one of them may hold shrinks as others hold more: a dynamic threshold (Choudhury and Hahne, IEEE/ACM
    Transactions on Networking 6(2), 1998), so that there is always some left for who has none. It remembers those
    alone who hold something.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._held: Counter[str] = Counter()

    def take(self, holder: str | None, amount: int = 1) -> bool:
        """Hold so much more, if it is there and within the holder's share. `None` is who has no share, but any part."""
        if amount > self._free or (holder is not None and self._held[holder] >= SHARE * self._free):
            return False
        self._free -= amount
        if holder is not None:
            self._held[holder] += amount
        return True

    def give_back(self, holder: str | None, amount: int = 1) -> None:
        """Hold so much less."""
        self._free += amount
        if holder is not None:
            self._held[holder] -= amount
            if not self._held[holder]:
                del self._held[holder]
