"""What the headers of an answer tell of a resumable upload."""

from datetime import datetime
from email.utils import format_datetime

from domain.uploads import Refused, Stored, Upload
from entrypoints.http.answers import answer_to
from entrypoints.http.openapi import header, whole_number_schema
from entrypoints.http.receipts import audio_headers
from entrypoints.http.requests.links import record_link

OFFSET = header("Where the upload goes on, in bytes", whole_number_schema(minimum=0))
EXPIRES = header("When the upload is removed (RFC 9110, 5.6.7)")
TRACK_LOCATION = header("The link that downloads the MP3; there once the recording is stored")
CREATED_HEADERS = {
    "Location": header("The upload, for HEAD, PATCH and DELETE"),
    "Upload-Offset": OFFSET,
    "Upload-Expires": EXPIRES,
}
PIECE_HEADERS = {"Upload-Offset": OFFSET, "Upload-Expires": EXPIRES, "Upload-Track-Location": TRACK_LOCATION}
HEAD_HEADERS = {
    **PIECE_HEADERS,
    "Upload-Length": header("Of the whole recording, in bytes", whole_number_schema(minimum=1)),
    "Upload-Defer-Length": header("1 while the length is not told", whole_number_schema(enum=[1])),
    "Upload-Metadata": header("As it was sent"),
    "Upload-Error": header("Why the recording was refused: the code of the error that PATCH answers"),
}


def upload_headers(base: str, upload: Upload) -> dict[str, str]:
    """How far it is, until when it is kept, and what it has become, for a link that begins with `base`."""
    headers = {"Upload-Offset": str(upload.told_offset), "Upload-Expires": _http_date(upload.expires_at)}
    match upload.outcome:
        case Stored() as stored:
            headers |= {"Upload-Track-Location": record_link(base, upload)} | audio_headers(stored)
        case Refused() as refused:
            headers |= {"Upload-Error": answer_to(refused.error).code}
    return headers


def length_headers(upload: Upload) -> dict[str, str]:
    """What was told of it when it was created, or since."""
    length = {"Upload-Length": str(upload.length)} if upload.length is not None else {"Upload-Defer-Length": "1"}
    return length | ({"Upload-Metadata": upload.metadata} if upload.metadata else {})


def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
