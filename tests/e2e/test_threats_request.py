"""Hostile requests, as bytes on the wire, against the real service."""

import json
import re
import socket
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from application.readiness import KEPT_FOR
from entrypoints.http.server.protocol import MAX_TARGET_BYTES
from tests.e2e.watched import Watched, rest_of_answer, watched_server
from tests.forms import CONTENT_TYPE, form, part
from tests.programs import curl
from tests.server import NO_TLS
from tests.sockets import reset_on_close
from tests.waiting import wait_until
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(8000)))
FILE = part("wav_file", RECORDING, "a.wav")
ROUTES = {
    "/register": {"POST"},
    "/add_track": {"POST"},
    "/record": {"GET", "HEAD"},
    "/record/talk.mp3": {"GET", "HEAD"},
    "/": {"GET", "HEAD"},
    "/health/live": {"GET", "HEAD"},
    "/health/ready": {"GET", "HEAD"},
    "/assets/page.css": {"GET", "HEAD"},
    "/schema": {"GET", "HEAD"},
    "/schema/openapi.json": {"GET", "HEAD"},
}


def post_form(watched: Watched, *parts: bytes, **headers: str) -> httpx.Response:
    with watched.server.client() as client:
        return client.post("/add_track", content=form(*parts), headers={"Content-Type": CONTENT_TYPE} | headers)


def fields(watched: Watched) -> list[bytes]:
    """The parts that a right upload has beside its file."""
    return [part(name, value) for name, value in watched.server.register().items()]


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def is_error(answer: httpx.Response, status: int, code: str = "request.invalid") -> None:
    """The answer is this error, as every error looks, and tells nothing of the inside."""
    body = answer.json()
    assert (answer.status_code, body["code"], body["status"]) == (status, code, "error")
    assert body.keys() == {"status", "code", "message"}
    assert "Traceback" not in answer.text
    assert str(Path(__file__).parents[2]) not in answer.text


@pytest.mark.parametrize("file_name", [None, ""])
def test_h3_a_file_part_without_a_file_name_is_refused(watched: Watched, file_name: str | None) -> None:
    rows = watched.rows()
    is_error(post_form(watched, *fields(watched), part("wav_file", RECORDING * 100, file_name)), 400)
    assert (watched.rows(), watched.leftovers()) == (rows, [])


@pytest.mark.parametrize("charset", ["nope", "hex", "utf-16", "idna"])
def test_h4_the_charset_of_a_part_is_ignored(watched: Watched, charset: str) -> None:
    header = f"Content-Type: text/plain; charset={charset}\r\n"
    texts = [part(name, value, headers=header) for name, value in watched.server.register().items()]
    assert post_form(watched, *texts, FILE).status_code == 201


def test_h5_wrong_credentials_before_the_file_are_refused_before_it_is_sent(watched: Watched) -> None:
    starts = watched.starts
    body = part("user_id", "1") + part("user_access_token", "wrong") + FILE[:100]
    headers = f"Host: here\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: 4000000000\r\n"
    answer = watched.raw("POST /add_track HTTP/1.1", headers, body)
    assert status_of(answer) == 401
    assert b"www-authenticate: bearer" in answer.lower()
    assert (watched.starts, watched.leftovers()) == (starts, [])


def test_h5_wrong_credentials_after_the_file_start_no_program(watched: Watched) -> None:
    starts, rows = watched.starts, watched.rows()
    answer = post_form(watched, FILE, part("user_id", "1"), part("user_access_token", "wrong"))
    is_error(answer, 401, "auth.wrong_credentials")
    assert (watched.starts, watched.rows(), watched.leftovers()) == (starts, rows, [])


def test_h5_a_wrong_bearer_token_is_refused_without_a_byte_of_the_body(watched: Watched) -> None:
    headers = f"Host: here\r\nAuthorization: Bearer wrong\r\nContent-Type: {CONTENT_TYPE}\r\n"
    answer = watched.raw("POST /add_track HTTP/1.1", headers + "Expect: 100-continue\r\nContent-Length: 4000000000\r\n")
    assert status_of(answer) == 401  # and not 100


