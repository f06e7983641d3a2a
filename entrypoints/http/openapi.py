"""What the API description says beyond what the handlers' signatures do: forms, files, headers, errors."""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from litestar import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import (
    Example,
    OpenAPIFormat,
    OpenAPIHeader,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    RequestBody,
    Schema,
)
from litestar.types import Method

from domain import errors
from entrypoints.http.answers import answer_to
from entrypoints.http.errors import (
    BodyTooLarge,
    CredentialsMissing,
    RangeUnsatisfiable,
    RecordChanged,
    RequestInvalid,
    TargetTooLong,
    UploadTooSlow,
    WrongType,
)

BEARER = "user_access_token"
BY_TOKEN: list[dict[str, list[str]]] = [{BEARER: []}]
"""The `security` of a route for users only."""
_ERROR_DESCRIPTIONS = {
    400: "A field is missing, doubled, too long or of the wrong type; or the body cannot be parsed",
    401: "The credentials do not belong together",
    403: "The user has as much as one may have here",
    404: "Nothing there has this name, or it is another user's",
    408: "The upload was too slow",
    409: "The same request is being answered, and Retry-After says when to come back; or there are as many as may be; "
    "or the bytes do not begin where the upload ends, and Upload-Offset says where that is",
    410: "It was revoked or deleted, has expired, or is used up",
    412: "If-Match names another version",
    413: "The body is too large",
    414: "Path and query are too long",
    415: "The body, or the recording's codec, is of a type that is not taken",
    416: "The range is not satisfiable",
    422: "The recording cannot be converted",
    423: "Another request writes it; Retry-After says when to come back",
    429: "Too much, or too often, from one address or user; Retry-After says when to come back",
    460: "The bytes do not have the checksum",
    500: "A fault of the service, which was logged",
    503: "The service is busy, or its database is away; Retry-After says when to come back",
    507: "The disk is full; Retry-After says when to come back",
}

GET_METHODS = [HttpMethod.GET, HttpMethod.HEAD]
_OF_ANY_CALL = {414, 500}
_HEAD = "head_"
_ERROR_EXAMPLES: dict[int, errors.MusicAppError] = {
    400: RequestInvalid("user_name is missing"),
    401: CredentialsMissing(),
    403: errors.TrackQuotaReached(1000, 0),
    404: errors.TrackNotFound(),
    408: UploadTooSlow(8192, 30, 3600, 60),
    409: errors.TooManyLinks(1000),
    410: errors.LinkRevoked(),
    412: RecordChanged(""),
    413: BodyTooLarge(4096),
    414: TargetTooLong(8192),
    415: WrongType("the body is not JSON by its Content-Type", "application/json"),
    416: RangeUnsatisfiable(946_000, ""),
    422: errors.NoAudio(),
    423: errors.UploadLocked(),
    429: errors.TooOften(60, 5),
    460: errors.WrongChecksum(),
    500: errors.MusicAppError(),
    503: errors.StoreAway(),
    507: errors.DiskFull(),
}
"""One of those that have the status; `entrypoints/http/answers.py` has all of them."""


class ErrorResponse(msgspec.Struct):
    """What every error looks like."""

    status: Literal["error"]
    code: str
    message: str | list[str]


def error_responses(*statuses: int) -> dict[int, ResponseSpec]:
    """The descriptions of these error responses, and of those that no call rules out."""
    return {
        status: ResponseSpec(
            ErrorResponse,
            description=_ERROR_DESCRIPTIONS[status],
            generate_examples=False,
            examples=[Example(id="error", value=_error_example(status))],
        )
        for status in sorted({*statuses, *_OF_ANY_CALL})
    }


def _error_example(status: int) -> dict[str, str]:
    error = _ERROR_EXAMPLES[status]
    answer = answer_to(error)
    return {"status": "error", "code": answer.code, "message": answer.message(error)}


def operation_id(handler: HTTPRouteHandler, method: HttpMethod | Method, _: object) -> str:
    """What a generated client calls an operation: the name of its handler, with `head_` before it for HEAD."""
    name = handler.handler_name
    return f"{_HEAD}{name}" if method == HttpMethod.HEAD else name


def text_schema(**more: Any) -> Schema:
    """A string."""
    return Schema(type=OpenAPIType.STRING, **more)


def number_schema(**more: Any) -> Schema:
    """A number, whole or not."""
    return Schema(type=OpenAPIType.NUMBER, **more)


def whole_number_schema(**more: Any) -> Schema:
    """A whole number."""
    return Schema(type=OpenAPIType.INTEGER, **more)


def header(description: str, schema: Schema | None = None) -> OpenAPIHeader:
    """A header of a response; text, unless a schema says otherwise."""
    return OpenAPIHeader(description=description, schema=schema or text_schema())


def path_identifier(name: str) -> Parameter:
    """A UUID in the path, of this name."""
    return Parameter(name=name, param_in="path", required=True, schema=text_schema(format=OpenAPIFormat.UUID))


def path_file_name(description: str) -> Parameter:
    """A file name at the end of the path."""
    schema = text_schema(pattern="^[^/]+$")
    return Parameter(name="file_name", param_in="path", required=True, schema=schema, description=description)


def object_body(
    media_type: str,
    required: list[str],
    properties: dict[str, Schema],
    *files: str,
    title: str | None = None,
    closed: bool = False,
) -> RequestBody:
    """A request body with these fields; or else one that is a file, of one of the types in `files`.

    `title` is what a generated client calls it; `closed`: fields of other names are refused, not read over.
    """
    fields = Schema(
        type=OpenAPIType.OBJECT,
        title=title,
        required=required or None,
        properties=dict(properties),
        additional_properties=False if closed else None,
    )
    bytes_ = text_schema(format=OpenAPIFormat.BINARY)
    content = {media_type: fields} | dict.fromkeys(files, bytes_)
    return RequestBody(content={kind: OpenAPIMediaType(schema=of) for kind, of in content.items()}, required=True)


def bytes_body(media_type: str, *, required: bool) -> RequestBody:
    """A request body that is bytes, of this type."""
    content = {media_type: OpenAPIMediaType(schema=text_schema(format=OpenAPIFormat.BINARY))}
    return RequestBody(content=content, required=required)


def operation(
    body: RequestBody | None = None,
    parameters: list[Parameter] | None = None,
    headers: dict[str, OpenAPIHeader] | None = None,
    example: object = None,
    also: dict[str, Schema] | None = None,
) -> type[Operation]:
    """An operation with what a signature cannot say.

    `headers` tells what each header of a successful response says, `also` of which further types its body may be, and
    `example` is its body where that is JSON and has none of its own. What is neither JSON nor text is bytes.
    """

    @dataclass
    class Described(Operation):
        def __post_init__(self) -> None:
            self.request_body = body or self.request_body
            self.parameters = [*parameters] if parameters else self.parameters
            for status, response in (self.responses or {}).items():
                if isinstance(response, OpenAPIResponse):
                    if status.startswith("2"):
                        response.headers = {**(headers or {})}
                        further = {kind: OpenAPIMediaType(schema=schema) for kind, schema in (also or {}).items()}
                        response.content = {**(response.content or {}), **further} or None
                        _describe(response.content or {}, example)
                    if status == "204" or (self.operation_id or "").startswith(_HEAD):
                        response.content = None

    return Described


def _describe(content: dict[str, OpenAPIMediaType], example: object) -> None:
    """Say of each form of a body what it is like."""
    for kind, form in content.items():
        if kind == "application/json":
            form.example = None if form.examples else example
        elif not kind.startswith("text/"):
            form.schema = text_schema(format=OpenAPIFormat.BINARY)
