"""What is around all requests of resumable uploads, also around those that are refused before a route sees them."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from domain.errors import ShareTaken, UploadLocked
from entrypoints.http.server.refusal import refuse, refused
from entrypoints.http.tus import ALGORITHMS, EXTENSIONS, VERSION

_UPLOADS = "/uploads"
_VERSION = (b"tus-resumable", VERSION.encode())
_OVERRIDE = b"x-http-method-override"
_OVERRIDDEN = {b"PATCH": "PATCH", b"DELETE": "DELETE", b"HEAD": "HEAD"}
_NOT_NOW = {429, 500, 503, 507}
_LOCKED = 423


def speak_tus(app: ASGIApp) -> ASGIApp:
    """Say the version in every answer, and let HEAD say 423 where it cannot be answered now.

    tus-js-client takes any other answer to HEAD for the end of the upload: it creates a new one and sends the whole
    file again. After 423 it asks again. POST may stand for another method where a proxy lets no others through.
    """

    async def spoken(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or not _is_upload(scope["path"]):
            await app(scope, receive, send)
            return
        _override_method(scope)

        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], _VERSION]
                if scope["method"] == "HEAD" and message["status"] in _NOT_NOW:
                    message["status"] = _LOCKED
            await send(message)

        await app(scope, receive, send_more)

    return spoken


def lock_refused_uploads(app: ASGIApp) -> ASGIApp:
    """Where a client holds its part of something, ask it to come again rather than to give up, as it does after 429."""

    async def locked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and _is_upload(scope["path"]) and isinstance(refused(scope), ShareTaken):
            refuse(scope, UploadLocked())
        await app(scope, receive, send)

    return locked


def answer_tus_options(app: ASGIApp, max_bytes: int) -> ASGIApp:
    """Tell whoever asks with OPTIONS what of tus there is, and that an upload may have `max_bytes` at most.

    The framework has a handler of its own for the method, in place of which it takes no other.
    """
    told = {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        "Tus-Max-Size": str(max_bytes),
    }
    headers = [(name.lower().encode(), value.encode()) for name, value in told.items()]

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "OPTIONS" or not _is_upload(scope["path"]):
            await app(scope, receive, send)
            return
        methods = b"OPTIONS, POST" if scope["path"].strip("/") == _UPLOADS[1:] else b"DELETE, HEAD, OPTIONS, PATCH"
        await send({"type": "http.response.start", "status": 204, "headers": [*headers, (b"allow", methods)]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return answered


def _is_upload(path: str) -> bool:
    return path == _UPLOADS or path.startswith(f"{_UPLOADS}/")


def _override_method(scope: HTTPScope) -> None:
    if scope["method"] != "POST" or scope["path"].strip("/") == _UPLOADS[1:]:
        return
    said = next((value.strip().upper() for name, value in scope["headers"] if name == _OVERRIDE), b"")
    if method := _OVERRIDDEN.get(said):
        scope["method"] = method  # type: ignore[typeddict-item] # one of the methods that it may have
