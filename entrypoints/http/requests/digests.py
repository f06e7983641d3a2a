"""Digests of what is sent, which the client told beforehand (RFC 9530): compared while it arrives."""

import base64
import hashlib
import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple

from litestar import Request

from entrypoints.http.errors import DigestMismatch, RequestInvalid

FIELDS = ("Content-Digest", "Repr-Digest")
"""Of a body without a Content-Encoding, which is all that is taken, both say the same (RFC 9530, 3.1)."""
_ALGORITHMS = {"sha-256": 32, "sha-512": 64}
"""Those that RFC 9530 (5) has as active, with the bytes of a digest; hashlib has them without the hyphen."""
_VALUE = r'(?::[A-Za-z0-9+/]*={0,2}:|"(?:[^"\\]|\\["\\])*"|[^\s,;:="()]+)'
_NAME = r"[a-z*][a-z0-9_.*-]*"
_MEMBER = re.compile(rf"({_NAME})(?:=({_VALUE}))?(?: *; *{_NAME}(?:={_VALUE})?)*[ \t]*(?:,[ \t]*(?=[^\s,])|$)")
"""Of a dictionary (RFC 9651, 3.2), but for values that are lists, which no digest is."""


class ExpectedDigest(NamedTuple):
    """What a client said that the digest would be."""

    field: str
    algorithm: str
    digest: bytes


def expected_digests(field: str, lines: Iterable[str]) -> list[ExpectedDigest]:
    """Those of a field that came in these lines, of algorithms that are known; others are read over.

    Raises `RequestInvalid` where it is no dictionary, has a name twice, or a digest of a length that cannot be.
    """
    text = ", ".join(line for line in map(str.strip, lines) if line)
    found: dict[str, str | None] = {}
    at = 0
    while at < len(text):
        member = _MEMBER.match(text, at)
        if member is None or member[1] in found:
            problem = "is no list of digests" if member is None else f"has {member[1]} twice"
            raise RequestInvalid(f"{field} {problem}; send it like {_example('sha-256')}, or leave it out")
        found[member[1]] = member[2]
        at = member.end()
    return [ExpectedDigest(field, name, _digest(field, name, found[name])) for name in found if name in _ALGORITHMS]


def _digest(field: str, algorithm: str, value: str | None) -> bytes:
    encoded = (value or "").strip(":").rstrip("=")
    try:
        digest = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:  # not Base64, or not even ASCII
        digest = b""
    if value is None or not value.startswith(":") or len(digest) != _ALGORITHMS[algorithm]:
        raise RequestInvalid(f"{field} must have a digest like {_example(algorithm)}, in Base64 between colons")
    return digest


def _example(algorithm: str) -> str:
    return _member(algorithm, hashlib.new(algorithm.replace("-", "")).digest())


def _member(algorithm: str, digest: bytes) -> str:
    return f"{algorithm}=:{base64.b64encode(digest).decode()}:"


def digests_of(request: Request[Any, Any, Any]) -> list[ExpectedDigest]:
    """What the head of a request says of its body. Raises `RequestInvalid`."""
    return [found for field in FIELDS for found in expected_digests(field, request.headers.getall(field, []))]


class DigestCheck:
    """Compares what has come with what was said of it; `what` it is, is for the client."""

    def __init__(self, expected: Sequence[ExpectedDigest], what: str) -> None:
        self._expected = expected
        self._what = what
        self._hashes = {name: hashlib.new(name.replace("-", "")) for name in {found.algorithm for found in expected}}

    def update(self, data: bytes) -> None:
        """Take note of what has come."""
        for hash_ in self._hashes.values():
            hash_.update(data)

    def refuse_mismatch(self) -> None:
        """Raise `DigestMismatch` unless all has come as it was said."""
        for field, algorithm, digest in self._expected:
            found = self._hashes[algorithm].digest()
            if found != digest:
                raise DigestMismatch(field, _member(algorithm, digest), self._what, _member(algorithm, found))


async def checked(blocks: AsyncGenerator[bytes, None], check: DigestCheck) -> AsyncGenerator[bytes, None]:
    """The same blocks; raises `DigestMismatch` in place of their end. Closes them."""
    async with aclosing(blocks):
        async for block in blocks:
            check.update(block)
            yield block
    check.refuse_mismatch()


def checked_body(blocks: AsyncGenerator[bytes, None], request: Request[Any, Any, Any]) -> AsyncGenerator[bytes, None]:
    """The blocks of a request's body, compared with what its head says of them. Raises `RequestInvalid`."""
    expected = digests_of(request)
    return checked(blocks, DigestCheck(expected, "the body")) if expected else blocks
