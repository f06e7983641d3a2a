"""Clients that are slow, many, or want too much, against the real service with small limits."""

import json
import select
import socket
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import httpx
import pytest

from tests.e2e.watched import Watched, rest_of_answer, watched_server
from tests.forms import CONTENT_TYPE, form, part
from tests.programs import curl
from tests.sockets import reset_on_close
from tests.waiting import SECONDS, wait_until
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(8000)))
FILE = part("wav_file", RECORDING, "a.wav")
DOWNLOADS = 2
UPLOADS = 60
MAX_BYTES = 16 << 20
REGISTRATIONS = 5
SHARED_PLACES = 4
GREEDY, OTHER = "203.0.113.7", "198.51.100.1"
FORM_HEAD = f"POST /add_track HTTP/1.1\r\nHost: here\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: 1000000\r\n\r\n"


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[Watched]:
    """A service with small limits."""
    settings = {
        "MAX_UPLOADS": str(UPLOADS),
        "MAX_DOWNLOADS": str(DOWNLOADS),
        "MAX_UPLOAD_BYTES": str(MAX_BYTES),
        "UPLOAD_GRACE": "2",
        "MAX_HEAD_SECONDS": "1",
        "MAX_STALLED_SECONDS": "1",
        "MP3_BITRATE": "320",
    }
    with watched_server(tmp_path_factory.mktemp("limited"), postgres_server, **settings) as watched:
        yield watched


def body_of(watched: Watched, first: str) -> bytes:
    """The form of a right upload."""
    fields = [part(name, value) for name, value in watched.server.register().items()]
    return form(*fields, FILE) if first == "credentials" else form(FILE, *fields)


def dripped(connection: socket.socket, every: float = 0.1) -> bytes:
    """Send a byte now and then until the server answers; all that it says."""
    connection.settimeout(every)
    while True:
        with suppress(TimeoutError):
            if answer := connection.recv(65536):
                break
        connection.sendall(b"x")
    connection.settimeout(20)
    return rest_of_answer(connection, answer)


def is_too_slow(answer: bytes) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in head.lower()
    assert json.loads(body)["code"] == "upload.too_slow"


@pytest.mark.parametrize("begun", [b"", b"POST /add_track HTTP/1.1\r\nHost: here\r\nX: "])
def test_h1_a_head_that_does_not_come_ends_the_connection(limited: Watched, begun: bytes) -> None:
    with limited.connect() as connection:
        connection.sendall(begun)
        assert connection.recv(1) == b""


@pytest.mark.parametrize("first", ["credentials", "file"])
def test_h1_an_upload_that_is_too_slow_is_ended_and_leaves_nothing(limited: Watched, first: str) -> None:
    rows = limited.rows()
    with limited.connect() as connection:
        connection.sendall(FORM_HEAD.encode() + body_of(limited, first)[:12_000])
        wait_until(lambda: bool(limited.leftovers()))  # ffmpeg runs, or the spool holds a file
        is_too_slow(dripped(connection))
    wait_until(lambda: not limited.leftovers())
    assert limited.rows() == rows


def test_h1_a_slow_registration_is_ended(limited: Watched) -> None:
    head = b"POST /register HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n"
    with limited.connect() as connection:
        connection.sendall(head + b"{")
        is_too_slow(dripped(connection))


def test_h1_many_slow_uploads_keep_nobody_out(limited: Watched) -> None:
    begun = FORM_HEAD.encode() + body_of(limited, "file")[:600]
    with ExitStack() as stack:
        slow = [stack.enter_context(limited.connect()) for _ in range(3 * UPLOADS)]
        for connection in slow:
            connection.sendall(begun)
        assert limited.upload(RECORDING).status_code == 201
        for connection in slow:
            is_too_slow(rest_of_answer(connection))


def begun_download(
    stack: ExitStack, watched: Watched, link: str, headers: Mapping[str, str] = MappingProxyType({})
) -> socket.socket:
    """A connection on which a download has begun, and whose client takes no more of it."""
    address = urlsplit(watched.server.url)
    connection = stack.enter_context(socket.socket())
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(20)
    connection.connect((address.hostname, address.port))
    fields = "".join(f"{name}: {value}\r\n" for name, value in {"Host": "here", **headers}.items())
    connection.sendall(f"GET {link} HTTP/1.1\r\n{fields}\r\n".encode())
    assert connection.recv(15) == b"HTTP/1.1 200 OK"
    return connection


