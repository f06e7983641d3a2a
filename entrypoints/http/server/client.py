"""Who the client is, also behind reverse proxies."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import structlog
from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from entrypoints.settings.serving import Network

logger = structlog.get_logger(__name__)

_ONE_SUBSCRIBER = 56
"""Bits of an IPv6 address that one subscriber's addresses have in common.

A site gets more than one /64 in most cases (RFC 6177, BCP 157, section 2), and could come from each as another client;
what registries encourage for homes is a /56 (section 1 there), which is 256 of them. Where one subscriber has a single
/64, up to 256 neighbours are one client, and share its part as those behind one IPv4 address do.
"""
_KEPT_OF_IPV4, _KEPT_OF_IPV6 = 24, 48
_MAPPED = int(IPv6Address("::ffff:0.0.0.0"))
_MAPPED_PREFIX = 96
_ADDRESS = b"x-forwarded-for"
_SCHEME = b"x-forwarded-proto"


def believe_proxies(app: ASGIApp, trusted: Sequence[Network]) -> ASGIApp:
    """Let a request be that of the client whom trusted proxies name, by the scheme that they name.

    uvicorn reads X-Forwarded-For from its end, up to the first address that is none of theirs. To it an IPv4 address
    and the same one mapped into IPv6 (RFC 4291, 2.5.5.2) are two, so it is given both networks. It takes a scheme that
    stands alone, in small letters, and those of web sockets too; so it is given what the last proxy says of HTTP.
    """
    networks = [str(spelled) for network in trusted for spelled in _spellings(network)]
    believing: Any = ProxyHeadersMiddleware(app, networks)  # type: ignore[arg-type] # the same, typed by each on its own

    told = False

    async def believed(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal told
        if scope["type"] == ScopeType.HTTP:
            if not told and _is_forwarded_by_a_stranger(scope, trusted):
                told = True  # once is enough, and a stranger could fill the log
                logger.warning("X-Forwarded-For is not believed", peer=scope["client"], setting="TRUSTED_PROXIES")
            scope["headers"] = [*_with_one_scheme(scope["headers"])]
        await believing(scope, receive, send)

    return believed


def client_name(request: Request[Any, Any, Any]) -> str:
    """What stands for one client where calls are counted: its IPv4 address, its IPv6 network, or "unknown".

    A proxy may name what is no address, and of such names there is no end.
    """
    return _name(_address(request.scope["client"])) or "unknown"


def holders(peer: tuple[str, int] | None, trusted: Sequence[Network]) -> tuple[str, ...]:
    """In whose name this peer holds what is bounded: `address` and its `client_name`.

    Nobody's where it is a proxy that names no client, since all who come through it would have to share one part.
    """
    if peer and not trusted and ":" not in peer[0]:
        return (f"address {peer[0]}",)  # an IPv4 address as the system writes it, since nobody else may name one
    address = _address(peer)
    if address is not None and any(address in network for network in trusted):
        return ()
    return (f"address {_name(address) or 'unknown'}",)


def holders_behind(trusted: Sequence[Network]) -> Callable[[Request[Any, Any, Any]], tuple[str, ...]]:
    """What gives the `holders` of a request."""

    def of(request: Request[Any, Any, Any]) -> tuple[str, ...]:
        return holders(request.scope["client"], trusted)

    return of


def address_prefix(peer: tuple[str, int] | None, trusted: Sequence[Network]) -> str | None:
    """The network of a client, in which it is one of many: a /24 of IPv4, a /48 of IPv6.

    None where it is not known, as of a proxy that names no client.
    """
    address = _address(peer)
    if address is None or any(address in network for network in trusted):
        return None
    if isinstance(address, IPv4Address):
        return str(IPv4Network((int(address), _KEPT_OF_IPV4), strict=False))
    return str(IPv6Network((int(address), _KEPT_OF_IPV6), strict=False))


def _address(peer: tuple[str, int] | None) -> IPv4Address | IPv6Address | None:
    """Mapped into IPv6 or not, an IPv4 address is one."""
    try:
        address = ip_address(peer[0] if peer else "")
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _name(address: IPv4Address | IPv6Address | None) -> str | None:
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), _ONE_SUBSCRIBER), strict=False).network_address)
    return None if address is None else str(address)


def _is_forwarded_by_a_stranger(scope: Scope, trusted: Sequence[Network]) -> bool:
    """Whether it came through a proxy that is not known: all who come through it count as one client."""
    return any(name == _ADDRESS for name, _ in scope["headers"]) and bool(holders(scope["client"], trusted))


def _spellings(network: Network) -> Iterator[Network]:
    yield network
    if isinstance(network, IPv4Network):
        yield IPv6Network((_MAPPED | int(network.network_address), _MAPPED_PREFIX + network.prefixlen))


def _with_one_scheme(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    headers = [*headers]
    said = b",".join(value for name, value in headers if name == _SCHEME)
    yield from (header for header in headers if header[0] != _SCHEME)
    if (last := said.rpartition(b",")[2].strip().lower()) in (b"http", b"https"):
        yield _SCHEME, last
