"""In how many pieces a body comes: each costs the same, however small it is."""

from entrypoints.http.server.ending import Beyond

FREE_PIECES = 4096
"""All beyond these need `MIN_PIECE_BYTES` of the body each. Of larger ones some are split where a read ends."""
MIN_PIECE_BYTES = 16
"""A recorder that sends 20 ms of 8 kHz µ-law at a time has 160."""
UNWANTED_BYTES = 256 << 20
"""Of a body that nobody reads, as its request is answered already."""
UNWANTED_PIECES = 65_536
"""Likewise; as segments of a network they are 96 MB."""
PIECES_AT_ONCE = 1024
"""Are joined before anything looks at them: one by one, each would cost several times as much."""


class Pieces:
    """Those of one body, gathered and then counted, many at a time."""

    def __init__(self) -> None:
        self.gathered: list[bytes] = []
        """That nobody has looked at."""
        self._count = self._bytes = 0
        self._unwanted_count = self._unwanted_bytes = 0

    def take(self) -> tuple[bytes, int]:
        """What is gathered, joined, and how many pieces it came in. Raises `Beyond`."""
        body, count = self.gathered[0] if len(self.gathered) == 1 else b"".join(self.gathered), len(self.gathered)
        self.gathered.clear()
        self._count += count
        self._bytes += len(body)
        if self._bytes < MIN_PIECE_BYTES * (self._count - FREE_PIECES):
            raise Beyond(f"a body in more than {FREE_PIECES} pieces of less than {MIN_PIECE_BYTES} bytes")
        return body, count

    def count_unwanted(self, more: int, size: int) -> None:
        """Of those, that so many, of so many bytes together, are thrown away. Raises `Beyond`."""
        self._unwanted_count += more
        self._unwanted_bytes += size
        if self._unwanted_count > UNWANTED_PIECES or self._unwanted_bytes > UNWANTED_BYTES:
            raise Beyond("a body that goes on although its request is answered")
