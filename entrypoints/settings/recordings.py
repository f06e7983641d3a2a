"""How large a recording and its MP3 may be."""

from typing import Annotated

from msgspec import Meta

from domain.errors import WrongSetting
from domain.incoming_wav import AudioLimits
from domain.recording.limits import WavLimits
from entrypoints.settings.section import Bytes, Section


class Recordings(Section, frozen=True, kw_only=True):
    """Read by `domain/incoming_wav.py`, as `AudioLimits`. Sizes in bytes, the duration in seconds, rates in Hz."""

    max_upload_bytes: Bytes = 4 << 30
    max_duration: Annotated[int, Meta(ge=1, le=7 * 24 * 3600)] = 12 * 3600
    max_channels: Annotated[int, Meta(ge=1, le=64)] = 64
    min_sample_rate: Annotated[int, Meta(ge=1, le=384_000)] = 2500
    max_sample_rate: Annotated[int, Meta(ge=1, le=768_000)] = 768_000
    max_mp3_bytes: Bytes = 768 << 20

    def __post_init__(self) -> None:
        if self.min_sample_rate > self.max_sample_rate:
            problem = (
                f"must not be above MAX_SAMPLE_RATE, which is {self.max_sample_rate}; it is {self.min_sample_rate}"
            )
            raise WrongSetting("MIN_SAMPLE_RATE", problem)

    @property
    def limits(self) -> AudioLimits:
        """What bounds a recording, as the domain takes it."""
        return AudioLimits(
            wav=WavLimits(
                max_channels=self.max_channels,
                min_sample_rate=self.min_sample_rate,
                max_sample_rate=self.max_sample_rate,
            ),
            max_wav_bytes=self.max_upload_bytes,
            max_duration=self.max_duration,
            max_mp3_bytes=self.max_mp3_bytes,
        )
