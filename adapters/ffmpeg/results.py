"""What the end of a converting or decoding program means."""

import re

from adapters.shared.programs import Outcome
from domain.errors import ConverterFailed, ConverterUnavailable, DiskFull, Mp3TooLarge, UndecodableRecording
from domain.recording.format import SampleEncoding

# "Error while decoding stream #0:0: …" in ffmpeg 5, "Error submitting packet to decoder: …" since 6
_REFUSED_BLOCK = re.compile(r"\bdecod(?:er|ing)\b.*: Invalid data found when processing input")
_NO_DECODER = "Unknown decoder"


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
        raise ConverterFailed(_details(outcome, size))


def refuse_undecoded(outcome: Outcome, encoding: SampleEncoding, decoder: str, size: int) -> None:
    """Raise the error that the outcome of a decoder, which gave so many bytes, calls for, if any."""
    if outcome.cannot_run:
        raise ConverterUnavailable("FFMPEG_PATH", outcome.messages)
    if outcome.code != 0 and _NO_DECODER in outcome.messages:
        raise ConverterUnavailable("FFMPEG_PATH", f"this ffmpeg has no decoder {decoder}, which {encoding.value} needs")
    if outcome.code != 0 or not outcome.took_all_input:
        if _blames_the_data(outcome):
            raise UndecodableRecording(encoding.value, _details(outcome, size))
        raise ConverterFailed(_details(outcome, size))


def _details(outcome: Outcome, size: int) -> str:
    return f"exit code {outcome.code}, {size} bytes: {outcome.messages or 'no message'}"


def _blames_the_data(outcome: Outcome) -> bool:
    """Whether the program ended by itself since its decoder refused blocks.

    A program that was killed, or got no memory, says nothing about the recording.
    """
    killed = outcome.code < 0
    starved = "Cannot allocate memory" in outcome.messages
    return not killed and not starved and bool(_REFUSED_BLOCK.search(outcome.messages))
