"""Whether the service can do its work at this moment."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from domain.errors import CheckFailed, MusicAppError
from domain.system import Clock

logger = logging.getLogger(__name__)

CHECK_SECONDS = 2.0
"""A check that takes longer has failed."""
KEPT_FOR = timedelta(seconds=1)
"""How long an answer is given again: whoever asks without end must not start a program each time."""


class Readiness:
    """Asks everything the service depends on, at the same time, and once for all who want to know meanwhile."""

    def __init__(self, checks: Mapping[str, Callable[[], Awaitable[None]]], clock: Clock) -> None:
        self._checks = checks
        self._clock = clock
        self._asking = asyncio.Lock()
        self._found: dict[str, MusicAppError | None] = {}
        self._found_at: datetime | None = None

    async def __call__(self) -> dict[str, MusicAppError | None]:
        """For each part by name what is wrong with it, or None: as it is now, or was at most `KEPT_FOR` ago."""
        async with self._asking:
            if not self._is_fresh():
                found = await asyncio.gather(*(_wrong_with(name, check) for name, check in self._checks.items()))
                self._found = dict(zip(self._checks, found, strict=True))
                self._found_at = self._clock.now()
            return dict(self._found)

    def _is_fresh(self) -> bool:
        # a clock that was set back makes nothing last longer
        return self._found_at is not None and timedelta(0) <= self._clock.now() - self._found_at < KEPT_FOR


async def _wrong_with(name: str, check: Callable[[], Awaitable[None]]) -> MusicAppError | None:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check()
    except MusicAppError as error:
        return error
    except TimeoutError:
        return CheckFailed(f"the {name} did not answer within {CHECK_SECONDS:g} seconds")
    except Exception:
        logger.exception("the check of the %s failed", name)
        return CheckFailed(f"the check of the {name} failed")
    return None
