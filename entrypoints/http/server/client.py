"""Who the client is, also behind reverse proxies."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, TypeAlias

from litestar import Request

from entrypoints.settings.serving import Network

Address: TypeAlias = IPv4Address | IPv6Address
_ONE_SUBSCRIBER = 64
"""Bits of an IPv6 address; whoever has one of these networks has all its addresses (RFC 6177)."""


def client_address(request: Request[Any, Any, Any], trusted: Sequence[Network]) -> Address | None:
    """The client's address, or None where the connection has none.

    X-Forwarded-For is believed as far as trusted proxies wrote it: read from its end, up to the first address that is
    not one of theirs.
    """
    address = _parsed(request.client.host) if request.client else None
    if address is None or not _is_in(address, trusted):
        return address
    hops = ",".join(request.headers.getall("x-forwarded-for", [])).split(",")
    for hop in reversed(hops):
        further = _parsed(hop.strip())
        if further is None:
            break
        address = further
        if not _is_in(address, trusted):
            break
    return address


def client_name(request: Request[Any, Any, Any], trusted: Sequence[Network]) -> str:
    """What stands for one client where calls are counted: its IPv4 address or its IPv6 network."""
    address = client_address(request, trusted)
    if isinstance(address, IPv6Address):
        return str(IPv6Address(int(address) >> _ONE_SUBSCRIBER << _ONE_SUBSCRIBER))
    return str(address)


def client_scheme(request: Request[Any, Any, Any], trusted: Sequence[Network]) -> str:
    """`https` where a trusted proxy says that the client came by it, else `http`."""
    peer = _parsed(request.client.host) if request.client else None
    if peer is None or not _is_in(peer, trusted):
        return "http"
    schemes = ",".join(request.headers.getall("x-forwarded-proto", [])).split(",")
    return "https" if schemes[-1].strip().lower() == "https" else "http"


def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address
    return address


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
