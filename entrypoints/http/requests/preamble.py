"""What a form has before its first boundary, by which it shows that it uses another one."""

from entrypoints.http.errors import RequestInvalid

_LOOKED_AT = 1024
"""Bytes. Clients write nothing before the first boundary; the longest boundary that is taken has a fifth of that."""
_FILES = (b"RIFF", b"RIFX", b"RF64", b"BW64", b"riff")


class Preamble:
    """The beginning of a form, as it comes; RFC 2046 (5.1.1) allows any text before the first boundary."""

    def __init__(self, boundary: str) -> None:
        self._line = b"--" + boundary.encode()
        self._seen = b""
        self.found = False
        """Whether the boundary has come, as far as the preamble was looked at."""
        self.problem = RequestInvalid(
            f"Content-Type names the boundary {boundary}, but the form does not begin with the line --{boundary}; "
            "name the boundary that the form uses"
        )

    def take(self, block: bytes) -> None:
        """Look at the next bytes of the form.

        Raises `RequestInvalid` as soon as it is certain that they use another boundary, or are no form at all: a
        client that sends gigabytes need not wait to learn that.
        """
        room = _LOOKED_AT - len(self._seen)
        if self.found or room == 0:
            return
        self._seen += block[:room]
        begin = self._seen.lstrip(b"\r\n")
        if self._line in (begin[: len(self._line)], *begin.split(b"\r\n")):
            self._take_end_of_line(begin)
        elif begin.startswith(_FILES):
            raise RequestInvalid("the body is the file itself, and no form; send it with Content-Type: audio/wav")
        elif not self._line.startswith(begin) and (begin[:2] == b"--" or b"content-disposition:" in begin.lower()):
            raise self.problem

    def _take_end_of_line(self, begin: bytes) -> None:
        """After the boundary its line ends, or the form; what is between spaces and line ends, the parser judges."""
        rest = begin[len(self._line) :][:2] if begin.startswith(self._line) else b"\r\n"
        if rest[:1] not in (b"", b"\r", b"\n", b" ", b"\t") and not b"--".startswith(rest):
            raise self.problem
        self.found = len(rest) == 2
