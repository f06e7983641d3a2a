"""The spools against the contract."""

from pathlib import Path

import pytest

from adapters.disk.spool import DiskSpool
from adapters.memory.spool import InMemorySpool
from domain.errors import DiskFull
from tests.contract.leftovers import open_files
from tests.contract.spools import TOTAL, MakeSpool, SpoolContract

MORE_THAN_ANY_DISK = 1 << 62


class TestInMemorySpool(SpoolContract):
    @pytest.fixture
    def make_spool(self) -> MakeSpool:
        return InMemorySpool

    async def test_it_can_be_made_to_be_full(self) -> None:
        spool = InMemorySpool()
        async with spool.open() as file:
            assert spool.open_files == [file]
            spool.disk_is_full = True
            with pytest.raises(DiskFull):
                await file.write(b"x")
        with pytest.raises(DiskFull):
            await spool.check()
        assert spool.open_files == []


class TestDiskSpool(SpoolContract):
    @pytest.fixture
    def make_spool(self, tmp_path: Path) -> MakeSpool:
        return lambda total: DiskSpool(tmp_path / "spool", total, 0)

    async def test_its_files_have_no_name_and_are_closed(self, make_spool: MakeSpool, tmp_path: Path) -> None:
        async with make_spool(TOTAL).open() as file:
            await file.write(bytes(2 << 20))

            assert list((tmp_path / "spool").iterdir()) == []
            assert len(open_files(tmp_path)) == 1
        assert not open_files(tmp_path)

    async def test_some_of_the_disk_is_left_free(self, tmp_path: Path) -> None:
        spool = DiskSpool(tmp_path / "spool", TOTAL, MORE_THAN_ANY_DISK)
        with pytest.raises(DiskFull):
            await spool.check()
        async with spool.open() as file:
            with pytest.raises(DiskFull):
                await file.write(bytes(2 << 20))
        assert not open_files(tmp_path)
