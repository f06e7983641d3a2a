"""Statements that look for tracks of one user, the newest first."""

from collections.abc import Iterable
from typing import Any, LiteralString

from psycopg.sql import SQL, Composed

from adapters.postgres.track_rows import LISTED
from domain.library import Position, Wanted

LIMITS = "SELECT set_config('statement_timeout', %s, true), set_config('enable_seqscan', 'off', true)"
"""For `by_words` alone: how long it may take; and it never reads the whole table, whatever the planner expects."""

_AFTER: LiteralString = "(created_at, track_id) < (%(after_at)s, %(after_number)s)"
_UP_TO: LiteralString = "(created_at, track_id) >= (%(last_at)s, %(last_number)s)"
_WORDS: LiteralString = "array_to_tsvector(words) @@ %(words)s::tsquery"
_TIMES: dict[str, LiteralString] = {"since": "created_at >= %(since)s", "until": "created_at < %(until)s"}
_OTHERS: dict[str, LiteralString] = {
    "min_duration": "duration >= %(min_duration)s",
    "max_duration": "duration <= %(max_duration)s",
    "repaired": "(cardinality(repairs) > 0) = %(repaired)s",
    "clipped": "(clipped_samples > 0) = %(clipped)s",
}
# What is outside of the inner query, which the index orders, is looked at row by row until there are enough.
_WALK = SQL("""
    SELECT track_id, {columns}
      FROM (SELECT * FROM tracks WHERE {bounds} ORDER BY created_at DESC, track_id DESC LIMIT %(walked)s) AS tracks
     WHERE {filters}
     ORDER BY created_at DESC, track_id DESC
     LIMIT %(count)s""")
_END = SQL("""
    SELECT created_at, track_id
      FROM tracks
     WHERE {bounds}
     ORDER BY created_at DESC, track_id DESC
    OFFSET %(walked)s - 1 LIMIT 1""")
# The user is left to the words, each of which has their number: nothing but the index of words fits.
_BY_WORDS = SQL("""
    WITH found AS MATERIALIZED (SELECT track_id, created_at FROM tracks WHERE {filters})
    SELECT track_id, {columns}
      FROM tracks
     WHERE user_id = %(user_id)s
       AND track_id IN (SELECT track_id FROM found ORDER BY created_at DESC, track_id DESC LIMIT %(count)s)
     ORDER BY created_at DESC, track_id DESC""")


class TrackSearch:
    """What is wanted of one user's tracks, as statements with their values."""

    def __init__(self, user_id: int, wanted: Wanted) -> None:
        given = {name: value for name in (*_TIMES, *_OTHERS) if (value := getattr(wanted, name)) is not None}
        self._values: dict[str, Any] = {"user_id": user_id, **given}
        self._times = [_TIMES[name] for name in _TIMES if name in given]
        self._filters = [_OTHERS[name] for name in _OTHERS if name in given]
        self.has_words = bool(wanted.words)
        if self.has_words:
            # A word holds letters, digits and marks alone, so nothing in it ends the quotes.
            self._values["words"] = " & ".join(f"'{user_id}:{word}':*" for word in wanted.words)
            self._filters.append(_WORDS)

    @property
    def has_filters(self) -> bool:
        """Whether each row has to be looked at, beyond what the index of pages knows."""
        return bool(self._filters)

    def end(self, after: Position | None, walked: int) -> tuple[Composed, dict[str, Any]]:
        """Where a walk of so many rows behind `after` ends; no row where there are fewer."""
        return _END.format(bounds=self._bounds(after, None)), self._with(after, None, walked=walked)

    def walk(
        self, after: Position | None, last: Position | None, walked: int | None, count: int
    ) -> tuple[Composed, dict[str, Any]]:
        """The first `count` rows that fit, of those behind `after`, up to `last` or the first `walked` of them."""
        statement = _WALK.format(columns=LISTED, bounds=self._bounds(after, last), filters=_all(self._filters))
        return statement, self._with(after, last, walked=walked, count=count)

    def by_words(self, after: Position, count: int) -> tuple[Composed, dict[str, Any]]:
        """The first `count` rows behind `after` that fit, found by the index of words."""
        filters = _all([*self._filters, *self._times, _AFTER])
        return _BY_WORDS.format(columns=LISTED, filters=filters), self._with(after, None, count=count)

    def _bounds(self, after: Position | None, last: Position | None) -> Composed:
        there = [_AFTER] if after else []
        return _all(["user_id = %(user_id)s", *self._times, *there, *([_UP_TO] if last else [])])

    def _with(self, after: Position | None, last: Position | None, **more: int | None) -> dict[str, Any]:
        places = {"after": after, "last": last}
        told = {
            f"{name}_{part}": value
            for name, place in places.items()
            if place
            for part, value in (("at", place.created_at), ("number", place.number))
        }
        return self._values | told | more


def _all(conditions: Iterable[LiteralString]) -> Composed:
    return SQL(" AND ").join([SQL("true"), *map(SQL, conditions)])
