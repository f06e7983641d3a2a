"""The server's HTTP protocol, with the bounds that uvicorn's lacks.

uvicorn promises none of the names that are read, called or overridden here, in `answering.py` and in `bodies.py`, so it
is pinned to its minor version:

HttpToolsProtocol: connection_made, connection_lost, eof_received, data_received (ours in place of its, which asks for
    `parser` anew each time, too), on_message_begin, on_url, on_header, on_headers_complete, on_body,
    on_message_complete, on_response_complete, pause_writing, resume_writing, send_400_response,
    _unset_keepalive_if_required, _start_asgi_task, parser, transport, flow (`resting.py`), loop,
    client, scope, cycle, pipeline, url, headers, expect_100_continue
RequestResponseCycle: response_complete, response_started, disconnected, message_event, keep_alive, body, scope
Server (`entrypoints/cli/serve.py`): startup, shutdown, started, server_state with its tasks
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import httptools
import structlog

from entrypoints.http.errors import TargetTooLong
from entrypoints.http.server.bodies import OnDemandProtocol
from entrypoints.http.server.crowd import SPARE_SECONDS, Crowd
from entrypoints.http.server.drop import drop
from entrypoints.http.server.ending import Beyond, reason_of
from entrypoints.http.server.head_timer import HeadTimer
from entrypoints.http.server.limit import mark_spare
from entrypoints.http.server.pieces import PIECES_AT_ONCE
from entrypoints.http.server.reading import SmallReads
from entrypoints.http.server.refusal import refuse
from entrypoints.http.server.resting import RestingFlow
from entrypoints.http.server.stalling import StallWatch

logger = structlog.get_logger(__name__)

MAX_TARGET_BYTES = 2048
"""Path and query of a request. The longest that a call of ours takes, a link to a record, has a tenth of that."""
LOGGED_TARGET_BYTES = 200
"""Of one that is longer."""


@dataclass(frozen=True, slots=True)
class ConnectionBounds:
    """What a connection may take, in bytes and seconds.

    `head_bytes` bounds the request line and the fields of one request, trailers included. `head_seconds` count from
    the connection's start, then from the first byte of a further head. A client that takes nothing of what waits for
    it for `stalled_seconds` is dropped.
    """

    head_bytes: int
    head_seconds: float
    stalled_seconds: float


class BoundedProtocol(OnDemandProtocol):
    """Ends connections of which there are too many, whose request head is too large or too slow, whose body is in too
    small pieces, for which too much is held, and those whose client takes nothing.
    """

    def __init__(self, *arguments: Any, bounds: ConnectionBounds, crowd: Crowd, **named: Any) -> None:
        super().__init__(*arguments, head_bytes=bounds.head_bytes, **named)
        self._bounds, self._crowd = bounds, crowd
        self._head_timer: HeadTimer
        self._stall: StallWatch

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in the base class
        super().connection_made(transport)
        self.flow: RestingFlow = self._crowd.flow(transport, self.client)
        transport.set_write_buffer_limits(high=0)  # uvicorn goes on writing when nothing is left there, and not before
        self._stall = StallWatch(transport, self.loop, self._bounds.stalled_seconds)
        self._place = self._crowd.enter(self.client)
        seconds = min(self._bounds.head_seconds, SPARE_SECONDS) if self._is_spare else self._bounds.head_seconds
        self._head_timer = HeadTimer(transport, self.loop, self._turns, seconds)
        if self._place is None:
            transport.abort()
        else:
            self._head_timer.start()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_timer.stop()
        self._stall.end()
        self.flow.end()
        if self._place is not None:
            self._place.leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._head_timer.is_running and not self._arriving.in_message:
            self._head_timer.start()
        self._arriving.come(len(data))
        self._pieces_of_read = 0
        self._unset_keepalive_if_required()
        self._parse(data)
        if self.transport.is_closing():
            return
        if self._arriving.began_within(len(data)):
            self._head_timer.start()
        self._bound_what_is_held()
        self._read_no_more_unasked()
        if self._pieces_of_read > PIECES_AT_ONCE:
            self.flow.rest()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._bound_what_is_held()
        self._read_no_more_unasked()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall.watch()

    def resume_writing(self) -> None:
        self._stall.end()
        super().resume_writing()

    def _parse(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
            self._take_body()
        except httptools.HttpParserUpgrade:
            pass  # CONNECT, which is answered like any other method that is not there
        except Beyond as error:
            self._end(str(error))
        except httptools.HttpParserError as error:
            self._end(reason_of(error))

    @property
    def _is_spare(self) -> bool:
        """Whether the connection is one too many, on which requests are refused."""
        return self._place is not None and self._place.spare

    def _begin(self) -> None:
        """Have the request answered, of whose address nothing is parsed or kept where it is too long."""
        self._head_timer.stop()
        self._turns.refuse_too_many()
        self._hold(self._turns.held_with(self._arriving.head.held))
        target = self.url
        if len(target) > MAX_TARGET_BYTES:
            refuse(self.scope, TargetTooLong(MAX_TARGET_BYTES))  # type: ignore[arg-type] # uvicorn's own type
            self.url = b"/"
        if self._is_spare:
            mark_spare(self.scope)  # type: ignore[arg-type] # as above
        super()._begin()
        if len(target) > MAX_TARGET_BYTES:
            # For the log alone; the task that answers has not begun.
            self.scope["path"] = target[:LOGGED_TARGET_BYTES].partition(b"?")[0].decode("latin-1")
        if self._is_spare:
            self.cycle.keep_alive = False

    def _bound_what_is_held(self) -> None:
        if self.transport.is_closing():
            return
        try:
            self._hold(self._arriving.held() + self._turns.held)
        except Beyond as error:
            self._end(str(error))

    def _hold(self, size: int) -> None:
        """So many bytes are held for this connection. Raises `Beyond` where that is too much."""
        if self._place is not None and not self._place.held.hold(size):
            raise Beyond("too much is held for this and other connections")

    def _end(self, reason: str) -> None:
        """Close a connection of which no more can be read; say 400 where no answer has begun."""
        logger.info("connection ended", reason=reason)
        answered = self._turns.current
        if answered is None or not answered.response_started:
            self.send_400_response("Invalid HTTP request received.")
        elif self.transport.get_write_buffer_size():
            drop(self.transport)  # of what is left of the answer nobody would see to it that the client takes it
        else:
            self.transport.close()
        self._give_up_on_answers()
        self._let_go()

    def _let_go(self) -> None:
        super()._let_go()
        if self._place is not None:
            self._place.held.hold(self._turns.held)


def bounded_protocol(bounds: ConnectionBounds, crowd: Crowd) -> Any:
    """The protocol with these bounds, as uvicorn wants it."""

    def made(*arguments: Any, **named: Any) -> SmallReads:
        return SmallReads(BoundedProtocol(*arguments, bounds=bounds, crowd=crowd, **named))

    return made
