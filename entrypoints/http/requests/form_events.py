"""A multipart form as it arrives: the head of each part, its bytes, its end; bounded in everything but its file."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import TypeAlias

from multipart import MultipartError, MultipartSegment

from entrypoints.http.errors import RequestInvalid
from entrypoints.http.requests.form_parser import FormParser, advice
from entrypoints.http.requests.line_ends import LineEnds
from entrypoints.http.requests.preamble import Preamble

MAX_PARTS = 32
"""Scanners send what they know of a call in up to 20 parts before its recording."""
MAX_BYTES_OUTSIDE_PARTS = 64 * 1024
"""Before the first boundary, after the last."""
FORM_BYTES = 192 * 1024
"""What a form may have beside its file: text parts, heads, boundaries, and bytes outside of parts."""

Event: TypeAlias = MultipartSegment | bytes | None


class FormEvents:
    """Parses a form."""

    def __init__(self, body: AsyncGenerator[bytes, None], boundary: str, file: str) -> None:
        """`file` is the name of the part that is as long as it likes."""
        self._body = body
        self._file = file
        self._parser = FormParser(boundary, MAX_PARTS)
        self._lines = LineEnds(boundary)
        self._preamble = Preamble(boundary)
        self._begun = self._in_file = False
        self._received = 0
        self.file_bytes = 0
        """How many bytes of the file were given."""

    async def parsed(self) -> AsyncGenerator[Event, None]:
        """The head of a part, its bytes in blocks, None at its end, and so on; ends only where the form is whole.

        Raises `RequestInvalid` and what the body raises. Closes the body.
        """
        try:
            async with aclosing(self._body) as body:
                outside = 0
                async for block in body:
                    outside += len(block)
                    for event in self._events_of(block):
                        outside = 0
                        yield event
                    self._bound(outside)
            for event in self._parsed(self._lines.rest()):
                yield event
            self._parser.close()
        except MultipartError as error:
            if not (self._begun or self._preamble.found):
                raise self._preamble.problem from error
            raise RequestInvalid(
                f"the form cannot be read: {error.args[0]}; {advice(error, self._parser.boundary.decode())}"
            ) from error

    def _events_of(self, block: bytes) -> Iterator[Event]:
        self._preamble.take(block)
        self._received += len(block)
        for certain in self._lines.taken(block):
            yield from self._parsed(certain)

    def _parsed(self, block: bytes) -> Iterator[Event]:
        if not block:  # for the parser that would be the end
            return
        for event in self._parser.parse(block):
            self._begun = True
            if isinstance(event, MultipartSegment):
                self._in_file = event.name == self._file
            elif event is not None and self._in_file:
                self.file_bytes += len(event)
            yield event

    def _bound(self, outside: int) -> None:
        """Raise `RequestInvalid` where there are too many bytes in a row outside of parts, or in all beside the file.

        What the parser holds back, since it may be a boundary, counts as beside the file.
        """
        if outside > MAX_BYTES_OUTSIDE_PARTS:
            raise RequestInvalid("the form has too many bytes outside of its parts")
        if self._received - self.file_bytes > FORM_BYTES:
            raise RequestInvalid(f"the form has more than {FORM_BYTES} bytes beside its file")
