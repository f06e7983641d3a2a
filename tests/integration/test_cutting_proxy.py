"""The proxy that cuts connections cuts where it is told to, and nowhere else."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.tus.proxy import CuttingProxy
from tests.waiting import SECONDS


@contextmanager
def listening(answer: bytes = b"") -> Iterator[tuple[tuple[str, int], list[bytes]]]:
    """A service that answers what it gets when that has ended, and what it got on each connection."""
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(SECONDS)

        def serve() -> None:
            while True:
                connection, _ = listener.accept()
                pieces: list[bytes] = []
                with connection, suppress(ConnectionError):  # lost on purpose
                    connection.sendall(answer)
                    while piece := connection.recv(1 << 16):
                        pieces.append(piece)
                        if piece.endswith(b"end"):
                            connection.sendall(b"answered")
                got.append(b"".join(pieces))
                if got[-1] == b"stop":
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname(), got
        finally:
            with socket.create_connection(listener.getsockname(), timeout=SECONDS) as last:
                last.sendall(b"stop")
            thread.join()


def sent_through(proxy: CuttingProxy, content: bytes) -> bytes:
    """What a client that sends this gets until the connection ends, or is answered."""
    host, _, port = proxy.url.removeprefix("http://").partition(":")
    answer = b""
    with socket.create_connection((host, int(port)), timeout=SECONDS) as client:
        client.sendall(content)
        while not answer.endswith(b"answered"):
            try:
                piece = client.recv(1000)
            except ConnectionResetError:
                break
            if not piece:
                break
            answer += piece
    return answer


def test_it_hands_on_all_but_from_the_byte_of_a_cut_on() -> None:
    cuts = []
    with listening() as (address, got):
        with CuttingProxy(address, [3, 8], when_cut=lambda: cuts.append(len(got))) as proxy:
            assert sent_through(proxy, b"abcdef") == b""
            assert sent_through(proxy, b"1234end") == b"answered"
            assert sent_through(proxy, b"5end") == b""  # the eighth byte since the cut
            assert sent_through(proxy, b"whole end") == b"answered"
            assert len(cuts) == 2
    assert got == [b"ab", b"1234end", b"", b"whole end", b"stop"]


def test_it_loses_the_answers_that_it_is_told_to_lose_each_once() -> None:
    with listening(b"Upload-Track-Location: x") as (address, got):
        with CuttingProxy(address, lost=[b"track-location"]) as proxy:
            assert sent_through(proxy, b"once end") == b""
            assert sent_through(proxy, b"again end").endswith(b"answered")
    assert got[1] == b"again end"


@pytest.mark.parametrize("comes", [True, False])
def test_it_follows_a_service_that_moves_and_ends_connections_while_there_is_none(comes: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nowhere = closed.getsockname()
    with listening() as (address, _), CuttingProxy(nowhere) as proxy:
        if comes:
            proxy.target = address
        assert sent_through(proxy, b"the end") == (b"answered" if comes else b"")


def test_it_leaves_no_thread_and_no_connection() -> None:
    with listening() as (address, _), CuttingProxy(address) as proxy:
        host, _, port = proxy.url.removeprefix("http://").partition(":")
        idle = socket.create_connection((host, int(port)), timeout=SECONDS)
        with idle:
            idle.sendall(b"the end")
            assert idle.recv(10) == b"answered"
            proxy.__exit__()
            assert idle.recv(10) == b""
        assert [thread.name for thread in threading.enumerate() if proxy.url in thread.name] == []