def statuses(watched: Watched, link: str) -> int:
    with watched.server.client() as client:
        return client.get(link).status_code


def test_h1_readers_that_take_nothing_are_dropped_and_leave_their_places(limited: Watched) -> None:
    large = limited.upload(wav(bytes(250 * 48_000), rate=48_000, bits=8))
    address = urlsplit(large.headers["location"])
    link = f"{address.path}?{address.query}"
    with ExitStack() as stack:
        for _ in range(DOWNLOADS):
            begun_download(stack, limited, link)
        with limited.server.client() as client:
            refused = client.get(link)
            assert (refused.status_code, refused.json()["code"]) == (503, "service.overloaded")
            assert int(refused.headers["retry-after"]) > 0
            assert client.head(link).status_code == 200
        wait_until(lambda: statuses(limited, link) == 200)


def test_h1_a_download_whose_client_is_gone_gives_its_place_back(limited: Watched) -> None:
    address = urlsplit(limited.upload(RECORDING).headers["location"])
    for _ in range(20):
        with limited.connect() as connection:
            connection.sendall(f"GET {address.path}?{address.query} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
            reset_on_close(connection)  # close at once
    wait_until(lambda: statuses(limited, f"{address.path}?{address.query}") == 200)


BOMBS = {
    "parts": form(*(part(f"x{number}", "") for number in range(2000))),
    "fields of a part": form(part("wav_file", b"", "a.wav", "X-Many: 1\r\n" * 2000)),
    "a long field of a part": form(part("wav_file", b"", "a.wav", f"X-Long: {'x' * 100_000}\r\n")),
    "a long text": form(part("user_id", "1" * 1_000_000)),
    "empty lines before the form": b"\r\n" * 500_000 + form(FILE),
    "bytes after the form": form(FILE) + b"x" * 1_000_000,
}


@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS)
def test_h2_a_form_that_is_all_heads_and_parts_is_refused(limited: Watched, body: bytes) -> None:
    with limited.server.client() as client:
        answer = client.post("/add_track", content=body, headers={"Content-Type": CONTENT_TYPE})
    assert (answer.status_code, answer.json()["code"]) == (400, "request.invalid")
    wait_until(lambda: not limited.leftovers())


@pytest.mark.parametrize("fields", ["A: " + "x" * 70_000 + "\r\n", "A: b\r\n" * 20_000])
def test_h2_a_head_that_is_too_large_is_refused(limited: Watched, fields: str) -> None:
    answer = b""
    with suppress(ConnectionError):
        answer = limited.raw("GET / HTTP/1.1", "Host: here\r\n" + fields)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
    assert limited.raw("GET / HTTP/1.1").startswith(b"HTTP/1.1 200")


def test_h2_thousands_of_requests_at_once_are_refused(limited: Watched) -> None:
    answer = b""
    with suppress(ConnectionError):
        answer = limited.raw("GET / HTTP/1.1", "Host: here\r\n\r\nGET / HTTP/1.1\r\n" * 5000)
    assert answer.count(b"HTTP/1.1 200") <= 1
    assert limited.raw("GET / HTTP/1.1").startswith(b"HTTP/1.1 200")


