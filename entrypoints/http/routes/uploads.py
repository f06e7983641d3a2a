"""`/uploads`: recordings that come in pieces, by tus 1.0.0."""

from typing import Any
from uuid import UUID

from litestar import HttpMethod, Request, Response, delete, patch, post, route
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.openapi.spec import OpenAPIFormat, Parameter

from application.uploading.pieces import UploadPiece
from application.uploading.resumable import NewUpload, ResumableUploads
from application.uploading.runs import may_pass
from domain.errors import CallerError, PastTheEnd, UploadLocked, UploadNotFound
from domain.system import Spool
from domain.uploads import Refused, Upload
from domain.users import User
from entrypoints.http.errors import RequestInvalid, UploadTooSlow
from entrypoints.http.openapi import (
    BEARER,
    bytes_body,
    error_responses,
    operation,
    text_schema,
    whole_number_schema,
)
from entrypoints.http.requests.body import BodyPace, body_blocks, refuse_encoded
from entrypoints.http.requests.links import base_url
from entrypoints.http.requests.tus import (
    PIECE_TYPE,
    Checksum,
    body_size,
    is_piece,
    metadata,
    new_length,
    refuse_other_type,
    refuse_other_version,
    told_number,
)
from entrypoints.http.requests.verified import verified_blocks
from entrypoints.http.server.audit import tell_audit
from entrypoints.http.server.path_names import path_uuid
from entrypoints.http.tus import VERSION
from entrypoints.http.upload_headers import (
    AUDIO_HEADERS,
    CREATED_HEADERS,
    HEAD_HEADERS,
    PIECE_HEADERS,
    length_headers,
    upload_headers,
)
from entrypoints.settings.settings import Settings

_NO_STORE = {"Cache-Control": "no-store"}
_ID = Parameter(name="upload_id", param_in="path", required=True, schema=text_schema(format=OpenAPIFormat.UUID))
_BYTES = whole_number_schema(minimum=0)
_TUS = Parameter(name="Tus-Resumable", param_in="header", required=True, schema=text_schema(enum=[VERSION]))
_CHECKSUM = Parameter(
    name="Upload-Checksum", param_in="header", schema=text_schema(), description="sha1 or sha256, a space, and Base64"
)
_SECURITY: list[dict[str, list[str]]] = [{BEARER: []}]


@post(
    "/uploads",
    summary="Create a resumable upload",
    status_code=201,
    media_type=MediaType.TEXT,
    operation_class=operation(
        bytes_body(PIECE_TYPE, required=False),
        parameters=[
            _TUS,
            Parameter(name="Upload-Length", param_in="header", schema=_BYTES),
            Parameter(name="Upload-Defer-Length", param_in="header", schema=whole_number_schema(enum=[1])),
            Parameter(
                name="Upload-Metadata", param_in="header", schema=text_schema(), description="filename, filetype"
            ),
            _CHECKSUM,
        ],
        headers=CREATED_HEADERS,
    ),
    responses=error_responses(400, 401, 403, 412, 413, 415, 422, 423, 460, 503, 507),
    security=_SECURITY,
)
async def create_upload(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    resumable_uploads: NamedDependency[ResumableUploads],
    spool: NamedDependency[Spool],
    settings: NamedDependency[Settings],
    holders: NamedDependency[tuple[str, ...]],
) -> Response[bytes]:
    """Create an upload by tus 1.0.0, for PATCH to bring its bytes; all but the last may come along."""
    refuse_other_version(request)
    base = base_url(request, settings.serving.public_base_url)
    size = body_size(request)
    if size != 0:
        refuse_other_type(request)
    text, name = metadata(request)
    piece = _piece(request, spool, settings, 0) if is_piece(request) and size != 0 else None
    upload = await resumable_uploads.create(user, NewUpload(name, text, new_length(request)))
    if piece is not None:
        upload = await _first_piece(resumable_uploads, user, upload, piece, holders)
    headers = {"Location": f"{base}/uploads/{upload.upload_id}"} | upload_headers(base, upload) | _NO_STORE
    return Response(b"", status_code=201, headers=headers, media_type=MediaType.TEXT)


@route(
    "/uploads/{upload_id:str}",
    http_method=HttpMethod.HEAD,
    summary="Tell how far a resumable upload is",
    status_code=200,
    media_type=MediaType.TEXT,
    operation_class=operation(parameters=[_ID, _TUS], headers=HEAD_HEADERS | AUDIO_HEADERS),
    responses=error_responses(400, 401, 404, 410, 412, 423),
    security=_SECURITY,
)
async def upload_offset(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    resumable_uploads: NamedDependency[ResumableUploads],
    settings: NamedDependency[Settings],
) -> Response[bytes]:
    """Tell how many bytes are durable, the last one only with what became of the recording."""
    refuse_other_version(request)
    base = base_url(request, settings.serving.public_base_url)
    upload = await resumable_uploads.find(user, _upload_id(request))
    headers = upload_headers(base, upload) | length_headers(upload) | _NO_STORE
    return Response(b"", headers=headers, media_type=MediaType.TEXT)


