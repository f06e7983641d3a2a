"""Letting tracks that an older version stored be found by their words, in the background."""

import asyncio
import logging

from domain.errors import MusicAppError
from domain.library import TrackLibrary

logger = logging.getLogger(__name__)

BATCH = 200
"""Tracks at a time."""
PAUSE_SECONDS = 0.2
"""Between two batches, in which others have the database."""
EVERY_SECONDS = 60.0
"""An older version may go on storing tracks beside this one while the service is brought up to date."""


class IndexTracks:
    """Does it batch by batch until nothing is left, and looks again every minute."""

    def __init__(self, library: TrackLibrary) -> None:
        self._library = library

    async def __call__(self) -> int:
        """How many there were. Raises `StoreAway`, `DiskFull`. Safe to repeat and to run by several at once."""
        indexed = 0
        while batch := await self._library.index(BATCH):
            indexed += batch
            await asyncio.sleep(PAUSE_SECONDS)
        return indexed

    async def forever(self) -> None:
        """Without end, whatever goes wrong, which is logged."""
        while True:
            try:
                if indexed := await self():
                    logger.info("words of tracks indexed: %d", indexed)
            except MusicAppError as error:
                logger.warning("words of tracks not indexed: %s", error)
            except Exception:
                logger.exception("words of tracks not indexed")
            await asyncio.sleep(EVERY_SECONDS)
