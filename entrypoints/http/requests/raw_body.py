"""A body that is the recording itself."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from litestar import Request

from application.authenticate import Credentials
from application.receive_recording import IncomingRecording
from domain.errors import RecordingTooLarge
from domain.users import User
from entrypoints.http.errors import CredentialsMissing
from entrypoints.http.requests.body import BodyPace, body_blocks, content_length, refuse_encoded
from entrypoints.http.requests.credentials import bearer_token
from entrypoints.http.requests.digests import checked_body
from entrypoints.http.requests.file_names import file_name_of
from entrypoints.http.requests.parameters import media_type
from entrypoints.http.requests.untold_type import FORM_BY_DEFAULT, whole_wav

UNNAMED = "recording"
"""What a recording is called whose sender calls it nothing."""
_FILES = re.compile(r"audio/.+|(?:application|binary)/(?:x-|vnd\.)?(?:octet-stream|binary|wave?|unknown)|\*/\*")


def is_file_type(content_type: str) -> bool:
    """Whether a Content-Type is one under which clients send a WAV; which audio it is, its bytes say."""
    return _FILES.fullmatch(media_type(content_type)) is not None


def is_raw(request: Request[Any, Any, Any]) -> bool:
    """Whether the body is the recording: by its type, or where a Bearer token comes with a body that nobody gave one.

    A body without a type is bytes (RFC 9110, 8.3), and only a form could do without that token. The type that programs
    write by default is no form's that is taken here.
    """
    content_type = request.headers.get("content-type", "")
    untold = media_type(content_type) in ("", FORM_BY_DEFAULT)
    return is_file_type(content_type) or (untold and bearer_token(request) is not None)


class RawBody(IncomingRecording):
    """A body that is the recording; in any case to be closed by `aclose()`. Its sender is who has the Bearer token."""

    def __init__(
        self, body: AsyncGenerator[bytes, None], bearer: str, name: str, body_bytes: int, holders: tuple[str, ...]
    ) -> None:
        """`body_bytes` is the length of the body, 0 where the client does not say it.

        `holders` are those of `IncomingRecording`.
        """
        self._body = body
        self._bearer = bearer
        self._name = name
        self._left = body_bytes
        self._holders = holders

    @classmethod
    def of(
        cls, request: Request[Any, Any, Any], max_file_bytes: int, pace: BodyPace, holders: tuple[str, ...]
    ) -> "RawBody":
        """That of a request, of which no more than its head is looked at yet.

        Where nobody gave it a type, `blocks` raises `WrongType` for what is no whole WAV; where its digest is not what
        the head says, `DigestMismatch` in place of its end. Raises `RequestInvalid`,
        `WrongType`, and `CredentialsMissing` where there is no Bearer token.
        """
        refuse_encoded(request)
        bearer = bearer_token(request)
        if bearer is None:
            raise CredentialsMissing
        body = checked_body(body_blocks(request, max_file_bytes, RecordingTooLarge(max_file_bytes), pace), request)
        if media_type(request.headers.get("content-type", "")) == FORM_BY_DEFAULT:
            body = whole_wav(body, content_length(request) or 0)
        name = file_name_of(request.headers.get("content-disposition", "")) or UNNAMED
        return cls(body, bearer, name, content_length(request) or 0, holders)

    def holders(self) -> tuple[str, ...]:
        return self._holders

    def sender(self) -> Credentials:
        return Credentials(self._bearer)

    async def open(self, user: User | None) -> str:
        return self._name

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        """The body, whose length HTTP tells: where it breaks off, the client is gone, which raises `ClientGone`."""
        async with aclosing(self._body) as body:
            async for block in body:
                self._left -= len(block)
                yield block

    def bytes_to_come(self) -> int:
        return max(0, self._left)

    async def aclose(self) -> None:
        """Stop reading the body."""
        await self._body.aclose()
