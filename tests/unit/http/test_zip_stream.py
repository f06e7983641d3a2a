"""A ZIP that is made while it is sent, read by programs of others."""

import asyncio
import io
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrypoints.http.zip_stream import ZipStream
from tests.programs import on_path

READERS = {"zipfile": [sys.executable, "-m", "zipfile", "-t"]}
if unzip := on_path("unzip"):
    READERS["unzip"] = [unzip, "-tqq"]
NOON = datetime(2026, 11, 28, 12, 30, 58, tzinfo=UTC)


async def blocks_of(*blocks: bytes) -> AsyncIterator[bytes]:
    for block in blocks:
        yield block


async def made(files: dict[str, list[bytes]], moment: datetime = NOON) -> bytes:
    stream, data = ZipStream(), bytearray()
    for name, blocks in files.items():
        async for block in stream.add(name, sum(map(len, blocks)), moment, blocks_of(*blocks)):
            data += block
    return bytes(data + await stream.end())


_NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1, max_size=20)


@given(st.dictionaries(_NAMES, st.lists(st.binary(min_size=1, max_size=300), max_size=4), max_size=8))
@settings(max_examples=25)
async def test_what_goes_in_comes_out(files: dict[str, list[bytes]]) -> None:
    with zipfile.ZipFile(io.BytesIO(await made(files))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*files]
        assert {info.compress_type for info in archive.infolist()} <= {zipfile.ZIP_STORED}
        assert [archive.read(name) for name in files] == [b"".join(blocks) for blocks in files.values()]


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (NOON, (2026, 11, 28, 12, 30, 58)),
        (NOON.astimezone(timezone(timedelta(hours=11))), (2026, 11, 28, 12, 30, 58)),
        (datetime(1970, 1, 1, tzinfo=UTC), (1980, 1, 1, 0, 0, 0)),
        (datetime(2200, 1, 1, tzinfo=UTC), (2107, 12, 31, 23, 59, 58)),
    ],
)
async def test_a_moment_is_told_as_far_as_the_format_can(moment: datetime, told: tuple[int, ...]) -> None:
    with zipfile.ZipFile(io.BytesIO(await made({"a": [b"x"]}, moment))) as archive:
        assert archive.infolist()[0].date_time == told


async def test_each_block_leaves_before_the_next_is_asked_for() -> None:
    stream, asked = ZipStream(), []

    async def blocks() -> AsyncIterator[bytes]:
        for number in range(3):
            asked.append(number)
            yield b"%d" % number * 1000

    coming = stream.add("a", 3000, NOON, blocks())
    for number in range(3):
        assert b"%d" % number * 1000 in await anext(coming)
        assert asked == [*range(number + 1)]
    await coming.aclose()
    stream.give_up()


async def test_beyond_4_gib_numbers_are_those_of_zip64(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that says it is larger, files behind that place, and more of them than 16 bits count."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 3)
    files = {f"{number}.mp3": [bytes([number]) * 400] * 4 for number in range(5)}

    data = await made(files)

    assert data.count(b"PK\x06\x06") == data.count(b"PK\x06\x07") == 1, "the records of APPNOTE.TXT 4.3.14 and 4.3.15"
    monkeypatch.undo()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {name: [archive.read(name)] for name in archive.namelist()} == {
            name: [b"".join(blocks)] for name, blocks in files.items()
        }


@pytest.mark.parametrize("reader", READERS)
def test_other_programs_read_it(tmp_path: Path, reader: str) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(asyncio.run(made({"Зап (2).mp3": [b"\xff\xfb" * 5000], "-rf.mp3": [b"x"], "empty": []})))
    good = subprocess.run([*READERS[reader], str(path)], capture_output=True, check=False)
    path.write_bytes(path.read_bytes().replace(b"\xff\xfb", b"\xff\xfa", 1))
    bad = subprocess.run([*READERS[reader], str(path)], capture_output=True, check=False)
    assert good.returncode == 0
    assert (bad.returncode, bad.stdout) != (0, good.stdout), "a byte of the MP3 is another"
