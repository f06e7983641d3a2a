"""The API description as it is served: for people, and for programs."""

from functools import cached_property
from typing import Any

from litestar import HttpMethod, Request, Response, Router, route
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.routes import HTTPRoute
from litestar.serialization import encode_json
from litestar.utils.helpers import get_enum_string_value

from entrypoints.http.document import Document
from entrypoints.http.openapi import BEARER, operation_id


class _Page:
    """What a handler of Litestar's answers, made once."""

    def __init__(self, handler: HTTPRouteHandler, headers: dict[str, str]) -> None:
        self._handler, self._headers = handler, headers

    @cached_property
    def document(self) -> Document:
        """It is complete once the application is there, and not before."""
        content: Any = self._handler.fn(None)  # it is no coroutine, and no renderer of ours looks at the request
        return Document(content, get_enum_string_value(self._handler.media_type), self._headers)

    def route(self) -> HTTPRouteHandler:
        """What serves it."""
        methods = [HttpMethod.GET, HttpMethod.HEAD]

        @route([*self._handler.paths], http_method=methods, status_code=200, name=self._handler.name)
        async def page(request: Request[Any, Any, Any]) -> Response[bytes]:
            return self.document.answer(request)

        return page


class _OfflinePage(OpenAPIRenderPlugin):
    """Swagger UI from our own assets; Litestar's pages load scripts from elsewhere and hold inline ones."""

    def __init__(self, page: bytes, headers: dict[str, str]) -> None:
        super().__init__(path="/", media_type=MediaType.HTML)
        self._page = page
        self._headers = headers
        self._pages: list[_Page] = []

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
            self._pages.append(_Page(page, self._headers))
            router.register(self._pages[-1].route())

    def make(self) -> None:
        """Make all of them."""
        for page in self._pages:
            _ = page.document


class _ForPrograms(JsonRenderPlugin):
    """Litestar's, without asking a request how to encode what is the same for all of them."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return encode_json(openapi_schema)


def make_descriptions(config: OpenAPIConfig) -> None:
    """Make them, which takes a twentieth of a second, before there are any readers."""
    for plugin in config.render_plugins:
        if isinstance(plugin, _OfflinePage):
            plugin.make()


def openapi_config(version: str, page: bytes, page_headers: dict[str, str]) -> OpenAPIConfig:
    """The description of the whole API at `/schema`, as `page` and, at `/schema/openapi.json`, for programs."""
    return OpenAPIConfig(
        title="music-app",
        version=version,
        description="Register, upload a WAV, get a link to an MP3.",
        operation_id_creator=operation_id,
        components=Components(
            security_schemes={
                BEARER: SecurityScheme(type="http", scheme="bearer", description="The user_access_token of /register")
            }
        ),
        render_plugins=[_OfflinePage(page, page_headers), _ForPrograms()],
        openapi_router=Router("/schema", route_handlers=[], include_in_schema=False),
    )
