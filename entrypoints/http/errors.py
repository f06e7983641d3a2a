"""The one table of what each error is on the wire, and the handlers that write it."""

import secrets
from typing import Any

import structlog
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException

from domain import errors

logger = structlog.get_logger(__name__)


class RequestInvalid(errors.MusicAppError):
    """The request breaks the contract; each problem names its field and what would be right."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class CredentialsMissing(errors.MusicAppError):
    """The request has no Bearer token, and this call needs one."""

    def __init__(self) -> None:
        super().__init__("Authorization is missing; send: Bearer, a space, and the user_access_token")


class WrongType(errors.MusicAppError):
    """The request's body is of a type that this call does not take."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(f"{found}; send {expected}")


class BodyTooLarge(errors.MusicAppError):
    """The body of a request that is not an upload has more than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body is larger than {limit} bytes; send only the fields that this call takes")


class RecordChanged(errors.MusicAppError):
    """`If-Match` names another version of the MP3 than `etag`."""

    def __init__(self, etag: str) -> None:
        self.etag = etag
        super().__init__("If-Match names no current version of this record; ask again without it")


class RangeUnsatisfiable(errors.MusicAppError):
    """`Range` asks for bytes beyond the end. `size` is the whole MP3's, in bytes."""

    def __init__(self, size: int, etag: str) -> None:
        self.size, self.etag = size, etag
        super().__init__(f"Range asks for bytes that are not there; the record has {size}")


class UploadTooSlow(errors.MusicAppError):
    """The client kept the service waiting for its body: `rate` is in bytes a second, the other two are in seconds."""

    def __init__(self, rate: int, grace: int, longest: int) -> None:
        super().__init__(
            f"the body came too slowly; send at least {rate} bytes a second (MIN_UPLOAD_RATE) after the first {grace} "
            f"seconds (UPLOAD_GRACE), and all of it within {longest} seconds (MAX_UPLOAD_SECONDS)"
        )


class ClientGone(errors.MusicAppError):
    """The client left before its request was whole; nobody reads the answer."""

    def __init__(self) -> None:
        super().__init__("the request ended before it was whole")


RETRY_AFTER_SECONDS = 5
NOT_FOUND_CODE = "route.not_found"
NOT_FOUND_MESSAGE = "there is nothing here; GET / lists what there is"

ANSWERS: dict[type[errors.MusicAppError], tuple[int, str]] = {
    RequestInvalid: (400, "request.invalid"),
    ClientGone: (400, "request.invalid"),
    errors.InvalidUserName: (400, "request.invalid"),
    CredentialsMissing: (401, "auth.wrong_credentials"),
    errors.WrongCredentials: (401, "auth.wrong_credentials"),
    errors.UnknownUser: (401, "auth.wrong_credentials"),
    errors.TrackNotFound: (404, "record.not_found"),
    UploadTooSlow: (408, "upload.too_slow"),
    RecordChanged: (412, "record.changed"),
    BodyTooLarge: (413, "upload.too_large"),
    errors.UploadTooLarge: (413, "upload.too_large"),
    WrongType: (415, "request.wrong_type"),
    errors.NotAWav: (415, "wav.not_a_wav"),
    errors.UnsupportedCodec: (415, "wav.unsupported_codec"),
    RangeUnsatisfiable: (416, "record.range"),
    errors.NoAudio: (422, "wav.no_audio"),
    errors.DamagedRecording: (422, "wav.damaged"),
    errors.ConversionFailed: (422, "wav.damaged"),
    errors.TooLong: (422, "wav.too_long"),
    errors.UnsupportedChannels: (422, "wav.channels"),
    errors.UnsupportedRate: (422, "wav.rate"),
    errors.Mp3TooLarge: (422, "mp3.too_large"),
    errors.TooOften: (429, "limit.rate"),
    errors.Overloaded: (503, "service.overloaded"),
    errors.ConverterUnavailable: (503, "service.overloaded"),
    errors.WorkspaceAway: (503, "service.overloaded"),
    errors.StoreAway: (503, "service.database_away"),
    errors.DiskFull: (507, "service.disk_full"),
}


def error_response(
    status: int, code: str, message: str | list[str], headers: dict[str, str] | None = None
) -> Response[dict[str, object]]:
    """An error as every error looks."""
    body: dict[str, object] = {"status": "error", "code": code, "message": message}
    return Response(body, status_code=status, media_type=MediaType.JSON, headers=headers)


def answer_error(_: Request[Any, Any, Any], error: errors.MusicAppError) -> Response[dict[str, object]]:
    """What the client is told about an error that was raised on purpose."""
    answer = ANSWERS.get(type(error))
    if answer is None:
        return _answer_unexpected(error)
    status, code = answer
    _log(status, error)
    if isinstance(error, errors.UnknownUser):
        error = errors.WrongCredentials()
    message = list(error.problems) if isinstance(error, RequestInvalid) and len(error.problems) > 1 else str(error)
    return error_response(status, code, message, _headers(status, error))


def answer_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, object]]:
    """What the client is told where the framework refused."""
    if isinstance(error, NotFoundException):
        return error_response(404, NOT_FOUND_CODE, NOT_FOUND_MESSAGE)
    if isinstance(error, MethodNotAllowedException):
        allowed = ", ".join(sorted((error.headers or {}).get("allow", "").split(", ")))
        message = f"{request.method} is not possible here; use {allowed}"
        return error_response(405, "route.wrong_method", message, {"Allow": allowed})
    if error.status_code >= 500:
        return _answer_unexpected(error)
    return error_response(400, "request.invalid", str(error.detail))


def answer_unexpected(_: Request[Any, Any, Any], error: Exception) -> Response[dict[str, object]]:
    """What the client is told about an error that nobody foresaw: nothing but that."""
    return _answer_unexpected(error)


def _answer_unexpected(error: Exception) -> Response[dict[str, object]]:
    logger.error("unexpected error", exc_info=error)
    return error_response(500, "service.error", "something went wrong here; it was logged")


def _headers(status: int, error: errors.MusicAppError) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, errors.TooOften | errors.Overloaded):
        return {"Retry-After": retry_after(error.retry_after)}
    if status in (503, 507):
        return {"Retry-After": retry_after()}
    if isinstance(error, RecordChanged):
        return {"ETag": error.etag}
    if isinstance(error, RangeUnsatisfiable):
        return {"ETag": error.etag, "Content-Range": f"bytes */{error.size}"}
    return {}


def retry_after(seconds: int = RETRY_AFTER_SECONDS) -> str:
    """What `Retry-After` says: up to half as much again, lest those who were refused together come back together."""
    return str(seconds + secrets.randbelow(seconds // 2 + 1))


def _log(status: int, error: errors.MusicAppError) -> None:
    """Tell the operator what only the operator may know."""
    if isinstance(error, errors.ConverterUnavailable):
        logger.error("converter unavailable", setting=error.setting, problem=error.problem)
    elif isinstance(error, errors.ConversionFailed):
        logger.warning("conversion failed", reason=error.reason)
    elif status >= 500:
        logger.warning("refused", error=type(error).__name__, cause=repr(error.__cause__))
