"""The one table of what each error is on the wire: status, code, and the words for a client."""

from dataclasses import dataclass

from domain import errors
from entrypoints.http.errors import (
    BodyTooLarge,
    ClientGone,
    CredentialsMissing,
    DigestMismatch,
    RangeUnsatisfiable,
    RecordChanged,
    RequestInvalid,
    TargetTooLong,
    UploadTooSlow,
    WrongTusVersion,
    WrongType,
)
from entrypoints.words import TAKEN_CODECS, TAKEN_CONTAINERS, row_of


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client is told of an error. `words` is a format that is given the error as `error`."""

    status: int
    code: str
    words: str

    def message(self, error: errors.MusicAppError) -> str:
        """What was wrong and what would be right."""
        return self.words.format(error=error)


_WRONG_CREDENTIALS = Answer(
    401,
    "auth.wrong_credentials",
    "user_id and user_access_token do not belong together, or the Bearer token is nobody's; "
    "send what /register returned, or the token that has replaced it",
)

ANSWERS: dict[type[errors.MusicAppError], Answer] = {
    errors.MusicAppError: Answer(500, "service.error", "something went wrong here; it was logged"),
    # The request
    errors.CallerError: Answer(400, "request.invalid", "{error}"),
    RequestInvalid: Answer(400, "request.invalid", "{error}"),
    ClientGone: Answer(400, "request.invalid", "{error}"),
    errors.InvalidUserName: Answer(
        400, "request.invalid", "user_name {error.reason}; send 1 to 100 characters without control characters"
    ),
    errors.InvalidQuestion: Answer(400, "request.invalid", "q {error.reason}"),
    errors.InvalidText: Answer(400, "request.invalid", "texts.{error.field} must be {error.rule}"),
    DigestMismatch: Answer(400, "digest.mismatch", "{error}"),
    CredentialsMissing: Answer(401, "auth.wrong_credentials", "{error}"),
    errors.WrongCredentials: _WRONG_CREDENTIALS,
    errors.UnknownUser: _WRONG_CREDENTIALS,  # deleted meanwhile; that it was there is not said
    errors.TrackQuotaReached: Answer(
        403,
        "quota.tracks",
        "one user may have {error.limit} tracks here; {error.left} are left; delete some that are needed no more",
    ),
    errors.ByteQuotaReached: Answer(
        403,
        "quota.bytes",
        "the MP3s of one user may have {error.limit} bytes here; {error.left} are left, too few for one more; "
        "delete tracks that are needed no more",
    ),
    errors.SecondsQuotaReached: Answer(
        403,
        "quota.seconds",
        "the recordings of one user may have {error.limit} seconds here; {error.left} are left, too few for one more; "
        "delete tracks that are needed no more",
    ),
    errors.TrackNotFound: Answer(
        404,
        "record.not_found",
        "no record has this id and user; use the link from the Location header as it was given",
    ),
    errors.NoSuchTrack: Answer(
        404, "track.not_found", "you have no track with this identifier; GET /tracks lists those that you have"
    ),
    errors.NoWaveform: Answer(
        404, "track.no_waveform", "the recording of this track was not measured, so there is no waveform of it"
    ),
    errors.LinkNotFound: Answer(404, "link.not_found", "no link has this identifier; use the link as it was given"),
    errors.LinkRevoked: Answer(410, "link.revoked", "the link was revoked by its owner; ask them for another one"),
    errors.LinkExpired: Answer(
        410,
        "link.expired",
        "the link was good until {error.expired_at:%Y-%m-%dT%H:%M:%SZ}; ask who gave it to you for another one",
    ),
    errors.LinkUsedUp: Answer(
        410,
        "link.used_up",
        "the link was good for so many downloads: {error.max_downloads}, and all were made; "
        "ask who gave it to you for another one",
    ),
    errors.InvalidExpiry: Answer(
        400,
        "request.invalid",
        "expires_at {error.reason}; send a moment from now on, ten years ahead at most, like 2027-01-31T12:00:00Z",
    ),
    errors.TooManyLinks: Answer(
        409, "link.too_many", "the track has {error.limit} links, as many as it may have; revoke one of them first"
    ),
    UploadTooSlow: Answer(408, "upload.too_slow", "{error}"),
    errors.RepeatRunning: Answer(
        409,
        "repeat.running",
        "a request with this Idempotency-Key is being answered; try again in {error.retry_after} seconds",
    ),
    RecordChanged: Answer(412, "record.changed", "{error}"),
    BodyTooLarge: Answer(413, "upload.too_large", "{error}"),
    TargetTooLong: Answer(414, "request.target_too_long", "{error}"),
    WrongType: Answer(415, "request.wrong_type", "{error}"),
    RangeUnsatisfiable: Answer(416, "record.range", "{error}"),
    errors.RepeatOfAnother: Answer(
        422,
        "repeat.other_request",
        "this Idempotency-Key is that of an earlier request with another body; send a new key with each new request",
    ),
    errors.TooManyKeys: Answer(
        429,
        "limit.keys",
        "this user has sent {error.limit} Idempotency-Keys within a day; send this without one, or try again later",
    ),
    errors.TooOften: Answer(
        429,
        "limit.rate",
        "this can be asked for {error.per_minute} times a minute; try again in {error.retry_after} seconds",
    ),
    errors.UploadQuotaReached: Answer(
        429,
        "quota.uploads",
        "one user may have {error.limit} uploads at once here, and you have them; "
        "try again when one of them has ended, or in a few seconds",
    ),
    errors.ShareTaken: Answer(
        429,
        "limit.places",
        "{error.holder} holds {error.held} {error.what}, as many as one may while so few are free; "
        "try again when one of its requests has ended, or in a few seconds",
    ),
    # Resumable uploads
    errors.TooManyUploads: Answer(
        403,
        "uploads.too_many",
        "you have {error.held} {error.what} unfinished, and {error.limit} are the most; finish or delete some",
    ),
    errors.UploadNotFound: Answer(
        404, "upload.not_found", "you have no upload of this name; use the Location of the answer that created it"
    ),
    errors.LengthChanged: Answer(
        400,
        "request.invalid",
        "Upload-Length is told once, and is no less than {error.length} here; send none, or that",
    ),
    errors.WrongOffset: Answer(
        409, "upload.wrong_offset", "Upload-Offset is not where the upload ends; send what follows byte {error.offset}"
    ),
    errors.UploadGone: Answer(410, "upload.gone", "this upload was deleted, or has expired; create a new one"),
    WrongTusVersion: Answer(412, "upload.wrong_version", "{error}"),
    errors.PastTheEnd: Answer(
        413,
        "upload.too_large",
        "the upload has {error.length} bytes, and this goes on behind them; send no more than that",
    ),
    errors.UploadLocked: Answer(
        423,
        "upload.locked",
        "another request writes this upload, or this one came too slowly, or you have as many places as you may; "
        "ask with HEAD in a moment where the upload goes on, and go on there",
    ),
    errors.WrongChecksum: Answer(
        460, "upload.wrong_checksum", "the body does not have this Upload-Checksum, and is forgotten; send it again"
    ),
    # The recording
    errors.RecordingError: Answer(422, "wav.damaged", "wav_file cannot be converted: {error}"),
    errors.RecordingTooLarge: Answer(
        413, "upload.too_large", "the upload is larger than {error.limit} bytes (MAX_UPLOAD_BYTES)"
    ),
    errors.TooLargeToHold: Answer(
        413,
        "upload.too_large",
        "wav_file would take more than {error.limit} bytes of memory (PYDUB_MAX_BYTES); send it in parts",
    ),
    errors.NotAWav: Answer(415, "wav.not_a_wav", f"wav_file is not a WAV: {{error.found}}; send {TAKEN_CONTAINERS}"),
    errors.UnsupportedCodec: Answer(
        415, "wav.unsupported_codec", f"wav_file holds {{error.codec}}; send {TAKEN_CODECS}"
    ),
    errors.NoAudio: Answer(422, "wav.no_audio", "wav_file holds no audio; send a recording with at least one sample"),
    errors.DamagedRecording: Answer(422, "wav.damaged", "wav_file is damaged: {error.reason}"),
    errors.TooLong: Answer(
        422,
        "wav.too_long",
        "wav_file is longer than {error.limit:g} seconds (MAX_DURATION); send it in parts",
    ),
    errors.UnsupportedChannels: Answer(
        422,
        "wav.channels",
        "wav_file says it has {error.channels} channels; 1 to {error.limit} are taken (MAX_CHANNELS)",
    ),
    errors.UnsupportedRate: Answer(
        422,
        "wav.rate",
        "wav_file says its sample rate is {error.rate} Hz; "
        "{error.lowest} to {error.highest} Hz are taken (MIN_SAMPLE_RATE, MAX_SAMPLE_RATE)",
    ),
    errors.RateTooLowForCodec: Answer(
        422,
        "wav.rate",
        "wav_file says its sample rate is {error.rate} Hz; record at {error.least} Hz or more, "
        "the least that is taken of {error.codec}",
    ),
    errors.Mp3TooLarge: Answer(
        422,
        "mp3.too_large",
        "the MP3 would be larger than {error.limit} bytes (MAX_MP3_BYTES); "
        "a lower MP3_BITRATE or a shorter recording fits",
    ),
    # The service
    errors.ConverterFailed: Answer(
        500, "service.converter_failed", "wav_file could not be converted, by a fault of the service; it was logged"
    ),
    errors.TrackDamaged: Answer(500, "record.damaged", "the record is damaged and cannot be read; it was logged"),
    errors.Overloaded: Answer(
        503, "service.overloaded", "the service is busy: {error.what}; try again in a few seconds"
    ),
    errors.ConverterUnavailable: Answer(
        503, "service.overloaded", "conversion is not possible at the moment; try again later"
    ),
    errors.WorkspaceAway: Answer(
        503, "service.overloaded", "the service cannot use its disk at the moment; try again later"
    ),
    errors.CheckFailed: Answer(503, "service.overloaded", "{error}"),
    errors.StoreAway: Answer(
        503,
        "service.database_away",
        "the database is not available at the moment; try again in a few seconds",
    ),
    errors.DiskFull: Answer(507, "service.disk_full", "the service has no disk space left for this; try again later"),
}


def answer_to(error: errors.MusicAppError) -> Answer:
    """What a client is told of this error, or else of its nearest base."""
    return row_of(ANSWERS, error)
