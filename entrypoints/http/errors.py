"""What can be wrong with a request, beyond what the domain knows of."""

from domain.errors import CallerError


class RequestInvalid(CallerError):
    """The request breaks the contract; each problem names its field and what would be right."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class CredentialsMissing(CallerError):
    """The request has no Bearer token, and this call needs one."""

    def __init__(self) -> None:
        super().__init__(
            "Authorization is missing, or names no Bearer token; send it as: Bearer, a space, and the user_access_token"
        )


class WrongTusVersion(CallerError):
    """A request of a resumable upload is not of the version of tus that is spoken here."""

    def __init__(self, version: str) -> None:
        self.version = version
        super().__init__(f"Tus-Resumable is missing, or names another version; send Tus-Resumable: {version}")


class TargetTooLong(CallerError):
    """The path and the query together have more than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"path and query have more than {limit} bytes; no call takes as many")


class WrongType(CallerError):
    """The request's body is of a type that this call does not take."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(f"{found}; send {expected}")


class BodyTooLarge(CallerError):
    """The body of a request that is not an upload has more than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body is larger than {limit} bytes; send only the fields that this call takes")


class RecordChanged(CallerError):
    """`If-Match` names another version of the MP3 than `etag`."""

    def __init__(self, etag: str) -> None:
        self.etag = etag
        super().__init__("If-Match names no current version of this record; ask again without it")


class RangeUnsatisfiable(CallerError):
    """`Range` asks for bytes beyond the end. `size` is the whole MP3's, in bytes."""

    def __init__(self, size: int, etag: str) -> None:
        self.size, self.etag = size, etag
        super().__init__(f"Range asks for bytes that are not there; the record has {size}")


class UploadTooSlow(CallerError):
    """The client kept the service waiting for its body: `rate` is in bytes a second, the others are in seconds."""

    def __init__(self, rate: int, grace: int, longest: int, pause: int) -> None:
        super().__init__(
            f"the body came too slowly; send at least {rate} bytes a second (MIN_UPLOAD_RATE) after the first {grace} "
            f"seconds (UPLOAD_GRACE), pause for no more than {pause} seconds (MAX_STALLED_SECONDS), and send all of it "
            f"within {longest} seconds (MAX_UPLOAD_SECONDS)"
        )


class DigestMismatch(CallerError):
    """What came is not what its digest says. Both are members of `field` (RFC 9530), for `what` they are."""

    def __init__(self, field: str, expected: str, what: str, found: str) -> None:
        super().__init__(
            f"{field} says {expected}, but {what} that arrived has {found}; nothing was kept, so send it again"
        )


class ClientGone(CallerError):
    """The client left before its request was whole; nobody reads the answer."""

    def __init__(self) -> None:
        super().__init__("the request ended before it was whole")
