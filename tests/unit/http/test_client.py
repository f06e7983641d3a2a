"""Who the client is, whoever says so."""

from typing import Any

import pytest
import structlog
from litestar import Request

from entrypoints.http.server.client import believe_proxies, client_name, holders, holders_behind
from entrypoints.settings.serving import Serving

TRUSTED = Serving(
    trusted_proxies="10.0.0.0/8, fd00::/8,127.0.0.1, ::ffff:192.0.2.0/120, 2001:db8:ffff::7"
).trusted_networks


async def believed(
    peer: str | None, *headers: tuple[str, str], kind: str = "http", times: int = 1
) -> Request[Any, Any, Any]:
    """The request as the application sees it."""
    scope: Any = {
        "type": kind,
        "scheme": "http",
        "client": None if peer is None else (peer, 1),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
    }
    seen: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    nothing: Any = None
    believing = believe_proxies(application, TRUSTED)
    for _ in range(times):
        request: Any = {**scope}
        await believing(request, nothing, nothing)
    last = seen[-1]
    last["type"] = "http"
    return Request(last)


@pytest.mark.parametrize(
    ("peer", "forwarded", "name"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["1.1.1.1"], "203.0.113.9"),
        ("2001:db8::9", ["1.1.1.1"], "2001:db8::"),
        ("::ffff:203.0.113.9", ["1.1.1.1"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["1.1.1.1"], "1.1.1.1"),
        ("10.0.0.1", ["8.8.8.8, 1.1.1.1"], "1.1.1.1"),
        ("10.0.0.1", ["8.8.8.8", "1.1.1.1"], "1.1.1.1"),
        ("10.0.0.1", ["1.1.1.1", "10.0.0.2"], "1.1.1.1"),
        ("10.0.0.1", ["8.8.8.8, 1.1.1.1, 10.0.0.2 ,127.0.0.1"], "1.1.1.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["1.1.1.1:4711"], "1.1.1.1"),
        ("10.0.0.1", ["[2001:db8::1]:4711, [fd00::2]:80"], "2001:db8::"),
        ("10.0.0.1", ["1.1.1.1, ::ffff:10.0.0.2"], "1.1.1.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["1.1.1.1,"], "10.0.0.1"),
        ("fd00::1", ["2001:db8::1"], "2001:db8::"),
        ("::ffff:10.0.0.1", ["::ffff:1.1.1.1"], "1.1.1.1"),
        ("192.0.2.1", ["1.1.1.1"], "1.1.1.1"),
        ("::ffff:192.0.2.1", ["1.1.1.1"], "1.1.1.1"),
        (None, ["1.1.1.1"], "unknown"),
    ],
)
async def test_the_last_address_that_no_proxy_of_ours_has_is_the_clients(
    peer: str | None, forwarded: list[str], name: str
) -> None:
    headers = [("x-forwarded-for", value) for value in forwarded]
    assert client_name(await believed(peer, *headers)) == name


@pytest.mark.parametrize("garbage", ["unknown", "_hidden", "unix:", "1.1.1.1.1", "*", "é" * 1000, "::1::", "[::1"])
@pytest.mark.parametrize("before", ["", "1.1.1.1, "])
@pytest.mark.parametrize("behind", ["", ", 10.0.0.2"])
async def test_all_whom_a_proxy_calls_by_no_address_are_one_client(garbage: str, before: str, behind: str) -> None:
    """Nor is what lies before it believed."""
    request = await believed("10.0.0.1", ("x-forwarded-for", f"{before}{garbage}{behind}"))
    assert client_name(request) == "unknown"


@pytest.mark.parametrize(
    ("peer", "forwarded", "holders"),
    [
        ("203.0.113.9", [], ("address 203.0.113.9",)),
        ("::ffff:203.0.113.9", [], ("address 203.0.113.9",)),
        ("2001:db8:1:2::3", [], ("address 2001:db8:1::",)),
        ("10.0.0.1", ["203.0.113.9"], ("address 203.0.113.9",)),
        ("10.0.0.1", [], ()),
        ("::ffff:10.0.0.1", [], ()),
        ("fd00::1", [], ()),
        ("2001:db8:ffff::7", [], ()),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], ()),
        ("10.0.0.1", ["unknown"], ("address unknown",)),
        (None, [], ("address unknown",)),
    ],
)
async def test_a_client_holds_places_by_its_address_but_no_proxy_does(
    peer: str | None, forwarded: list[str], holders: tuple[str, ...]
) -> None:
    request = await believed(peer, *(("x-forwarded-for", value) for value in forwarded))
    assert holders_behind(TRUSTED)(request) == holders


