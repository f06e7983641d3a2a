"""Connections that rest between two reads, when these take long."""

import asyncio

from uvicorn.protocols.http.flow_control import FlowControl

from application.admission.pace import Pace


class RestingFlow(FlowControl):
    """uvicorn's, in which a connection may rest: nothing is read before its turn, whoever asks for more meanwhile."""

    def __init__(self, transport: asyncio.Transport, reading: Pace, holders: tuple[str, ...]) -> None:
        super().__init__(transport)
        self._reading, self._holders = reading, holders
        self._rest: asyncio.Task[None] | None = None

    def pause_reading(self) -> None:
        if self._rest is None:
            super().pause_reading()
        self.read_paused = True

    def resume_reading(self) -> None:
        if self._rest is None:
            super().resume_reading()
        self.read_paused = False

    def rest(self) -> None:
        """Until it is the turn of these holders."""
        if self._rest is None and not self._transport.is_closing():
            if not self.read_paused:
                self._transport.pause_reading()
            self._rest = asyncio.get_running_loop().create_task(self._reading.rest(*self._holders))
            self._rest.add_done_callback(self._go_on)

    def end(self) -> None:
        """The connection has ended."""
        if self._rest is not None:
            self._rest.cancel()

    def _go_on(self, _: "asyncio.Task[None]") -> None:
        self._rest = None
        if not self.read_paused and not self._transport.is_closing():
            self._transport.resume_reading()
