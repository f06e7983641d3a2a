"""What can be wrong with what somebody asks for."""

from datetime import datetime

from domain.errors.base import CallerError


class InvalidUserName(CallerError):
    """A user name breaks the rule for user names."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the user name {reason}; 1 to 100 characters without control characters are taken")


class WrongCredentials(CallerError):
    """The user does not exist or the access token is not theirs; which of the two is not said."""

    def __init__(self) -> None:
        super().__init__("the user and the access token do not belong together")


class UnknownUser(CallerError):
    """A track names a user that does not exist (any more)."""

    def __init__(self, user_id: int) -> None:
        self.user_id = user_id
        super().__init__(f"user {user_id} does not exist")


class TrackNotFound(CallerError):
    """No track has this identifier and this owner."""

    def __init__(self) -> None:
        super().__init__("no track has this identifier and this owner")


class NoSuchTrack(TrackNotFound):
    """The user has no track with this identifier: there is none, or it is another user's."""


class LinkNotFound(CallerError):
    """No link has this identifier, or what it led to is gone."""

    def __init__(self) -> None:
        super().__init__("no link has this identifier")


class LinkRevoked(CallerError):
    """The owner of the track has revoked the link."""

    def __init__(self) -> None:
        super().__init__("the link was revoked")


class LinkExpired(CallerError):
    """The time of the link is over. `expired_at` is when it ended, in UTC."""

    def __init__(self, expired_at: datetime) -> None:
        self.expired_at = expired_at
        super().__init__(f"the link expired at {expired_at:%Y-%m-%dT%H:%M:%SZ}")


class LinkUsedUp(CallerError):
    """The link was downloaded as often as it may be."""

    def __init__(self, max_downloads: int) -> None:
        self.max_downloads = max_downloads
        super().__init__(f"the link was good for {max_downloads} downloads, and all of them were made")


class InvalidExpiry(CallerError):
    """A link is to end at a moment at which none may."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the end of the link {reason}")


class TooManyLinks(CallerError):
    """A track has as many links as it may have."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"the track has {limit} links already")


class TooOften(CallerError):
    """Somebody asks for the same thing too often. `retry_after` is in seconds."""

    def __init__(self, per_minute: int, retry_after: int) -> None:
        self.per_minute, self.retry_after = per_minute, retry_after
        super().__init__(f"this was asked for more than {per_minute} times in a minute")


class ShareTaken(CallerError):
    """Somebody holds as much of something as one may while so little of it is free.

    `what` says of what, in the plural: "places for uploads". `retry_after` is in seconds.
    """

    def __init__(self, holder: str, held: int, what: str, retry_after: int) -> None:
        self.holder, self.held, self.what, self.retry_after = holder, held, what, retry_after
        super().__init__(f"{holder} holds {held} of what others want, too")
