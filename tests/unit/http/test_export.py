"""`GET /users/me/export`: all that a user has, as a ZIP that is made while it is sent."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from domain.errors import ShareTaken, StoreAway, TrackDamaged
from domain.tracks import StoredMp3
from domain.users import User
from entrypoints.http.export_archive import ExportArchive
from entrypoints.wiring.container import Container
from tests.contract.calls import collect
from tests.unit import memory
from tests.unit.http.test_account import ME, registered, uploaded
from tests.unit.http.test_app_in_memory import client_of

EXPORT = f"{ME}/export"


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(container) as client, container.running():
        yield client


def unzipped(data: bytes) -> dict[str, bytes]:
    """Every file, once its CRC is checked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


async def exported(client: httpx.AsyncClient, user: dict[str, str]) -> dict[str, bytes]:
    answer = await client.get(EXPORT, headers=user)
    assert answer.status_code == 200
    return unzipped(answer.content)


async def test_every_mp3_is_there_under_its_name_with_all_that_is_known(
    client: httpx.AsyncClient,
    container: Container,
) -> None:
    user, other = await registered(client), await registered(client, "Grace")
    links = [await uploaded(client, user, name) for name in ("talk.wav", "Зап.wav", "TALK.wav")]
    await uploaded(client, other, "hers.wav")

    answer = await client.get(EXPORT, headers=user)

    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="music-app-2026-01-01.zip"'
    assert answer.headers["cache-control"] == "no-store"
    files = unzipped(answer.content)
    assert [*files] == ["talk.mp3", "Зап.mp3", "TALK (2).mp3", "tracks.json", "account.json"]
    assert json.loads(files["account.json"]) == (await client.get(ME, headers=user)).json()
    told = json.loads(files["tracks.json"])
    assert [track["archive_name"] for track in told] == [*files][:3]
    assert [track["link"] for track in told] == links
    for track in told:
        kept = memory.keeper(container).mp3s
        [mp3] = [data for track_uuid, data in kept.items() if str(track_uuid) == track["track_uuid"]]
        assert files[track["archive_name"]] == mp3
        assert {"wav", "repairs", "texts", "passport", "sound", "duration", "created_at"} <= track.keys()


async def test_of_who_has_nothing_there_is_an_archive_too(client: httpx.AsyncClient) -> None:
    files = await exported(client, await registered(client))
    assert [*files] == ["tracks.json", "account.json"]
    assert json.loads(files["tracks.json"]) == []


