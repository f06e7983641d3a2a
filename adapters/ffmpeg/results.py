"""What the end of a converting program means."""

from adapters.shared.programs import Outcome
from domain.errors import ConversionFailed, ConverterUnavailable, DiskFull, Mp3TooLarge


def refuse_failure(outcome: Outcome, size: int, max_mp3_bytes: int) -> None:
    """Raise the error that the outcome and the size of the MP3 in bytes call for, if any.

    An exit code of 0 proves nothing, and above `max_mp3_bytes` the kernel may have ended the program.
    """
    if size > max_mp3_bytes:
        raise Mp3TooLarge(max_mp3_bytes)
    if outcome.cannot_run:
        raise ConverterUnavailable("FFMPEG_PATH", outcome.messages)
    if outcome.code != 0 and "No space left on device" in outcome.messages:
        raise DiskFull
    if outcome.code != 0 or size == 0 or not outcome.took_all_input:
        raise ConversionFailed(f"exit code {outcome.code}, {size} bytes: {outcome.messages or 'no message'}")
