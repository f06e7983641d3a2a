"""Statements that look for tracks of one user, the newest first."""

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

from psycopg.sql import SQL, Composed

from adapters.postgres.track_rows import LISTED
from domain.library import Position, Wanted

LIMITS: LiteralString = """
    SELECT set_config('statement_timeout', %s, true), set_config('enable_seqscan', 'off', true),
           set_config('jit', 'off', true)"""
"""For `numbers` alone: how long it may take. It never reads the whole table, whatever the planner expects, and is not
compiled, which takes longer than most searches do."""

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
# Within the first part the words are all that an index may look for: what else is asked is asked of what it finds.
_NUMBERS = SQL("""
    WITH tracks AS MATERIALIZED (
        SELECT track_id, created_at, duration, repairs, clipped_samples FROM tracks WHERE {words} LIMIT %(most)s)
    SELECT (SELECT count(*) FROM tracks) AS found,
           ARRAY(SELECT track_id FROM tracks WHERE {filters} ORDER BY created_at DESC, track_id DESC LIMIT %(count)s)
               AS numbers""")
_NUMBERED = SQL("""
    SELECT track_id, {columns}
      FROM tracks
     WHERE track_id = ANY (%(numbers)s) AND user_id = %(user_id)s
     ORDER BY created_at DESC, track_id DESC""").format(columns=LISTED)


class TrackSearch:
    """What is wanted of one user's tracks, as statements with their values."""

    def __init__(self, user_id: int, wanted: Wanted) -> None:
        given = {name: value for name in (*_TIMES, *_OTHERS) if (value := getattr(wanted, name)) is not None}
        self._values: dict[str, Any] = {"user_id": user_id, **given}
        self._times = [_TIMES[name] for name in _TIMES if name in given]
        self._filters = [_OTHERS[name] for name in _OTHERS if name in given]
        self.has_words = bool(wanted.words)
        # A word holds letters, digits and marks alone, so nothing in it ends the quotes.
        self._values["words"] = " & ".join(f"'{user_id}:{word}':*" for word in wanted.words)

    @property
    def has_filters(self) -> bool:
        """Whether each row has to be looked at, beyond what the index of pages knows."""
        return self.has_words or bool(self._filters)

    def end(self, after: Position | None, walked: int) -> tuple[Composed, dict[str, Any]]:
        """Where a walk of so many rows behind `after` ends; no row where there are fewer."""
        return _END.format(bounds=self._bounds(after, None)), self._with(after, None, walked=walked)

    def walk(
        self, after: Position | None, last: Position | None, walked: int | None, count: int
    ) -> tuple[Composed, dict[str, Any]]:
        """The first `count` rows that fit, of those behind `after`, up to `last` or the first `walked` of them."""
        filters = _all([*self._filters, *([_WORDS] if self.has_words else [])])
        statement = _WALK.format(columns=LISTED, bounds=self._bounds(after, last), filters=filters)
        return statement, self._with(after, last, walked=walked, count=count)

    def numbers(self, after: Position, count: int, most: int) -> tuple[Composed, dict[str, Any]]:
        """The numbers of the first `count` rows behind `after` that fit, found by the index of words.

        `found` is how many it was that have the words, at most `most`: then others may have them, too.
        """
        filters = _all([*self._filters, *self._times, _AFTER])
        return _NUMBERS.format(words=SQL(_WORDS), filters=filters), self._with(after, None, count=count, most=most)

    def numbered(self, numbers: Sequence[int]) -> tuple[Composed, dict[str, Any]]:
        """The rows with these numbers."""
        return _NUMBERED, {"numbers": list(numbers), "user_id": self._values["user_id"]}

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
