"""Which part of a request comes on a connection, and how much of it has come."""

from entrypoints.http.server.ending import Beyond
from entrypoints.http.server.head import Head


class Arriving:
    """Counts what comes of heads, and what is neither a head nor a body.

    The parser keeps a field until it is whole: one without an end is told by nothing else.
    """

    def __init__(self, head_bytes: int) -> None:
        self._head_bytes = head_bytes
        self._without_progress = self._around_head = 0
        self.head = Head(head_bytes)
        """Of the request that comes, or came last."""
        self.in_head = self.in_message = False
        """Whether a head is under way, or else what follows it: a body, its trailers."""

    def held(self) -> int:
        """Bytes that a head that is under way takes in memory, about. Raises `Beyond`."""
        if self._without_progress > self._head_bytes:
            raise Beyond(f"more than {self._head_bytes} bytes that are neither a head nor a body")
        return self._without_progress + self._around_head + self.head.held_beside if self.in_head else 0

    def come(self, size: int) -> None:
        """So many bytes more, of whatever it is."""
        self._without_progress += size

    def begin_head(self) -> None:
        """What comes from here on is a further request."""
        self.in_head = True
        self.head = Head(self._head_bytes)

    def end_head(self) -> None:
        """Its head is whole."""
        self._without_progress = self._around_head = 0
        self.in_head, self.in_message = False, True

    def progress(self) -> None:
        """All that came so far is accounted for: it is of a body."""
        self._without_progress = 0

    def end_message(self) -> None:
        """The request is whole."""
        self._without_progress = 0
        self.in_message = False

    def began_within(self, size: int) -> bool:
        """Whether the head that is under way began in the last so many bytes, behind the end of an earlier request.

        Then all of these count as its own.
        """
        if not self.in_head or self._without_progress >= size:
            return False
        self._around_head = size
        return True
