"""Whether the service can do its work at this moment."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from domain.errors import MusicAppError

CHECK_SECONDS = 2.0
"""A check that takes longer has failed."""


class Readiness:
    """Asks everything the service depends on, at the same time."""

    def __init__(self, checks: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
        self._checks = checks

    async def __call__(self) -> dict[str, MusicAppError | None]:
        """For each part by name what is wrong with it, or None. Takes at most `CHECK_SECONDS`."""
        found = await asyncio.gather(*(_wrong_with(name, check) for name, check in self._checks.items()))
        return dict(zip(self._checks, found, strict=True))


async def _wrong_with(name: str, check: Callable[[], Awaitable[None]]) -> MusicAppError | None:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check()
    except MusicAppError as error:
        return error
    except TimeoutError:
        return MusicAppError(f"the {name} did not answer within {CHECK_SECONDS:g} seconds")
    return None
