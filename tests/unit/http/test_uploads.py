"""Resumable uploads over the in-memory adapters: what clients send, and what they are told."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from adapters.memory.uploads import InMemoryUploads
from domain.errors import StoreAway
from entrypoints.settings.recordings import Recordings
from entrypoints.settings.settings import Settings
from entrypoints.settings.uploads import Uploads
from entrypoints.wiring.container import Container
from tests.unit import memory
from tests.unit.http.test_app_in_memory import RECORDING, client_of
from tests.unit.http.tus import PIECE, VERSION, TusClient, named, pieces

SIZE = len(RECORDING)
SHA256 = hashlib.sha256(RECORDING).hexdigest()


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(container) as client, container.running():
        yield client


@pytest.fixture
async def ann(client: httpx.AsyncClient) -> TusClient:
    return await TusClient.registered(client)


def kept(container: Container) -> InMemoryUploads:
    found = container.adapters.uploads()
    assert isinstance(found, InMemoryUploads)
    return found


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_an_upload_in_pieces_becomes_a_track(ann: TusClient, container: Container) -> None:
    created = await ann.create(SIZE, Upload_Metadata=named("речь.wav"))
    location = created.headers["location"]
    assert (created.status_code, created.headers["upload-offset"], created.content) == (201, "0", b"")
    assert location.startswith("http://here:5000/uploads/")
    for start in range(0, SIZE - 5000, 5000):
        answer = await ann.patch(location, start, RECORDING[start : start + 5000])
        assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(start + 5000))
        assert "upload-track-location" not in answer.headers
    rest = await ann.offset(location)
    last = await ann.patch(location, rest, RECORDING[rest:])

    assert (last.status_code, last.headers["upload-offset"], last.content) == (204, str(SIZE), b"")
    assert last.headers["x-audio-sha256"] == SHA256
    assert last.headers["x-audio-duration"] == "1.000"
    download = await ann.client.get(last.headers["upload-track-location"])
    assert (download.status_code, download.headers["content-type"]) == (200, "audio/mpeg")
    assert "%D1%80%D0%B5%D1%87%D1%8C.mp3" in download.headers["content-disposition"]
    [track] = memory.tracks(container).kept.values()
    assert track.conversion.wav_sha256.hex() == SHA256
    assert kept(container).contents == {}


async def test_what_became_of_it_is_told_each_time_and_makes_no_second_track(
    ann: TusClient, container: Container
) -> None:
    location = await ann.created(SIZE)
    answers = [
        await ann.patch(location, 0, RECORDING),
        await ann.patch(location, SIZE, b""),
        await ann.patch(location, SIZE - 1, RECORDING[-1:]),
        await ann.patch(location, 0, RECORDING),
        await ann.head(location),
    ]

    assert [answer.status_code for answer in answers] == [204, 204, 204, 204, 200]
    assert {answer.headers["upload-offset"] for answer in answers} == {str(SIZE)}
    assert len({answer.headers["upload-track-location"] for answer in answers}) == 1
    assert {answer.headers["x-audio-sha256"] for answer in answers} == {SHA256}
    assert len(memory.tracks(container).kept) == 1


REFUSED = [(b"<html>" + bytes(20_000), (415, "wav.not_a_wav")), (RECORDING[:44], (422, "wav.no_audio"))]


@pytest.mark.parametrize(("wav", "refusal"), REFUSED, ids=["a page", "no audio"])
async def test_a_refused_recording_is_refused_each_time_and_never_looks_finished(
    ann: TusClient, container: Container, wav: bytes, refusal: tuple[int, str]
) -> None:
    location = await ann.created(len(wav))
    first = await ann.patch(location, 0, wav)
    head = await ann.head(location)
    again = [await ann.patch(location, len(wav) - 1, wav[-1:]), await ann.patch(location, len(wav), b"")]

    assert code(first) == refusal
    assert [(code(answer), answer.json()) for answer in again] == [(refusal, first.json())] * 2
    assert (head.status_code, head.headers["upload-error"]) == (200, refusal[1])
    assert int(head.headers["upload-offset"]) < int(head.headers["upload-length"]) == len(wav)
    assert "upload-track-location" not in head.headers
    assert memory.tracks(container).kept == {}


async def test_head_says_one_byte_less_until_there_is_an_outcome(
    ann: TusClient, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = await ann.created(SIZE)
    with monkeypatch.context() as broken:
        broken.setattr(memory.converter(container), "problem", "gone")
        assert code(await ann.patch(location, 0, RECORDING)) == (503, "service.overloaded")
    assert await ann.offset(location) == SIZE - 1
    assert code(await ann.patch(location, SIZE, b"")) == (409, "upload.wrong_offset")

    last = await ann.patch(location, SIZE - 1, RECORDING[-1:])
    assert (last.status_code, last.headers["x-audio-sha256"]) == (204, SHA256)
    assert len(memory.tracks(container).kept) == 1


async def test_head_tells_what_the_upload_was_created_with(ann: TusClient) -> None:
    text = f"{named('a.wav')},filetype {base64.b64encode(b'audio/wav').decode()},empty"
    location = await ann.created(1000, Upload_Metadata=text)
    head = await ann.head(location)
    told = {name: head.headers.get(name) for name in ("upload-length", "upload-offset", "upload-metadata")}

    assert told == {"upload-length": "1000", "upload-offset": "0", "upload-metadata": text}
    assert (head.headers["cache-control"], head.headers["tus-resumable"]) == ("no-store", "1.0.0")
    assert head.headers["upload-expires"] == "Fri, 02 Jan 2026 00:00:00 GMT"


async def test_the_length_may_come_with_a_later_piece(ann: TusClient) -> None:
    location = await ann.created(None)
    head = await ann.head(location)
    assert (head.headers["upload-defer-length"], "upload-length" in head.headers) == ("1", False)
    assert (await ann.patch(location, 0, RECORDING[:1000])).headers["upload-offset"] == "1000"
    last = await ann.patch(location, 1000, RECORDING[1000:], Upload_Length=str(SIZE))
    assert (last.status_code, last.headers["x-audio-sha256"]) == (204, SHA256)


async def test_the_length_may_come_when_all_bytes_are_there(ann: TusClient) -> None:
    location = await ann.created(None)
    assert (await ann.patch(location, 0, RECORDING)).headers["upload-offset"] == str(SIZE)
    last = await ann.patch(location, SIZE, b"", Upload_Length=str(SIZE))
    assert (last.status_code, last.headers["x-audio-sha256"]) == (204, SHA256)


async def test_a_length_is_told_once_and_is_no_less_than_what_is_there(ann: TusClient) -> None:
    location = await ann.created(None)
    await ann.patch(location, 0, RECORDING[:1000])
    assert code(await ann.patch(location, 1000, b"x", Upload_Length="999")) == (400, "request.invalid")
    assert code(await ann.patch(location, 1000, b"", Upload_Length=str(1 << 60))) == (413, "upload.too_large")
    fixed = await ann.created(SIZE)
    assert code(await ann.patch(fixed, 0, b"x", Upload_Length=str(SIZE + 1))) == (400, "request.invalid")
    assert (await ann.patch(fixed, 0, b"x", Upload_Length=str(SIZE))).status_code == 204


async def test_a_recording_without_bytes_is_refused_at_once(ann: TusClient, container: Container) -> None:
    assert code(await ann.create(0)) == (422, "wav.no_audio")
    assert kept(container).kept == {}
    location = await ann.created(None)
    assert code(await ann.patch(location, 0, b"", Upload_Length="0")) == (422, "wav.no_audio")
    head = await ann.head(location)
    assert (head.headers["upload-defer-length"], "upload-length" in head.headers) == ("1", False)


async def test_all_but_the_last_byte_may_come_with_the_creation(ann: TusClient, container: Container) -> None:
    created = await ann.create(SIZE, RECORDING, Upload_Metadata=named("a.wav"))
    assert (created.status_code, created.headers["upload-offset"]) == (201, str(SIZE - 1))
    assert memory.tracks(container).kept == {}
    last = await ann.patch(created.headers["location"], SIZE - 1, RECORDING[-1:])
    assert (last.status_code, last.headers["x-audio-sha256"]) == (204, SHA256)
    part = await ann.create(SIZE, RECORDING[:5000])
    assert (part.status_code, part.headers["upload-offset"]) == (201, "5000")


async def test_bytes_that_do_not_fit_the_checksum_are_forgotten(ann: TusClient) -> None:
    location = await ann.created(SIZE)
    first, second = RECORDING[:5000], RECORDING[5000:]
    sha1 = base64.b64encode(hashlib.sha1(first, usedforsecurity=False).digest()).decode()
    wrong = base64.b64encode(hashlib.sha256(first).digest()).decode()
    right = base64.b64encode(hashlib.sha256(second).digest()).decode()

    assert (await ann.patch(location, 0, first, Upload_Checksum=f"sha1 {sha1}")).status_code == 204
    refused = await ann.patch(location, 5000, second, Upload_Checksum=f"sha256 {wrong}")
    assert code(refused) == (460, "upload.wrong_checksum")
    assert await ann.offset(location) == 5000
    last = await ann.patch(location, 5000, second, Upload_Checksum=f"sha256 {right}")
    assert (last.status_code, last.headers["x-audio-sha256"]) == (204, SHA256)


async def test_a_checksum_that_is_none_is_refused(ann: TusClient) -> None:
    location = await ann.created(SIZE)
    for checksum in ("md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha1", "sha1 ?", "sha1 1B2M2Y8AsgTpgAmY7PhCfg==", "crc32 AAAA"):
        answer = await ann.patch(location, 0, RECORDING, Upload_Checksum=checksum)
        assert code(answer) == (400, "request.invalid")
    assert await ann.offset(location) == 0


async def test_a_piece_that_begins_elsewhere_is_refused_with_where_to_go_on(ann: TusClient) -> None:
    location = await ann.created(SIZE)
    await ann.patch(location, 0, RECORDING[:5000])
    for offset in (0, 4999, 5001, SIZE, 1 << 62):
        answer = await ann.patch(location, offset, b"")
        assert code(answer) == (409, "upload.wrong_offset")
        assert answer.headers["upload-offset"] == "5000"


async def test_a_piece_that_goes_on_behind_the_end_is_refused(ann: TusClient) -> None:
    location = await ann.created(SIZE)
    assert code(await ann.patch(location, 0, RECORDING + b"x")) == (413, "upload.too_large")
    assert await ann.offset(location) == 0
    assert code(await ann.patch(location, 0, pieces(RECORDING, b"x"))) == (413, "upload.too_large")
    assert await ann.offset(location) < SIZE
    rest = await ann.offset(location)
    assert (await ann.patch(location, rest, RECORDING[rest:])).headers["x-audio-sha256"] == SHA256


async def test_an_upload_of_unknown_length_ends_where_the_largest_one_does() -> None:
    container = memory.in_memory_container(Settings().but(max_upload_bytes=10_000))
    async with client_of(container) as client, container.running():
        ann = await TusClient.registered(client)
        location = await ann.created(None)
        assert (await ann.patch(location, 0, RECORDING[:8000])).status_code == 204
        assert code(await ann.patch(location, 8000, bytes(2001))) == (413, "upload.too_large")
        assert code(await ann.patch(location, 8000, pieces(bytes(2000), b"x"))) == (413, "upload.too_large")
        assert await ann.offset(location) <= 10_000


async def test_a_body_of_unknown_length_is_taken(ann: TusClient) -> None:
    location = await ann.created(SIZE)
    assert (await ann.patch(location, 0, pieces(RECORDING[:9], RECORDING[9:5000]))).headers["upload-offset"] == "5000"
    last = await ann.patch(location, 5000, pieces(RECORDING[5000:-1], RECORDING[-1:]))
    assert (last.status_code, last.headers["x-audio-sha256"]) == (204, SHA256)


async def test_a_deleted_upload_is_gone_and_its_bytes_too(ann: TusClient, container: Container) -> None:
    location = await ann.created(SIZE)
    await ann.patch(location, 0, RECORDING[:5000])
    assert (await ann.delete(location)).status_code == 204
    answers = [await ann.patch(location, 5000, RECORDING[5000:]), await ann.delete(location)]

    assert [code(answer) for answer in answers] == [(410, "upload.gone")] * 2
    assert (await ann.head(location)).status_code == 410
    assert kept(container).contents == {}
    assert memory.tracks(container).kept == {}


async def test_an_upload_is_another_users_404(client: httpx.AsyncClient, ann: TusClient) -> None:
    bob = await TusClient.registered(client, "Bob")
    location = await ann.created(SIZE)
    missing = "/uploads/3b1e1b5a-2b7c-4b8e-9f57-0d5a0a3c1f11"
    for path in (location, missing, "/uploads/x", "/uploads/..%2F", f"{location}x"):
        answers = [await bob.patch(path, 0, b"x"), await bob.delete(path), await bob.head(path)]
        assert [answer.status_code for answer in answers] == [404] * 3
        assert answers[0].content == answers[1].content
        assert answers[0].json()["code"] == "upload.not_found"
    assert await ann.offset(location) == 0


async def test_an_upload_expires(ann: TusClient, container: Container) -> None:
    location = await ann.created(SIZE)
    await ann.patch(location, 0, RECORDING[:5000])
    memory.clock(container).advance(timedelta(hours=23, minutes=59))
    assert await ann.offset(location) == 5000
    memory.clock(container).advance(timedelta(minutes=1))
    assert (await ann.head(location)).status_code == 410
    assert await container.application.sweep_uploads()() == 1
    assert (await ann.head(location)).status_code == 404
    assert kept(container).contents == {}


async def test_an_outcome_is_told_for_a_day(ann: TusClient, container: Container) -> None:
    location = await ann.created(SIZE)
    memory.clock(container).advance(timedelta(hours=20))
    await ann.patch(location, 0, RECORDING)
    memory.clock(container).advance(timedelta(hours=23))
    await container.application.sweep_uploads()()
    assert await ann.offset(location) == SIZE
    memory.clock(container).advance(timedelta(hours=1))
    await container.application.sweep_uploads()()
    assert (await ann.head(location)).status_code == 404


async def test_of_a_user_who_is_deleted_no_byte_is_left(container: Container) -> None:
    async with client_of(container) as client:  # without what removes in the background
        ann = await TusClient.registered(client)
        await ann.patch(await ann.created(SIZE), 0, RECORDING[:100])
        assert len(kept(container).kept) == 1
        assert (await client.delete("/users/me", headers=ann.headers)).status_code == 204

    assert await container.application.remove_deleted()() == 1
    assert (kept(container).kept, kept(container).contents) == ({}, {})


async def test_uploads_of_a_user_who_is_gone_are_gone(ann: TusClient, container: Container) -> None:
    location = await ann.created(SIZE)
    await ann.patch(location, 0, RECORDING[:5000])
    memory.users(container).kept.clear()
    assert (await ann.head(location)).status_code == 401
    await container.application.sweep_uploads()()
    assert (kept(container).kept, kept(container).contents) == ({}, {})


async def test_uploads_are_bounded_for_each_user_and_in_all() -> None:
    bounds = Uploads(
        user_unfinished_uploads=2,
        user_unfinished_bytes=SIZE,
        max_unfinished_uploads=3,
        max_unfinished_bytes=SIZE + 100,
    )
    settings = Settings(uploads=bounds, recordings=Recordings(max_upload_bytes=SIZE))
    container = memory.in_memory_container(settings)
    async with client_of(container) as client, container.running():
        ann, bob = await TusClient.registered(client), await TusClient.registered(client, "Bob")
        assert code(await ann.create(SIZE + 1)) == (413, "upload.too_large")
        one, two = await ann.created(SIZE), await ann.created(SIZE)
        assert code(await ann.create(SIZE)) == (403, "uploads.too_many")
        assert (await ann.patch(one, 0, RECORDING[:5000])).status_code == 204
        assert code(await ann.patch(two, 0, RECORDING[: SIZE - 1000])) == (403, "uploads.too_many")
        others = await bob.created(SIZE)
        assert code(await bob.create(SIZE)) == (503, "service.overloaded")
        assert code(await bob.patch(others, 0, RECORDING[: SIZE - 1000])) == (507, "service.disk_full")
        assert (await ann.delete(two)).status_code == 204
        assert (await ann.patch(one, 5000, RECORDING[5000:])).status_code == 204
        assert (await bob.patch(others, 0, RECORDING)).status_code == 204


async def test_a_full_disk_leaves_the_upload_where_it_is(ann: TusClient, container: Container) -> None:
    location = await ann.created(SIZE)
    await ann.patch(location, 0, RECORDING[:5000])
    kept(container).disk_is_full = True
    assert code(await ann.patch(location, 5000, RECORDING[5000:])) == (507, "service.disk_full")
    kept(container).disk_is_full = False
    assert await ann.offset(location) == 5000
    assert (await ann.patch(location, 5000, RECORDING[5000:])).headers["x-audio-sha256"] == SHA256


async def test_a_piece_without_bytes_is_answered_late(ann: TusClient, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    location = await ann.created(SIZE)
    monkeypatch.setattr("application.uploading.resumable.asyncio.sleep", sleep)
    answer = await ann.patch(location, 0, b"")
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, "0")
    assert waited == [1.0]


CREATIONS: list[tuple[dict[str, str], int]] = [
    ({"Upload-Length": "10", "Upload-Defer-Length": "1"}, 400),
    ({}, 400),
    ({"Upload-Defer-Length": "2"}, 400),
    ({"Upload-Length": "-1"}, 400),
    ({"Upload-Length": "1e3"}, 400),
    ({"Upload-Length": "9" * 30}, 400),
    ({"Upload-Length": "9" * 19}, 413),
    ({"Upload-Concat": "partial", "Upload-Length": "10"}, 400),
    ({"Upload-Concat": "final;/uploads/a /uploads/b"}, 400),
    ({"Upload-Length": "10", "Upload-Metadata": "filename ?"}, 400),
    ({"Upload-Length": "10", "Upload-Metadata": "filename YQ==,filename Yg=="}, 400),
    ({"Upload-Length": "10", "Upload-Metadata": "filename YQ==,"}, 400),
    ({"Upload-Length": "10", "Upload-Metadata": "filename /w=="}, 400),
    ({"Upload-Length": "10", "Upload-Metadata": "a " + "A" * 4096}, 400),
    ({"Upload-Length": "10", "Upload-Metadata": ""}, 201),
    ({"Upload-Length": "10", "Upload-Metadata": "filename YQBi"}, 201),
    ({"Upload-Length": "10", "Tus-Resumable": "0.2.2"}, 412),
]


async def test_a_creation_that_is_none_is_refused(ann: TusClient, container: Container) -> None:
    for headers, status in CREATIONS:
        before = len(kept(container).kept)
        answer = await ann.client.post("/uploads", headers=ann.headers | headers)
        assert (answer.status_code, answer.headers["tus-resumable"]) == (status, "1.0.0")
        assert len(kept(container).kept) - before == (status == 201)


async def test_each_request_needs_the_version_and_a_token(client: httpx.AsyncClient, ann: TusClient) -> None:
    location = await ann.created(SIZE)
    for method in ("HEAD", "PATCH", "DELETE"):
        without_token = await client.request(method, location, headers=VERSION | PIECE | {"Upload-Offset": "0"})
        without_version = await client.request(
            method, location, headers={"Authorization": ann.headers["Authorization"], "Upload-Offset": "0"} | PIECE
        )
        assert (without_token.status_code, without_version.status_code) == (401, 412)
        assert without_version.headers["tus-version"] == "1.0.0"
        assert without_token.headers["tus-resumable"] == "1.0.0"


async def test_a_body_of_another_type_is_refused(ann: TusClient) -> None:
    location = await ann.created(SIZE)
    answers = [
        await ann.patch(location, 0, RECORDING, Content_Type="audio/wav"),
        await ann.patch(location, 0, RECORDING, Content_Encoding="gzip"),
        await ann.create(SIZE, RECORDING, Content_Type="audio/wav"),
    ]
    assert [code(answer) for answer in answers] == [(415, "request.wrong_type")] * 3
    assert code(await ann.client.patch(location, content=b"x", headers=ann.headers | PIECE)) == (400, "request.invalid")


async def test_options_tell_without_a_token_what_there_is(client: httpx.AsyncClient) -> None:
    answer = await client.options("/uploads")
    of_one = await client.options("/uploads/3b1e1b5a-2b7c-4b8e-9f57-0d5a0a3c1f11")
    told = {name: answer.headers[name] for name in ("tus-version", "tus-max-size", "tus-checksum-algorithm")}

    assert (answer.status_code, of_one.status_code) == (204, 204)
    assert (answer.headers["allow"], of_one.headers["allow"]) == ("OPTIONS, POST", "DELETE, HEAD, OPTIONS, PATCH")
    assert told == {"tus-version": "1.0.0", "tus-max-size": "4294967296", "tus-checksum-algorithm": "sha1,sha256"}
    assert answer.headers["tus-extension"].split(",") == [
        "creation", "creation-with-upload", "creation-defer-length", "termination", "checksum", "expiration"
    ]  # fmt: skip


async def test_post_may_stand_for_other_methods(ann: TusClient) -> None:
    location = await ann.created(SIZE)
    headers = ann.headers | PIECE | {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    answer = await ann.client.post(location, content=RECORDING, headers=headers)
    assert (answer.status_code, answer.headers["x-audio-sha256"]) == (204, SHA256)
    assert (await ann.client.post("/uploads", headers=headers)).status_code == 400
    deleted = await ann.client.post(location, headers=ann.headers | {"X-HTTP-Method-Override": "DELETE"})
    assert deleted.status_code == 204


async def test_head_answers_423_where_it_cannot_be_answered_now(
    ann: TusClient, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = await ann.created(SIZE)

    async def away(_: object) -> None:
        raise StoreAway

    monkeypatch.setattr(memory.users(container), "find_by_token", away)
    answer = await ann.head(location)
    assert (answer.status_code, "retry-after" in answer.headers) == (423, True)
    assert code(await ann.patch(location, 0, RECORDING)) == (503, "service.database_away")


async def test_the_last_piece_waits_for_a_place_and_is_asked_to_come_again(
    ann: TusClient, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.receive_recording.PLACE_SECONDS", 0.01)
    location = await ann.created(SIZE)
    shares = container.application.upload_places().shares
    free, shares.free = shares.free, 0
    assert code(await ann.patch(location, 0, RECORDING)) == (503, "service.overloaded")
    shares.free = free
    assert (await ann.patch(location, SIZE - 1, RECORDING[-1:])).headers["x-audio-sha256"] == SHA256
    assert memory.spool(container).open_files == []


async def test_who_holds_too_much_is_asked_to_come_again(ann: TusClient, container: Container) -> None:
    location = await ann.created(SIZE)
    shares = container.application.upload_places().shares
    with_all = container.application.waiting_upload_places().shares
    shares.take("address 127.0.0.1", count=shares.free - 1)
    with_all.take("address 127.0.0.1", count=with_all.free - 1)
    assert code(await ann.patch(location, 0, RECORDING)) == (423, "upload.locked")
    assert await ann.offset(location) == SIZE - 1
    shares.give_back("address 127.0.0.1", count=shares.held("address 127.0.0.1"))
    assert (await ann.patch(location, SIZE - 1, RECORDING[-1:])).headers["x-audio-sha256"] == SHA256


async def test_a_request_too_many_of_one_address_is_asked_to_come_again() -> None:
    container = memory.in_memory_container(Settings().but(max_uploads=1, max_downloads=1, max_requests=4))
    async with client_of(container) as client, container.running():
        answer = await client.post("/register", json={"user_name": "Ann"})
        ann = TusClient(client, answer.json()["user_access_token"])
        location = await ann.created(SIZE)
        held, begun = asyncio.Event(), asyncio.Barrier(4)

        async def body() -> AsyncIterator[bytes]:
            yield RECORDING[:100]
            await begun.wait()
            await held.wait()

        slow = [asyncio.create_task(ann.patch(await ann.created(SIZE), 0, body())) for _ in range(3)]
        await begun.wait()
        assert code(await ann.patch(location, 0, RECORDING)) == (423, "upload.locked")
        assert (await ann.head(location)).status_code == 423
        held.set()
        assert {(await answer).status_code for answer in slow} == {204}


async def test_a_body_that_comes_too_slowly_leaves_what_came() -> None:
    container = memory.in_memory_container(
        Settings().but(upload_grace=1, max_stalled_seconds=1, min_upload_rate=1 << 30)
    )
    async with client_of(container) as client, container.running():
        ann = await TusClient.registered(client)
        location = await ann.created(SIZE)

        async def body() -> AsyncIterator[bytes]:
            yield RECORDING[:5000]
            await asyncio.Event().wait()

        assert code(await ann.patch(location, 0, body())) == (423, "upload.locked")
        assert await ann.offset(location) == 5000