async def test_h30_one_subscriber_is_one_client_from_whichever_of_its_networks() -> None:
    networks = [f"2001:db8:1:2{number:02x}::{number:x}" for number in range(256)]
    names = {client_name(await believed(address)) for address in networks}
    assert names == {"2001:db8:1:200::"}
    assert {*holders((networks[0], 1), ()), *holders((networks[-1], 1), ())} == {"address 2001:db8:1:200::"}
    assert client_name(await believed("2001:db8:1:300::1")) not in names
    assert client_name(await believed("192.0.2.99")) != client_name(await believed("192.0.2.98"))


@pytest.mark.parametrize(
    ("peer", "said", "scheme"),
    [
        ("10.0.0.1", ["https"], "https"),
        ("::ffff:10.0.0.1", ["https"], "https"),
        ("10.0.0.1", ["http, HTTPS "], "https"),
        ("10.0.0.1", ["http", "https"], "https"),
        ("10.0.0.1", ["https, http"], "http"),
        ("10.0.0.1", ["https", "http"], "http"),
        ("10.0.0.1", ["https", ""], "http"),
        ("10.0.0.1", ["javascript"], "http"),
        ("10.0.0.1", ["ws"], "http"),
        ("10.0.0.1", ["wss"], "http"),
        ("10.0.0.1", ["http\xe9"], "http"),
        ("10.0.0.1", [], "http"),
        ("203.0.113.9", ["https"], "http"),
        (None, ["https"], "http"),
    ],
)
async def test_only_a_trusted_proxy_says_how_the_client_came(peer: str | None, said: list[str], scheme: str) -> None:
    request = await believed(peer, *(("x-forwarded-proto", value) for value in said))
    assert request.scope["scheme"] == scheme


@pytest.mark.parametrize("header", ["forwarded", "x-real-ip", "x-forwarded-host", "x-forwarded-port", "x-client-ip"])
async def test_other_headers_of_a_proxy_change_nothing(header: str) -> None:
    request = await believed("10.0.0.1", (header, "for=1.1.1.1;proto=https"), ("host", "here:5000"))
    assert client_name(request) == "10.0.0.1"
    assert (request.scope["scheme"], request.headers["host"]) == ("http", "here:5000")


async def test_nothing_but_requests_is_touched() -> None:
    request = await believed(None, ("x-forwarded-proto", "HTTPS"), kind="lifespan")
    assert request.headers["x-forwarded-proto"] == "HTTPS"


@pytest.mark.parametrize("trusted", [(), TRUSTED])
@pytest.mark.parametrize(
    ("peer", "name"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8::9", "2001:db8::"),
        ("2001:db8:0:ff:ffff::1", "2001:db8::"),
        (None, "unknown"),
    ],
)
def test_whoever_is_no_proxy_holds_in_the_name_of_one_client(peer: str | None, name: str, trusted: Any) -> None:
    assert holders(None if peer is None else (peer, 1), trusted) == (f"address {name}",)


@pytest.mark.parametrize("peer", ["10.1.2.3", "::ffff:10.1.2.3", "fd00::1", "::ffff:192.0.2.7"])
def test_a_proxy_holds_in_nobodys_name(peer: str) -> None:
    assert holders((peer, 1), TRUSTED) == ()


def test_what_a_proxy_calls_by_no_address_is_one_client() -> None:
    assert holders(("some text", 1), TRUSTED) == ("address unknown",)


@pytest.mark.parametrize(
    ("peer", "headers", "warnings"),
    [
        ("203.0.113.9", [("x-forwarded-for", "1.1.1.1")], 1),
        ("10.0.0.1", [("x-forwarded-for", "1.1.1.1")], 0),
        ("203.0.113.9", [("x-forwarded-proto", "https")], 0),
    ],
)
async def test_a_proxy_that_is_not_known_is_told_of_once(
    peer: str, headers: list[tuple[str, str]], warnings: int
) -> None:
    with structlog.testing.capture_logs() as logged:
        await believed(peer, *headers, times=3)
    assert [entry["setting"] for entry in logged] == ["TRUSTED_PROXIES"] * warnings
