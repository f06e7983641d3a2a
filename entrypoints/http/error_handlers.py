"""Writes the answer to an error, and tells the operator what only the operator may know."""

import secrets
from typing import Any

import structlog
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.types import Scope

from domain import errors
from entrypoints.http.answers import ANSWERS, answer_to
from entrypoints.http.errors import RangeUnsatisfiable, RecordChanged, RequestInvalid, WrongTusVersion

logger = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 5
NOTED = "noted_for_the_log"
"""Where a request's state has what its line in the log says beside the rest."""
NOT_FOUND_CODE = "route.not_found"
NOT_FOUND_MESSAGE = "there is nothing here; GET / lists what there is"
_UNEXPECTED = ANSWERS[errors.MusicAppError]


def note(scope: Scope, code: str, error: errors.MusicAppError) -> None:
    """Have the request's line in the log say why it was refused: `code`, and whose share was taken."""
    scope["state"][NOTED] = {"code": code}
    if isinstance(error, errors.ShareTaken):
        scope["state"][NOTED] |= {"holder": error.holder, "held": error.held}


def error_response(
    status: int, code: str, message: str | list[str], headers: dict[str, str] | None = None
) -> Response[dict[str, object]]:
    """An error as every error looks."""
    body: dict[str, object] = {"status": "error", "code": code, "message": message}
    return Response(body, status_code=status, media_type=MediaType.JSON, headers=headers)


def answer_error(request: Request[Any, Any, Any], error: errors.MusicAppError) -> Response[dict[str, object]]:
    """What the client is told about an error that was raised on purpose."""
    answer = answer_to(error)
    if answer is _UNEXPECTED:
        return _answer_unexpected(error)
    note(request.scope, answer.code, error)
    _log(answer.status, error)
    message: str | list[str] = answer.message(error)
    if isinstance(error, RequestInvalid) and len(error.problems) > 1:
        message = list(error.problems)
    return error_response(answer.status, answer.code, message, headers_of(answer.status, error))


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
    return error_response(_UNEXPECTED.status, _UNEXPECTED.code, _UNEXPECTED.words)


def headers_of(status: int, error: errors.MusicAppError) -> dict[str, str]:
    """What an answer says of the error beside its body."""
    if status == 401:
        return {"WWW-Authenticate": "Bearer"}
    if error.retry_after is not None:
        return {"Retry-After": retry_after(error.retry_after)}
    if status in (503, 507):
        return {"Retry-After": retry_after()}
    if isinstance(error, errors.WrongOffset):
        return {"Upload-Offset": str(error.offset)}
    if isinstance(error, WrongTusVersion):
        return {"Tus-Version": error.version}
    if isinstance(error, RecordChanged):
        return {"ETag": error.etag}
    if isinstance(error, RangeUnsatisfiable):
        return {"ETag": error.etag, "Content-Range": f"bytes */{error.size}"}
    return {}


def retry_after(seconds: int = RETRY_AFTER_SECONDS) -> str:
    """What `Retry-After` says: up to half as much again, lest those who were refused together come back together."""
    return str(seconds + secrets.randbelow(seconds // 2 + 1))


def _log(status: int, error: errors.MusicAppError) -> None:
    if isinstance(error, errors.ConverterUnavailable):
        logger.error("converter unavailable", setting=error.setting, problem=error.problem)
    elif isinstance(error, errors.TrackDamaged):
        logger.error("track damaged", reason=error.reason)
    elif isinstance(error, errors.ConverterFailed):
        logger.error("conversion failed", reason=error.reason)
    elif isinstance(error, errors.UndecodableRecording):
        logger.warning("recording not decoded", codec=error.codec, details=error.details)
    elif status >= 500 and not isinstance(error, errors.Overloaded):
        logger.warning("refused", error=type(error).__name__, cause=repr(error.__cause__))