def too_large() -> Iterator[bytes]:
    """A body of unknown length."""
    yield form(FILE)[:-10]
    for _ in range(MAX_BYTES // (1 << 20) + 1):
        yield bytes(1 << 20)


@pytest.mark.parametrize("chunked", [True, False])
def test_h6_a_body_that_is_too_large_is_refused_readably(limited: Watched, chunked: bool) -> None:
    rows = limited.rows()
    content = too_large() if chunked else b"".join(too_large())
    with limited.server.client() as client:
        answer = client.post("/add_track", content=content, headers={"Content-Type": CONTENT_TYPE})
    assert (answer.status_code, answer.json()["code"]) == (413, "upload.too_large")
    wait_until(lambda: not limited.leftovers())
    assert limited.rows() == rows


@pytest.mark.parametrize("option", ["Expect:", "Expect: 100-continue", "Transfer-Encoding: chunked"])
def test_h6_curl_gets_to_see_the_refusal(limited: Watched, tmp_path: Path, option: str) -> None:
    file = tmp_path / "large"
    file.write_bytes(bytes(MAX_BYTES + (1 << 20)))
    command = ["-sS", "--noproxy", "*", "-m", "30", "-o", "/dev/null", "-w", "%{http_code}", "-H", option]
    upload = ["-F", f"wav_file=@{file};filename=a.wav", f"{limited.server.url}/add_track"]
    done = curl(tmp_path, *command, *upload)
    assert (done.stdout, done.stderr) == ("413", "")


@pytest.mark.parametrize("length", ["-1", "1e3", "99999999999999999999999", "5, 6"])
def test_h6_a_length_that_is_none_is_refused(limited: Watched, length: str) -> None:
    answer = limited.raw("POST /add_track HTTP/1.1", f"Host: here\r\nContent-Length: {length}\r\n", b"12345")
    assert answer.startswith(b"HTTP/1.1 400")


@pytest.fixture(scope="module")
def behind_proxy(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[Watched]:
    """A service that believes this machine what it says of its clients, and lets few of these register."""
    settings = {"REGISTER_RATE": str(REGISTRATIONS), "TRUSTED_PROXIES": "127.0.0.0/8, 10.0.0.0/8"}
    with watched_server(tmp_path_factory.mktemp("proxied"), postgres_server, **settings) as watched:
        yield watched


def register(watched: Watched, forwarded_for: str) -> httpx.Response:
    with watched.server.client() as client:
        return client.post("/register", json={"user_name": "Ann"}, headers={"X-Forwarded-For": forwarded_for})


@pytest.mark.parametrize(
    "addresses",
    [
        ["203.0.113.1"],
        ["203.0.113.2, 10.1.1.1", "203.0.113.2"],
        [f"198.51.100.{number}, 203.0.113.3" for number in range(20)],  # whatever the client itself has sent
        [f"2001:db8:1:1::{number}" for number in range(20)],
    ],
)
def test_h19_too_many_registrations_of_one_client_are_refused(behind_proxy: Watched, addresses: list[str]) -> None:
    found = [register(behind_proxy, addresses[number % len(addresses)]) for number in range(REGISTRATIONS + 2)]
    assert [answer.status_code for answer in found] == [201] * REGISTRATIONS + [429] * 2
    assert found[-1].json()["code"] == "limit.rate"
    assert 0 < int(found[-1].headers["retry-after"]) <= 90
    assert register(behind_proxy, f"192.0.2.{len(addresses)}").status_code == 201


def test_h19_who_is_no_trusted_proxy_cannot_name_another_client(tmp_path: Path, postgres_server: str) -> None:
    with watched_server(tmp_path, postgres_server, REGISTER_RATE="2") as watched:
        found = [register(watched, f"203.0.113.{number}").status_code for number in range(3)]
    assert found == [201, 201, 429]


def test_h15_a_trusted_proxy_may_say_that_the_client_came_by_https(behind_proxy: Watched) -> None:
    with behind_proxy.server.client() as client:
        user = register(behind_proxy, "192.0.2.200").json()
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "192.0.2.200"}
        headers |= {"Authorization": f"Bearer {user['user_access_token']}"}
        answer = client.post("/add_track", files={"wav_file": ("a.wav", RECORDING)}, headers=headers)
        page = client.get("/", headers=headers).text
    host = behind_proxy.server.url.removeprefix("http://")
    assert answer.headers["location"].startswith(f"https://{host}/record?id=")
    assert f"https://{host}/" in page
    assert "http://" not in page


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[Watched]:
    """A patient service with four places of each kind, which believes this machine what it says of its clients."""
    places = dict.fromkeys(("MAX_UPLOADS", "MAX_WAITING_UPLOADS", "MAX_DOWNLOADS"), str(SHARED_PLACES))
    settings = {"TRUSTED_PROXIES": "127.0.0.0/8", "UPLOAD_GRACE": "60", "DOWNLOAD_GRACE": "60", "MP3_BITRATE": "320"}
    with watched_server(tmp_path_factory.mktemp("shared"), postgres_server, **places, **settings) as watched:
        yield watched


def coming_from(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


def begun_upload(stack: ExitStack, watched: Watched, address: str, first: str) -> socket.socket:
    """A connection on which enough of an upload has come to take a place, and no more comes."""
    connection = stack.enter_context(watched.connect())
    head = FORM_HEAD.replace("\r\n\r\n", f"\r\nX-Forwarded-For: {address}\r\n\r\n")
    connection.sendall(head.encode() + body_of(watched, first)[:12_000])
    return connection


def begun_uploads(stack: ExitStack, watched: Watched, *addresses: str) -> list[socket.socket]:
    """As many uploads, credentials first, each by another user, that have got their places."""
    starts = watched.starts
    connections = [begun_upload(stack, watched, address, "credentials") for address in addresses]
    wait_until(lambda: watched.starts == starts + len(addresses))
    return connections


def file_first(watched: Watched, address: str) -> httpx.Response:
    """The answer to a whole upload whose credentials come last."""
    headers = {"Content-Type": CONTENT_TYPE} | coming_from(address)
    with watched.server.client() as client:
        return client.post("/add_track", content=body_of(watched, "file"), headers=headers)


def is_refused_a_share(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (429, "limit.places")
    assert f"address {GREEDY} holds 3 places" in answer.json()["message"]
    assert int(answer.headers["retry-after"]) > 0


def uploads_that_wait(stack: ExitStack, watched: Watched, *addresses: str) -> bytes:
    """Begin an upload from each address, credentials first, one more than may wait; what that one is told."""
    begun = [begun_upload(stack, watched, address, "credentials") for address in addresses]
    [refused], _, _ = select.select(begun, [], [], SECONDS)
    return rest_of_answer(refused)


def test_h30_one_address_leaves_upload_places_to_others(shared: Watched) -> None:
    with ExitStack() as stack:
        begun_uploads(stack, shared, GREEDY, GREEDY, GREEDY)
        starts = shared.starts
        refused = uploads_that_wait(stack, shared, *[GREEDY] * 4)
        assert refused.startswith(b"HTTP/1.1 429")
        assert f"address {GREEDY} holds 3 places".encode() in refused
        assert shared.starts == starts
        assert shared.upload(RECORDING, **coming_from(OTHER)).status_code == 201
    wait_until(lambda: shared.upload(RECORDING, **coming_from(GREEDY)).status_code == 201)
    wait_until(lambda: not shared.leftovers())


def test_h30_one_address_leaves_downloads_to_others(shared: Watched) -> None:
    address = urlsplit(shared.upload(wav(bytes(250 * 48_000), rate=48_000, bits=8)).headers["location"])
    link = f"{address.path}?{address.query}"
    with ExitStack() as stack, shared.server.client() as client:
        for _ in range(3):
            begun_download(stack, shared, link, coming_from(GREEDY))
        is_refused_a_share(client.get(link, headers=coming_from(GREEDY)))
        assert client.get(link, headers=coming_from(OTHER)).status_code == 200
        assert client.head(link, headers=coming_from(GREEDY)).status_code == 200


def test_h31_a_file_that_came_first_waits_for_a_place(shared: Watched) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(1) as other:
        busy = begun_uploads(stack, shared, *(f"192.0.2.{number}" for number in range(SHARED_PLACES)))
        starts, held = shared.starts, len(shared.leftovers())
        waiting = other.submit(file_first, shared, OTHER)
        wait_until(lambda: len(shared.leftovers()) > held)
        assert (waiting.done(), shared.starts) == (False, starts)
        busy[0].close()
        assert waiting.result(20).status_code == 201
        assert shared.starts == starts + 1
    wait_until(lambda: not shared.leftovers())


def test_h39_an_upload_waits_for_a_place_as_long_as_there_is_room_to_wait(shared: Watched) -> None:
    addresses = [f"192.0.2.{number}" for number in range(SHARED_PLACES)]
    with ThreadPoolExecutor(1) as other, ExitStack() as stack:
        busy = begun_uploads(stack, shared, *addresses)
        starts, held = shared.starts, len(shared.leftovers())
        waiting = other.submit(shared.upload, RECORDING, **coming_from(OTHER))
        wait_until(lambda: len(shared.leftovers()) > held)
        refused = uploads_that_wait(stack, shared, *addresses[1:], "192.0.2.99")
        assert refused.startswith(b"HTTP/1.1 503")
        assert b"service.overloaded" in refused
        assert b"\r\nretry-after:" in refused.lower()
        assert (waiting.done(), shared.starts) == (False, starts)
        busy[0].close()
        assert waiting.result(20).status_code == 201
    wait_until(lambda: not shared.leftovers())


def test_h33_files_before_their_credentials_keep_nobody_out_who_says_who_they_are(shared: Watched) -> None:
    with ExitStack() as stack:
        for number in range(SHARED_PLACES):
            begun_upload(stack, shared, f"192.0.2.{number}", "file")
        wait_until(lambda: len(shared.leftovers()) == SHARED_PLACES)
        refused = file_first(shared, OTHER)
        assert (refused.status_code, refused.json()["code"]) == (503, "service.overloaded")
        assert "uploads that wait" in refused.json()["message"]
        for _ in range(2 * SHARED_PLACES):
            assert shared.upload(RECORDING, **coming_from(OTHER)).status_code == 201
    wait_until(lambda: not shared.leftovers())


def test_h33_one_address_leaves_room_for_files_before_their_credentials(shared: Watched) -> None:
    with ExitStack() as stack:
        for _ in range(3):
            begun_upload(stack, shared, GREEDY, "file")
        wait_until(lambda: len(shared.leftovers()) == 3)
        is_refused_a_share(file_first(shared, GREEDY))
        assert file_first(shared, OTHER).status_code == 201
    wait_until(lambda: not shared.leftovers())


def test_h34_readers_that_take_next_to_nothing_are_cut_off_and_leave_their_places(
    tmp_path: Path, postgres_server: str
) -> None:
    settings = {"MIN_DOWNLOAD_RATE": "1000000", "DOWNLOAD_GRACE": "1", "MAX_DOWNLOADS": "2", "MP3_BITRATE": "320"}
    with watched_server(tmp_path, postgres_server, **settings) as watched, ExitStack() as stack:
        address = urlsplit(watched.upload(wav(bytes(250 * 48_000), rate=48_000, bits=8)).headers["location"])
        link = f"{address.path}?{address.query}"
        readers = [begun_download(stack, watched, link) for _ in range(2)]
        assert statuses(watched, link) == 503
        readers.append(begun_download(stack, watched, "/assets/swagger-ui-bundle.js"))
        assert len(held_by_the_system(watched, readers)) == 3
        wait_until(lambda: take_a_little(readers) and len(too_slow(watched)) == 3)
        wait_until(lambda: statuses(watched, link) == 200)
        wait_until(lambda: broken_off(watched) == too_slow(watched))
        assert held_by_the_system(watched, readers) == []
        assert "Traceback" not in watched.server.log
        assert [line["event"] for line in watched.lines() if line["level"] != "info"] == []


def take_a_little(readers: list[socket.socket]) -> bool:
    """Take a few bytes of each, as one does who only wants to stay. True."""
    for reader in readers:
        with suppress(ConnectionError):
            reader.recv(55)
    return True


def held_by_the_system(watched: Watched, readers: list[socket.socket]) -> list[str]:
    """Those of these connections that the system still keeps on the side of the service, with what is to be sent."""
    ours = f":{urlsplit(watched.server.url).port:04X}"
    theirs = {f"{reader.getsockname()[1]:04X}" for reader in readers}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return [row[2] for row in rows if row[1].endswith(ours) and row[2].partition(":")[2] in theirs]


def too_slow(watched: Watched) -> list[tuple[str, int]]:
    """The requests whose clients were too slow, and what was sent of the answers, as the log tells them."""
    lines = [line for line in watched.lines() if line["event"] == "client too slow"]
    return sorted((line["request_id"], line["sent"]) for line in lines)


def broken_off(watched: Watched) -> list[tuple[str, int]]:
    """The requests whose answers were not sent to their ends, and what was sent of these."""
    lines = [line for line in watched.lines() if line["event"] == "request" and not line["whole"]]
    return sorted((line["request_id"], line["sent"]) for line in lines)


def test_d9_uploads_that_pause_leave_threads_to_others(limited: Watched) -> None:
    begun = FORM_HEAD.encode() + body_of(limited, "file")[:12_000]
    with ExitStack() as stack:
        for _ in range(UPLOADS - 10):  # more than Python's own pool has threads
            stack.enter_context(limited.connect()).sendall(begun)
        wait_until(lambda: len(limited.leftovers()) >= UPLOADS - 10)
        started = time.monotonic()
        assert limited.upload(RECORDING).status_code == 201
        assert time.monotonic() - started < 10
    wait_until(lambda: not limited.leftovers())
