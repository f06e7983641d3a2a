"""What the end of a converting program means."""

import re

from adapters.shared.programs import Outcome
from domain.errors import ConverterFailed, ConverterUnavailable, DiskFull, Mp3TooLarge, UndecodableRecording
from domain.recording.format import SampleEncoding

# "Error while decoding stream #0:0: …" in ffmpeg 5, "Error submitting packet to decoder: …" since 6
_REFUSED_BLOCK = re.compile(r"\bdecod(?:er|ing)\b.*: Invalid data found when processing input")


def refuse_failure(outcome: Outcome, encoding: SampleEncoding, size: int, max_mp3_bytes: int) -> None:
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
        details = f"exit code {outcome.code}, {size} bytes: {outcome.messages or 'no message'}"
        if encoding.in_blocks and _blames_the_data(outcome):
            raise UndecodableRecording(encoding.value, details)
        raise ConverterFailed(details)


def _blames_the_data(outcome: Outcome) -> bool:
    """Whether the program ended by itself since its decoder refused blocks.

    A program that was killed, or got no memory, says nothing about the recording.
    """
    killed = outcome.code < 0
    starved = "Cannot allocate memory" in outcome.messages
    return not killed and not starved and bool(_REFUSED_BLOCK.search(outcome.messages))
