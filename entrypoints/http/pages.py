"""The pages: what this is, and the API's description for people. No script or style comes from elsewhere."""

import html
import importlib.util
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from litestar import HttpMethod, Request, Response, route
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, NamedDependency

from entrypoints.http.links import base_url
from entrypoints.settings import Settings

_METHODS = [HttpMethod.GET, HttpMethod.HEAD]
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_SWAGGER = ("swagger-ui.css", "swagger-ui-bundle.js")
_OWN = ("page.css", "schema.js")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".html": "text/html"}


@route("/", http_method=_METHODS, include_in_schema=False, status_code=200, media_type=MediaType.HTML)
async def home(request: Request[Any, Any, Any], settings: NamedDependency[Settings]) -> Response[str]:
    """What this is, and the three calls."""
    base = html.escape(base_url(request, settings.public_base_url))
    return _page(_own("home.html").replace("{{base_url}}", base))


@route("/schema", http_method=_METHODS, include_in_schema=False, status_code=200, media_type=MediaType.HTML)
async def schema_page() -> Response[str]:
    """The API's description for people."""
    return _page(_own("schema.html"))


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


def _page(content: str) -> Response[str]:
    headers = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"}
    return Response(content, media_type=MediaType.HTML, headers=headers)


@cache
def _own(name: str) -> str:
    return (files("entrypoints.http") / "static" / name).read_text("utf-8")


@cache
def _swagger(name: str) -> str:
    """From the package `litestar-offline-docs`, which carries Swagger UI; only its files are wanted."""
    found = importlib.util.find_spec("litestar_offline_docs")
    if found is None or found.origin is None:
        raise NotFoundException
    return (Path(found.origin).parent / "static" / name).read_text("utf-8")
