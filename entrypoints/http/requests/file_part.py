"""By what a part of a form is seen to be the file: its name, its type, or its first bytes."""

import re

from multipart import MultipartSegment

from domain.recording.containers import HEAD_BYTES, starts_container
from entrypoints.http.errors import RequestInvalid
from entrypoints.http.requests.file_names import file_name_of
from entrypoints.http.requests.parameters import media_type
from entrypoints.http.requests.raw_body import UNNAMED

FILE = "wav_file"
"""The name of the part."""
_TYPE = re.compile(r"(?!text/|application/(?:.*\+)?(?:json|xml)$)[^/]+/[^/]+")
"""That of a part which is a file. Retrofit's users write `multipart/form-data`, `image/*` and `*/*` there."""


def name_by_head(segment: MultipartSegment) -> str | None:
    """The name of a file whose part has this head, None where the head does not say that it is one."""
    if name := file_name_of(segment.header("Content-Disposition", "")):
        return name
    return UNNAMED if _TYPE.fullmatch(media_type(segment.content_type or "")) else None


def name_by_content(begin: bytes, *, ended: bool) -> str | None:
    """The name of a file whose part begins, or in all consists of, these bytes; None while they are too few to tell.

    PHP's Guzzle sends no more where it is given the bytes of a file. Raises `RequestInvalid` where they are no WAV's.
    """
    if len(begin) < HEAD_BYTES and not ended:
        return None
    if not starts_container(begin[:HEAD_BYTES]):
        raise RequestInvalid(
            f"{FILE} must be a file part with a file name (filename=…), or with a Content-Type such as audio/wav"
        )
    return UNNAMED
