"""Conversions: what is known of one WAV that was turned into one MP3."""

from dataclasses import dataclass
from datetime import timedelta

from domain.measuring import Sound
from domain.output.format import Mp3Format
from domain.passport import Passport
from domain.recording.format import RecordingFormat
from domain.recording.repairs import Mended
from domain.tags import Tags


@dataclass(frozen=True, slots=True)
class Conversion:
    """What was found out on the way from a WAV to its MP3. Sizes are in bytes."""

    duration: timedelta
    mp3_format: Mp3Format
    mp3_size: int
    mp3_sha256: bytes
    wav_size: int
    wav_sha256: bytes
    recording_format: RecordingFormat | None
    """None of tracks from before it was kept."""
    repairs: tuple[Mended, ...]
    texts: Tags
    """What the recording says about itself."""
    passport: Passport
    """What the recorder wrote about it."""
    sound: Sound | None
    """None where it was not measured."""
