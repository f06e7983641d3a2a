"""What the API description says beyond what the handlers' signatures do: forms, files, headers, errors."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Literal

import msgspec
from litestar import HttpMethod, Request, Response, Router, route
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import (
    Components,
    OpenAPIHeader,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    RequestBody,
    Schema,
    SecurityScheme,
)
from litestar.routes import HTTPRoute
from litestar.serialization import encode_json
from litestar.utils.helpers import get_enum_string_value

from entrypoints.http.document import Document

BEARER = "user_access_token"
_ERROR_DESCRIPTIONS = {
    400: "A field is missing, doubled, too long or of the wrong type; or the body cannot be parsed",
    401: "The credentials do not belong together",
    404: "No such record",
    408: "The upload was too slow",
    412: "If-Match names another version",
    413: "The body is too large",
    414: "Path and query are too long",
    415: "The body, or the recording's codec, is of a type that is not taken",
    416: "The range is not satisfiable",
    422: "The recording cannot be converted",
    429: "Too much, or too often, from one address or user; Retry-After says when to come back",
    500: "A fault of the service, which was logged",
    503: "The service is busy, or its database is away; Retry-After says when to come back",
    507: "The disk is full; Retry-After says when to come back",
}

_OF_ANY_CALL = {414, 500}


class ErrorResponse(msgspec.Struct):
    """What every error looks like."""

    status: Literal["error"]
    code: str
    message: str | list[str]


def error_responses(*statuses: int) -> dict[int, ResponseSpec]:
    """The descriptions of these error responses, and of those that no call rules out."""
    return {
        status: ResponseSpec(ErrorResponse, description=_ERROR_DESCRIPTIONS[status], generate_examples=False)
        for status in sorted({*statuses, *_OF_ANY_CALL})
    }


def text_schema(**more: Any) -> Schema:
    """A string."""
    return Schema(type=OpenAPIType.STRING, **more)


def object_body(media_type: str, required: list[str], properties: dict[str, Schema]) -> RequestBody:
    """A request body with these fields."""
    schema = Schema(type=OpenAPIType.OBJECT, required=required, properties=dict(properties))
    return RequestBody(content={media_type: OpenAPIMediaType(schema=schema)}, required=True)


def operation(
    body: RequestBody | None = None,
    parameters: list[Parameter] | None = None,
    headers: dict[str, str] | None = None,
) -> type[Operation]:
    """An operation with what a signature cannot say; `headers` tells what each header of a successful response says."""

    @dataclass
    class Described(Operation):
        def __post_init__(self) -> None:
            self.request_body = body or self.request_body
            self.parameters = [*parameters] if parameters else self.parameters
            for status, response in (self.responses or {}).items():
                if isinstance(response, OpenAPIResponse) and status.startswith("2"):
                    response.headers = {
                        name: OpenAPIHeader(description=text, schema=text_schema())
                        for name, text in (headers or {}).items()
                    }

    return Described


class _OfflinePage(OpenAPIRenderPlugin):
    """Swagger UI from our own assets; Litestar's pages load scripts from elsewhere and hold inline ones."""

    def __init__(self, page: bytes, headers: dict[str, str]) -> None:
        super().__init__(path="/", media_type=MediaType.HTML)
        self._page = page
        self._headers = headers
        self._made: list[Callable[[], Document]] = []

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return self._page

    def receive_router(self, router: Router) -> None:
        """Make each page once, and let HEAD be what GET is, without the body. All of them are there now.

        Litestar would make them anew for each reader, and give them GET alone. Its page for any other path below is
        left out: it is no error as others are, and the cache of routes would keep each of the paths.
        """
        routes = [found for found in router.routes if isinstance(found, HTTPRoute) and not found.path_parameters]
        pages = {page for found in routes for page in found.route_handlers if HttpMethod.GET in page.http_methods}
        router.routes.clear()  # else OPTIONS goes on naming GET alone
        for page in pages:
            made = cache(partial(self._make, page))
            self._made.append(made)
            router.register(_serving(page, made))

    def make(self) -> None:
        """Make all of them."""
        for made in self._made:
            made()

    def _make(self, page: HTTPRouteHandler) -> Document:
        content: Any = page.fn(None)  # it is no coroutine, and neither renderer looks at the request
        return Document(content, get_enum_string_value(page.media_type), self._headers)


class _ForPrograms(JsonRenderPlugin):
    """Litestar's, without asking a request how to encode what is the same for all of them."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return encode_json(openapi_schema)


def _serving(page: HTTPRouteHandler, made: Callable[[], Document]) -> HTTPRouteHandler:
    @route([*page.paths], http_method=[HttpMethod.GET, HttpMethod.HEAD], status_code=200, name=page.name)
    async def served(request: Request[Any, Any, Any]) -> Response[bytes]:
        return made().answer(request)

    return served


def make_descriptions(config: OpenAPIConfig) -> None:
    """Make them, which takes a twentieth of a second, before there are any readers.

    They are complete once the application is there, and not before; no two readers' differ.
    """
    for plugin in config.render_plugins:
        if isinstance(plugin, _OfflinePage):
            plugin.make()


def openapi_config(version: str, page: bytes, page_headers: dict[str, str]) -> OpenAPIConfig:
    """The description of the whole API at `/schema`, as `page` and, at `/schema/openapi.json`, for programs."""
    return OpenAPIConfig(
        title="music-app",
        version=version,
        description="Register, upload a WAV, get a link to an MP3.",
        components=Components(
            security_schemes={
                BEARER: SecurityScheme(type="http", scheme="bearer", description="The user_access_token of /register")
            }
        ),
        render_plugins=[_OfflinePage(page, page_headers), _ForPrograms()],
        openapi_router=Router("/schema", route_handlers=[], include_in_schema=False),
    )
