"""What can be wrong with what somebody asks for of a resumable upload."""

from domain.errors.base import CallerError


class UploadNotFound(CallerError):
    """No upload has this identifier and this owner."""

    def __init__(self) -> None:
        super().__init__("no upload has this identifier and this owner")


class UploadGone(CallerError):
    """The caller had this upload, and it was deleted or has expired."""

    def __init__(self) -> None:
        super().__init__("this upload was deleted, or has expired")


class WrongOffset(CallerError):
    """The bytes do not begin where the upload ends. `offset` is where it does, in bytes."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__(f"the upload has {offset} bytes, and goes on there")


class LengthChanged(CallerError):
    """The length of an upload is told again, as another one, or as less than is there already. Lengths are in bytes."""

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__(f"the upload has {length} bytes, or more; its length is told once")


class PastTheEnd(CallerError):
    """There are more bytes than the upload has by its own length, which is `length`."""

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__(f"there are more bytes than the {length} of this upload")


class WrongChecksum(CallerError):
    """The bytes do not have the checksum that was said; they are forgotten."""

    def __init__(self) -> None:
        super().__init__("the bytes do not have this checksum, and are forgotten")


class UploadLocked(CallerError):
    """Somebody else writes this upload now. `retry_after` is in seconds."""

    retry_after = 1

    def __init__(self) -> None:
        super().__init__("this upload is written by another request")


class TooManyUploads(CallerError):
    """A user has as many uploads that are not finished, or as many bytes in them, as one may.

    `held` is what they have, `limit` the most, `what` says of what, in the plural.
    """

    def __init__(self, held: int, limit: int, what: str) -> None:
        self.held, self.limit, self.what = held, limit, what
        super().__init__(f"unfinished uploads of this user hold {held} {what}; {limit} are the most")
