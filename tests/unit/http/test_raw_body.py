"""A body that is the recording itself, with a Bearer token."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Request

from entrypoints.http.errors import ClientGone, WrongType
from entrypoints.http.requests.body import BodyPace
from entrypoints.http.requests.raw_body import RawBody, is_file_type
from entrypoints.http.requests.untold_type import whole_wav
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from tests.forms import CONTENT_TYPE, form, part
from tests.unit import memory
from tests.unit.http.test_app_in_memory import RECORDING, client_of, fields
from tests.unit.streams import blocks, cut

STRANGE_TYPES = [
    *("audio/mpeg", "binary/octet-stream", "application/wave", "application/x-binary", "application/unknown", "*/*"),
    "application/x-www-form-urlencoded",  # that of curl's --data-binary and wget's --post-file where nobody tells them
]
TYPES = ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave; codec=1", "Audio/WAV", "application/octet-stream"]


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(container) as client, container.running():
        yield client


async def sent(client: httpx.AsyncClient, content: bytes = RECORDING, **headers: str) -> httpx.Response:
    """The answer to a body with these fields, `_` for `-`, and a right token unless they name another one."""
    if "Authorization" not in headers:
        headers["Authorization"] = f"Bearer {(await fields(client))['user_access_token']}"
    named = {name.replace("_", "-"): value for name, value in headers.items() if value}
    return await client.post("/add_track", content=content, headers=named)


@pytest.mark.parametrize("type_", [*TYPES, *STRANGE_TYPES, ""])
async def test_the_body_is_the_file(client: httpx.AsyncClient, container: Container, type_: str) -> None:
    answer = await sent(client, Content_Type=type_)
    assert (answer.status_code, answer.json()) == (201, {"status": "success"})
    [track] = memory.tracks(container).kept.values()
    assert (track.file_name, track.conversion.wav_size) == ("recording.mp3", len(RECORDING))
    assert memory.spool(container).open_files == []


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="talk.wav"', "talk.mp3"),
        ("attachment; filename=\"_.wav\"; filename*=UTF-8''%D0%B7%D0%B0%D0%BF.wav", "зап.mp3"),
        ("attachment", "recording.mp3"),
    ],
)
async def test_its_name_is_in_content_disposition(
    client: httpx.AsyncClient, container: Container, disposition: str, name: str
) -> None:
    await sent(client, Content_Type="audio/wav", Content_Disposition=disposition)
    assert [track.file_name for track in memory.tracks(container).kept.values()] == [name]


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("authorization", ["", "Basic QW5uOng=", "Bearer wrong"])
async def test_without_a_right_token_it_is_refused(client: httpx.AsyncClient, type_: str, authorization: str) -> None:
    answer = await sent(client, Content_Type=type_, Authorization=authorization)
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.wrong_credentials")
    assert ("Authorization is missing" in answer.json()["message"]) == (authorization != "Bearer wrong")


@pytest.mark.parametrize(
    ("content", "type_", "status", "code"),
    [
        (b"<html>", "audio/wav", 415, "wav.not_a_wav"),
        (RECORDING[:44], "audio/wav", 422, "wav.no_audio"),
        (b"user_id=1", "application/x-www-form-urlencoded", 415, "request.wrong_type"),
        (b"", "application/x-www-form-urlencoded", 415, "request.wrong_type"),
        (RECORDING.replace(b"\n", b""), "application/x-www-form-urlencoded", 415, "request.wrong_type"),
        (RECORDING + b"\0", "application/x-www-form-urlencoded", 415, "request.wrong_type"),
        (RECORDING, "text/plain", 415, "request.wrong_type"),
        (RECORDING, CONTENT_TYPE, 400, "request.invalid"),
        (form(part("wav_file", RECORDING, "a.wav")), "audio/wav", 415, "wav.not_a_wav"),
    ],
)
async def test_what_is_no_recording_is_refused(
    client: httpx.AsyncClient, container: Container, content: bytes, type_: str, status: int, code: str
) -> None:
    answer = await sent(client, content, Content_Type=type_)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert memory.tracks(container).kept == {}


@given(recording=st.binary(max_size=200), big_endian=st.booleans(), at=st.lists(st.integers(0, 250), max_size=20))
@settings(max_examples=60)
async def test_of_an_untold_type_a_wav_is_taken_whole_or_not_at_all(
    recording: bytes, big_endian: bool, at: list[int]
) -> None:
    data = recording + b"\n"  # something that curl's -d leaves out
    size = (4 + len(data)).to_bytes(4, "big" if big_endian else "little")
    whole = (b"RIFX" if big_endian else b"RIFF") + size + b"WAVE" + data
    assert b"".join([block async for block in whole_wav(blocks(*cut(whole, at)), len(whole))]) == whole
    stripped = whole.replace(b"\r", b"").replace(b"\n", b"")
    with pytest.raises(WrongType, match="--data-binary"):
        await anext(whole_wav(blocks(*cut(stripped, at)), len(stripped)))


async def test_who_sends_another_type_is_told_which_are_taken(client: httpx.AsyncClient) -> None:
    answer = await sent(client, Content_Type="application/json")
    assert "send multipart/form-data, or the WAV itself as audio/wav" in answer.json()["message"]


@pytest.mark.parametrize("type_", ["", "application/x-www-form-urlencoded"])
async def test_a_body_that_nobody_gave_a_type_is_no_file_without_a_token(client: httpx.AsyncClient, type_: str) -> None:
    answer = await sent(client, Content_Type=type_, Authorization="Basic QW5uOng=")
    assert (answer.status_code, answer.json()["code"]) == (415, "request.wrong_type")


async def test_a_form_under_a_type_of_audio_is_called_one(client: httpx.AsyncClient) -> None:
    answer = await sent(client, form(part("wav_file", RECORDING, "a.wav")), Content_Type="audio/wav")
    assert "it is a form" in answer.json()["message"]


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "br", "zstd", "compress", "utf-8, gzip", "utf-16"])
async def test_it_may_not_be_compressed(client: httpx.AsyncClient, encoding: str) -> None:
    answer = await sent(client, Content_Type="audio/wav", Content_Encoding=encoding)
    assert (answer.status_code, answer.json()["code"]) == (415, "request.wrong_type")


@pytest.mark.parametrize("encoding", [" ", "identity", "UTF-8", "utf8", "binary", "8bit", "none"])
async def test_what_is_no_coding_is_none(client: httpx.AsyncClient, encoding: str) -> None:
    assert (await sent(client, Content_Type="audio/wav", Content_Encoding=encoding)).status_code == 201


@pytest.mark.parametrize(("more", "status"), [(0, 201), (-1, 413)])
async def test_it_may_be_as_large_as_a_file_may_be(more: int, status: int) -> None:
    limited = memory.in_memory_container(Settings().but(max_upload_bytes=len(RECORDING) + more))
    async with client_of(limited) as client, limited.running():
        assert (await sent(client, Content_Type="audio/wav")).status_code == status


@pytest.mark.parametrize("told", [b"1000", None])
async def test_what_is_certain_to_come_is_the_length_that_http_tells(told: bytes | None) -> None:
    """Of a body whose client leaves in the middle, which is no end of the file."""
    messages: list[Any] = [{"type": "http.request", "body": bytes(600), "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return messages.pop(0)

    headers = [(b"authorization", b"Bearer x"), *([(b"content-length", told)] if told else [])]
    scope: Any = {"type": "http", "headers": headers}  # enough of one
    body = RawBody.of(Request(scope, receive), 10_000, BodyPace(rate=1, grace=60, longest=60), ())
    blocks = body.blocks()
    assert body.bytes_to_come() == (1000 if told else 0)
    assert len(await anext(blocks)) == 600
    assert body.bytes_to_come() == (400 if told else 0)
    with pytest.raises(ClientGone):
        await anext(blocks)
    await body.aclose()


@pytest.mark.parametrize("type_", ["", "audio", "text/wav", "multipart/form-data", "application/json", "xaudio/wav"])
def test_other_types_are_not_those_of_a_file(type_: str) -> None:
    assert not is_file_type(type_)
