"""A proxy that cuts connections, on one address before a service that comes and goes."""

import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress

PIECE_BYTES = 1 << 16


class CuttingProxy:
    """Hands on what comes to `url` to the `target`, host and port, which may be changed at any time.

    It ends a connection, towards both ends, in place of the byte whose number since the last cut the next of `cuts`
    names, counting what all clients send: the service gets those before it. It does the same, once for each entry, in
    place of a piece of an answer that holds one of `lost`, in lower case: the service has answered, nobody hears it.
    `when_cut` is called before a connection ends so. Where no service is heard, the client's connection ends. Leaves no
    thread and no socket behind its context.
    """

    def __init__(
        self,
        target: tuple[str, int],
        cuts: Iterable[int] = (),
        lost: Iterable[bytes] = (),
        when_cut: Callable[[], object] = lambda: None,
    ) -> None:
        self.target = target
        self.when_cut = when_cut
        self.cuts = deque(cuts)
        self.lost = deque(lost)
        self._sent = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> "CuttingProxy":
        self._begin(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        _end(self._listener)
        while self._threads:
            for connection in list(self._open):
                _end(connection)
            self._threads.pop().join()

    def _begin(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name=f"proxy {self.url}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                self._open.add(client)
                self._begin(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        try:
            service = socket.create_connection(self.target)
        except OSError:
            _end(client)
            self._open.discard(client)
            return
        self._open.add(service)
        answers = threading.Thread(target=self._hand_on, args=(service, client, self._answered), daemon=True)
        answers.start()
        self._hand_on(client, service, self._asked)
        answers.join()
        self._open -= {client, service}

    def _hand_on(self, source: socket.socket, to: socket.socket, passing: Callable[[bytes], bytes]) -> None:
        """Until one of the two ends, or not all of a piece may pass; then end both."""
        try:
            while piece := source.recv(PIECE_BYTES):
                passed = passing(piece)
                to.sendall(passed)
                if len(passed) < len(piece):
                    self.when_cut()
                    break
        except OSError:
            pass  # one of the two has ended it
        finally:
            _end(source)
            _end(to)

    def _asked(self, piece: bytes) -> bytes:
        with self._lock:
            before, self._sent = self._sent, self._sent + len(piece)
            if not self.cuts or self._sent < self.cuts[0]:
                return piece
            self._sent = 0
            return piece[: self.cuts.popleft() - 1 - before]

    def _answered(self, piece: bytes) -> bytes:
        with self._lock:
            for text in self.lost:
                if text in piece.lower():
                    self.lost.remove(text)
                    return b""
        return piece


def _end(connection: socket.socket) -> None:
    """Wake whoever waits for it, and close it. Safe to repeat."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
