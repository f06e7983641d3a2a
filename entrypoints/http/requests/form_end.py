"""How a form ends: by its closing boundary, or by one that lacks the dashes that close it."""

from multipart import MultipartError


class FormEnd:
    """The last bytes of a form, as it comes.

    Clients that are written by hand forget the two dashes behind the last boundary. Nothing is lost by that: HTTP tells
    where the body ends, and the boundary, where the last part does.
    """

    def __init__(self, boundary: str) -> None:
        self._line = b"\r\n--" + boundary.encode()
        self._last = b""

    def take(self, block: bytes) -> None:
        """Look at the next bytes of the form."""
        kept = len(self._line) + 2
        self._last = (self._last + block[-kept:])[-kept:]

    @property
    def within_boundary(self) -> bool:
        """Whether nothing stands behind the last boundary."""
        return self._last.endswith(self._line)

    @property
    def after_boundary(self) -> bool:
        """Whether its line end is all that stands behind it."""
        return self._last == self._line + b"\r\n"

    def advice(self, error: MultipartError) -> str:
        """What would be right, where the form cannot be read."""
        problem = str(error.args[0])
        if "end of multipart" in problem:
            return f"end it with the line {self._line.decode().strip()}--"
        if "line break" in problem or "Malformed" in problem:
            return "a head has lines like Name: value, all of which end with CR LF"
        return "send it as RFC 7578 has it"
