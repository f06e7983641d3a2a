"""The stores of resumable uploads against their contract."""

import asyncio
import errno
import os
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Literal

from adapters.disk.uploads import DiskUploads
from adapters.memory.uploads import InMemoryUploads
from adapters.postgres.database import Database
from adapters.postgres.upload_writer import PIECES_AT_ONCE
from adapters.postgres.uploads import PsycopgUploads
from domain.errors import DiskFull, StoreAway, UnknownUser, UploadLocked, WorkspaceAway
from domain.uploads import Terminated
from tests.contract.leftovers import open_files
from tests.contract.test_spools import MORE_THAN_ANY_DISK
from tests.contract.uploads import (
    DurableUploadStoreContract,
    UploadStoreContract,
    added,
    an_upload,
    content,
)


class TestInMemoryUploads(UploadStoreContract):
    @pytest.fixture
    def uploads(self) -> InMemoryUploads:
        return InMemoryUploads()

    async def test_it_can_be_made_to_be_full(self) -> None:
        uploads = InMemoryUploads()
        await uploads.add(an_upload())
        uploads.disk_is_full = True
        with pytest.raises(DiskFull):
            await uploads.add(an_upload(2))
        async with uploads.write(an_upload().upload_id) as writer:
            with pytest.raises(DiskFull):
                await writer.append(b"x")


