"""The form of an upload, parsed as it arrives: `wav_file`, `user_id`, `user_access_token`, in any order."""

import re
from collections.abc import AsyncGenerator
from typing import Any

from litestar import Request
from multipart import MultipartSegment

from application.authenticate import Credentials
from application.receive_recording import IncomingRecording
from domain.errors import RecordingTooLarge
from domain.users import User
from entrypoints.http.errors import RequestInvalid, WrongType
from entrypoints.http.requests.body import BodyPace, body_blocks, content_length, refuse_encoded
from entrypoints.http.requests.credentials import FIELDS, FormCredentials, bearer_token
from entrypoints.http.requests.digests import FIELDS as DIGESTS
from entrypoints.http.requests.digests import DigestCheck, checked_body, expected_digests
from entrypoints.http.requests.file_part import FILE, file_name
from entrypoints.http.requests.form_events import FORM_BYTES, Event, FormEvents
from entrypoints.http.requests.parameters import media_type, parameters

MAX_TEXT_BYTES = 4096
"""Of one part that is not the file."""


def boundary_of(content_type: str) -> str:
    """The boundary of a multipart form. Raises `WrongType`, `RequestInvalid`."""
    if media_type(content_type) != "multipart/form-data":
        raise WrongType("the body is not a form with a file", "multipart/form-data, or the WAV itself as audio/wav")
    boundary = parameters(content_type).get("boundary", "")
    if not re.fullmatch(r"[\x20-\x7e]{1,200}", boundary):
        raise RequestInvalid(
            "Content-Type must name the boundary of the form: multipart/form-data; boundary=…; HTTP libraries write it "
            "by themselves where no Content-Type is set"
        )
    return boundary


class UploadForm(IncomingRecording):
    """A form with a recording; in any case to be closed by `aclose()`, which closes its body, too.

    What the fields say must agree with the Bearer token, if there is one. Everything but the file is held in memory:
    one part of `MAX_TEXT_BYTES` at a time, and the fields. Any method raises `RequestInvalid` and what the body raises;
    `blocks` raises `DigestMismatch`, too, where the file is not what the head of its part says.
    """

    def __init__(
        self,
        body: AsyncGenerator[bytes, None],
        boundary: str,
        bearer: str | None = None,
        body_bytes: int = 0,
        holders: tuple[str, ...] = (),
    ) -> None:
        """`body_bytes` is the length of the body, 0 where the client does not say it.

        `holders` are those of `IncomingRecording`.
        """
        self._body_bytes = body_bytes
        self._form = FormEvents(body, boundary, FILE)
        self._events = self._form.parsed()
        self._part = ""
        self._text = bytearray()
        self._file_name: str | None = None
        self._file_check = DigestCheck((), FILE)
        self._holders = holders
        self.fields = FormCredentials(bearer)

    @classmethod
    def of(
        cls, request: Request[Any, Any, Any], max_file_bytes: int, pace: BodyPace, holders: tuple[str, ...]
    ) -> "UploadForm":
        """That of a request, of which no more than its head is looked at yet. Raises `RequestInvalid`, `WrongType`."""
        refuse_encoded(request)
        boundary = boundary_of(request.headers.get("content-type", ""))
        body = body_blocks(request, max_file_bytes + FORM_BYTES, RecordingTooLarge(max_file_bytes), pace)
        body = checked_body(body, request)
        return cls(body, boundary, bearer_token(request), content_length(request) or 0, holders)

    def holders(self) -> tuple[str, ...]:
        return self._holders

    def sender(self) -> Credentials | None:
        return Credentials(self.fields.bearer) if self.fields.bearer else self.fields.credentials()

    async def open(self, user: User | None) -> str:
        self.fields.owner = user
        async for event in self._events:
            self._take(event)
            if self._file_name is not None:
                return self._file_name
        raise RequestInvalid(f"{FILE} is missing; send the WAV as a file part of this name", *self.fields.problems())

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        """The file's bytes; ends when the form is whole and right, to the end of the body."""
        async for event in self._events:
            if self._part == FILE and isinstance(event, bytes):
                self._file_check.update(event)
                yield event
            else:
                self._take(event)
        self.fields.refuse_problems()

    def bytes_to_come(self) -> int:
        return max(0, self._body_bytes - FORM_BYTES - self._form.file_bytes)

    async def aclose(self) -> None:
        """Stop reading the form."""
        await self._events.aclose()

    def _take(self, event: Event) -> None:
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            if self._part == FILE:
                self._file_check.refuse_mismatch()
            self.fields.put(self._part, bytes(self._text))
            self._part = ""
        else:
            self._text += event
            if len(self._text) > MAX_TEXT_BYTES:
                raise RequestInvalid(f"{self._shown} is longer than {MAX_TEXT_BYTES} bytes; {self._advice}")

    def _begin(self, segment: MultipartSegment) -> None:
        self._part = segment.name or ""
        self._text = bytearray()
        if self._part in self.fields or (self._part == FILE and self._file_name is not None):
            raise RequestInvalid(f"{self._part} is sent twice; send it once")
        if self._part == FILE:
            self._file_name = file_name(segment)
            self._file_check = _check_of(segment)

    @property
    def _shown(self) -> str:
        return self._part if self._part in FIELDS else "a part that is not the file"

    @property
    def _advice(self) -> str:
        return "send what /register returned" if self._part in FIELDS else f"send the WAV as the part {FILE}"


def _check_of(segment: MultipartSegment) -> DigestCheck:
    """What compares the file with what the head of its part says of it. Raises `RequestInvalid`."""
    lines = {field: [value for name, value in segment.headerlist if name == field] for field in DIGESTS}
    return DigestCheck([found for field in DIGESTS for found in expected_digests(field, lines[field])], FILE)
