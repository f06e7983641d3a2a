"""The form of an upload, parsed as it arrives: `wav_file`, `user_id`, `user_access_token`, in any order."""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeAlias

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from application.authenticate import Credentials
from entrypoints.http.errors import RequestInvalid, WrongType

MAX_PARTS = 8
MAX_TEXT_BYTES = 4096
"""Of one part that is not the file."""
MAX_BYTES_OUTSIDE_PARTS = 64 * 1024
"""Before the first boundary, after the last."""
_MAX_USER_ID = (1 << 63) - 1
_FILE, _USER_ID, _TOKEN = "wav_file", "user_id", "user_access_token"

Event: TypeAlias = MultipartSegment | bytes | None


def boundary_of(content_type: str) -> str:
    """The boundary of a multipart form. Raises `WrongType`, `RequestInvalid`."""
    kind, options = parse_options_header(content_type)
    if kind != "multipart/form-data":
        raise WrongType("the body is not a form with a file", "multipart/form-data")
    boundary: str = options.get("boundary", "")
    if not re.fullmatch(r"[\x20-\x7e]{1,200}", boundary):
        raise RequestInvalid("Content-Type must name the boundary of the form")
    return boundary


class UploadForm:
    """One upload: first `open_file()`, then `file()` to its end, and in any case `aclose()`.

    Fields that disagree with `bearer`, the Bearer token, and `owner`, whose token that is, are refused. Everything but
    the file is held in memory: `MAX_PARTS` parts of `MAX_TEXT_BYTES` at most.
    """

    def __init__(self, body: AsyncIterator[bytes], boundary: str, bearer: str | None, owner: int | None) -> None:
        self._body = body
        self._parser = PushMultipartParser(boundary, max_segment_count=MAX_PARTS)
        self._events = self._parsed()
        self._bearer = bearer
        self._owner = owner
        self._texts: dict[str, str] = {}
        self._part = ""
        self._text = bytearray()
        self._file_name: str | None = None
        self.received = 0

    async def open_file(self) -> str:
        """Read up to the file; its name. Raises `RequestInvalid`, also where the form has no file."""
        async for event in self._events:
            self._take(event)
            if self._file_name is not None:
                return self._file_name
        raise RequestInvalid(f"{_FILE} is missing; send the WAV as a file part of this name", *self._problems())

    async def aclose(self) -> None:
        """Stop reading the form."""
        await self._events.aclose()

    async def file(self) -> AsyncGenerator[bytes, None]:
        """The file's bytes; ends when the form is whole and right, to the end of the body. Raises `RequestInvalid`."""
        async for event in self._events:
            if self._part == _FILE and isinstance(event, bytes):
                yield event
            else:
                self._take(event)
        self._refuse_problems()

    def credentials(self) -> Credentials | None:
        """Both fields, or None while one has not come. Raises `RequestInvalid` where what came is wrong."""
        if _USER_ID not in self._texts or _TOKEN not in self._texts:
            return None
        self._refuse_problems()
        return Credentials(self._texts[_TOKEN], int(self._texts[_USER_ID]))

    async def _parsed(self) -> AsyncGenerator[Event, None]:
        outside = 0
        try:
            async for block in self._body:
                self.received += len(block)
                outside += len(block)
                for event in self._parser.parse(block):
                    outside = 0
                    yield event
                if outside > MAX_BYTES_OUTSIDE_PARTS:
                    raise RequestInvalid("the form has too many bytes outside of its parts")
            self._parser.close()
        except MultipartError as error:
            raise RequestInvalid(f"the form cannot be read: {error.args[0]}") from error

    def _take(self, event: Event) -> None:
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            self._end()
        else:
            self._text += event
            if len(self._text) > MAX_TEXT_BYTES:
                raise RequestInvalid(f"{self._shown} is longer than {MAX_TEXT_BYTES} bytes")

    def _begin(self, segment: MultipartSegment) -> None:
        self._part = segment.name or ""
        self._text = bytearray()
        if self._part in self._texts or (self._part == _FILE and self._file_name is not None):
            raise RequestInvalid(f"{self._part} is sent twice; send it once")
        if self._part == _FILE:
            if not segment.filename:
                raise RequestInvalid(f"{_FILE} must be a file part with a file name (filename=…)")
            self._file_name = segment.filename

    def _end(self) -> None:
        if self._part in (_USER_ID, _TOKEN):
            try:
                self._texts[self._part] = self._text.decode().strip()
            except UnicodeDecodeError as error:
                raise RequestInvalid(f"{self._part} is not UTF-8") from error
        self._part = ""

    def _refuse_problems(self) -> None:
        if problems := self._problems():
            raise RequestInvalid(*problems)

    def _problems(self) -> list[str]:
        user_id, token = self._texts.get(_USER_ID), self._texts.get(_TOKEN)
        problems = []
        if not user_id:
            if self._bearer is None:
                problems.append(f"{_USER_ID} is missing; send the number that /register returned")
        elif not re.fullmatch(r"[0-9]{1,19}", user_id) or not 1 <= int(user_id) <= _MAX_USER_ID:
            problems.append(f"{_USER_ID} must be a whole number from 1, as /register returned it")
        elif self._owner is not None and int(user_id) != self._owner:
            problems.append(f"{_USER_ID} is not the user of the Bearer token; send one of the two")
        if not token:
            if self._bearer is None:
                problems.append(f"{_TOKEN} is missing; send the token that /register returned")
        elif self._bearer is not None and token != self._bearer:
            problems.append(f"{_TOKEN} is not the Bearer token; send one of the two")
        return problems

    @property
    def _shown(self) -> str:
        return self._part if self._part in (_USER_ID, _TOKEN) else "a part that is not the file"
