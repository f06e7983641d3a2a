"""What strangers send is kept in no cache."""

import asyncio
import functools
import gc
import socket
import sys
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

from application.admission.pace import Pace
from entrypoints.http.app import create_app
from entrypoints.http.server.crowd import Crowd
from entrypoints.settings.settings import Settings
from tests.integration.serving import connected, serving
from tests.unit.memory import in_memory_container

REQUESTS = 3000
ALLOWED_GROWTH = 1 << 20
"""Bytes in one cache: the largest that is left is uvicorn's of 4,096 addresses that a trusted proxy names."""
_CACHES = (type(functools.lru_cache(1)(int)), type(functools.lru_cache(None)(int)))
METHODS = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "TRACE", "PROPFIND"]
ROUTES = ["/record", "/register", "/add_track", "/", "/schema", "/schema/openapi.json", "/assets/page.css"]
FILL = "x" * 1500


def caches() -> dict[str, Any]:
    """Every functools cache in this process, by what it is called."""
    found = [thing for thing in gc.get_objects() if isinstance(thing, _CACHES)]
    return {f"{getattr(cache, '__qualname__', cache)} of {cache.__module__} at {id(cache):x}": cache for cache in found}


def held_by(cache: Any) -> int:
    """Bytes of the texts, and of what holds them, that are the keys and values of a cache."""
    seen: set[int] = set()
    return sum(sizes(cache, seen, top=True))


def sizes(thing: Any, seen: set[int], *, top: bool = False) -> Iterator[int]:
    if id(thing) in seen or not (top or isinstance(thing, str | bytes | tuple | list | dict | frozenset)):
        return
    seen.add(id(thing))
    yield sys.getsizeof(thing)
    for inner in gc.get_referents(thing):
        yield from sizes(inner, seen)


def hostile(number: int) -> bytes:
    """A request of which every part differs from that of every other one."""
    method = METHODS[number % len(METHODS)]
    unique = f"{number:06}{FILL}"
    path = {
        0: f"/nope/{unique}",
        1: f"/assets/{unique}.css",
        2: f"/schema/{unique}.json",
        3: f"/%F0%9F%98%80{unique}",
        4: f"/{'/' * (number % 400)}record?id={unique}",
        5: f"/{'/' * (number % 40)}record/{unique}.mp3/?id={unique}",
        6: f"/links/{'/' * (number % 40)}{unique[:700]}/{unique[:700]}.mp3",
        7: f"/tracks/{unique[:700]}/links/{unique[:700]}",
    }.get(number // len(METHODS) % 12, f"{ROUTES[number % len(ROUTES)]}?id={unique}&user={number}&{number}=a")
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: host{number}.example",
        f"Cookie: a{number}={unique}; {number}=b",
        f"Content-Type: multipart/form-data; boundary=b{unique[:60]}; a={unique}",
        f"X-Forwarded-For: {number}.{FILL[:200]}, 2001:db8::{number:x}, 10.0.{number // 256}.{number % 256}",
        f"X-Forwarded-Proto: a{number}",
        f'If-None-Match: "{unique}"',
        f"Range: bytes={number}-{number + 1}",
        f"Accept: text/{unique}",
        f"Accept-Encoding: a{number}",
        f"Accept-Language: a{unique}",
        f"Authorization: Bearer {unique}",
        f"X-{number}: {unique}",
        *(["Content-Length: 0"] if method in ("POST", "PUT") else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


async def sent_all(connection: socket.socket) -> int:
    """How many of the requests were answered, one after the other."""
    reader, writer = await asyncio.open_connection(sock=connection)
    answered = 0
    for number in range(REQUESTS):
        request = hostile(number)
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not request.startswith(b"HEAD") and (length := head.partition(b"content-length: ")[2]):
            await reader.readexactly(int(length.split(b"\r\n")[0]))
        answered += 1
        if b"connection: close" in head:
            break
    writer.close()
    return answered


async def test_h21_what_strangers_send_is_kept_in_no_cache() -> None:
    trusted = (ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"))
    app = create_app(in_memory_container(Settings().but(trusted_proxies="127.0.0.0/8,10.0.0.0/8")))
    async with serving(app, crowd=Crowd(10, trusted, Pace())) as address, connected(address) as connection:
        known = caches()
        before = {name: held_by(cache) for name, cache in known.items()}
        assert await sent_all(connection) == REQUESTS
        grown = {name: held_by(cache) - before.get(name, 0) for name, cache in caches().items()}
    assert {name: size for name, size in grown.items() if size > ALLOWED_GROWTH} == {}
    assert sum(grown.values()) < 2 * ALLOWED_GROWTH
    assert any("handle_routing" in name for name in known)  # it finds those of the framework
    assert any("parse_query_string" in name for name in known)
