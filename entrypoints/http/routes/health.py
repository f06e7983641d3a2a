"""`GET /health/live` and `GET /health/ready`."""

from typing import Any

from litestar import HttpMethod, Response, route
from litestar.di import NamedDependency

from application.readiness import Readiness
from entrypoints.http.answers import answer_to
from entrypoints.http.error_handlers import error_response, retry_after
from entrypoints.http.openapi import error_responses, operation

_METHODS = [HttpMethod.GET, HttpMethod.HEAD]
_WELL = {"status": "success"}


@route(
    "/health/live",
    http_method=_METHODS,
    summary="Whether the process answers",
    status_code=200,
    operation_class=operation(example=_WELL),
)
async def live() -> dict[str, str]:
    """Say that the process answers; nothing it depends on is asked."""
    return _WELL


@route(
    "/health/ready",
    http_method=_METHODS,
    summary="Whether uploads can be taken",
    operation_class=operation(example=_WELL),
    responses=error_responses(503),
)
async def ready(readiness: NamedDependency[Readiness]) -> Response[Any]:
    """Ask the database, the converter and the disk; 503 names those that are not well."""
    wrong = {name: error for name, error in (await readiness()).items() if error is not None}
    if not wrong:
        return Response(_WELL, status_code=200)
    code = answer_to(next(iter(wrong.values()))).code
    messages = [f"{name}: {answer_to(error).message(error)}" for name, error in wrong.items()]
    return error_response(503, code, messages, {"Retry-After": retry_after()})
