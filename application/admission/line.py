"""Where uploads wait for a place whose sender is known before the file."""

from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager

from application.admission.places import Places


class Line:
    """The line before `places`, which has room for as many as `waiting`; of it one holder may have its share, too.

    Who waits here is next in order of coming, together with all others who wait for these places.
    """

    def __init__(self, places: Places, waiting: Places) -> None:
        self._places = places
        self._waiting = waiting

    def refuse_if_full(self, *holders: str) -> None:
        """Raises what `Places.refuse_if_full` does of `places` if there is neither one now nor room to wait for one."""
        if not self._waiting.shares.has_for(*holders):
            self._places.refuse_if_full(*holders)

    @asynccontextmanager
    async def place(self, *holders: str, seconds: float) -> AsyncGenerator[None, None]:
        """Hold a place while the context lasts, once there is one.

        Raises what `refuse_if_full` does, and after `seconds` what `Places.wait` does.
        """
        self.refuse_if_full(*holders)
        with ExitStack() as room:
            if not self._places.shares.has_for(*holders):
                room.enter_context(self._waiting.take(*holders))
            async with self._places.wait(*holders, seconds=seconds):
                room.close()
                yield
