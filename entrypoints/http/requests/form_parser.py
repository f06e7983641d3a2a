"""The parser of a multipart form, as tolerant of the head of a part as the clients that write it are many."""

import re

from multipart import MultipartError, MultipartSegment, PushMultipartParser

from entrypoints.http.requests.parameters import parameters

_INDEX = re.compile(r"\[0?\]$")


class FormParser(PushMultipartParser):  # type: ignore[misc] # it comes without types
    """What counts of a part's head is its name, its file name and its type: RFC 7578 (4.8) has the rest ignored.

    So is a `Content-Length`, which some clients count in characters, and whether the disposition is `form-data`.
    """

    def __init__(self, boundary: str, max_parts: int) -> None:
        # The bytes of a head are kept as they are: only for the file's name it matters what encoding they are in.
        super().__init__(boundary, max_segment_count=max_parts, header_charset="latin-1")

    def _on_segment_headerline(self, line: bytes) -> None:
        # Private to the library, which has no other way to leave a field out before it believes it.
        if not line.lower().startswith(b"content-length:"):
            super()._on_segment_headerline(line)

    def _create_segment(self, headerlist: list[tuple[str, str]]) -> MultipartSegment:
        segment = MultipartSegment(headerlist)
        segment.name = part_name(segment.header("Content-Disposition", ""))
        return segment


def part_name(disposition: str) -> str:
    """The name of a part by its Content-Disposition, empty where it has none.

    `[]` or `[0]` at its end is taken off: axios, jQuery and PHP write it where a field is given as a list.
    """
    return _INDEX.sub("", parameters(disposition).get("name", "").strip("'"))


def advice(error: MultipartError, boundary: str) -> str:
    """What would be right where a form cannot be read."""
    problem = str(error.args[0])
    if "end of multipart" in problem:
        return f"end it with the line --{boundary}--"
    if "line break" in problem or "Malformed" in problem:
        return "a head has lines like Name: value, all of which end with CR LF"
    return "send it as RFC 7578 has it"