class TestDiskUploads(DurableUploadStoreContract):
    @pytest.fixture
    async def uploads(self, tmp_path: Path) -> AsyncIterator[DiskUploads]:
        uploads = DiskUploads(tmp_path / "uploads", 0)
        async with uploads.running():
            yield uploads

    @pytest.fixture
    async def reopened(self, uploads: DiskUploads, tmp_path: Path) -> AsyncIterator[Callable[[], DiskUploads]]:
        other = DiskUploads(tmp_path / "uploads", 0)

        def reopened() -> DiskUploads:
            assert uploads._lock is not None
            os.close(uploads._lock)  # as the system does for a process that was killed
            uploads._lock = None
            return other

        async with other.running():
            yield reopened

    async def test_another_process_waits_until_this_one_has_ended(self, uploads: DiskUploads, tmp_path: Path) -> None:
        await added(uploads, an_upload(), b"abc")
        async with DiskUploads(tmp_path / "uploads", 0).running():
            pass
        other = DiskUploads(tmp_path / "uploads", 0)
        async with other.running():
            with pytest.raises(UploadLocked):
                await other.find(an_upload().upload_id)
            async with uploads.running():
                pass
            assert await content(other, an_upload(), 0, 3) == b"abc"

    async def test_no_file_stays_open_and_of_what_was_removed_none_is_left(
        self, uploads: DiskUploads, tmp_path: Path
    ) -> None:
        upload = await added(uploads, an_upload(), b"abc")
        assert await content(uploads, upload, 0, 3) == b"abc"
        await uploads.remove(upload.upload_id)

        assert {Path(path).name for path in open_files(tmp_path)} == {"lock"}
        assert [path.name for path in (tmp_path / "uploads").iterdir()] == ["lock"]

    async def test_some_of_the_disk_is_left_free_and_what_does_not_fit_is_not_kept(self, tmp_path: Path) -> None:
        uploads = DiskUploads(tmp_path / "full", MORE_THAN_ANY_DISK)
        async with uploads.running():
            with pytest.raises(DiskFull):
                await uploads.add(an_upload())
            assert await uploads.find(an_upload().upload_id) is None

    async def test_a_folder_that_could_not_be_read_is_read_the_next_time(
        self, uploads: DiskUploads, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await added(uploads, an_upload(), b"abc")
        async with uploads.running():
            pass
        with monkeypatch.context() as patched:
            patched.setattr(Path, "read_bytes", _fails)
            with pytest.raises(WorkspaceAway):
                await uploads.find(an_upload().upload_id)
        assert await content(uploads, an_upload(), 0, 3) == b"abc"

    async def test_nothing_is_left_of_what_could_not_be_added(
        self, uploads: DiskUploads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await uploads.usage(1)
        for name in ("touch", "write_bytes", "replace"):
            with monkeypatch.context() as patched:
                patched.setattr(Path, name, _fails)
                with pytest.raises(WorkspaceAway):
                    await uploads.add(an_upload())
            assert [path.name for path in (tmp_path / "uploads").iterdir()] == ["lock"]

    async def test_who_is_cancelled_leaves_nothing_that_is_not_known(
        self, uploads: DiskUploads, tmp_path: Path
    ) -> None:
        upload = an_upload()
        await _cancelled_in_the_thread(uploads, "add", uploads.add(upload))
        assert await uploads.find(upload.upload_id) == upload
        async with uploads.write(upload.upload_id) as writer:
            await writer.append(b"abc")
        await _cancelled_in_the_thread(uploads, "open", content(uploads, upload, 0, 3))
        assert {Path(path).name for path in open_files(tmp_path)} == {"lock"}
        await _cancelled_in_the_thread(uploads, "remove", uploads.remove(upload.upload_id))
        assert await uploads.find(upload.upload_id) is None

    async def test_a_file_that_somebody_has_cut_is_not_waited_for(self, uploads: DiskUploads, tmp_path: Path) -> None:
        upload = await added(uploads, an_upload(), b"abc")
        os.truncate(tmp_path / "uploads" / f"{upload.upload_id}.part", 1)
        async with asyncio.timeout(30):
            with pytest.raises(WorkspaceAway):
                await content(uploads, upload, 0, 3)

    async def test_what_was_never_acknowledged_is_cleared_away(self, uploads: DiskUploads, tmp_path: Path) -> None:
        folder = tmp_path / "uploads"
        folder.mkdir()
        name = str(an_upload(7).upload_id)
        (folder / f"{name}.part").write_bytes(b"bytes without facts")
        (folder / f"{an_upload(8).upload_id}.new").write_bytes(b"{")
        (folder / "other.json").write_bytes(b"[1, 2]")

        assert [upload async for upload in uploads.all()] == []
        assert sorted(path.name for path in folder.iterdir()) == ["lock", "other.json"]


class TestPostgresUploads(DurableUploadStoreContract):
    @pytest.fixture
    async def uploads(self, emptied_database_url: str) -> AsyncIterator[PsycopgUploads]:
        with psycopg.connect(emptied_database_url, autocommit=True) as connection:
            for number in (1, 2):  # whose uploads the contract adds
                connection.execute(
                    "INSERT INTO users (user_name, token_sha256, created_at) VALUES ('Ann', %s, now())",
                    [bytes([number]) * 32],
                )
        async with _database(emptied_database_url) as database:
            yield PsycopgUploads(database)

    @pytest.fixture
    async def reopened(
        self, uploads: PsycopgUploads, emptied_database_url: str
    ) -> AsyncIterator[Callable[[], PsycopgUploads]]:
        async with _database(emptied_database_url) as database:

            def reopened() -> PsycopgUploads:
                with psycopg.connect(emptied_database_url, autocommit=True) as connection:
                    connection.execute(
                        "UPDATE partial_uploads SET writing_until = now() - interval '1 ms'"
                    )  # it is late
                return PsycopgUploads(database)

            yield reopened

    async def test_no_statement_removes_more_pieces_than_it_has_time_for(
        self, uploads: PsycopgUploads, emptied_database_url: str
    ) -> None:
        """A large upload has thousands, and each is up to 512 rows for PostgreSQL."""
        ended, removed = an_upload(1), an_upload(2)
        many = [b"x"] * (2 * PIECES_AT_ONCE + 1)
        with _most_removed_at_once(emptied_database_url, PIECES_AT_ONCE):
            await added(uploads, ended, *many)
            async with uploads.write(ended.upload_id) as writer:
                await writer.change(replace(writer.upload, outcome=Terminated()))
            await added(uploads, removed, *many)
            await uploads.remove(removed.upload_id)

        with psycopg.connect(emptied_database_url) as connection:
            assert connection.execute("SELECT count(*) FROM partial_upload_pieces").fetchall() == [(0,)]
        assert [upload.upload_id async for upload in uploads.all()] == [ended.upload_id]

    async def test_an_outcome_is_kept_also_where_the_bytes_cannot_be_let_go_of(
        self, uploads: PsycopgUploads, emptied_database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def away(*_: object) -> None:
            raise StoreAway

        await added(uploads, an_upload(), b"abc")
        with monkeypatch.context() as patched:
            patched.setattr("adapters.postgres.upload_writer.let_go", away)
            async with uploads.write(an_upload().upload_id) as writer:
                await writer.change(replace(writer.upload, outcome=Terminated()))

        found = await uploads.find(an_upload().upload_id)
        assert found
        assert found.outcome == Terminated()
        await uploads.remove(an_upload().upload_id)
        with psycopg.connect(emptied_database_url) as connection:
            assert connection.execute("SELECT count(*) FROM partial_upload_pieces").fetchall() == [(0,)]

    async def test_a_writer_that_was_only_slow_spoils_nothing_of_the_next_one(
        self, uploads: PsycopgUploads, reopened: Callable[[], PsycopgUploads]
    ) -> None:
        await uploads.add(an_upload())
        async with uploads.write(an_upload().upload_id) as slow:
            await slow.append(b"abc")
            other = reopened()
            async with other.write(an_upload().upload_id) as writer:
                await writer.append(b"def")
                for late in (slow.append(b"xyz"), slow.change(slow.upload)):
                    with pytest.raises(UploadLocked):
                        await late
                await writer.append(b"ghi")
        assert await content(other, an_upload(), 0, 9) == b"abcdefghi"

    async def test_nothing_is_added_for_a_user_who_is_gone_and_theirs_go_with_them(
        self, uploads: PsycopgUploads, emptied_database_url: str
    ) -> None:
        await added(uploads, an_upload(), b"abc")
        with psycopg.connect(emptied_database_url, autocommit=True) as connection:
            connection.execute("DELETE FROM users WHERE user_id = 1")
            [(pieces,)] = connection.execute("SELECT count(*) FROM partial_upload_pieces").fetchall()

        assert pieces == 0
        assert await uploads.find(an_upload().upload_id) is None
        with pytest.raises(UnknownUser):
            await uploads.add(an_upload())


@contextmanager
def _most_removed_at_once(url: str, most: int) -> Iterator[None]:
    """Let each statement fail that removes more pieces."""
    with psycopg.connect(url, autocommit=True) as connection:
        make = SQL("""
            CREATE FUNCTION removes_few() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF (SELECT count(*) FROM gone) > {most} THEN
                        RAISE 'too many at once';
                    END IF;
                    RETURN NULL;
                END $$;
            CREATE TRIGGER removes_few AFTER DELETE ON partial_upload_pieces REFERENCING OLD TABLE AS gone
                FOR EACH STATEMENT EXECUTE FUNCTION removes_few()""")
        connection.execute(make.format(most=Literal(most)))
        try:
            yield
        finally:
            connection.execute("DROP FUNCTION removes_few CASCADE")


def _fails(*_: object, **__: object) -> None:
    raise OSError(errno.EIO, "a fault")


async def _cancelled_in_the_thread(uploads: DiskUploads, name: str, work: Coroutine[None, None, object]) -> None:
    """Cancel the work while a thread does what the files have by that name."""
    begun, goes_on = threading.Event(), threading.Event()
    act = getattr(uploads._files, name)

    def slow(*arguments: object) -> object:
        begun.set()
        assert goes_on.wait(30)
        return act(*arguments)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(uploads._files, name, slow)
        task = asyncio.create_task(work)
        assert await asyncio.to_thread(begun.wait, 30)
        task.cancel()
        goes_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task


@asynccontextmanager
async def _database(url: str) -> AsyncIterator[Database]:
    database = Database(url, pool_size=5)
    await database.open()
    try:
        yield database
    finally:
        await database.close()
