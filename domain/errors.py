"""Everything that can be wrong, as one class each.

An error carries its data as attributes and builds its own text for the client: what was wrong and
what would be right. Which HTTP status it becomes is decided in `entrypoints/http/errors.py`.
"""


class MusicAppError(Exception):
    """Base of every error that the service raises on purpose."""


class InvalidUserName(MusicAppError):
    """A user name breaks the rule for user names."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"user_name {reason}; send 1 to 100 characters without control characters")


class WrongCredentials(MusicAppError):
    """The user does not exist or the access token is not theirs; which of the two is not said."""

    def __init__(self) -> None:
        super().__init__("user_id and user_access_token do not belong together; send the pair that /register returned")


class TrackNotFound(MusicAppError):
    """No track has this identifier and this owner."""

    def __init__(self) -> None:
        super().__init__("no record has this id and user; use the link from the Location header as it was given")


class UnknownUser(MusicAppError):
    """A track names a user that does not exist (any more)."""

    def __init__(self, user_id: int) -> None:
        self.user_id = user_id
        super().__init__(f"user {user_id} does not exist")


class DuplicateTrack(MusicAppError):
    """A track with this identifier is stored already; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("a track with this identifier is stored already")


class RecordingError(MusicAppError):
    """Base of what can be wrong with an uploaded recording."""


class NotAWav(RecordingError):
    """The bytes do not begin as any WAV container does."""

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(f"wav_file is not a WAV: {found}; send a RIFF, RIFX, RF64, BW64 or Sony Wave64 file")


class UnsupportedCodec(RecordingError):
    """The WAV holds a codec that is not converted."""

    def __init__(self, codec: str) -> None:
        self.codec = codec
        super().__init__(
            f"wav_file holds {codec}; send PCM of 8 to 32 or of 64 bit, 32 or 64-bit float, "
            "A-law, µ-law, MS or IMA ADPCM, or GSM 6.10"
        )


class NoAudio(RecordingError):
    """The WAV has no sample at all."""

    def __init__(self) -> None:
        super().__init__("wav_file holds no audio; send a recording with at least one sample")


class DamagedRecording(RecordingError):
    """The WAV is broken in a way that cannot be mended."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"wav_file is damaged: {reason}")


class TooLong(RecordingError):
    """The recording is longer than the service takes. `limit` is in seconds."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        super().__init__(f"wav_file is longer than {limit:g} seconds (MAX_DURATION); send it in parts")


class UnsupportedChannels(RecordingError):
    """The number of channels is outside what the service takes."""

    def __init__(self, channels: int, limit: int) -> None:
        self.channels, self.limit = channels, limit
        super().__init__(f"wav_file says it has {channels} channels; 1 to {limit} are taken (MAX_CHANNELS)")


class UnsupportedRate(RecordingError):
    """The sample rate is outside what the service takes. Rates are in Hz."""

    def __init__(self, rate: int, lowest: int, highest: int) -> None:
        self.rate, self.lowest, self.highest = rate, lowest, highest
        super().__init__(
            f"wav_file says its sample rate is {rate} Hz; "
            f"{lowest} to {highest} Hz are taken (MIN_SAMPLE_RATE, MAX_SAMPLE_RATE)"
        )


class UploadTooLarge(MusicAppError):
    """The upload has more bytes than the service takes."""

    def __init__(self, limit: int, setting: str = "MAX_UPLOAD_BYTES") -> None:
        self.limit, self.setting = limit, setting
        super().__init__(f"the upload is larger than {limit} bytes ({setting})")


class Mp3TooLarge(MusicAppError):
    """The MP3 would have, or has, more bytes than the service stores."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(
            f"the MP3 would be larger than {limit} bytes (MAX_MP3_BYTES); "
            "a lower MP3_BITRATE or a shorter recording fits"
        )


class ConversionFailed(MusicAppError):
    """The converter gave no MP3, or one that is not the recording. `reason` is for the operator's log."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__("wav_file could not be converted; its audio data is damaged")


class ConverterUnavailable(MusicAppError):
    """The converter itself cannot run. `setting` and `problem` are for the operator."""

    def __init__(self, setting: str, problem: str) -> None:
        self.setting, self.problem = setting, problem
        super().__init__("conversion is not possible at the moment; try again later")


class Overloaded(MusicAppError):
    """The service has no free place for this request now. `retry_after` is in seconds."""

    def __init__(self, what: str, retry_after: int = 5) -> None:
        self.what, self.retry_after = what, retry_after
        super().__init__(f"the service is busy: {what}; try again in a few seconds")


class TooOften(MusicAppError):
    """Somebody asks for the same thing too often. `retry_after` is in seconds."""

    def __init__(self, per_minute: int, retry_after: int) -> None:
        self.per_minute, self.retry_after = per_minute, retry_after
        super().__init__(f"this can be asked for {per_minute} times a minute; try again in {retry_after} seconds")


class StoreAway(MusicAppError):
    """The database did not answer in time; whether a change was made is unknown."""

    def __init__(self) -> None:
        super().__init__("the database is not available at the moment; try again in a few seconds")


class DiskFull(MusicAppError):
    """There is no disk space for this request."""

    def __init__(self) -> None:
        super().__init__("the service has no disk space left for this; try again later")


class WorkspaceAway(MusicAppError):
    """The place for bytes on their way cannot be used, for another reason than a lack of space."""

    def __init__(self) -> None:
        super().__init__("the service cannot use its disk at the moment; try again later")


class TrackDamaged(MusicAppError):
    """The store has lost bytes of a track. `reason` is for the operator's log."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__("the record is damaged and cannot be read")


class BackupRefused(MusicAppError):
    """A backup cannot be made or restored; the database is as it was. The text is for the operator."""


class CheckRefused(MusicAppError):
    """The tracks cannot be checked. The text is for the operator."""


class WrongSetting(MusicAppError):
    """A setting stops the start. The text is for the operator: what was checked and what would be right."""

    def __init__(self, setting: str, problem: str) -> None:
        self.setting, self.problem = setting, problem
        super().__init__(f"{setting}: {problem}")
