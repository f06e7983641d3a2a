"""The line ends of a form: CR LF, as RFC 2046 (4.1.1) has them, or LF alone."""

from collections.abc import Iterator


class LineEnds:
    """Makes of a form whose lines end with LF alone, as a shell script's does, one whose lines end with CR LF.

    As in Go's `mime/multipart`, the end of the first boundary's line says which it is. What is within parts stays as it
    is. Of a form with LF what may be part of a boundary or of a line of a head is held back, so no more than a form may
    have beside its file; of one with CR LF, nothing behind its first line.
    """

    def __init__(self, boundary: str) -> None:
        self._line = b"--" + boundary.encode()
        self._delimiter = b"\n" + self._line
        self._held = b""
        self._known = self._only_lf = self._in_part = False

    def taken(self, block: bytes) -> Iterator[bytes]:
        """The next bytes, as far as they are certain, line by line: who finds one wrong need not take the next."""
        if self._known and not self._only_lf:
            yield block
            return
        self._held += block
        if not self._known:
            self._look_at_first_line()
        if self._only_lf:
            yield from self._rewritten()
        elif self._known:
            yield self.rest()

    def rest(self) -> bytes:
        """What was held back; to be asked for at the end of the form, too."""
        rest, self._held = self._held, b""
        return rest

    def _look_at_first_line(self) -> None:
        begin = self._held.lstrip(b"\r\n")
        whole = len(begin) > len(self._line)
        self._known = whole or not self._line.startswith(begin)
        self._only_lf = whole and begin.startswith(self._line + b"\n")
        if self._only_lf:
            self._held = begin

    def _rewritten(self) -> Iterator[bytes]:
        at = 0
        while self._only_lf and (found := self._part(at) if self._in_part else self._line_of_head(at)):
            piece, at = found
            yield piece
        self._held = self._held[at:]
        if not self._only_lf:
            yield self.rest()

    def _line_of_head(self, at: int) -> tuple[bytes, int] | None:
        """The line at this place of what is held, and the place behind it; None where it is not whole."""
        end = self._held.find(b"\n", at)
        if end < 0:
            return None
        line = self._held[at:end].removesuffix(b"\r")
        self._in_part = not line
        self._only_lf = line != self._line + b"--"  # what follows the last one counts for nothing
        return line + b"\r\n", end + 1

    def _part(self, at: int) -> tuple[bytes, int] | None:
        """What is certain to be of a part from this place on, and the place behind it; None where nothing is."""
        end = self._held.find(self._delimiter, at)
        if end >= 0:
            self._in_part = False
            return self._held[at:end] + b"\r\n", end + 1
        end = self._held.rfind(b"\n", max(at, len(self._held) - len(self._delimiter) + 1))
        if end < 0 or not self._delimiter.startswith(self._held[end:]):
            end = len(self._held)
        return (self._held[at:end], end) if end > at else None
