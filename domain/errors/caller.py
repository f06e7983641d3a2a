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


class NoWaveform(CallerError):
    """The recording of a track was not measured, so nothing is known of its waveform."""

    def __init__(self) -> None:
        super().__init__("the recording was not measured, so it has no waveform")


class InvalidQuestion(CallerError):
    """What somebody searches for cannot be searched for. `reason` follows the name of the field."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the words to search for: what was sent {reason}")


class InvalidText(CallerError):
    """A text for a track cannot be in its field; `rule` says what can."""

    def __init__(self, field: str, rule: str) -> None:
        self.field, self.rule = field, rule
        super().__init__(f"{field} must be {rule}")


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
    """Somebody asks for the same thing too often."""

    retry_after: int

    def __init__(self, per_minute: int, retry_after: int) -> None:
        self.per_minute, self.retry_after = per_minute, retry_after
        super().__init__(f"this was asked for more than {per_minute} times in a minute")


class ShareTaken(CallerError):
    """Somebody holds as much of something as one may while so little of it is free.

    `what` says of what, in the plural: "places for uploads".
    """

    retry_after: int

    def __init__(self, holder: str, held: int, what: str, retry_after: int) -> None:
        self.holder, self.held, self.what, self.retry_after = holder, held, what, retry_after
        super().__init__(f"{holder} holds {held} of what others want, too")


class RepeatRunning(CallerError):
    """The same request is being done just now."""

    retry_after: int

    def __init__(self, retry_after: int = 5) -> None:
        self.retry_after = retry_after
        super().__init__("the same request is being done just now")


class RepeatOfAnother(CallerError):
    """What is sent under the name of an earlier request is not what was sent with that."""

    def __init__(self) -> None:
        super().__init__("an earlier request had this name, and something else in it")


class TooManyKeys(CallerError):
    """A user has named as many requests as are remembered."""

    retry_after: int

    def __init__(self, limit: int, retry_after: int = 3600) -> None:
        self.limit, self.retry_after = limit, retry_after
        super().__init__(f"{limit} requests of this user are remembered already")


class QuotaReached(CallerError):
    """Somebody has as much as they may have. `left` is what they may still have of it."""

    what = "of this"

    def __init__(self, limit: int, left: int) -> None:
        self.limit, self.left = limit, max(left, 0)
        super().__init__(f"one user may have {limit} {self.what}; {self.left} are left")


class TrackQuotaReached(QuotaReached):
    """One more track would be too many."""

    what = "tracks"


class ByteQuotaReached(QuotaReached):
    """The MP3 would be too many bytes."""

    what = "bytes of MP3s"


class SecondsQuotaReached(QuotaReached):
    """The recording would be too many seconds."""

    what = "seconds of recordings"


class UploadQuotaReached(QuotaReached):
    """One more upload at once would be too many."""

    what = "uploads at once"
    retry_after: int

    def __init__(self, limit: int, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(limit, left=0)
