"""What every spool owes. Subclass, and supply the fixture `make_spool`: from the total bound in bytes, a spool."""

import asyncio
from collections.abc import Callable

import pytest

from domain.errors import Overloaded
from domain.system import Spool, SpooledFile

MakeSpool = Callable[[int], Spool]
TOTAL = 8 << 20


async def read_all(file: SpooledFile) -> bytes:
    return b"".join([block async for block in file.read()])


class SpoolContract:
    @pytest.mark.parametrize("sizes", [[], [0], [1], [1, 0, 2], [1 << 20], [(1 << 20) - 1, 2], [300_000] * 11])
    async def test_what_was_written_is_read(self, make_spool: MakeSpool, sizes: list[int]) -> None:
        blocks = [bytes([number + 1]) * size for number, size in enumerate(sizes)]

        async with make_spool(TOTAL).open() as file:
            for block in blocks:
                await file.write(block)

            assert file.size == sum(sizes)
            assert await read_all(file) == b"".join(blocks)
            assert await read_all(file) == b"".join(blocks)

    async def test_blocks_have_at_most_one_mebibyte(self, make_spool: MakeSpool) -> None:
        async with make_spool(TOTAL).open() as file:
            await file.write(bytes(5 << 20))

            assert max([len(block) async for block in file.read()]) <= 1 << 20

    async def test_files_do_not_mix(self, make_spool: MakeSpool) -> None:
        spool = make_spool(TOTAL)

        async def write(letter: bytes) -> bool:
            async with spool.open() as file:
                for _ in range(20):
                    await file.write(letter * 70_000)
                    await asyncio.sleep(0)
                return await read_all(file) == letter * 1_400_000

        assert all(await asyncio.gather(*(write(letter) for letter in (b"a", b"b", b"c"))))

    async def test_all_files_together_are_bounded(self, make_spool: MakeSpool) -> None:
        spool = make_spool(1000)
        async with spool.open() as one, spool.open() as other:
            await one.write(bytes(600))
            await other.write(bytes(400))
            with pytest.raises(Overloaded):
                await other.write(b"x")

            assert (one.size, other.size) == (600, 400)
            assert await read_all(other) == bytes(400)

    async def test_the_place_of_a_closed_file_is_free_again(self, make_spool: MakeSpool) -> None:
        spool = make_spool(1000)
        for _ in range(3):
            async with spool.open() as file:
                await file.write(bytes(1000))
                with pytest.raises(Overloaded):
                    await file.write(b"x")

    async def test_a_spool_with_room_passes_its_check(self, make_spool: MakeSpool) -> None:
        spool = make_spool(TOTAL)
        await spool.check()
        await spool.check()
