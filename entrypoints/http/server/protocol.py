"""The server's HTTP protocol, with the bounds that uvicorn's lacks.

uvicorn promises none of the names that are read, called or overridden here, so it is pinned to its minor version:

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
from functools import partial
from typing import Any

import httptools
import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from domain.errors import Overloaded
from entrypoints.http.errors import TargetTooLong
from entrypoints.http.server.crowd import SPARE_SECONDS, Crowd, Place
from entrypoints.http.server.drop import drop
from entrypoints.http.server.head import Head
from entrypoints.http.server.limit import mark_spare
from entrypoints.http.server.pieces import PIECES_AT_ONCE, Beyond, Pieces
from entrypoints.http.server.reading import SmallReads
from entrypoints.http.server.refusal import refuse
from entrypoints.http.server.resting import RestingFlow
from entrypoints.http.server.slow_readers import DROP
from entrypoints.http.server.stalling import StallWatch
from entrypoints.http.server.turns import Turns
from entrypoints.http.server.upgrade import RequestParser

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


_NOTHING: Any = None
"""In place of a scope, which uvicorn reads no more once its request is answered."""


class BoundedProtocol(HttpToolsProtocol):
    """Ends connections of which there are too many, whose request head is too large or too slow, whose body is in too
    small pieces, for which too much is held, and those whose client takes nothing. Reads requests that ask for another
    protocol as if they did not, and no body before the application asks for it. Answers a client that sends no more.
    """

    def __init__(self, *arguments: Any, bounds: ConnectionBounds, crowd: Crowd, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.parser: RequestParser = RequestParser(self, self._read_again)
        self._bounds, self._crowd = bounds, crowd
        self._place: Place | None = None
        self._turns = Turns()
        self._under_way = 0
        self._head = Head(bounds.head_bytes)
        self._pieces = Pieces()
        self._pieces_of_read = 0
        self._body: list[bytes] = []
        self._is_body_dropped = False
        self._bytes_without_progress = 0
        self._bytes_around_head = 0
        self._in_head = self._in_message = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall: StallWatch

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in the base class
        super().connection_made(transport)
        self.flow: RestingFlow = self._crowd.flow(transport, self.client)
        transport.set_write_buffer_limits(high=0)  # uvicorn goes on writing when nothing is left there, and not before
        self._stall = StallWatch(transport, self.loop, self._bounds.stalled_seconds)
        self._place = self._crowd.enter(self.client)
        if self._place is None:
            transport.abort()
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_head_timer()
        self._stall.end()
        self.flow.end()
        if self._place is not None:
            self._place.leave()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # it would keep this object; uvicorn leaves it where there was a fault
        self._give_up_on_answers()
        self._let_go()

    def eof_received(self) -> bool:  # type: ignore[override] # the base class closes whatever there is to be answered
        """The client sends no more. What it has sent whole is answered, and nothing else is waited for."""
        if self._turns.current is not None and not self._in_head and not self._in_message:
            self.cycle.keep_alive = False
            return True
        return False

    def data_received(self, data: bytes) -> None:
        if self._head_timer is None and not self._in_message:
            self._await_head()
        self._bytes_without_progress += len(data)
        self._pieces_of_read = 0
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
            self._take_body()
        except httptools.HttpParserUpgrade:
            pass  # CONNECT, which is answered like any other method that is not there
        except Beyond as error:
            self._end(str(error))
        except httptools.HttpParserError as error:
            self._end(_reason(error.__context__))
        if self.transport.is_closing():
            return
        if self._in_head and self._bytes_without_progress < len(data):
            self._bytes_around_head = len(data)  # it began somewhere in these, with the end of an earlier request
            self._await_head()
        self._bound_what_is_held()
        self._read_no_more_unasked()
        if self._pieces_of_read > PIECES_AT_ONCE:
            self.flow.rest()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"][DROP] = self._drop
        self._in_head = True
        self._head = Head(self._bounds.head_bytes)
        self._pieces = Pieces()
        self._is_body_dropped = False

    def on_url(self, url: bytes) -> None:
        self._head.count_line(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head.count_field(name, value)
        if not self._in_message:  # else it is a trailer, and must not speak for a proxy or a user
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self.parser.ignores_upgrade:
            return
        self._turns.refuse_too_many()
        self._bytes_without_progress = self._bytes_around_head = 0
        self._in_head, self._in_message = False, True
        self._cancel_head_timer()
        if self.parser.get_http_version() == "1.0":
            self.expect_100_continue = False  # RFC 9110, 10.1.1: such a client knows of no interim answer
        self._hold(self._turns.held_with(self._head.held))
        self._begin()
        self._turns.come(self.cycle, self._head.held)

    def on_body(self, body: bytes) -> None:
        self._body.append(body)
        if len(self._body) >= PIECES_AT_ONCE:
            self._take_body()

    def on_message_complete(self) -> None:
        if self.parser.ignores_upgrade:
            return
        self._take_body()
        self._bytes_without_progress = 0
        self._in_message = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        following = self.pipeline[-1][0] if self.pipeline else None
        super().on_response_complete()
        self._release_answered()
        self._turns.pass_to(following)
        self._release_early_body()
        self._bound_what_is_held()
        self._read_no_more_unasked()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall.watch()
        if (answered := self._turns.current) is not None and answered.response_started:
            answered.body = bytearray()  # what came of it before is not read any more
            if answered is self.cycle:
                self.flow.resume_reading()  # its client may take nothing before it has sent its whole body

    def resume_writing(self) -> None:
        self._stall.end()
        super().resume_writing()

    def _take_body(self) -> None:
        """Hand on what came of a body since the last time. None of it is kept once the answer has begun."""
        if not self._body:
            return
        body, count = self._body[0] if len(self._body) == 1 else b"".join(self._body), len(self._body)
        self._body.clear()
        self._bytes_without_progress = 0
        self._pieces_of_read += count
        self._pieces.count(count, len(body))
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
        if self._in_message and not self._turns.is_asked_for:
            self.flow.pause_reading()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._under_way += 1
        super()._start_asgi_task(cycle, partial(self._answer, cycle, app))

    async def _answer(self, cycle: RequestResponseCycle, app: Any, scope: Any, receive: Any, send: Any) -> None:
        async def receive_asked_for() -> Any:
            if cycle is self._turns.current:
                self._turns.is_asked_for = True
                self._release_early_body()
            return await receive()

        try:
            await app(scope, receive_asked_for, send)
        finally:
            self._under_way -= 1
            if self.transport.is_closing():
                self._let_go()

    def _begin(self) -> None:
        """Have the request answered, of whose address nothing is parsed or kept where it is too long."""
        target = self.url
        if len(target) > MAX_TARGET_BYTES:
            refuse(self.scope, TargetTooLong(MAX_TARGET_BYTES))  # type: ignore[arg-type] # uvicorn's own type
            self.url = b"/"
        if self._place is not None and self._place.spare:
            mark_spare(self.scope)  # type: ignore[arg-type] # as above
        super().on_headers_complete()
        if len(target) > MAX_TARGET_BYTES:
            # For the log alone; the task that answers has not begun.
            self.scope["path"] = target[:LOGGED_TARGET_BYTES].partition(b"?")[0].decode("latin-1")
        if self._place is not None and self._place.spare:
            self.cycle.keep_alive = False

    def _read_again(self, rest: bytes) -> None:
        head = self.parser.head_without_upgrade(self.url, self.headers)
        self.parser = RequestParser(self, self._read_again)
        self.parser.feed_data(head + rest)

    def _release_answered(self) -> None:
        """Keep nothing of the request that is answered, but what uvicorn looks at while its body still comes."""
        answered = self._turns.current
        if answered is None:
            return
        answered.scope, answered.body = _NOTHING, bytearray()
        if answered is self.cycle and not self._in_head:  # else these are a further request's
            self.scope, self.headers, self.url = _NOTHING, [], b""

    def _bound_what_is_held(self) -> None:
        """The parser keeps a field until it is whole: one without an end is told by nothing else."""
        if self.transport.is_closing():
            return
        if self._bytes_without_progress > self._bounds.head_bytes:
            self._end(f"more than {self._bounds.head_bytes} bytes that are neither a head nor a body")
            return
        unfinished = self._bytes_without_progress + self._bytes_around_head + self._head.held_beside
        try:
            self._hold((unfinished if self._in_head else 0) + self._turns.held)
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
        """Keep and count nothing for a connection of which no more is read, but the request that is being answered.

        A request knows its connection, and that its last one: what refers to each other waits for the garbage
        collector, and thousands come before that does.
        """
        self.pipeline.clear()
        self._body.clear()
        self.parser = self.scope = _NOTHING
        self.headers, self.url = [], b""
        self._turns.forget_waiting()
        if not self._under_way:
            self._turns.pass_to(None)
        self.cycle = self._turns.current or _NOTHING
        if self._place is not None:
            self._place.held.hold(self._turns.held)
            self._place.body.hold(0)

    def _give_up_on_answers(self) -> None:
        """Let those who answer know that nobody listens; uvicorn tells the last one, who may not have begun."""
        for cycle in (self._turns.current, self.cycle):
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected, cycle.body = True, bytearray()  # which nobody is given any more
                cycle.message_event.set()

    def _drop(self) -> None:
        """End the connection at once; whoever answers hears of it before the transport tells."""
        self._give_up_on_answers()
        drop(self.transport)

    def _await_head(self) -> None:
        self._cancel_head_timer()
        spare = self._place is not None and self._place.spare
        seconds = min(self._bounds.head_seconds, SPARE_SECONDS) if spare else self._bounds.head_seconds
        self._head_timer = self.loop.call_later(seconds, self._give_up_on_head)

    def _give_up_on_head(self) -> None:
        if self._turns.current is not None:  # an earlier request
            self._await_head()
        else:
            self.transport.abort()

    def _cancel_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def _reason(cause: BaseException | None) -> str:
    """Why the parser ended: at an exception of ours, which it wraps, or by itself, which may tell what the client sent.

    What neither bounds of ours nor a malformed request explain is our fault, which is logged.
    """
    if isinstance(cause, Beyond):
        return str(cause)
    if cause is None or isinstance(cause, ValueError | httptools.HttpParserError):
        return "what came is no HTTP"
    logger.error("request not read", exc_info=cause)
    return "a fault of the service"


def bounded_protocol(bounds: ConnectionBounds, crowd: Crowd) -> Any:
    """The protocol with these bounds, as uvicorn wants it."""

    def made(*arguments: Any, **named: Any) -> SmallReads:
        return SmallReads(BoundedProtocol(*arguments, bounds=bounds, crowd=crowd, **named))

    return made
