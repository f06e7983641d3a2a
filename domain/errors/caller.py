"""What can be wrong with what somebody asks for."""

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
    """One more upload at once would be too many. `retry_after` is in seconds."""

    what = "uploads at once"

    def __init__(self, limit: int, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(limit, left=0)
