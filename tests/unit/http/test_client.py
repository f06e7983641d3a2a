"""Who the client is, whoever says so."""

from typing import Any

import pytest
from litestar import Request

from entrypoints.http.server.client import client_address, client_name, client_scheme
from entrypoints.settings.serving import Serving

TRUSTED = Serving(trusted_proxies="10.0.0.0/8, fd00::/8,127.0.0.1, ::ffff:192.0.2.0/120").trusted_networks


def request(peer: str | None, *headers: tuple[str, str]) -> Request[Any, Any, Any]:
    scope: Any = {
        "type": "http",
        "client": None if peer is None else (peer, 1),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    return Request(scope)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["1.1.1.1"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["1.1.1.1"], "1.1.1.1"),
        ("10.0.0.1", ["8.8.8.8, 1.1.1.1"], "1.1.1.1"),
        ("10.0.0.1", ["8.8.8.8", "1.1.1.1"], "1.1.1.1"),
        ("10.0.0.1", ["8.8.8.8, 1.1.1.1, 10.0.0.2 ,127.0.0.1"], "1.1.1.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["1.1.1.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["1.1.1.1, unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("fd00::1", ["2001:db8::1"], "2001:db8::1"),
        ("::ffff:10.0.0.1", ["::ffff:1.1.1.1"], "1.1.1.1"),
        ("192.0.2.1", ["1.1.1.1"], "1.1.1.1"),
        ("::ffff:192.0.2.1", ["1.1.1.1"], "1.1.1.1"),
        (None, ["1.1.1.1"], "None"),
    ],
)
def test_the_last_address_that_no_proxy_of_ours_has_is_the_clients(
    peer: str | None, forwarded: list[str], address: str
) -> None:
    headers = [("x-forwarded-for", value) for value in forwarded]
    assert str(client_address(request(peer, *headers), TRUSTED)) == address


def test_one_subscriber_is_one_client() -> None:
    names = {client_name(request(f"2001:db8:1:2::{number}"), ()) for number in range(9)}
    assert names == {"2001:db8:1:2::"}
    assert client_name(request("2001:db8:1:3::1"), ()) not in names
    assert client_name(request("192.0.2.1"), ()) != client_name(request("192.0.2.2"), ())


@pytest.mark.parametrize(
    ("peer", "said", "scheme"),
    [
        ("10.0.0.1", ["https"], "https"),
        ("10.0.0.1", ["http, HTTPS "], "https"),
        ("10.0.0.1", ["https, http"], "http"),
        ("10.0.0.1", ["javascript"], "http"),
        ("10.0.0.1", [], "http"),
        ("203.0.113.9", ["https"], "http"),
        (None, ["https"], "http"),
    ],
)
def test_only_a_trusted_proxy_says_how_the_client_came(peer: str | None, said: list[str], scheme: str) -> None:
    assert client_scheme(request(peer, *(("x-forwarded-proto", value) for value in said)), TRUSTED) == scheme
