"""How long a client may keep the service waiting."""


class Patience:
    """The seconds that a client may still keep the service waiting. Nothing but that time counts.

    They begin with `grace` and become fewer while the service waits; each byte that moves brings its time at `rate`,
    in bytes a second. No more than `most` seconds are kept, since who was fast once may not stand still for hours.
    """

    def __init__(self, rate: int, grace: float, most: float) -> None:
        self._rate = rate
        self._most = most
        self._seconds = grace

    def left(self, waiting: int = 0) -> float:
        """Seconds that may be waited now, `waiting` being the bytes that the client has been given to take."""
        return self._seconds + waiting / self._rate

    def waited(self, seconds: float, moved: int) -> None:
        """Count that the service has waited so long for so many bytes."""
        self._seconds = min(self._most, self._seconds - seconds + moved / self._rate)
