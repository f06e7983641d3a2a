"""`music-app serve`."""

import asyncio
import errno
import gc
import os
import resource
import socket
import sys

import structlog
import uvicorn
import uvloop

from domain.errors import WrongSetting
from entrypoints.http.app import create_app
from entrypoints.http.server.crowd import Crowd
from entrypoints.http.server.protocol import ConnectionBounds, bounded_protocol
from entrypoints.settings.requests import Requests
from entrypoints.wiring.container import Container

logger = structlog.get_logger(__name__)

BACKLOG = 2048
"""Connections that the system holds until they are taken."""
OPEN_FILES = 65_536
"""More than that many at once are not asked for."""
UNSENT_BYTES = 128 * 1024
"""What the system takes for a client beyond what is on its way: else it is up to 4 MB for each that reads slowly."""
CLEAN_END_SECONDS = 5.0
"""For requests that were cancelled to end their programs and transactions."""
SWITCH_SECONDS = 0.0005
"""After which a thread that computes lets another go on. An upload changes threads a dozen times, and Python's 5 ms for
each are what it would wait for where the event loop is busy."""
_ALL_ADDRESSES = "::"


class _AnnouncingServer(uvicorn.Server):
    """Says where it serves once it does, and leaves no request behind.

    The names of uvicorn that it leans on are listed in `entrypoints/http/server/protocol.py`.
    """

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        _spare_collections()
        if self.started:
            for listening in sockets or ():
                print(f"music-app serves at {_address(listening)}", flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does it, which cancels what did not end in time; then wait for its clean end."""
        await super().shutdown(sockets)
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=CLEAN_END_SECONDS)


def serve(container: Container) -> None:
    """Serve until SIGINT or SIGTERM, while the store runs. Raises `WrongSetting` where the start is not possible."""
    serving = container.settings.serving
    connections = _allow_connections(container.settings.admission.max_connections)
    sys.setswitchinterval(SWITCH_SECONDS)
    with _listen(serving.host, serving.port) as listening:
        crowd = Crowd(connections, serving.trusted_networks, container.application.reading())
        uvloop.run(_serve(container, listening, crowd))


async def _serve(container: Container, listening: socket.socket, crowd: Crowd) -> None:
    settings = container.settings
    config = uvicorn.Config(
        create_app(container),
        lifespan="off",  # opened here, so that a wrong setting is told in one line
        access_log=False,  # entrypoints/http/server/request_log.py writes it, without the query
        log_config=None,
        proxy_headers=False,
        server_header=False,
        http=bounded_protocol(_bounds(settings.requests), crowd),
        timeout_graceful_shutdown=settings.serving.shutdown_grace,
        ws="none",
        backlog=BACKLOG,
    )
    async with container.running():
        await _AnnouncingServer(config).serve(sockets=[listening])


def _spare_collections() -> None:
    """Have the garbage collector look no more at what is there now, and is to stay.

    Going through all of it stops everything for as long as answering dozens of requests takes.
    """
    gc.collect()
    gc.freeze()


def _allow_connections(wanted: int) -> int:
    """How many of these there can be: half of the open files is for what uploads keep open."""
    open_files = _allow_open_files()
    if wanted > open_files // 2:
        logger.warning("fewer connections", setting="MAX_CONNECTIONS", allowed=open_files // 2, open_files=open_files)
    return min(wanted, open_files // 2)


def _allow_open_files() -> int:
    """How many may be open: each connection takes one, an upload three. What systems allow at first is often 1,024."""
    allowed, highest = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if highest == resource.RLIM_INFINITY else min(OPEN_FILES, highest)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, highest))
        return wanted
    return OPEN_FILES if allowed == resource.RLIM_INFINITY else allowed


def _bounds(requests: Requests) -> ConnectionBounds:
    return ConnectionBounds(requests.max_head_bytes, requests.max_head_seconds, requests.max_stalled_seconds)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, UnicodeError) as error:
        raise _no_host(host, error) from error
    # On all addresses means those of IPv4, too. Python would leave them out, whatever the system does by itself.
    both = address[0] == _ALL_ADDRESSES and socket.has_dualstack_ipv6()
    try:
        listening = socket.create_server(address[:2], family=family, backlog=BACKLOG, dualstack_ipv6=both)
    except OSError as error:
        if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            raise _no_host(host, error) from error
        reason = os.strerror(error.errno or 0)
        raise WrongSetting("PORT", f"must be free on HOST; {host}:{port} cannot be opened ({reason})") from error
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)  # each connection inherits it
    return listening


def _no_host(host: str, error: Exception) -> WrongSetting:
    return WrongSetting("HOST", f"must be an address or a name of this machine; {host!r} is not ({error})")


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    if host != _ALL_ADDRESSES:
        return address
    alone = listening.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    return f"{address} (IPv6 alone)" if alone else f"{address} (IPv6 and IPv4)"
