"""Pages of one user's tracks: a walk over the newest, the index of words, and another walk."""

import asyncio
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any

import psycopg
from psycopg.rows import dict_row

from adapters.postgres.connection import Connection
from adapters.postgres.database import Database
from adapters.postgres.track_rows import LARGEST_ID, track_of
from adapters.postgres.track_search import LIMITS, TrackSearch
from domain.library import Page, Position, Wanted
from domain.tracks import Track

WALKED = 2_000
"""So many rows are looked at for a page before the index of words is asked, and so many at a time afterwards."""
MOST_FOUND = 20_000
"""Of rows by the index of words, which has them in no order; where there are more, a walk is soon at an end."""
WALK_SECONDS = 0.5
"""Then the page is what was found so far."""
AT_ONCE = 50
"""So many rows are read before others have a turn on the event loop."""
SEARCH_SECONDS = 0.5
"""What the index of words may take."""


class TrackPages:
    """Looks up pages in bounded time, whatever is wanted and however many tracks there are."""

    def __init__(self, database: Database, walked: int, most_found: int, walk_seconds: float) -> None:
        self._database = database
        self._walked, self._most_found, self._walk_seconds = walked, most_found, walk_seconds

    async def page(self, user_id: int, wanted: Wanted, after: Position | None, limit: int) -> Page:
        """As `TrackLibrary.page`."""
        if not 1 <= user_id <= LARGEST_ID:
            return Page([], None)
        search = TrackSearch(user_id, wanted)
        if not search.has_filters:
            async with self._database.query() as connection:
                rows = await rows_of(connection, *search.walk(after, None, limit + 1, limit + 1))
            return await _page(rows, limit, None)
        rows, end = await self._walk(search, after, limit + 1)
        if len(rows) > limit or end is None:
            return await _page(rows, limit, None)
        return await self._further(search, rows, end, limit)

    async def _walk(
        self, search: TrackSearch, after: Position | None, count: int
    ) -> tuple[list[dict[str, Any]], Position | None]:
        """Rows of a bounded walk, and where it ended before the last row of the user's.

        The end is known before the walk: rows that are removed meanwhile do not move it.
        """
        async with self._database.query() as connection:
            ends = await rows_of(connection, *search.end(after, self._walked))
            end = _position(ends[0]) if ends else None
            return await rows_of(connection, *search.walk(after, end, None, count)), end

    async def _further(self, search: TrackSearch, rows: list[dict[str, Any]], end: Position, limit: int) -> Page:
        if search.has_words and (found := await self._by_words(search, end, limit + 1 - len(rows))) is not None:
            return await _page([*rows, *found], limit, None)
        last: Position | None = end
        until = monotonic() + self._walk_seconds
        while last is not None and len(rows) <= limit and monotonic() < until:
            more, last = await self._walk(search, last, limit + 1 - len(rows))
            rows += more
        return await _page(rows, limit, last)

    async def _by_words(self, search: TrackSearch, after: Position, count: int) -> list[dict[str, Any]] | None:
        """None where there are too many, or it takes too long."""
        async with self._database.query() as connection:
            try:
                async with connection.transaction():
                    await connection.execute(LIMITS, [f"{SEARCH_SECONDS * 1000:.0f}ms"])
                    [row] = await rows_of(connection, *search.numbers(after, count, self._most_found))
            except psycopg.errors.QueryCanceled:
                return None
            if row["found"] == self._most_found:
                return None
            return await rows_of(connection, *search.numbered(row["numbers"]))


async def rows_of(
    connection: Connection, statement: Any, values: Sequence[object] | Mapping[str, object]
) -> list[dict[str, Any]]:
    """The rows, by the names of their columns."""
    cursor = await connection.cursor(row_factory=dict_row).execute(statement, values)
    return await cursor.fetchall()


async def _page(rows: Sequence[Mapping[str, Any]], limit: int, searched_to: Position | None) -> Page:
    """The first `limit` rows; what comes next begins behind them, or where the search ended."""
    after = _position(rows[limit - 1]) if len(rows) > limit else searched_to
    tracks: list[Track] = []
    for row in rows[:limit]:
        tracks.append(track_of(row))
        if len(tracks) % AT_ONCE == 0:
            await asyncio.sleep(0)
    return Page(tracks, after)


def _position(row: Mapping[str, Any]) -> Position:
    return Position(row["created_at"], row["track_id"])
