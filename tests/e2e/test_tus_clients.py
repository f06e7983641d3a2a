"""The tus clients that people use, against the real service."""

import itertools
import random
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.programs import CURLS, ROOT, path_with_curl
from tests.server import Server
from tests.tus import by_hand, javascript, python
from tests.tus.__main__ import main as trial
from tests.tus.proxy import CuttingProxy
from tests.tus.uploading import Caller, Recording, noise, recording, track_of
from tests.wavs import wav

SEEDS = itertools.count()
LAST_ANSWER = b"upload-track-location"
HEAD_BYTES = 1500
"""More than the requests that create an upload have."""


@pytest.fixture
def caller(server: Server) -> Caller:
    return Caller.new(server)


@pytest.fixture
def talk(tmp_path: Path) -> Recording:
    """Three seconds."""
    return noise(tmp_path, 600_000, next(SEEDS))


@pytest.fixture(autouse=True)
def _no_proxies_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


def by_javascript(to: str, caller: Caller, what: Recording, **options: object) -> javascript.Outcome:
    return javascript.Upload(f"{to}/uploads", caller.token, what.path, **options).run()  # type: ignore[arg-type] # checked by the class


def by_python(to: str, caller: Caller, what: Recording, **options: object) -> python.Done:
    return python.Upload(f"{to}/uploads", caller.token, what.content, **options).run()  # type: ignore[arg-type] # checked by the class


JAVASCRIPT: dict[str, dict[str, object]] = {
    "bytes": {},
    "file": {"source": "file"},
    "pieces": {"chunk_size": 250_000},
    "stream": {"source": "stream", "chunk_size": 100_000, "deferred": True},
    "in the creation": {"during_creation": True},
}
PYTHON: dict[str, dict[str, object]] = {
    "whole": {"retries": 30},
    "pieces": {"retries": 30, "chunk_size": 250_000, "checksum": True},
}


def assert_arrived(caller: Caller, what: Recording, link: str | None, sha256: str | None) -> None:
    """There is one track, of this WAV, and the link is its; the answer has the WAV's digest."""
    assert caller.tracks() == {track_of(link): what.sha256}
    assert sha256 == what.sha256


@pytest.mark.parametrize("options", JAVASCRIPT.values(), ids=JAVASCRIPT)
def test_tus_js_client_uploads_and_is_told_the_link(
    server: Server, caller: Caller, talk: Recording, options: dict[str, object]
) -> None:
    done = by_javascript(server.url, caller, talk, **options)

    assert done.succeeded, done.events
    assert_arrived(caller, talk, done.link, done.sha256)
    with server.client() as client:
        record = client.get(str(done.link))
        again = client.head(done.url, headers={"Authorization": f"Bearer {caller.token}", "Tus-Resumable": "1.0.0"})
    assert record.headers["content-type"] == "audio/mpeg"
    assert 'filename="talk.mp3"' in record.headers["content-disposition"]
    # Deleted at its end, it would be uploaded again by whoever did not hear the last answer.
    assert again.status_code == 200
    assert again.headers["upload-offset"] == again.headers["upload-length"] == str(len(talk.content))
    assert again.headers["upload-track-location"] == done.link


@pytest.mark.parametrize("options", PYTHON.values(), ids=PYTHON)
def test_tuspy_uploads_and_is_told_the_link(
    server: Server, caller: Caller, talk: Recording, options: dict[str, object]
) -> None:
    done = by_python(server.url, caller, talk, **options)

    assert (done.status, done.problem) == (204, "")
    assert_arrived(caller, talk, done.link, done.sha256)


@pytest.mark.parametrize("options", JAVASCRIPT.values(), ids=JAVASCRIPT)
def test_what_was_cut_goes_on_in_tus_js_client(
    server: Server, caller: Caller, talk: Recording, options: dict[str, object]
) -> None:
    with CuttingProxy(server.address, some_cuts(talk), [LAST_ANSWER]) as proxy:
        done = by_javascript(proxy.url, caller, talk, **options)
        left = [*proxy.cuts, *proxy.lost]

    assert (done.succeeded, left) == (True, []), done.events
    assert done.answers("POST") in ([], [201])
    assert_arrived(caller, talk, done.link, done.sha256)


