"""What the end of a converting program means."""

from adapters.shared.programs import Outcome
from domain.errors import ConversionFailed, ConverterUnavailable, DiskFull, Mp3TooLarge


def refuse_failure(outcome: Outcome, size: int, max_mp3_bytes: int, setting: str) -> None:
    """Raise the error that the outcome and the size of the MP3 in bytes call for, if any.

    An exit code of 0 proves nothing, and above `max_mp3_bytes` the kernel may have ended the program.
    `setting` names the program for the operator.
    """
    if size > max_mp3_bytes:
        raise Mp3TooLarge(max_mp3_bytes)
    if outcome.cannot_run:
        raise ConverterUnavailable(setting, outcome.messages)
    if outcome.code != 0 and "No space left on device" in outcome.messages:
        raise DiskFull
    if outcome.code != 0 or size == 0 or not outcome.took_all_input:
        raise ConversionFailed(f"exit code {outcome.code}, {size} bytes: {outcome.messages or 'no message'}")