def test_a_refusal_reaches_who_does_not_wait_for_100_continue(watched: Watched) -> None:
    headers = f"Host: here\r\nAuthorization: Bearer wrong\r\nContent-Type: {CONTENT_TYPE}\r\nExpect: 100-continue\r\n"
    body = bytes(8 << 20)  # more than the systems between the two hold, as reverse proxies send it
    answer = watched.raw("POST /add_track HTTP/1.1", f"{headers}Content-Length: {len(body)}\r\n", body)
    assert status_of(answer) == 401
    assert b"auth.wrong_credentials" in answer


def uploads_logged(watched: Watched) -> list[dict[str, Any]]:
    """Not the registrations, whose lines may come after their answers."""
    return [line for line in watched.lines() if line.get("path") == "/add_track"]


@pytest.mark.parametrize("first", ["file", "credentials"])
def test_h7_a_client_that_leaves_midway_leaves_nothing_but_one_quiet_line(watched: Watched, first: str) -> None:
    parts, rows = fields(watched), watched.rows()
    seen = len(uploads_logged(watched))
    body = form(*parts, FILE) if first == "credentials" else form(FILE, *parts)
    head = f"POST /add_track HTTP/1.1\r\nHost: here\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: 9000000\r\n\r\n"
    with watched.connect() as connection:
        connection.sendall(head.encode() + body[:12_000])
        wait_until(lambda: bool(watched.leftovers()))
    wait_until(lambda: len(uploads_logged(watched)) > seen and not watched.leftovers())
    [line] = uploads_logged(watched)[seen:]
    assert (line["level"], line["status"]) == ("info", 400)
    assert watched.rows() == rows


def test_h7_a_form_that_is_cut_off_is_refused(watched: Watched) -> None:
    rows = watched.rows()
    cut_off = form(*fields(watched), FILE)[:-20]
    with watched.server.client() as client:
        is_error(client.post("/add_track", content=cut_off, headers={"Content-Type": CONTENT_TYPE}), 400)
    assert (watched.rows(), watched.leftovers()) == (rows, [])


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "GZIP, identity"])
@pytest.mark.parametrize("path", ["/register", "/add_track"])
def test_h8_a_compressed_body_is_refused(watched: Watched, path: str, encoding: str) -> None:
    with watched.server.client() as client:
        answer = client.post(path, content=b"\x1f\x8b" * 50, headers={"Content-Encoding": encoding})
    is_error(answer, 415, "request.wrong_type")


@pytest.mark.parametrize("body", ["[" * 4000, '{"x":' * 700, '{"user_name":' + "[" * 3900])
def test_h9_deeply_nested_json_is_refused(watched: Watched, body: str) -> None:
    with watched.server.client() as client:
        is_error(client.post("/register", content=body, headers={"Content-Type": "application/json"}), 400)


def test_h9_a_long_body_is_refused(watched: Watched) -> None:
    with watched.server.client() as client:
        answer = client.post("/register", content="[" * 100_000, headers={"Content-Type": "application/json"})
    is_error(answer, 413, "upload.too_large")


@pytest.mark.parametrize(
    "name", [b'"\\ud800"', b"NaN", b"Infinity", b'"\xff"', b'"\xc0\x80"', b"1e999", b"null", b"[]", b'"a"b', b"'a'"]
)
def test_h10_json_that_is_none_is_refused(watched: Watched, name: bytes) -> None:
    with watched.server.client() as client:
        body = b'{"user_name": ' + name + b"}"
        is_error(client.post("/register", content=body, headers={"Content-Type": "application/json"}), 400)


def test_h11_nul_is_refused_or_dropped_everywhere(watched: Watched) -> None:
    user = watched.server.register()
    with watched.server.client() as client:
        is_error(client.post("/register", json={"user_name": "a\0b"}), 400)
        is_error(client.get("/record", params={"id": "\0", "user": "\0"}), 400)
    token = part("user_access_token", user["user_access_token"] + "\0")
    is_error(post_form(watched, part("user_id", user["user_id"]), token, FILE), 401, "auth.wrong_credentials")
    is_error(post_form(watched, part("user_id", "1\0"), token, FILE), 400)
    answer = post_form(watched, *fields(watched), part("wav_file", RECORDING, "a\0b.wav"))
    if answer.status_code == 201:
        downloaded = httpx.head(answer.headers["location"], trust_env=False, verify=NO_TLS)
        assert 'filename="ab.mp3"' in downloaded.headers["content-disposition"]
    else:
        is_error(answer, 400)


