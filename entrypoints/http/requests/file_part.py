"""By what a part of a form is seen to be the file: its file name or its type."""

import re

from multipart import MultipartSegment

from entrypoints.http.errors import RequestInvalid
from entrypoints.http.requests.file_names import file_name_of
from entrypoints.http.requests.parameters import media_type
from entrypoints.http.requests.raw_body import UNNAMED

FILE = "wav_file"
"""The name of the part."""
_TYPE = re.compile(r"(?!text/|application/(?:.*\+)?(?:json|xml)$)[^/]+/[^/]+")
"""That of a part which is a file. Retrofit's users write `multipart/form-data`, `image/*` and `*/*` there."""


def file_name(segment: MultipartSegment) -> str:
    """The name of a file whose part has this head. Raises `RequestInvalid` where nothing says that it is one."""
    if name := file_name_of(segment.header("Content-Disposition", "")):
        return name
    if _TYPE.fullmatch(media_type(segment.content_type or "")):
        return UNNAMED
    raise RequestInvalid(
        f"{FILE} must be a file part with a file name (filename=…), or with a Content-Type such as audio/wav"
    )
