"""Who waits, in a line for each holder."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)

NEW_IN_A_ROW = 3
"""However many come anew, then one of the others is served."""


def holder_of(names: tuple[Hashable, ...]) -> Hashable:
    """In whose line somebody waits who has several names: the first one's."""
    return names[0] if names else "somebody unknown"


class Lines(Generic[T]):
    """The lines are served in turns (Nagle, "On packet switches with infinite storage", IEEE Transactions on
    Communications 35 (4), 1987): however many wait of one holder, the only one of another is next. Whoever had nobody
    waiting while all others were served once is new, and served before them (RFC 8290, 4.2).

    Coming, leaving and being served take the same time on average, however many wait. Only those are remembered who
    have somebody waiting, or had while the others were served once.
    """

    def __init__(self) -> None:
        self._new: OrderedDict[Hashable, OrderedDict[T, None]] = OrderedDict()
        self._old: OrderedDict[Hashable, OrderedDict[T, None]] = OrderedDict()
        self._count = self._new_in_a_row = 0

    def __len__(self) -> int:
        """How many wait."""
        return self._count

    def lengths(self) -> dict[Hashable, int]:
        """How many wait, of each holder that has somebody waiting."""
        return {holder: len(line) for lines in (self._new, self._old) for holder, line in lines.items() if line}

    def join(self, holder: Hashable, who: T) -> None:
        """Wait as the last of the holder's."""
        lines = self._old if holder in self._old else self._new
        lines.setdefault(holder, OrderedDict())[who] = None
        self._count += 1

    def leave(self, holder: Hashable, who: T) -> None:
        """Wait no longer."""
        lines = self._old if holder in self._old else self._new
        del lines[holder][who]
        self._count_down()

    def next_holder(self) -> Hashable:
        """Whose turn it is. Somebody must wait."""
        first, second = self._new, self._old
        if self._new_in_a_row == NEW_IN_A_ROW:
            first, second = second, first
        for lines in (first, second):
            while lines:
                holder = next(iter(lines))
                if lines[holder]:
                    return holder
                del lines[holder]
        raise LookupError("nobody waits")

    def next(self) -> T:
        """Who has waited longest of the `next_holder`, which then is the last again. Somebody must wait."""
        holder = self.next_holder()
        is_new = holder in self._new
        line = (self._new if is_new else self._old).pop(holder)
        self._new_in_a_row = self._new_in_a_row + 1 if is_new and self._new_in_a_row < NEW_IN_A_ROW else 0
        who, _ = line.popitem(last=False)
        self._old[holder] = line  # also where nobody waits any more: who comes one by one would always be new
        self._count_down()
        return who

    def _count_down(self) -> None:
        self._count -= 1
        if not self._count:
            self._new.clear()
            self._old.clear()
            self._new_in_a_row = 0
