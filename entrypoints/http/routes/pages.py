"""The pages: what this is, and the API's description for people. No script or style comes from elsewhere."""

import html
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from litestar import HttpMethod, Request, Response, route
from litestar.di import NamedDependency
from litestar.enums import MediaType
from swagger_ui_bundle import swagger_ui_path

from entrypoints.http.document import Document
from entrypoints.http.requests.links import base_url
from entrypoints.settings.settings import Settings

_METHODS = [HttpMethod.GET, HttpMethod.HEAD]
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
}
_SWAGGER = ("swagger-ui.css", "swagger-ui-bundle.js")
_OWN = ("page.css", "schema.js")
_ASSETS = "/assets/"
_TYPES = {".css": "text/css", ".js": "text/javascript"}


@route("/", http_method=_METHODS, include_in_schema=False, status_code=200, media_type=MediaType.HTML)
async def home(request: Request[Any, Any, Any], settings: NamedDependency[Settings]) -> Response[str]:
    """What this is, and the three calls, with the address by which the reader has come: made for each of them."""
    base = html.escape(base_url(request, settings.serving.public_base_url))
    page = _own("home.html").decode().replace("{{base_url}}", base)
    return Response(page, media_type=MediaType.HTML, headers=PAGE_HEADERS)


@route([_ASSETS + name for name in (*_OWN, *_SWAGGER)], http_method=_METHODS, include_in_schema=False, status_code=200)
async def asset(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A style or script of the pages. Each has a route of its own: the cache of routes keeps no path but these."""
    return _asset(request.scope["path"].removeprefix(_ASSETS)).answer(request)


def make_assets() -> None:
    """Read and compress them, which takes a tenth of a second, before there are any readers."""
    for name in (*_OWN, *_SWAGGER):
        _asset(name)


def schema_page() -> bytes:
    """The API's description for people; what it describes it loads from `/schema/openapi.json`."""
    return _own("schema.html")


@cache
def _asset(name: str) -> Document:
    content = _own(name) if name in _OWN else (swagger_ui_path / name).read_bytes()
    return Document(content, _TYPES[Path(name).suffix], {"Cache-Control": "public, max-age=3600"})


@cache
def _own(name: str) -> bytes:
    return (files("entrypoints.http.routes") / "static" / name).read_bytes()
