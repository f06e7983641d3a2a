"""Where the service is: on this machine, and for its clients."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, TypeAlias

from msgspec import Meta

from domain.errors import WrongSetting
from entrypoints.settings.section import Section

Network: TypeAlias = IPv4Network | IPv6Network
# A name or an address, a port, a path, in ASCII: it becomes a header of every upload's answer.
_PUBLIC_URL = r"^https?://([A-Za-z0-9][A-Za-z0-9._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?$"
# As browsers write it (RFC 6454, 6.2): small letters, no path, no slash at its end.
_ORIGIN = r"https?://([a-z0-9][a-z0-9._-]{0,252}|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?"
_MAPPED_PREFIX = 96


class Serving(Section, frozen=True, kw_only=True):
    """Read by `entrypoints/cli/serve.py`, and by the handlers for their links and for who the client is."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 5000
    public_base_url: Annotated[
        str, Meta(pattern=_PUBLIC_URL, description="an address like https://audio.example.org in ASCII")
    ] = ""
    trusted_proxies: str = ""
    cors_origins: str = ""
    shutdown_grace: Annotated[int, Meta(ge=0, le=3600)] = 30
    """Seconds."""

    def __post_init__(self) -> None:
        try:
            _ = self.trusted_networks
        except ValueError as error:
            expected = "networks or addresses like 127.0.0.1, 10.0.0.0/8, fd00::/8"
            raise WrongSetting("TRUSTED_PROXIES", f"must be {expected}; {error}") from error
        for origin in self.allowed_origins:
            if not re.fullmatch(_ORIGIN, origin):
                expected = "origins like https://app.example.org or http://localhost:8080, with commas between them"
                raise WrongSetting("CORS_ORIGINS", f"must be {expected}; it has {origin[:99]!r}")

    @property
    def allowed_origins(self) -> frozenset[str]:
        """`cors_origins`, understood."""
        return frozenset(origin for text in self.cors_origins.split(",") if (origin := text.strip()))

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        """`trusted_proxies`, understood."""
        return tuple(_network(text.strip()) for text in self.trusted_proxies.split(",") if text.strip())


def _network(text: str) -> Network:
    """As clients are known by: IPv4 addresses that are mapped into IPv6 (RFC 4291, 2.5.5.2) by what they are."""
    network = ip_network(text)
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is None or network.prefixlen < _MAPPED_PREFIX:
        return network
    return IPv4Network((mapped, network.prefixlen - _MAPPED_PREFIX))