async def test_a_download_place_is_held_and_given_back(
    client: httpx.AsyncClient, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await registered(client)
    await uploaded(client, user)
    places = container.application.download_places()
    free, seen = places.shares.free, []
    keeper = memory.keeper(container)
    read = keeper.read

    def watched(*arguments: Any) -> AsyncIterator[bytes]:
        seen.append((places.shares.free, places.shares.held("user 1")))
        return read(*arguments)

    monkeypatch.setattr(keeper, "read", watched)
    await exported(client, user)
    assert seen == [(free - 1, 1)]
    assert places.shares.free == free
    assert memory.spool(container).open_files == []

    places.shares.free = 0
    refused = await client.get(EXPORT, headers=user)
    assert (refused.status_code, refused.json()["code"]) == (503, "service.overloaded")


async def test_a_track_that_is_removed_meanwhile_is_left_out(
    client: httpx.AsyncClient,
    container: Container,
) -> None:
    user = await registered(client)
    for name in ("first.wav", "gone.wav", "last.wav"):
        await uploaded(client, user, name)
    keeper = memory.keeper(container)
    [_, gone, _] = keeper.mp3s
    del keeper.mp3s[gone]

    files = await exported(client, user)

    assert [*files] == ["first.mp3", "last.mp3", "tracks.json", "account.json"]
    assert [track["archive_name"] for track in json.loads(files["tracks.json"])] == ["first.mp3", "last.mp3"]


async def broken_archive(container: Container) -> bytes:
    """What comes of an export until it is broken off, of two tracks."""
    got = bytearray()
    async with client_of(container) as client:
        user = await registered(client)
        await uploaded(client, user, "one.wav")
        await uploaded(client, user, "two.wav")
        [known] = memory.users(container).kept.values()
        async with aclosing(_archive(container, known)) as blocks:
            with pytest.raises((TrackDamaged, StoreAway)):
                await collect(blocks, got)
        # an assertion is how the transport says that the response has no end
        with pytest.raises(AssertionError):
            await client.get(EXPORT, headers=user)
    assert memory.spool(container).open_files == []
    return bytes(got)


def _archive(container: Container, user: User) -> Any:
    application, adapters = container.application, container.adapters
    archive = ExportArchive(application.export_account(), adapters.spool(), application.spool_shares(), "http://here")
    return archive.blocks(user, b"{}", adapters.clock().now(), "user 1")


@pytest.mark.parametrize("harm", ["other bytes", "fewer bytes", "the store is away"])
async def test_an_mp3_that_is_damaged_leaves_no_archive(
    container: Container, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = memory.keeper(container)
    read = keeper.read

    async def harmed(mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        if mp3.file_name == "one.mp3":
            yield b"".join([block async for block in read(mp3, start, count)])
        elif harm == "other bytes":
            yield bytes(count)
        else:
            yield bytes(count // 2)
            raise TrackDamaged("lost") if harm == "fewer bytes" else StoreAway

    monkeypatch.setattr(keeper, "read", harmed)
    got = await broken_archive(container)

    assert got.startswith(b"PK\x03\x04")
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(got))


async def test_the_archive_of_who_is_deleted_meanwhile_has_no_end(container: Container) -> None:
    async with client_of(container) as client:
        user = await registered(client)
        await uploaded(client, user)
        [known] = memory.users(container).kept.values()
        blocks = _archive(container, known)
        got = [await anext(blocks)]
        assert (await client.delete(ME, headers=user)).status_code == 204

        with pytest.raises(Exception, match="does not exist"):
            got += [block async for block in blocks]
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(got)))


async def test_who_leaves_in_the_middle_leaves_nothing(container: Container) -> None:
    async with client_of(container) as client:
        await uploaded(client, await registered(client))
    [known] = memory.users(container).kept.values()
    blocks = _archive(container, known)
    await anext(blocks)
    assert len(memory.spool(container).open_files) == 1

    await blocks.aclose()

    assert memory.spool(container).open_files == []


async def test_what_is_spooled_counts_among_what_the_user_has_there(container: Container) -> None:
    """So that exports that are read slowly leave room for uploads."""
    shares = container.application.spool_shares().shares
    async with client_of(container) as client:
        await uploaded(client, await registered(client))
    [known] = memory.users(container).kept.values()
    free = shares.free
    reading = [_archive(container, known) for _ in range(2)]
    for blocks in reading:
        await anext(blocks)
    [one, other] = memory.spool(container).open_files
    assert one.size == other.size > 0
    assert shares.held("user 1") == free - shares.free == 2 * one.size
    shares.free = 0

    with pytest.raises(ShareTaken):
        await anext(_archive(container, known))

    for blocks in reading:
        await blocks.aclose()
    assert shares.held("user 1") == 0


async def test_what_is_wrong_at_its_beginning_is_an_error_as_any_other(
    client: httpx.AsyncClient, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> AsyncIterator[bytes]:
        raise StoreAway
        yield b""

    user = await registered(client)
    await uploaded(client, user)
    monkeypatch.setattr(memory.keeper(container), "read", away)
    answer = await client.get(EXPORT, headers=user)
    assert (answer.status_code, answer.json()["code"]) == (503, "service.database_away")
    assert memory.spool(container).open_files == []


async def test_nothing_is_sent_where_there_is_no_room_to_spool(
    client: httpx.AsyncClient,
    container: Container,
) -> None:
    user = await registered(client)
    memory.spool(container).disk_is_full = True
    answer = await client.get(EXPORT, headers=user)
    assert (answer.status_code, answer.json()["code"]) == (507, "service.disk_full")
    assert container.application.download_places().shares.free == container.settings.admission.max_downloads
