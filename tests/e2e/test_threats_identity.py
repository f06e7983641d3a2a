"""Tokens, links, downloads and pages, against the real service."""

import hashlib
import re
from itertools import product
from pathlib import Path
from urllib.parse import unquote
from uuid import UUID

import httpx
import pytest

from tests.e2e.watched import Watched, watched_server
from tests.forms import CONTENT_TYPE, form, part
from tests.server import NO_TLS
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(8000)))
PAGES = ("/", "/schema")
EVERYTHING = (
    *PAGES,
    "/schema/openapi.json",
    "/assets/page.css",
    "/assets/schema.js",
    "/health/live",
    "/nope",
    "/record",
    "/record/talk.mp3",
)
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def location(watched: Watched) -> str:
    """The link to a record that no test changes."""
    return str(watched.upload(RECORDING).headers["location"])


def get(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, trust_env=False, verify=NO_TLS)


def test_a1_the_database_holds_digests_of_tokens_and_no_token(watched: Watched) -> None:
    user = watched.server.register()
    token = user["user_access_token"]
    dump = watched.dump()
    assert UUID(token).version == 4
    assert hashlib.sha256(token.encode()).hexdigest() in dump
    assert token not in dump
    assert token.encode().hex() not in dump


def test_a2_an_unknown_user_and_a_wrong_token_get_the_same_answer(watched: Watched) -> None:
    """That both cost the same queries: tests/unit/application/test_authenticate.py."""
    user_id = watched.server.register()["user_id"]
    answers = []
    with watched.server.client() as client:
        for claimed in (user_id, "999999999", str(2**63 - 1)):
            for parts in (["user_id", "user_access_token", "wav_file"], ["wav_file", "user_id", "user_access_token"]):
                made = {
                    "user_id": part("user_id", claimed),
                    "user_access_token": part("user_access_token", "wrong"),
                    "wav_file": part("wav_file", RECORDING, "a.wav"),
                }
                body = form(*(made[name] for name in parts))
                answer = client.post("/add_track", content=body, headers={"Content-Type": CONTENT_TYPE})
                del answer.headers["date"], answer.headers["x-request-id"]
                answers.append((answer.status_code, answer.content, dict(answer.headers) | {"connection": ""}))
    assert answers[0][0] == 401
    assert all(answer == answers[0] for answer in answers)


def test_a3_a_token_shows_up_nowhere(tmp_path: Path, postgres_server: str) -> None:
    with watched_server(tmp_path, postgres_server, LOG_LEVEL="debug") as watched, watched.server.client() as client:
        user = watched.server.register()
        token = user["user_access_token"]
        bearer = {"Authorization": f"Bearer {token}"}
        files = {"wav_file": ("a.wav", RECORDING)}
        answers = [
            client.post("/add_track", data=user, files=files),
            client.post("/add_track", files=files, headers=bearer),
            client.post("/add_track", data=user | {"user_id": "999"}, files=files),
            client.post("/add_track", data=user, files={"wav_file": ("a.wav", b"no wav")}),
            client.post("/add_track", data=user | {"user_access_token": token + "x"}, files=files, headers=bearer),
            client.post("/add_track", data={"user_id": token, "user_access_token": token}, files=files),
            client.post("/add_track", data=user),
            client.get(f"/record?id={token}&user={token}", headers=bearer),
            client.get("/nope", headers=bearer),
            client.put("/add_track", headers=bearer),
        ]
        mp3 = client.get(answers[0].headers["location"])
        answers.append(mp3)
        dump = watched.dump()
    assert [answer.status_code for answer in answers] == [201, 201, 401, 415, 400, 400, 415, 400, 404, 405, 200]
    for answer in answers:
        assert token not in answer.text
        assert token not in str(answer.headers)
    assert token not in dump
    assert token not in watched.server.log
    assert "user=" not in watched.server.log  # the query of a link is what opens it


def test_a4_a_link_cannot_be_guessed_and_is_told_to_nobody(watched: Watched, location: str) -> None:
    identifier = UUID(httpx.URL(location).params["id"])
    assert identifier.version == 4
    assert set(httpx.URL(location).params) == {"id", "user"}
    headers = get(location).headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex"
    assert headers["cache-control"] == "private"
    assert watched.server.register()["user_access_token"] not in location


