"""The links that the service returns."""

import pytest
from litestar.testing import RequestFactory

from entrypoints.http.errors import RequestInvalid
from entrypoints.http.requests.links import base_url, record_link
from tests.unit.memory import in_memory_container
from tests.unit.streams import blocks
from tests.wavs import pcm, tone, wav

FORWARDED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Port": "444",
    "X-Original-Host": "evil.example",
    "Forwarded": "host=evil.example;proto=https",
}


@pytest.mark.parametrize(
    "host", ["127.0.0.1:5000", "localhost", "audio.example.org", "a-b.example:80", "[::1]:5000", "[2001:db8::1]", "x"]
)
def test_a_link_begins_with_the_host_that_was_asked(host: str) -> None:
    assert base_url(RequestFactory().get("/", headers={"Host": host}), "") == f"http://{host}"


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example/path",
        "user@evil.example",
        "a b",
        "a\\b",
        "a#b",
        "a?b",
        "a:b",
        "a:123456",
        "a,b",
        "<script>",
        "-a",
        "[::1",
        "x" * 300,
        "é.example",
    ],
)
def test_a_host_that_is_none_is_refused(host: str) -> None:
    request = RequestFactory().get("/", headers={"Host": "x"})
    request.scope["headers"] = [(b"host", host.encode("latin-1"))]
    with pytest.raises(RequestInvalid, match="Host"):
        base_url(request, "")


@pytest.mark.parametrize("hosts", [[], [b"a", b"b"], [b"a", b"a"]])
def test_there_must_be_one_host(hosts: list[bytes]) -> None:
    request = RequestFactory().get("/")
    request.scope["headers"] = [(b"host", host) for host in hosts]
    with pytest.raises(RequestInvalid, match="Host"):
        base_url(request, "")


def test_the_public_address_is_taken_whatever_the_client_sends() -> None:
    request = RequestFactory().get("/", headers={"Host": "evil.example/", **FORWARDED})
    assert base_url(request, "https://audio.example.org/app/") == "https://audio.example.org/app"


@pytest.mark.parametrize("header", FORWARDED)
def test_forwarded_headers_change_nothing(header: str) -> None:
    request = RequestFactory().get("/", headers={"Host": "here:5000", header: FORWARDED[header]})
    assert base_url(request, "") == "http://here:5000"


async def test_a_link_names_the_track_and_the_user() -> None:
    container = in_memory_container()
    user, token = await container.application.register()("Ann")
    track = await container.application.add_track()(user, "a.wav", blocks(wav(pcm(tone(80)))))
    link = record_link("http://here:5000", track)
    assert link == f"http://here:5000/record?id={track.track_uuid}&user={user.user_id}"
    assert token not in link
