"""What every store of resumable uploads owes. Subclass, and supply the fixture `uploads`: an empty store."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.errors import DamagedRecording, TooLong, UploadLocked, UploadNotFound
from domain.uploads import Outcome, Refused, Stored, Terminated, Upload, UploadStore, UploadUsage, UploadWriter

NOW = datetime(2026, 5, 1, 12, 30, 15, 123_456, tzinfo=UTC)
OUTCOMES: list[Outcome] = [
    Stored(
        bytes(range(32)), timedelta(seconds=61, microseconds=250_001), 17, ("trailing-bytes;bytes=9000", "truncated")
    ),
    Stored(bytes(32)),
    Refused.by(TooLong(43_200.5)),
    Refused.by(DamagedRecording("its end — «конец» — is missing")),
    Terminated(),
]


def an_upload(number: int = 1, user_id: int = 1, length: int | None = 1000) -> Upload:
    return Upload(
        upload_id=UUID(int=number, version=4),
        user_id=user_id,
        track_uuid=UUID(int=1000 + number, version=4),
        file_name='запись "1".wav',
        metadata="filename 0LfQsNC/0LjRgdGM,filetype YXVkaW8vd2F2",
        created_at=NOW + timedelta(seconds=number),
        expires_at=NOW + timedelta(days=1, microseconds=number),
        length=length,
    )


async def added(uploads: UploadStore, upload: Upload, *pieces: bytes) -> Upload:
    """A kept upload with these bytes."""
    await uploads.add(upload)
    async with uploads.write(upload.upload_id) as writer:
        for piece in pieces:
            await writer.append(piece)
        return writer.upload


async def ended(uploads: UploadStore, upload: Upload, outcome: Outcome, offset: int = 0) -> Upload:
    async with uploads.write(upload.upload_id) as writer:
        await writer.change(replace(writer.upload, outcome=outcome, offset=offset))
        return writer.upload


async def content(uploads: UploadStore, upload: Upload, start: int, count: int) -> bytes:
    async with aclosing(uploads.read(upload.upload_id, start, count)) as blocks:
        return b"".join([block async for block in blocks])


class UploadStoreContract:
    async def test_what_was_added_is_found(self, uploads: UploadStore) -> None:
        for upload in (an_upload(1), an_upload(2, length=None), replace(an_upload(3), file_name="", metadata="")):
            await uploads.add(upload)
            assert await uploads.find(upload.upload_id) == upload

    async def test_what_was_never_added_is_not_found(self, uploads: UploadStore) -> None:
        missing = an_upload().upload_id
        assert await uploads.find(missing) is None
        with pytest.raises(UploadNotFound):
            async with uploads.write(missing):
                pass
        await uploads.remove(missing)

    async def test_bytes_are_appended_and_read(self, uploads: UploadStore) -> None:
        upload = await added(uploads, an_upload(length=None), b"ab", b"c", bytes(3_000_000), b"d")

        assert upload == replace(an_upload(length=None), offset=3_000_004)
        assert await uploads.find(upload.upload_id) == upload
        assert await content(uploads, upload, 0, 3_000_004) == b"abc" + bytes(3_000_000) + b"d"
        assert await content(uploads, upload, 1, 2) == b"bc"
        assert await content(uploads, upload, 3_000_002, 2) == b"\0d"

    async def test_blocks_have_at_most_one_mebibyte(self, uploads: UploadStore) -> None:
        upload = await added(uploads, an_upload(length=None), bytes(5 << 20))
        async with aclosing(uploads.read(upload.upload_id, 0, upload.offset)) as blocks:
            sizes = [len(block) async for block in blocks]

        assert max(sizes) <= 1 << 20
        assert min(sizes) > 0

    async def test_what_is_durable_can_be_read_while_more_is_written(self, uploads: UploadStore) -> None:
        upload = an_upload()
        await uploads.add(upload)
        async with uploads.write(upload.upload_id) as writer:
            await writer.append(b"first")
            found = await uploads.find(upload.upload_id)
            assert (found, writer.upload) == (replace(upload, offset=5), replace(upload, offset=5))
            assert await content(uploads, upload, 0, 5) == b"first"
            await writer.append(b"second")
        assert await content(uploads, upload, 3, 8) == b"stsecond"

    async def test_one_writes_at_a_time(self, uploads: UploadStore) -> None:
        one, other = an_upload(1), an_upload(2)
        await uploads.add(one)
        await uploads.add(other)
        async with uploads.write(one.upload_id):
            with pytest.raises(UploadLocked):
                async with uploads.write(one.upload_id):
                    pass
            async with uploads.write(other.upload_id) as writer:
                await writer.append(b"x")
        async with uploads.write(one.upload_id) as writer:
            await writer.append(b"y")
        assert await content(uploads, one, 0, 1) == b"y"

    async def test_who_writes_after_one_who_was_cancelled_goes_on_where_it_is_durable(
        self, uploads: UploadStore
    ) -> None:
        upload = an_upload(length=None)
        await uploads.add(upload)
        begun = asyncio.Event()

        async def write() -> None:
            async with uploads.write(upload.upload_id) as writer:
                for number in range(1000):
                    await writer.append(bytes([number % 256]) * 1000)
                    begun.set()
                    await asyncio.sleep(0)  # where what is in memory finds out that it is cancelled

        writing = asyncio.create_task(write())
        await begun.wait()
        writing.cancel()
        await asyncio.wait([writing])

        async with uploads.write(upload.upload_id) as writer:
            offset = writer.upload.offset
            assert offset > 0
            assert offset % 1000 == 0
            await writer.append(b"end")
        whole = b"".join(bytes([number % 256]) * 1000 for number in range(offset // 1000)) + b"end"
        assert await content(uploads, upload, 0, len(whole)) == whole

    async def test_the_length_is_kept_and_the_bytes_stay(self, uploads: UploadStore) -> None:
        upload = await added(uploads, an_upload(length=None), b"abc")
        async with uploads.write(upload.upload_id) as writer:
            await writer.change(replace(writer.upload, length=7))
            assert writer.upload == replace(upload, length=7)
            await writer.append(b"de")

        assert await uploads.find(upload.upload_id) == replace(upload, length=7, offset=5)
        assert await content(uploads, upload, 0, 5) == b"abcde"

    @pytest.mark.parametrize("outcome", OUTCOMES)
    async def test_an_outcome_is_kept_and_the_bytes_are_gone(self, uploads: UploadStore, outcome: Outcome) -> None:
        upload = await added(uploads, an_upload(), b"abc")
        until = NOW + timedelta(days=3)
        async with uploads.write(upload.upload_id) as writer:
            changed = replace(writer.upload, outcome=outcome, offset=1000, expires_at=until)
            await writer.change(changed)
            await writer.change(changed)

        assert await uploads.find(upload.upload_id) == replace(upload, outcome=outcome, offset=1000, expires_at=until)
        with pytest.raises(UploadNotFound):
            await content(uploads, upload, 0, 3)

    async def test_nothing_is_left_of_what_was_removed(self, uploads: UploadStore) -> None:
        upload = await added(uploads, an_upload(1), b"abc")
        await uploads.add(an_upload(2))
        await uploads.remove(upload.upload_id)
        await uploads.remove(upload.upload_id)

        assert await uploads.find(upload.upload_id) is None
        assert [found.upload_id async for found in uploads.all()] == [an_upload(2).upload_id]
        assert await uploads.usage(1) == UploadUsage(1, 0, 1, 0)
        with pytest.raises(UploadNotFound):
            await content(uploads, upload, 0, 3)

    async def test_what_is_not_ended_is_counted_by_user_and_in_all(self, uploads: UploadStore) -> None:
        assert await uploads.usage(1) == UploadUsage(0, 0, 0, 0)
        await added(uploads, an_upload(1, user_id=1), b"12345")
        await added(uploads, an_upload(2, user_id=1), b"12", b"3")
        other = await added(uploads, an_upload(3, user_id=2), b"1234567")

        assert await uploads.usage(1) == UploadUsage(2, 8, 3, 15)
        assert await uploads.usage(2) == UploadUsage(1, 7, 3, 15)
        assert await uploads.usage(99) == UploadUsage(0, 0, 3, 15)
        await ended(uploads, other, Terminated(), 7)
        assert await uploads.usage(2) == UploadUsage(0, 0, 2, 8)
        await uploads.remove(an_upload(1).upload_id)
        assert await uploads.usage(1) == UploadUsage(1, 3, 1, 3)

    async def test_each_is_told_once(self, uploads: UploadStore) -> None:
        for number in (2, 3, 1):
            await uploads.add(an_upload(number))
        await ended(uploads, an_upload(3), Terminated())

        assert sorted([upload.upload_id.int & 7 async for upload in uploads.all()]) == [1, 2, 3]

    async def test_the_oldest_ended_ones_are_removed_beyond_a_number(self, uploads: UploadStore) -> None:
        for number, user_id in ((1, 1), (2, 1), (3, 1), (4, 2), (5, 1)):
            await uploads.add(an_upload(number, user_id))
            if number != 5:
                await ended(uploads, an_upload(number, user_id), Terminated())

        async def left() -> list[int]:
            return sorted([upload.upload_id.int & 7 async for upload in uploads.all()])

        await uploads.limit_ended(1, 3, 4)
        assert await left() == [1, 2, 3, 4, 5]
        await uploads.limit_ended(1, 2, 100)
        assert await left() == [2, 3, 4, 5]
        await uploads.limit_ended(7, 0, 1)
        assert await left() == [4, 5]


class DurableUploadStoreContract(UploadStoreContract):
    """For those that outlive the process: `reopened` gives the same store as the next process finds it."""

    @pytest.mark.parametrize("outcome", [None, *OUTCOMES])
    async def test_all_of_it_is_there_for_the_next_process(
        self, uploads: UploadStore, reopened: Callable[[], UploadStore], outcome: Outcome | None
    ) -> None:
        upload = await added(uploads, an_upload(), b"abc", b"de")
        if outcome:
            upload = await ended(uploads, upload, outcome, 999)
        other = reopened()

        assert await other.find(upload.upload_id) == upload
        assert await other.usage(1) == (UploadUsage(0, 0, 0, 0) if outcome else UploadUsage(1, 5, 1, 5))
        if outcome is None:
            assert await content(other, upload, 0, 5) == b"abcde"
            async with other.write(upload.upload_id) as writer:
                await writer.append(b"f")
            assert await content(other, upload, 0, 6) == b"abcdef"

    async def test_a_writer_that_died_keeps_nobody_out(
        self, uploads: UploadStore, reopened: Callable[[], UploadStore]
    ) -> None:
        await uploads.add(an_upload())
        dead: UploadWriter = await uploads.write(an_upload().upload_id).__aenter__()
        await dead.append(b"abc")
        other = reopened()

        async with other.write(an_upload().upload_id) as writer:
            assert writer.upload.offset == 3