@pytest.mark.parametrize(
    "user_id", ["0", "-1", "2147483648", str(2**63 - 1), str(2**63), "1e400", "1.0", "1_0", "١٢", "9" * 4000, ""]
)
def test_h12_a_user_that_cannot_be_is_refused(watched: Watched, user_id: str) -> None:
    token = watched.server.register()["user_access_token"]
    for parts in ([part("user_id", user_id), part("user_access_token", token), FILE], [FILE, part("user_id", user_id)]):
        answer = post_form(
            watched, *parts, part("comment", "") if len(parts) == 3 else part("user_access_token", token)
        )
        assert answer.status_code in (400, 401)
    with watched.server.client() as client:
        answer = client.get("/record", params={"id": "00000000-0000-4000-8000-000000000000", "user": user_id})
    assert answer.status_code in (400, 404, 414)


def test_h13_doubled_fields_are_refused_and_unknown_ones_ignored(watched: Watched) -> None:
    rows, right = watched.rows(), fields(watched)
    for doubled in ([*right, FILE, FILE], [*right, right[0], FILE], [FILE, *right, right[1]]):
        is_error(post_form(watched, *doubled), 400)
    with watched.server.client() as client:
        body = '{"user_name": "a", "user_name": "b"}'
        is_error(client.post("/register", content=body, headers={"Content-Type": "application/json"}), 400)
        for query in ("id=a&id=b&user=1", "id=a&user=1&user=1"):
            is_error(client.get(f"/record?{query}"), 400)
    assert watched.rows() == rows
    assert post_form(watched, part("comment", "hello"), *right, FILE).status_code == 201


FORWARDED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Port": "444",
    "X-Original-Host": "evil.example",
    "Forwarded": "host=evil.example;proto=https",
}


@pytest.mark.parametrize("headers", [{}, *({name: value} for name, value in FORWARDED.items()), FORWARDED])
def test_h15_forwarded_headers_do_not_change_the_link(watched: Watched, headers: dict[str, str]) -> None:
    answer = watched.upload(RECORDING, **headers)
    assert re.fullmatch(
        re.escape(watched.server.url) + r"/record\?id=[0-9a-f-]{36}&user=\d+", answer.headers["location"]
    )


@pytest.mark.parametrize("host", ["", "Host: a\r\nHost: b\r\n", "Host: a/b\r\n", "Host: <a>\r\n", "Host: a@b\r\n"])
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_h15_a_host_that_is_none_is_refused(watched: Watched, host: str, version: str) -> None:
    answer = watched.raw(f"GET / HTTP/{version}", host)
    assert status_of(answer) == 400
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "request.invalid"


def test_h15_the_public_address_is_the_only_one_in_links(tmp_path: Path, postgres_server: str) -> None:
    settings = {"PUBLIC_BASE_URL": "https://audio.example.org/app"}
    with watched_server(tmp_path, postgres_server, **settings) as watched:
        location = watched.upload(RECORDING, Host="evil.example").headers["location"]
    assert location.startswith("https://audio.example.org/app/record?id=")


FORGERY = '\r\n{"event": "forged"}\n\x1b[31m'


