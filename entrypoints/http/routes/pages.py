"""The pages: what this is, and the API's description for people. No script or style comes from elsewhere."""

import html
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from litestar import HttpMethod, Request, Response, route
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from swagger_ui_bundle import swagger_ui_path

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
_TYPES = {".css": "text/css", ".js": "text/javascript"}


@route("/", http_method=_METHODS, include_in_schema=False, status_code=200, media_type=MediaType.HTML)
async def home(request: Request[Any, Any, Any], settings: NamedDependency[Settings]) -> Response[str]:
    """What this is, and the three calls."""
    base = html.escape(base_url(request, settings.serving.public_base_url))
    page = _own("home.html").replace("{{base_url}}", base)
    return Response(page, media_type=MediaType.HTML, headers=PAGE_HEADERS)


@route("/assets/{name:str}", http_method=_METHODS, include_in_schema=False, status_code=200)
async def asset(name: FromPath[str]) -> Response[str]:
    """A style or script of the pages."""
    if name in _OWN:
        content = _own(name)
    elif name in _SWAGGER:
        content = _swagger(name)
    else:
        raise NotFoundException
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(content, media_type=_TYPES[Path(name).suffix], headers=headers)


def schema_page() -> str:
    """The API's description for people; what it describes it loads from `/schema/openapi.json`."""
    return _own("schema.html")


@cache
def _own(name: str) -> str:
    return (files("entrypoints.http.routes") / "static" / name).read_text("utf-8")


@cache
def _swagger(name: str) -> str:
    text: str = (swagger_ui_path / name).read_text("utf-8")
    return text
