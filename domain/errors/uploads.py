"""What can be wrong with what somebody asks for of a resumable upload."""

from domain.errors.base import CallerError


class UploadNotFound(CallerError):
    """No upload has this identifier and this owner."""

    def __init__(self) -> None:
        super().__init__("nothing that this user sends in pieces has this identifier")


class UploadGone(CallerError):
    """The caller had this upload, and it was deleted or has expired."""

    def __init__(self) -> None:
        super().__init__("it was deleted, or has expired")


class WrongOffset(CallerError):
    """The bytes do not begin where the upload ends. `offset` is where it does, in bytes."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__(f"it has {offset} bytes, and goes on there")


class LengthChanged(CallerError):
    """The length of an upload is told again, as another one, or as less than is there already. Lengths are in bytes."""

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__(f"its length is told once, and is no less than {length} bytes")


class PastTheEnd(CallerError):
    """There are more bytes than the upload has by its own length, which is `length`."""

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__(f"there are more bytes than the {length} that it has")


class WrongChecksum(CallerError):
    """The bytes do not have the checksum that was said; they are forgotten."""

    def __init__(self) -> None:
        super().__init__("the bytes do not have this checksum, and are forgotten")


class UploadLocked(CallerError):
    """Somebody else writes this upload now."""

    retry_after = 1

    def __init__(self) -> None:
        super().__init__("somebody else writes it now")


class TooManyUploads(CallerError):
    """A user has as many uploads that are not finished, or as many bytes in them, as one may.

    `held` is what they have, `limit` the most, `what` says of what, in the plural.
    """

    def __init__(self, held: int, limit: int, what: str) -> None:
        self.held, self.limit, self.what = held, limit, what
        super().__init__(f"this user has {held} {what} that are not finished; {limit} are the most")