@pytest.mark.parametrize("style", ["json", "text"])
def test_h16_nothing_that_a_client_sends_makes_a_line_of_the_log(
    tmp_path: Path, postgres_server: str, style: str
) -> None:
    with watched_server(tmp_path, postgres_server, LOG_FORMAT=style) as watched:
        before = len(watched.server.log.splitlines())
        with watched.server.client() as client:
            client.get("/x%0d%0a%7b%22event%22:%22forged%22%7d%1b[31m")
            client.get("/" + "x" * 60_000)
            client.post("/register", json={"user_name": FORGERY}, headers={"User-Agent": "\x1b[31m"})
        watched.upload(RECORDING, name=FORGERY + ".wav")
        log = watched.server.log
    lines = log.splitlines()[before:]
    assert sum("forged" in line for line in lines) == 1
    assert not [line for line in lines if line.startswith("{") and json.loads(line)["event"] == "forged"]
    assert not set("\r\x1b") & set(log)
    assert max(map(len, lines)) < 2000


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/" + "a" * (MAX_TARGET_BYTES - 1), 404),
        ("/" + "a" * 70_000, 400),
        ("/record?" + "&".join(f"a{number}=1" for number in range(100)), 400),
        ("/record?id=%zz&user=%", 400),
        ("/record?id=%ff&user=%00", 400),
        ("/record/%ff%00.mp3?id=%ff", 400),
        ("/record/../register", 404),
        ("/record/a/b.mp3", 404),
        ("/%zz", 404),
        ("/%00", 404),
        ("/%ff%fe", 404),
        ("//", 200),
        ("//record", 400),
        ("/..;/register", 404),
        ("/assets/../../../etc/passwd", 404),
        ("/assets/..%2f..%2f..%2fetc%2fpasswd", 404),
        ("/assets/%2e%2e/app.py", 404),
        ("http://evil.example/nope", 404),
    ],
)
def test_h17_odd_addresses_are_answered_plainly(watched: Watched, target: str, status: int) -> None:
    answer = watched.raw(f"GET {target} HTTP/1.1")
    assert status_of(answer) == status
    assert b"root:" not in answer


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "HEAD"])
@pytest.mark.parametrize("target", ["/record?id=", "/", "/%F0%9F%98%80", "http://evil.example/"])
def test_h20_an_address_that_is_too_long_is_refused_unread(watched: Watched, target: str, method: str) -> None:
    long = target + "a" * (MAX_TARGET_BYTES + 1 - len(target))
    with watched.server.client() as client:
        head = f"{method} {long} HTTP/1.1\r\nHost: here\r\n\r\n".encode()
        with watched.connect() as connection:
            connection.sendall(head * 2)  # the connection goes on
            connection.shutdown(socket.SHUT_WR)
            answers = rest_of_answer(connection)
        assert client.get("/health/live").status_code == 200
    assert re.findall(rb"HTTP/1.1 (\d+) ", answers) == [b"414", b"414"]
    assert answers.count(b'"request.target_too_long"') == (0 if method == "HEAD" else 2)


def test_h20_a_long_address_leaves_little_in_the_log(watched: Watched) -> None:
    watched.raw("GET /lengthy?" + "a" * 60_000 + " HTTP/1.1")
    wait_until(lambda: "/lengthy" in watched.server.log)
    [line] = [line for line in watched.lines() if "/lengthy" in str(line)]
    assert (line["event"], line["path"], line["status"], line["level"]) == ("request", "/lengthy", 414, "info")


LEAVING = {
    "within a body in many pieces": b"GET /nope HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"1\r\na\r\n" * 500,
    "within a further request": b"GET /assets/swagger-ui-bundle.js HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost",
    "before many answers": b"GET /assets/swagger-ui-bundle.js HTTP/1.1\r\nHost: a\r\n\r\n" * 5,
    "within a head": b"GET /nope HTTP/1.1\r\nHost: a\r\nA: ",
    "after no HTTP": b"\x16\x03\x01\x02\x00" * 50,
}


@pytest.mark.parametrize("how", ["half", "whole", "reset"])
@pytest.mark.parametrize("request_", LEAVING.values(), ids=LEAVING)
def test_h25_a_client_that_leaves_is_an_info_line_at_most(watched: Watched, request_: bytes, how: str) -> None:
    before = len(watched.lines())
    with watched.connect() as connection:
        connection.sendall(request_)
        time.sleep(0.1)  # lest it leaves before anything was read; right answers do not depend on it
        if how == "reset":
            reset_on_close(connection)
        elif how == "half":
            connection.shutdown(socket.SHUT_WR)
            rest_of_answer(connection)
    assert watched.raw("GET /health/live HTTP/1.1").startswith(b"HTTP/1.1 200")
    wait_until(lambda: any(line.get("path") == "/health/live" for line in watched.lines(before)))
    assert {line["level"] for line in watched.lines(before)} <= {"info"}


