"""Which tracks a list is to have: the fields of a query, and the cursor with which the next page is asked for."""

import hashlib
import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from litestar import Request

from domain.errors import InvalidQuestion
from domain.library import MAX_PAGE, Position, Wanted
from domain.search import MAX_QUESTION_LENGTH, MAX_QUESTION_WORDS, words_of_question
from entrypoints.http.errors import RequestInvalid
from entrypoints.http.requests.query import query_fields

DEFAULT_PAGE = 50
_CURSOR = struct.Struct(">qq8s")
"""Microseconds since 1970, the number of the track, and a digest of the filters and their user."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+ -]\d\d:\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
_A_TIME = "a time as 2026-11-28T10:30:00Z or a day as 2026-11-28"
_A_DURATION = "a number of seconds, as 90 or 1.5"
_WORDS = (
    f"at most {MAX_QUESTION_LENGTH} characters with 1 to {MAX_QUESTION_WORDS} words, which have to be in a track's "
    "name or texts, or the beginnings of some that are"
)
_THE_CURSOR = "as it is in the link to the next page, with the same filters and of the same user; or leave it out"
T = TypeVar("T")


class TrackQuery(NamedTuple):
    """What the query of a request for a list says."""

    wanted: Wanted
    limit: int
    after: Position | None
    fields: Mapping[str, str]
    """Those that count, but for the cursor, as they were sent."""
    digest: bytes

    @classmethod
    def of(cls, request: Request[Any, Any, Any], user_id: int) -> "TrackQuery":
        """That of a request of this user. Fields of other names are read over. Raises `RequestInvalid`."""
        reading = _Reading(query_fields(request))
        wanted = Wanted(
            words=reading.value("q", _words, _WORDS) or (),
            since=reading.value("since", _moment, _A_TIME),
            until=reading.value("until", _end, _A_TIME),
            min_duration=reading.value("min_duration", _duration, _A_DURATION),
            max_duration=reading.value("max_duration", _duration, _A_DURATION),
            repaired=reading.value("repaired", _flag, "true or false"),
            clipped=reading.value("clipped", _flag, "true or false"),
        )
        limit = reading.value("limit", _limit, f"a whole number from 1 to {MAX_PAGE}") or DEFAULT_PAGE
        fields = dict(reading.read)
        digest = hashlib.sha256(repr((user_id, wanted)).encode()).digest()[:8]
        after = reading.value("cursor", lambda text: _position(text, digest), _THE_CURSOR)
        reading.refuse_problems()
        return cls(wanted, limit, after, fields, digest)

    def following(self, after: Position) -> str:
        """The query that asks for what comes behind `after`, with the same filters."""
        micros = (after.created_at - _EPOCH) // timedelta(microseconds=1)
        packed = _CURSOR.pack(micros, after.number, self.digest)
        return urlencode({**self.fields, "cursor": urlsafe_b64encode(packed).decode()})


class _Reading:
    """Takes fields one by one and remembers what is wrong with them."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self._fields = fields
        self._problems: list[str] = []
        self.read: dict[str, str] = {}

    def value(self, name: str, read: Callable[[str], T], right: str) -> T | None:
        """What the field says, None where it is not there or not right; `read` raises ValueError for that."""
        texts = self._fields.get(name, [])
        if len(texts) > 1:
            self._problems.append(f"{name} is sent {len(texts)} times; send it once")
        if len(texts) != 1:
            return None
        try:
            found = read(texts[0])
        except (ValueError, OverflowError):
            self._problems.append(f"{name} must be {right}")
            return None
        self.read[name] = texts[0]
        return found

    def refuse_problems(self) -> None:
        """Raise `RequestInvalid` where there is anything wrong."""
        if self._problems:
            raise RequestInvalid(*self._problems)


def _words(text: str) -> tuple[str, ...]:
    try:
        return words_of_question(text)
    except InvalidQuestion as error:
        raise ValueError(error.reason) from error


def _moment(text: str) -> datetime:
    """A day begins at midnight, UTC. A space stands for the `+` of a zone that was not escaped."""
    if _DATE.fullmatch(text):
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    day, clock = text[:10], text[11:].upper().replace(" ", "+")
    return datetime.fromisoformat(f"{day}T{clock}").astimezone(UTC)


def _end(text: str) -> datetime:
    """A day as a whole is before its end."""
    moment = _moment(text)
    return moment + timedelta(days=1) if _DATE.fullmatch(text) else moment


def _duration(text: str) -> timedelta:
    if not _SECONDS.fullmatch(text):
        raise ValueError(text)
    return timedelta(seconds=float(text))


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


def _limit(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_PAGE:
        raise ValueError(text)
    return int(text)


def _position(text: str, digest: bytes) -> Position:
    """Of a cursor as it was given out, and in no other writing."""
    packed = urlsafe_b64decode(text.encode("ascii"))
    if urlsafe_b64encode(packed).decode() != text or len(packed) != _CURSOR.size:
        raise ValueError(text)
    micros, number, of = _CURSOR.unpack(packed)
    if of != digest or number < 1:
        raise ValueError(text)
    return Position(_EPOCH + timedelta(microseconds=micros), number)
