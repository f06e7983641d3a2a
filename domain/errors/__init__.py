"""Everything that can be wrong, as one class each, in four kinds: whose fault is it?

An error carries its data as attributes, and its own text names nothing of an edge: no field, no call, no setting.
The words for a client, and the HTTP status, are in `entrypoints/http/answers.py`; those of the command line are in
`entrypoints/cli/words.py`. A class without a row there is answered as its base.
"""

from domain.errors.base import CallerError, MusicAppError, OperatorError, RecordingError, ServiceError
from domain.errors.caller import InvalidUserName, ShareTaken, TooOften, TrackNotFound, UnknownUser, WrongCredentials
from domain.errors.operator import BackupRefused, CheckRefused, WrongSetting
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
from domain.errors.uploads import (
    LengthChanged,
    PastTheEnd,
    TooManyUploads,
    UploadGone,
    UploadLocked,
    UploadNotFound,
    WrongChecksum,
    WrongOffset,
)

__all__ = [
    "BackupRefused",
    "CallerError",
    "CheckFailed",
    "CheckRefused",
    "ConverterFailed",
    "ConverterUnavailable",
    "DamagedRecording",
    "DiskFull",
    "DuplicateTrack",
    "InvalidUserName",
    "LengthChanged",
    "Mp3TooLarge",
    "MusicAppError",
    "NoAudio",
    "NotAWav",
    "OperatorError",
    "Overloaded",
    "PastTheEnd",
    "RateTooLowForCodec",
    "RecordingError",
    "RecordingTooLarge",
    "ServiceError",
    "ShareTaken",
    "StoreAway",
    "TooLargeToHold",
    "TooLong",
    "TooManyUploads",
    "TooOften",
    "TrackDamaged",
    "TrackNotFound",
    "UndecodableRecording",
    "UnknownUser",
    "UnsupportedChannels",
    "UnsupportedCodec",
    "UnsupportedRate",
    "UploadGone",
    "UploadLocked",
    "UploadNotFound",
    "WorkspaceAway",
    "WrongChecksum",
    "WrongCredentials",
    "WrongOffset",
    "WrongSetting",
]
