"""How large the head of a request is."""

from entrypoints.http.server.ending import Beyond

MAX_FIELDS = 100
"""Trailers included. Browsers behind proxies send some 40."""
FIELD_BYTES = 128
"""What a field takes in memory, about, beside its own bytes."""
_AROUND_FIELD = len(": \r\n")


class Head:
    """Counts the request line and the fields of one request, trailers included, as they come."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = self._fields = 0

    @property
    def held(self) -> int:
        """Bytes that it takes in memory, about."""
        return self._bytes + self.held_beside

    @property
    def held_beside(self) -> int:
        """Those beside its own."""
        return self._fields * FIELD_BYTES

    def count_line(self, size: int) -> None:
        """So much more of the request line. Raises `Beyond`."""
        self._bytes += size
        if self._bytes > self._max_bytes:
            raise Beyond(f"a head of more than {self._max_bytes} bytes")

    def count_field(self, name: bytes, value: bytes) -> None:
        """A further field. Raises `Beyond`."""
        self._fields += 1
        if self._fields > MAX_FIELDS:
            raise Beyond(f"a head of more than {MAX_FIELDS} fields")
        self.count_line(len(name) + len(value) + _AROUND_FIELD)