@pytest.mark.parametrize("options", PYTHON.values(), ids=PYTHON)
def test_what_was_cut_goes_on_in_tuspy(
    server: Server, caller: Caller, talk: Recording, options: dict[str, object]
) -> None:
    with CuttingProxy(server.address, some_cuts(talk), [LAST_ANSWER]) as proxy:
        done = by_python(proxy.url, caller, talk, **options)
        left = [*proxy.cuts, *proxy.lost]

    assert (done.problem, left) == ("", []), done.problem
    assert_arrived(caller, talk, done.link, done.sha256)


def some_cuts(what: Recording) -> list[int]:
    """Two places between the requests that create an upload and its last byte."""
    size = len(what.content)
    dice = random.Random(size + next(SEEDS))
    first = dice.randrange(HEAD_BYTES, size // 2)
    return [first, dice.randrange(HEAD_BYTES, size // 3)]


def test_who_does_not_hear_the_last_answer_and_gives_up_uploads_nothing_twice(
    server: Server, caller: Caller, talk: Recording
) -> None:
    with CuttingProxy(server.address, lost=[LAST_ANSWER]) as proxy:
        given_up = by_python(proxy.url, caller, talk)
        done = by_python(proxy.url, caller, talk, url=given_up.url)
        js = by_javascript(proxy.url, caller, talk, url=given_up.url)

    assert given_up.problem
    assert js.succeeded
    assert_arrived(caller, talk, js.link, js.sha256)
    assert done.link in (None, js.link)  # tuspy sends nothing where all has arrived


def test_what_was_cut_goes_on_by_hand(server: Server, caller: Caller, talk: Recording, tmp_path: Path) -> None:
    with CuttingProxy(server.address, some_cuts(talk), [LAST_ANSWER]) as proxy:
        client = by_hand.Curl(f"{proxy.url}/uploads", caller.token, tmp_path)
        done = client.finish(client.create(talk.path), talk.path)
        left = [*proxy.cuts, *proxy.lost]

    assert (done.status, left) == (204, []), done
    assert_arrived(caller, talk, done.headers["upload-track-location"], done.headers["x-audio-sha256"])


@pytest.mark.parametrize("curl", CURLS)
def test_the_calls_of_the_page_upload_a_recording(
    server: Server, caller: Caller, talk: Recording, tmp_path: Path, curl: str
) -> None:
    page = (ROOT / "docs" / "uploads.md").read_text("utf-8")
    calls = page.split("```sh\n")[1].split("```")[0].replace("http://127.0.0.1:5000", server.url)
    (programs := tmp_path / "programs").mkdir()
    talk.path.rename(tmp_path / "talk.wav")
    done = subprocess.run(
        ["sh", "-c", "set -eu\n" + calls],
        cwd=tmp_path,
        env={"PATH": path_with_curl(programs, curl), "token": caller.token, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    name, _, link = done.stdout.strip().partition(": ")
    assert name.lower() == "upload-track-location"
    assert caller.tracks() == {track_of(link): talk.sha256}


@pytest.mark.timeout(300)
def test_what_a_service_was_sent_that_was_killed_arrives_whole(capfd: pytest.CaptureFixture[str]) -> None:
    """The short form of `python -m tests.tus`."""
    wrong = trial(["--uploads", "1", "--kills", "2", "--at-once", "1", "--seed", "7"])

    told = capfd.readouterr().out
    assert not wrong, told
    assert "tus-js-client, bytes" in told
    assert re.search(r"^1 uploads, [2-9] kills, \d+ s; wrong  0$", told, re.MULTILINE)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "text": (lambda: b"This is no recording. " * 100_000, "wav.not_a_wav"),
    "an MP3 in a WAV": (
        lambda: wav(bytes(500_000), tag=0x55, channels=2, rate=44_100, block_align=1),
        "wav.unsupported_codec",
    ),
    "without a sample": (lambda: wav(b""), "wav.no_audio"),
    "nothing at all": (lambda: b"", "wav.no_audio"),
}


@pytest.fixture(params=list(REFUSED.values()), ids=list(REFUSED))
def refused(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Recording, str]:
    make, code = request.param
    return recording(tmp_path, make()), code


def test_tus_js_client_ends_with_the_reason_and_never_with_success_however_often_it_tries(
    server: Server, caller: Caller, refused: tuple[Recording, str]
) -> None:
    what, code = refused

    first = by_javascript(server.url, caller, what)
    again = by_javascript(server.url, caller, what, url=first.url) if what.content else first

    assert (first.succeeded, again.succeeded) == (False, False)
    assert (first.code, again.code) == (code, code)
    assert caller.tracks() == {}


@pytest.mark.parametrize("retries", [0, 2])
def test_tuspy_ends_with_the_reason_however_often_it_tries(
    server: Server, caller: Caller, refused: tuple[Recording, str], retries: int
) -> None:
    what, code = refused
    if not what.content:
        return
    first = by_python(server.url, caller, what, retries=retries)
    again = by_python(server.url, caller, what, retries=retries, url=first.url)

    for done in (first, again):
        assert 400 <= done.status < 500
        assert code in done.problem
    assert caller.tracks() == {}


def test_two_clients_that_send_the_same_upload_at_once_make_one_track(
    server: Server, caller: Caller, talk: Recording
) -> None:
    url = begun(server, caller, talk)
    clients = [
        javascript.Upload("", caller.token, talk.path, url=url, chunk_size=size, retry_delays=[100] * 50).begin()
        for size in (50_000, 70_000)
    ]
    outcomes = [javascript.outcome(client) for client in clients]

    assert [done.succeeded for done in outcomes] == [True, True], [done.events for done in outcomes]
    [link] = {done.link for done in outcomes}
    assert_arrived(caller, talk, link, outcomes[0].sha256)


def test_who_died_in_the_middle_keeps_nobody_from_going_on(server: Server, caller: Caller, talk: Recording) -> None:
    url = begun(server, caller, talk)
    with unfinished_patch(server, caller, talk, url):
        done = javascript.Upload("", caller.token, talk.path, url=url, retry_delays=[250] * 100).run()

    assert done.succeeded, done.events
    assert_arrived(caller, talk, done.link, done.sha256)


def test_a_recording_in_parts_that_are_sent_at_once_is_refused_in_words(
    server: Server, caller: Caller, talk: Recording
) -> None:
    done = by_javascript(server.url, caller, talk, parallel=2)

    assert not done.succeeded
    assert "400" in done.last["message"]
    assert "oncat" in done.last["message"]
    assert caller.tracks() == {}


def test_a_wrong_token_ends_tus_js_client_at_once(server: Server, talk: Recording) -> None:
    stranger = Caller(1, "00000000-0000-4000-8000-000000000000", server.data_dir)
    done = by_javascript(server.url, stranger, talk)

    assert (done.succeeded, done.answers("POST"), done.code) == (False, [401], "auth.wrong_credentials")


def test_bodies_without_a_length_are_taken(server: Server, caller: Caller, talk: Recording) -> None:
    """As tus-js-client 5.0.0-pre2 sends them in Node."""
    url = begun(server, caller, talk)
    pieces = (talk.content[start : start + 65_536] for start in range(0, len(talk.content), 65_536))
    with server.client() as client:
        answer = client.patch(url, content=pieces, headers=tus_headers(caller, 0))

    assert answer.status_code == 204, answer.text
    assert_arrived(caller, talk, answer.headers["upload-track-location"], answer.headers["x-audio-sha256"])


def begun(server: Server, caller: Caller, what: Recording) -> str:
    """The address of a new upload."""
    headers = tus_headers(caller) | {"Upload-Length": str(len(what.content))}
    with server.client() as client:
        return str(client.post("/uploads", headers=headers).raise_for_status().headers["location"])


@contextmanager
def unfinished_patch(server: Server, caller: Caller, what: Recording, url: str) -> Iterator[None]:
    """A request that has sent half of the recording, and sends no more, as one whose machine has no power any more."""
    length = f"Content-Length: {len(what.content)}"
    fields = "".join(f"{name}: {value}\r\n" for name, value in tus_headers(caller, 0).items())
    head = f"PATCH {urlsplit(url).path} HTTP/1.1\r\nHost: here\r\n{length}\r\n{fields}\r\n"
    with socket.create_connection(server.address) as connection:
        connection.sendall(head.encode() + what.content[: len(what.content) // 2])
        yield


def tus_headers(caller: Caller, offset: int | None = None) -> dict[str, str]:
    """Those of a request; with an offset, of a PATCH."""
    headers = {"Authorization": f"Bearer {caller.token}", "Tus-Resumable": "1.0.0"}
    if offset is None:
        return headers
    return headers | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
