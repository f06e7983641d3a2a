"""Requests that ask for another protocol, read as if they did not: a server may ignore `Upgrade` (RFC 9110, 7.8)."""

from collections.abc import Callable, Iterable

import httptools

_DEMAND = b"upgrade"


class RequestParser(httptools.HttpRequestParser):
    """uvicorn's parser, which ends at the head of such a request and would take it for one without a body.

    There `go_on` is called with what follows the head.
    """

    def __init__(self, protocol: object, go_on: Callable[[bytes], None]) -> None:
        super().__init__(protocol)
        self._go_on = go_on
        # As uvicorn has it: what follows a request with `Connection: close` is no error.
        self.set_dangerous_leniencies(lenient_data_after_close=True)

    @property
    def ignores_upgrade(self) -> bool:
        """Whether the head that is complete is to be read again. CONNECT has no body, and no other meaning."""
        return self.should_upgrade() and self.get_method() != b"CONNECT"

    def feed_data(self, data: bytes) -> None:  # type: ignore[override] # uvicorn gives nothing but bytes
        try:
            super().feed_data(data)
            return
        except httptools.HttpParserUpgrade as upgrade:
            if not self.ignores_upgrade:
                raise
            [offset] = upgrade.args
        self._go_on(data[offset:])  # not above, where Python would make the upgrade the cause of whatever is raised

    def head_without_upgrade(self, url: bytes, fields: Iterable[tuple[bytes, bytes]]) -> bytes:
        """The head that was parsed, as bytes, but for the demand."""
        lines = [b"%s %s HTTP/%s" % (self.get_method(), url, self.get_http_version().encode())]
        lines += [name + b": " + value for name, value in fields if name != _DEMAND]
        return b"\r\n".join([*lines, b"", b""])
