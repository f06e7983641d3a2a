"""The words of the command line: who reads them is the operator, at the machine, with the file at hand."""

from domain import errors
from entrypoints.words import TAKEN_CODECS, TAKEN_CONTAINERS, row_of

WORDS: dict[type[errors.MusicAppError], str] = {
    errors.MusicAppError: "{error}",
    # The recording
    errors.RecordingError: "{recording} cannot be converted: {error}",
    errors.NotAWav: f"{{recording}} is not a WAV: {{error.found}}; give {TAKEN_CONTAINERS}",
    errors.UnsupportedCodec: f"{{recording}} holds {{error.codec}}; give {TAKEN_CODECS}",
    errors.NoAudio: "{recording} holds no audio; give a recording with at least one sample",
    errors.DamagedRecording: "{recording} is damaged: {error.reason}",
    errors.UndecodableRecording: "{recording} is damaged: {error.reason} ({error.details})",
    errors.TooLong: "{recording} is longer than {error.limit:g} seconds (MAX_DURATION)",
    errors.UnsupportedChannels: (
        "{recording} says it has {error.channels} channels; 1 to {error.limit} are taken (MAX_CHANNELS)"
    ),
    errors.UnsupportedRate: (
        "{recording} says its sample rate is {error.rate} Hz; "
        "{error.lowest} to {error.highest} Hz are taken (MIN_SAMPLE_RATE, MAX_SAMPLE_RATE)"
    ),
    errors.RateTooLowForCodec: (
        "{recording} says its sample rate is {error.rate} Hz; record at {error.least} Hz or more, "
        "the least that is taken of {error.codec}"
    ),
    errors.RecordingTooLarge: "{recording} is larger than {error.limit} bytes (MAX_UPLOAD_BYTES)",
    errors.TooLargeToHold: "{recording} would take more than {error.limit} bytes of memory (PYDUB_MAX_BYTES)",
    errors.Mp3TooLarge: (
        "the MP3 would be larger than {error.limit} bytes (MAX_MP3_BYTES); "
        "a lower MP3_BITRATE or a shorter recording fits"
    ),
    # The service
    errors.ConverterFailed: "{recording} was not converted, since the converter failed: {error.reason}",
    errors.ConverterUnavailable: "{error.setting}: {error.problem}",
    errors.StoreAway: "the database is not available at the moment; try again in a few seconds",
    errors.DiskFull: "there is not enough disk space for this; free some and try again",
    errors.WorkspaceAway: "the folder for temporary files cannot be used: {error.__cause__}",
}


def told(error: errors.MusicAppError, recording: object) -> str:
    """What is printed for the error. `recording` is the file of it, for the words about recordings."""
    return row_of(WORDS, error).format(error=error, recording=recording)
