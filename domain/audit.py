"""The audit trail: who did what, when, from where, and where that is kept."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

MAX_LINK_ID_LENGTH = 100
MAX_EVENTS_AT_ONCE = 1000


class Action(StrEnum):
    """What is told of. A value is never given another meaning: it is kept for years."""

    REGISTER = "register"
    UPLOAD = "upload"
    DOWNLOAD_BY_PERMANENT_LINK = "download.permanent_link"
    DOWNLOAD_BY_LINK = "download.link"
    DOWNLOAD_BY_TOKEN = "download.token"  # noqa: S105 - no token, but the name of an action
    EXPORT = "export"
    CHANGE_TRACK = "track.change"
    DELETE_TRACK = "track.delete"
    MAKE_LINK = "link.make"
    REVOKE_LINK = "link.revoke"
    CHANGE_USER = "user.change"
    NEW_TOKEN = "user.new_token"  # noqa: S105 - as above
    DELETE_USER = "user.delete"
    SET_QUOTA = "user.quota"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Something that somebody did. None is what does not apply, or is not known."""

    at: datetime
    action: Action
    user_id: int | None = None
    """Who did it; of a download by a link, whose track it is."""
    track_uuid: UUID | None = None
    link_id: str | None = None
    """At most `MAX_LINK_ID_LENGTH` characters."""
    address_prefix: str | None = None
    """Of the client: its /24 network of IPv4, or its /48 of IPv6. None where an operator did it at the machine."""


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event, and its number, by which pages go on."""

    number: int
    event: AuditEvent


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events somebody asks for; None is any."""

    since: datetime | None = None
    until: datetime | None = None
    """Not that moment itself."""
    user_id: int | None = None
    action: Action | None = None


class AuditTrail(ABC):
    """Keeps events for some time.

    Every method raises `StoreAway` when the store does not answer in time, or answers with an error that its port does
    not name.
    """

    @abstractmethod
    async def record(self, events: Sequence[AuditEvent]) -> None:
        """Keep at most `MAX_EVENTS_AT_ONCE`, all or none; durable when this returns.

        They may be of users and tracks that are gone, or never were. Raises `DiskFull`, and `StoreAway`, after which
        they may be kept or not. Not safe to repeat: each is kept once more.
        """

    @abstractmethod
    async def page(self, wanted: Wanted, before: KeptEvent | None, count: int) -> list[KeptEvent]:
        """At most `count` events that are wanted, from 1 to `MAX_EVENTS_AT_ONCE`, the newest first.

        `before` is the last one of the page before. Of events of one moment, those that were recorded later come first.
        Any integer may be asked for as `user_id`.
        """

    @abstractmethod
    async def forget(self, before: datetime) -> int:
        """Remove some that are older than this; how many: 0 once there are none. Safe to run by several at once."""
