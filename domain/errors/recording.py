"""What can be wrong with a recording, or with the MP3 that it would become."""

from domain.errors.base import RecordingError


class NotAWav(RecordingError):
    """The bytes do not begin as any WAV container does. `found` says how they do, and what to do about it."""

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(f"not a WAV: {found}")


class UnsupportedCodec(RecordingError):
    """The WAV holds a codec that is not converted."""

    def __init__(self, codec: str) -> None:
        self.codec = codec
        super().__init__(f"the recording holds {codec}, which is not converted")


class NoAudio(RecordingError):
    """The WAV has no sample at all."""

    def __init__(self) -> None:
        super().__init__("the recording holds no audio")


class DamagedRecording(RecordingError):
    """The WAV is broken in a way that cannot be mended."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the recording is damaged: {reason}")


class UndecodableRecording(DamagedRecording):
    """A codec that packs samples into blocks has blocks that its decoder refuses. `details` are for the operator."""

    def __init__(self, codec: str, details: str) -> None:
        self.codec, self.details = codec, details
        super().__init__(f"its {codec} data cannot be decoded")


class TooLong(RecordingError):
    """The recording is longer than is taken. `limit` is in seconds."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        super().__init__(f"the recording is longer than {limit:g} seconds")


class UnsupportedChannels(RecordingError):
    """The number of channels is outside what is taken."""

    def __init__(self, channels: int, limit: int) -> None:
        self.channels, self.limit = channels, limit
        super().__init__(f"the recording says it has {channels} channels; 1 to {limit} are taken")


class UnsupportedRate(RecordingError):
    """The sample rate is outside what is taken. Rates are in Hz."""

    def __init__(self, rate: int, lowest: int, highest: int) -> None:
        self.rate, self.lowest, self.highest = rate, lowest, highest
        super().__init__(f"the recording says its sample rate is {rate} Hz; {lowest} to {highest} Hz are taken")


class RateTooLowForCodec(RecordingError):
    """The sample rate is below the least that is taken of the codec, whatever is taken of others. Rates are in Hz."""

    def __init__(self, rate: int, least: int, codec: str) -> None:
        self.rate, self.least, self.codec = rate, least, codec
        super().__init__(f"the recording says its sample rate is {rate} Hz; {codec} is taken at {least} Hz or more")


class RecordingTooLarge(RecordingError):
    """The recording has more bytes than are taken. `limit` is in bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"the recording is larger than {limit} bytes")


class TooLargeToHold(RecordingTooLarge):
    """The converter holds whole recordings in memory, and this one has more than `limit` bytes of samples there."""


class Mp3TooLarge(RecordingError):
    """The MP3 would have, or has, more bytes than are stored. `limit` is in bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"the MP3 would be larger than {limit} bytes")
