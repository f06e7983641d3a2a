"""A body that is given on only when it is known to be what its checksum says."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from domain.system import Spool
from entrypoints.http.requests.tus import Checksum


async def verified_blocks(
    body: AsyncGenerator[bytes, None], checksum: Checksum, spool: Spool
) -> AsyncGenerator[bytes, None]:
    """The blocks of the body, which waits in the spool until all of it is there; closes the body.

    Raises `WrongChecksum`, what the body does, and what the spool does.
    """
    digest = checksum.hash()
    async with aclosing(body), spool.open() as file:
        async for block in body:
            digest.update(block)
            await file.write(block)
        checksum.refuse_other(digest.digest())
        async with aclosing(file.read()) as blocks:
            async for block in blocks:
                yield block
