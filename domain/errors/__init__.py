"""Everything that can be wrong, as one class each, in four kinds: whose fault is it?

An error carries its data as attributes, and its own text names nothing of an edge: no field, no call, no setting.
The words for a client, and the HTTP status, are in `entrypoints/http/answers.py`; those of the command line are in
`entrypoints/cli/words.py`. A class without a row there is answered as its base.
"""

from domain.errors.base import CallerError, MusicAppError, OperatorError, RecordingError, ServiceError
from domain.errors.caller import (
    ByteQuotaReached,
    InvalidUserName,
    QuotaReached,
    SecondsQuotaReached,
    ShareTaken,
    TooOften,
    TrackNotFound,
    TrackQuotaReached,
    UnknownUser,
    UploadQuotaReached,
    WrongCredentials,
)
from domain.errors.operator import BackupRefused, CheckRefused, CommandRefused, WrongSetting
from domain.errors.recording import (
    DamagedRecording,
    Mp3TooLarge,
    NoAudio,
    NotAWav,
    RateTooLowForCodec,
    RecordingTooLarge,
    TooLargeToHold,
    TooLong,
    UndecodableRecording,
    UnsupportedChannels,
    UnsupportedCodec,
    UnsupportedRate,
)
from domain.errors.service import (
    CheckFailed,
    ConverterFailed,
    ConverterUnavailable,
    DiskFull,
    DuplicateTrack,
    Overloaded,
    StoreAway,
    TrackDamaged,
    WorkspaceAway,
)

__all__ = [
    "BackupRefused",
    "ByteQuotaReached",
    "CallerError",
    "CheckFailed",
    "CheckRefused",
    "CommandRefused",
    "ConverterFailed",
    "ConverterUnavailable",
    "DamagedRecording",
    "DiskFull",
    "DuplicateTrack",
    "InvalidUserName",
    "Mp3TooLarge",
    "MusicAppError",
    "NoAudio",
    "NotAWav",
    "OperatorError",
    "Overloaded",
    "QuotaReached",
    "RateTooLowForCodec",
    "RecordingError",
    "RecordingTooLarge",
    "SecondsQuotaReached",
    "ServiceError",
    "ShareTaken",
    "StoreAway",
    "TooLargeToHold",
    "TooLong",
    "TooOften",
    "TrackDamaged",
    "TrackNotFound",
    "TrackQuotaReached",
    "UndecodableRecording",
    "UnknownUser",
    "UnsupportedChannels",
    "UnsupportedCodec",
    "UnsupportedRate",
    "UploadQuotaReached",
    "WorkspaceAway",
    "WrongCredentials",
    "WrongSetting",
]
