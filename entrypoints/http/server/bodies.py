"""Bodies of requests, read when the application asks for them."""

from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from domain.errors import Overloaded
from entrypoints.http.server.answering import AnsweringProtocol
from entrypoints.http.server.crowd import Place
from entrypoints.http.server.pieces import PIECES_AT_ONCE, Pieces
from entrypoints.http.server.refusal import refuse


class OnDemandProtocol(AnsweringProtocol):
    """Reads no body before the application asks for it, and keeps none once the answer has begun.

    What came with the head is kept within what the crowd has room for.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._place: Place | None = None
        self._pieces = Pieces()
        self._pieces_of_read = 0
        self._is_body_dropped = False

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._pieces = Pieces()
        self._is_body_dropped = False

    def on_body(self, body: bytes) -> None:
        self._pieces.gathered.append(body)
        if len(self._pieces.gathered) >= PIECES_AT_ONCE:
            self._take_body()

    def on_message_complete(self) -> None:
        self._take_body()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._release_early_body()

    def pause_writing(self) -> None:
        super().pause_writing()
        if (answered := self._turns.current) is not None and answered.response_started:
            answered.body = bytearray()  # what came of it before is not read any more
            if answered is self.cycle:
                self.flow.resume_reading()  # its client may take nothing before it has sent its whole body

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        super()._start_asgi_task(cycle, partial(self._ask, cycle, app))

    async def _ask(self, cycle: RequestResponseCycle, app: Any, scope: Any, receive: Any, send: Any) -> None:
        async def receive_asked_for() -> Any:
            if cycle is self._turns.current:
                self._turns.is_asked_for = True
                self._release_early_body()
            return await receive()

        await app(scope, receive_asked_for, send)

    def _take_body(self) -> None:
        """Hand on what came of a body since the last time. None of it is kept once the answer has begun."""
        if not self._pieces.gathered:
            return
        body, count = self._pieces.take()
        self._arriving.progress()
        self._pieces_of_read += count
        if self.cycle.response_started or self._is_body_dropped or not self._has_room_for(len(body)):
            # Nobody is told of them: Litestar, which waits for the client to leave, calls itself for each message.
            self._pieces.count_unwanted(count, len(body))
            return
        self._turns.grow(len(body))
        super().on_body(body)

    def _has_room_for(self, size: int) -> bool:
        """Whether so much more of a body may be kept; else its request is refused, and nothing of it is kept.

        Before the application asks for a body nothing of it is read but what came with the head, or while the request
        waited for its turn. So a request that brings more than there is room for has not begun, and can be refused.
        """
        if self._place is None or self.cycle is not self._turns.current or self._turns.is_asked_for:
            return True
        if self._place.body.hold_more(size):
            return True
        refuse(self.cycle.scope, Overloaded("too many bodies came at once"))  # type: ignore[arg-type] # uvicorn's type
        self.cycle.body, self._is_body_dropped = bytearray(), True
        self._release_early_body()
        return False

    def _release_early_body(self) -> None:
        """Nothing is there any more of a body that the application has not asked for."""
        if self._place is not None:
            self._place.body.hold(0)

    def _read_no_more_unasked(self) -> None:
        """Leave the rest of a body to the system until the application asks for it, which reads on."""
        answered = self._turns.current
        if answered is None or answered is not self.cycle or answered.response_started:
            return  # of the last, what comes after the answer has begun is thrown away
        if self._arriving.in_message and not self._turns.is_asked_for:
            self.flow.pause_reading()

    def _let_go(self) -> None:
        super()._let_go()
        self._pieces.gathered.clear()
        self._release_early_body()
