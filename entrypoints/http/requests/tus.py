"""What the head of a request says by tus 1.0.0 (https://tus.io/protocols/resumable-upload)."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Any

from litestar import Request

from domain.errors import WrongChecksum
from entrypoints.http.errors import RequestInvalid, WrongTusVersion, WrongType
from entrypoints.http.requests.body import content_length
from entrypoints.http.requests.parameters import media_type

VERSION = "1.0.0"
PIECE_TYPE = "application/offset+octet-stream"
EXTENSIONS = "creation,creation-with-upload,creation-defer-length,termination,checksum,expiration"
ALGORITHMS = ("sha1", "sha256")
MAX_METADATA_BYTES = 4096
_KEY = re.compile(r"[!-+\--~]+")
"""Visible ASCII without the comma."""
_BLANK = " \t"
"""Around values; Python would take off what is blank in ISO 8859-1, too."""
_NAMES = ("filename", "name")
"""The key by which clients tell a file's name: that of most, and that of some in Uppy's way."""


def refuse_other_version(request: Request[Any, Any, Any]) -> None:
    """Raise `WrongTusVersion` unless the client speaks this one."""
    if request.headers.getall("tus-resumable", []) != [VERSION]:
        raise WrongTusVersion(VERSION)


def new_length(request: Request[Any, Any, Any]) -> int | None:
    """The length of a new upload in bytes, None where it is to be told later. Raises `RequestInvalid`."""
    if "upload-concat" in request.headers:
        raise RequestInvalid("Upload-Concat is not supported here; send the file as one upload")
    length, deferred = told_number(request, "upload-length"), request.headers.get("upload-defer-length")
    if deferred not in (None, "1"):
        raise RequestInvalid("Upload-Defer-Length must be 1, or left out")
    if (length is None) == (deferred is None):
        raise RequestInvalid("send either Upload-Length, the whole file's number of bytes, or Upload-Defer-Length: 1")
    return length


def told_number(request: Request[Any, Any, Any], name: str) -> int | None:
    """The number of bytes that a field of the head tells, None where it is not there. Raises `RequestInvalid`."""
    values = request.headers.getall(name, [])
    if not values:
        return None
    if len(values) > 1 or not re.fullmatch(r"[0-9]{1,19}", values[0]):
        field = "-".join(part.capitalize() for part in name.split("-"))
        raise RequestInvalid(f"{field} must be one whole number of bytes")
    return int(values[0])


def metadata(request: Request[Any, Any, Any]) -> tuple[str, str]:
    """`Upload-Metadata` as it was sent, and the file's name in it, which may be empty. Raises `RequestInvalid`."""
    text = ",".join(request.headers.getall("upload-metadata", [])).strip(_BLANK)
    if len(text) > MAX_METADATA_BYTES:
        raise RequestInvalid(f"Upload-Metadata has more than {MAX_METADATA_BYTES} bytes")
    if not text:
        return "", ""
    values: dict[str, bytes] = {}
    for pair in text.split(","):
        key, _, value = pair.strip(_BLANK).partition(" ")
        if not _KEY.fullmatch(key):
            raise RequestInvalid("Upload-Metadata must be keys with values in Base64, a comma between two pairs")
        if key in values:
            raise RequestInvalid(f"Upload-Metadata has {key[:40]} twice; send it once")
        values[key] = _decoded(value, f"Upload-Metadata: the value of {key[:40]}")
    name = next((values[key] for key in _NAMES if key in values), b"")
    return text, _text(name)


def is_piece(request: Request[Any, Any, Any]) -> bool:
    """Whether the body is a piece of an upload by its type."""
    return media_type(request.headers.get("content-type", "")) == PIECE_TYPE


def refuse_other_type(request: Request[Any, Any, Any]) -> None:
    """Raise `WrongType` for a body that is no piece of an upload by its type."""
    if not is_piece(request):
        raise WrongType("the body's Content-Type is another one", f"the bytes as {PIECE_TYPE}")


def body_size(request: Request[Any, Any, Any]) -> int | None:
    """How many bytes the body has, None where that shows only at its end. Raises `RequestInvalid`."""
    if "transfer-encoding" in request.headers:
        return None
    return content_length(request) or 0


@dataclass(frozen=True, slots=True)
class Checksum:
    """What `Upload-Checksum` says of the bytes of one request."""

    algorithm: str
    digest: bytes

    @classmethod
    def of(cls, request: Request[Any, Any, Any]) -> "Checksum | None":
        """That of a request, None where it has none. Raises `RequestInvalid`."""
        values = request.headers.getall("upload-checksum", [])
        if not values:
            return None
        algorithm, _, encoded = values[0].strip(_BLANK).partition(" ")
        if len(values) > 1 or algorithm not in ALGORITHMS:
            raise RequestInvalid(f"Upload-Checksum must be one of {', '.join(ALGORITHMS)}, a space, and Base64")
        digest = _decoded(encoded.strip(_BLANK), "Upload-Checksum")
        if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
            raise RequestInvalid(f"Upload-Checksum has {len(digest)} bytes, which is no {algorithm}")
        return cls(algorithm, digest)

    def hash(self) -> "hashlib._Hash":
        """An empty one of the algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def refuse_other(self, digest: bytes) -> None:
        """Raise `WrongChecksum` unless it is this."""
        if digest != self.digest:
            raise WrongChecksum


def _decoded(value: str, what: str) -> bytes:
    try:
        return base64.b64decode(value.encode("latin-1"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise RequestInvalid(f"{what} is not Base64") from error


def _text(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError as error:
        raise RequestInvalid("Upload-Metadata: filename is not UTF-8") from error
