"""uvicorn's protocol, mended: how the requests of a connection are read, answered in turn, and forgotten."""

from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from entrypoints.http.server.arriving import Arriving
from entrypoints.http.server.drop import drop
from entrypoints.http.server.limit import give_up_turn
from entrypoints.http.server.slow_readers import DROP
from entrypoints.http.server.turns import Turns
from entrypoints.http.server.upgrade import RequestParser

_NOTHING: Any = None
"""In place of a scope, which uvicorn reads no more once its request is answered."""


class AnsweringProtocol(HttpToolsProtocol):
    """Reads requests that ask for another protocol as if they did not, and drops trailers. Answers a client that sends
    no more. Keeps nothing of a request that is answered, or whose client has left.

    The names of uvicorn that it leans on are listed in `protocol.py`.
    """

    def __init__(self, *arguments: Any, head_bytes: int, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.parser: RequestParser = RequestParser(self, self._read_again)
        self._arriving = Arriving(head_bytes)
        self._turns = Turns()
        self._under_way = 0

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # it would keep this object; uvicorn leaves it where there was a fault
        self._give_up_on_answers()
        self._let_go()

    def eof_received(self) -> bool:  # type: ignore[override] # the base class closes whatever there is to be answered
        """The client sends no more. What it has sent whole is answered, and nothing else is waited for."""
        if self._turns.current is not None and not self._arriving.in_head and not self._arriving.in_message:
            self.cycle.keep_alive = False
            return True
        return False

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"][DROP] = self._drop
        self._arriving.begin_head()

    def on_url(self, url: bytes) -> None:
        self._arriving.head.count_line(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._arriving.head.count_field(name, value)
        if not self._arriving.in_message:  # else it is a trailer, and must not speak for a proxy or a user
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self.parser.ignores_upgrade:
            return
        self._arriving.end_head()
        if self.parser.get_http_version() == "1.0":
            self.expect_100_continue = False  # RFC 9110, 10.1.1: such a client knows of no interim answer
        self._begin()
        self._turns.come(self.cycle, self._arriving.head.held)

    def on_message_complete(self) -> None:
        if self.parser.ignores_upgrade:
            return
        self._arriving.end_message()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        following = self.pipeline[-1][0] if self.pipeline else None
        super().on_response_complete()
        self._release_answered()
        self._turns.pass_to(following)

    def _read_again(self, rest: bytes) -> None:
        head = self.parser.head_without_upgrade(self.url, self.headers)
        self.parser = RequestParser(self, self._read_again)
        self.parser.feed_data(head + rest)

    def _begin(self) -> None:
        """Have the request answered, now or in its turn."""
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._under_way += 1
        super()._start_asgi_task(cycle, partial(self._answer, app))

    async def _answer(self, app: Any, scope: Any, receive: Any, send: Any) -> None:
        try:
            await app(scope, receive, send)
        finally:
            self._under_way -= 1
            if self.transport.is_closing():
                self._let_go()

    def _release_answered(self) -> None:
        """Keep nothing of the request that is answered, but what uvicorn looks at while its body still comes."""
        answered = self._turns.current
        if answered is None:
            return
        answered.scope, answered.body = _NOTHING, bytearray()
        if answered is self.cycle and not self._arriving.in_head:  # else these are a further request's
            self.scope, self.headers, self.url = _NOTHING, [], b""

    def _let_go(self) -> None:
        """Keep nothing for a connection of which no more is read, but the request that is being answered.

        A request knows its connection, and that its last one: what refers to each other waits for the garbage
        collector, and thousands come before that does.
        """
        self.pipeline.clear()
        self.parser = self.scope = _NOTHING
        self.headers, self.url = [], b""
        self._turns.forget_waiting()
        if not self._under_way:
            self._turns.pass_to(None)
        self.cycle = self._turns.current or _NOTHING

    def _give_up_on_answers(self) -> None:
        """Let those who answer know that nobody listens; uvicorn tells the last one, who may not have begun."""
        for cycle in (self._turns.current, self.cycle):
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected, cycle.body = True, bytearray()  # which nobody is given any more
                cycle.message_event.set()
                give_up_turn(cycle.scope)  # type: ignore[arg-type] # uvicorn's own type

    def _drop(self) -> None:
        """End the connection at once; whoever answers hears of it before the transport tells."""
        self._give_up_on_answers()
        drop(self.transport)