def test_h25_an_upload_whose_client_sends_no_more_is_answered(watched: Watched) -> None:
    body = form(*fields(watched), FILE)
    head = (
        f"POST /add_track HTTP/1.1\r\nHost: here\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with watched.connect() as connection:
        connection.sendall(head.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        assert status_of(rest_of_answer(connection)) == 201  # and the connection has ended


def test_h25_an_upload_whose_client_is_gone_is_kept(watched: Watched) -> None:
    rows, body = watched.rows(), form(*fields(watched), FILE)
    head = (
        f"POST /add_track HTTP/1.1\r\nHost: here\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with watched.connect() as connection:
        connection.sendall(head.encode() + body)
    wait_until(lambda: watched.rows() == rows + 1)


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "POST", "GET", "HEAD"])
def test_h18_a_method_that_is_not_there_is_refused_with_those_that_are(
    watched: Watched, method: str, path: str
) -> None:
    answer = watched.raw(f"{method} {path} HTTP/1.1")
    head, _, body = answer.partition(b"\r\n\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    assert headers[b"x-content-type-options"] == b"nosniff"
    if method in ROUTES[path]:
        assert status_of(answer) in (200, 400, 415)
    else:
        assert status_of(answer) == 405
        assert set(headers[b"allow"].decode().upper().split(", ")) == ROUTES[path] | {"OPTIONS"}
    assert (body == b"") == (method == "HEAD")


@pytest.mark.parametrize("path", ROUTES)
def test_h18_options_names_the_methods_and_nothing_else(watched: Watched, path: str) -> None:
    with watched.server.client() as client:
        answer = client.options(path, headers={"Origin": "https://evil.example"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert set(answer.headers["allow"].split(", ")) == ROUTES[path] | {"OPTIONS"}
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_h18_head_is_get_without_the_body(watched: Watched) -> None:
    location = watched.upload(RECORDING).headers["location"]
    with watched.server.client() as client:
        for url in (
            "/",
            "/health/live",
            "/health/ready",
            "/assets/page.css",
            "/schema",
            "/schema/openapi.json",
            location,
        ):
            whole, head = client.get(url), client.head(url)
            assert (head.status_code, head.content) == (200, b"")
            for answer in (whole, head):
                del answer.headers["date"], answer.headers["x-request-id"]
            assert head.headers == whole.headers


REFUSALS = [
    (401, ["-F", "user_id=1", "-F", "user_access_token=wrong", "-F", "wav_file=@{file};filename=a.wav"], "/add_track"),
    (413, ["-H", "Content-Type: application/json", "--data-binary", "@{file}"], "/register"),
    (415, ["-H", "Content-Encoding: gzip", "-F", "wav_file=@{file};filename=a.wav"], "/add_track"),
    (404, ["-T", "{file}"], "/nope"),
]


@pytest.mark.parametrize("expect", ["Expect:", "Expect: 100-continue"])
@pytest.mark.parametrize(("status", "options", "path"), REFUSALS)
def test_a_refusal_reaches_curl_before_the_body_is_sent(
    watched: Watched, tmp_path: Path, status: int, options: list[str], path: str, expect: str
) -> None:
    file = tmp_path / "large"
    file.write_bytes(bytes(8 << 20))
    filled = [option.replace("{file}", str(file)) for option in options]
    command = ["-sS", "--noproxy", "*", "-m", "30", "-o", "/dev/null", "-w", "%{http_code}", "-H", expect]
    done = curl(tmp_path, *command, *filled, watched.server.url + path)
    assert (done.stdout, done.stderr) == (str(status), "")


def test_asking_for_readiness_without_end_starts_few_programs(watched: Watched) -> None:
    before = watched.all_starts
    begun = time.monotonic()
    with watched.server.client() as client:
        statuses = {client.get("/health/ready").status_code for _ in range(200)}
    assert statuses == {200}
    assert watched.all_starts - before <= 2 + (time.monotonic() - begun) / KEPT_FOR.total_seconds()
