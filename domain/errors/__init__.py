"""Everything that can be wrong, as one class each, in four kinds: whose fault is it?

An error carries its data as attributes, and its own text names nothing of an edge: no field, no call, no setting.
The words for a client, and the HTTP status, are in `entrypoints/http/answers.py`; those of the command line are in
`entrypoints/cli/words.py`. A class without a row there is answered as its base.
"""

from domain.errors.base import CallerError, MusicAppError, OperatorError, RecordingError, ServiceError
from domain.errors.caller import (
    InvalidUserName,
    RepeatOfAnother,
    RepeatRunning,
    ShareTaken,
    TooManyKeys,
    TooOften,
    TrackNotFound,
    UnknownUser,
    WrongCredentials,
)
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
    "Mp3TooLarge",
    "MusicAppError",
    "NoAudio",
    "NotAWav",
    "OperatorError",
    "Overloaded",
    "RateTooLowForCodec",
    "RecordingError",
    "RecordingTooLarge",
    "RepeatOfAnother",
    "RepeatRunning",
    "ServiceError",
    "ShareTaken",
    "StoreAway",
    "TooLargeToHold",
    "TooLong",
    "TooManyKeys",
    "TooOften",
    "TrackDamaged",
    "TrackNotFound",
    "UndecodableRecording",
    "UnknownUser",
    "UnsupportedChannels",
    "UnsupportedCodec",
    "UnsupportedRate",
    "WorkspaceAway",
    "WrongCredentials",
    "WrongSetting",
]