@patch(
    "/uploads/{upload_id:str}",
    summary="Bring bytes of a resumable upload",
    status_code=204,
    operation_class=operation(
        bytes_body(PIECE_TYPE, required=True),
        parameters=[
            _ID,
            _TUS,
            Parameter(name="Upload-Offset", param_in="header", required=True, schema=_BYTES),
            Parameter(name="Upload-Length", param_in="header", schema=_BYTES, description="Where it was deferred"),
            _CHECKSUM,
        ],
        headers=PIECE_HEADERS | AUDIO_HEADERS,
    ),
    responses=error_responses(400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 423, 460, 503, 507),
    security=_SECURITY,
)
async def append_to_upload(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    resumable_uploads: NamedDependency[ResumableUploads],
    spool: NamedDependency[Spool],
    settings: NamedDependency[Settings],
    holders: NamedDependency[tuple[str, ...]],
) -> Response[None]:
    """Bring bytes. The last ones are answered when the recording is stored, or refused: then with the reason."""
    refuse_other_version(request)
    refuse_other_type(request)
    base = base_url(request, settings.serving.public_base_url)
    upload_id = _upload_id(request)
    offset = told_number(request, "upload-offset")
    if offset is None:
        raise RequestInvalid("Upload-Offset is missing; send where in the upload this body begins")
    piece = _piece(request, spool, settings, offset)
    upload = await _appended(resumable_uploads, user, upload_id, piece, holders)
    tell_audit(request, track_uuid=upload.track_uuid)
    return Response(None, status_code=204, headers=upload_headers(base, upload) | _NO_STORE)


@delete(
    "/uploads/{upload_id:str}",
    summary="Delete a resumable upload",
    status_code=204,
    operation_class=operation(parameters=[_ID, _TUS]),
    responses=error_responses(400, 401, 404, 410, 412, 423, 503, 507),
    security=_SECURITY,
)
async def terminate_upload(
    request: Request[Any, Any, Any], user: NamedDependency[User], resumable_uploads: NamedDependency[ResumableUploads]
) -> Response[None]:
    """Delete what came of it. The track that it has become, if it has, stays."""
    refuse_other_version(request)
    await resumable_uploads.terminate(user, _upload_id(request))
    return Response(None, status_code=204)


def _upload_id(request: Request[Any, Any, Any]) -> UUID:
    """That in the path. Raises `UploadNotFound`: nothing has another name."""
    if (upload_id := path_uuid(request)) is None:
        raise UploadNotFound
    return upload_id


def _piece(request: Request[Any, Any, Any], spool: Spool, settings: Settings, offset: int) -> UploadPiece:
    """What the body brings, of which nothing is read yet. Raises `RequestInvalid`, `WrongType`."""
    refuse_encoded(request)
    checksum = Checksum.of(request)
    most = settings.recordings.max_upload_bytes
    blocks = body_blocks(request, most, PastTheEnd(most), BodyPace.of(settings.requests))
    if checksum is not None:
        blocks = verified_blocks(blocks, checksum, spool)
    if request.method == HttpMethod.POST:
        return UploadPiece(offset, body_size(request), blocks, with_creation=True)
    return UploadPiece(offset, body_size(request), blocks, told_number(request, "upload-length"))


async def _first_piece(
    uploads: ResumableUploads, user: User, upload: Upload, piece: UploadPiece, holders: tuple[str, ...]
) -> Upload:
    """Take what came along with the creation; who is refused, or gone, is told of no upload, so that there is none."""
    try:
        return await _appended(uploads, user, upload.upload_id, piece, holders)
    except BaseException:
        await uploads.discard(upload)
        raise


async def _appended(
    uploads: ResumableUploads, user: User, upload_id: UUID, piece: UploadPiece, holders: tuple[str, ...]
) -> Upload:
    """The upload with the piece. Raises why the recording was refused, and `UploadLocked` where the client is to go on
    later: after 408 and 429 the usual ones give up.
    """
    try:
        upload = await uploads.append(user, upload_id, piece, holders)
    except CallerError as error:
        if isinstance(error, UploadTooSlow) or may_pass(error):
            raise UploadLocked from error
        raise
    if isinstance(upload.outcome, Refused):
        raise upload.outcome.error
    return upload