def test_a5_only_the_owners_pair_opens_a_record(watched: Watched) -> None:
    links = [httpx.URL(watched.upload(RECORDING).headers["location"]).params for _ in range(3)]
    owners = {link["id"]: link["user"] for link in links}
    refusals = set()
    with watched.server.client() as client:
        for identifier, user in product([*owners, UNKNOWN], [*owners.values(), "999999", "0"]):
            answer = client.get("/record", params={"id": identifier, "user": user})
            if owners.get(identifier) == user:
                assert answer.status_code == 200
            else:
                refusals.add((answer.status_code, answer.content))
    assert len(refusals) == 1
    assert refusals.pop()[0] == 404


def test_a5_a_token_works_for_its_own_user_alone(watched: Watched) -> None:
    ann, bob = watched.server.register("Ann"), watched.server.register("Bob")
    files = {"wav_file": ("a.wav", RECORDING)}
    with watched.server.client() as client:
        mixed = client.post("/add_track", data=ann | {"user_id": bob["user_id"]}, files=files)
        bearer = {"Authorization": f"Bearer {bob['user_access_token']}"}
        both = client.post("/add_track", data=ann, files=files, headers=bearer)
    assert (mixed.status_code, both.status_code) == (401, 400)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "id=&user=",
        "id=1&user=1",
        "id=../../etc/passwd&user=1",
        f"id[]={UNKNOWN}&user[]=1",
        f"id={UNKNOWN}&user=\u0661",
        f"id={UNKNOWN}&user=" + "9" * 1900,
        f"id={UNKNOWN}%00&user=1",
        f"id={{{UNKNOWN}}}&user=1",
        f"id=urn:uuid:{UNKNOWN}&user=1",
        f"id={UNKNOWN}&id={UNKNOWN}&user=1",
        "id=%27%20OR%201=1--&user=1",
        f"id={UNKNOWN}&user=1.0",
        f"id={UNKNOWN}&user=-1",
    ],
)
def test_a6_a_malformed_link_is_refused(watched: Watched, query: str) -> None:
    with watched.server.client() as client:
        answer = client.get(f"/record?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "request.invalid")


def test_a7_one_range_is_served_and_everything_else_is_whole_or_416(location: str) -> None:
    whole = get(location).content
    size = len(whole)
    for text, part_ in (("bytes=0-0", whole[:1]), ("bytes=-7", whole[-7:]), (f"bytes=9-{2**70}", whole[9:])):
        answer = get(location, Range=text)
        assert (answer.status_code, answer.content) == (206, part_)
        first = size - len(part_) if text != "bytes=0-0" else 0
        assert answer.headers["content-range"] == f"bytes {first}-{first + len(part_) - 1}/{size}"
    for text in (f"bytes={size}-", f"bytes={2**70}-", "bytes=-0"):
        answer = get(location, Range=text)
        assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{size}")
        assert "etag" in answer.headers
        assert answer.json()["code"] == "record.range"
    for text in ("bytes=0-1,3-4", "bytes=5-2", "bytes=x", "items=0-1", "bytes=" + "0-," * 5000 + "0-"):
        answer = get(location, Range=text)
        assert (answer.status_code, answer.content) == (200, whole)


def test_a8_the_etag_is_the_digest_of_the_bytes_and_is_honoured(location: str) -> None:
    whole = get(location)
    etag = whole.headers["etag"]
    assert etag == f'"{hashlib.sha256(whole.content).hexdigest()}"'
    assert "last-modified" not in whole.headers
    for known in (etag, f'W/{etag}, "x"', "*"):
        answer = get(location, **{"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert get(location, **{"If-None-Match": '"x"'}).status_code == 200
    assert get(location, **{"If-Match": etag}).status_code == 200
    changed = get(location, **{"If-Match": '"x"'})
    assert (changed.status_code, changed.json()["code"]) == (412, "record.changed")
    assert changed.headers["etag"] == etag
    for version, status in ((etag, 206), ('"x"', 200), ("Mon, 23 Nov 2026 10:00:00 GMT", 200)):
        assert get(location, **{"Range": "bytes=0-1", "If-Range": version}).status_code == status


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("talk.wav", "talk.mp3"),
        ("TALK.WAV", "TALK.mp3"),
        ("../../etc/passwd", "passwd.mp3"),
        ("C:\\calls\\a.wav", "a.mp3"),
        ("page.html", "page.html.mp3"),
        ("gpj.\u202ewav", "gpj.mp3"),
        ("запись 🎧.wav", "запись 🎧.mp3"),
        ("a%22; x=y.wav", None),
        ("x" * 300 + ".wav", "x" * 146 + ".mp3"),
    ],
)
def test_a9_a_download_is_an_attachment_with_a_harmless_name(watched: Watched, name: str, saved: str | None) -> None:
    headers = get(watched.upload(RECORDING, name=name).headers["location"]).headers
    assert headers["content-type"] == "audio/mpeg"
    found = re.fullmatch(
        r"attachment; filename=\"[ -!#-$&-\[\]-~]+\"; filename\*=UTF-8''([!-~]+)", headers["content-disposition"]
    )
    assert found
    assert saved is None or unquote(found[1]) == saved


@pytest.mark.parametrize("path", PAGES)
def test_a10_pages_run_no_code_but_their_own(watched: Watched, path: str) -> None:
    with watched.server.client() as client:
        answer = client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert not re.search(r"unsafe|\*|https?:", policy)
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", answer.text)
        scripts = re.findall(r"<script([^>]*)>([^<]*)</script>", answer.text)
        linked = re.findall(r'(?:src|href)="([^"]*)"', answer.text)
        assert all(re.search(r'src="/', attributes) and not code for attributes, code in scripts)
        assert all(url.startswith("/") and not url.startswith("//") for url in linked)
        assert {client.get(url).status_code for url in linked} == {200}


def test_a10_nothing_that_a_client_sends_becomes_markup(watched: Watched) -> None:
    payload = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    with watched.server.client() as client:
        answers = [
            client.get("/", headers={"Host": payload}),
            client.get("/" + payload),
            client.get("/record", params={"id": payload, "user": payload}),
            client.post("/register", json={"user_name": payload * 9}),
            watched.upload(b"<script>alert(1)</script>"),
        ]
    for answer in answers:
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "<img" not in answer.text


def test_a10_every_answer_forbids_sniffing(watched: Watched, location: str) -> None:
    with watched.server.client() as client:
        for url in (*EVERYTHING, location):
            for method in ("GET", "POST", "OPTIONS"):
                assert client.request(method, url).headers["x-content-type-options"] == "nosniff"


def test_a11_no_other_origin_is_let_in_and_no_cookie_is_set(watched: Watched, location: str) -> None:
    origin = {"Origin": "https://evil.example", "Cookie": "user_access_token=x; session=y"}
    preflight = origin | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    with watched.server.client() as client:
        for url in (*EVERYTHING, location):
            for answer in (client.get(url, headers=origin), client.options(url, headers=preflight)):
                assert not [name for name in answer.headers if name.startswith("access-control-")]
                assert "set-cookie" not in answer.headers


def test_a12_a_download_is_never_taken_for_a_page(watched: Watched) -> None:
    content = wav(b"<html><script>alert(1)</script></html>" * 500)
    location = watched.upload(content, name="page.html").headers["location"]
    for link, disposition, policy in (
        (location, "attachment", "sandbox"),
        (f"{location}&inline=1", "inline", "sandbox allow-same-origin"),
    ):
        answer = get(link)
        assert answer.headers["content-type"] == "audio/mpeg"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == policy
        assert answer.headers["content-disposition"].startswith(disposition)


def test_a13_only_encoded_audio_is_kept_of_an_upload(watched: Watched) -> None:
    marker = b"PK\x03\x04 a polyglot <script> "
    answer = watched.upload(wav(pcm(tone(8000)), after=[(b"junk", marker * 20)], trailing=marker * 20))
    assert answer.status_code == 201
    assert marker not in get(answer.headers["location"]).content
    assert marker.hex() not in watched.dump()
    assert watched.leftovers() == []
