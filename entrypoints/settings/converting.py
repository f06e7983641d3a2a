"""How a recording becomes an MP3."""

from typing import Annotated, Literal

from msgspec import Meta

from domain.errors import WrongSetting
from domain.output.format import Mp3Quality
from entrypoints.settings.section import Bytes, Section


class Converting(Section, frozen=True, kw_only=True):
    """Read by the wiring, for the converter, the sound meter and the MP3's quality."""

    converter: Literal["lame", "ffmpeg", "pydub"] = "lame"
    ffmpeg_path: str = ""
    pydub_max_bytes: Bytes = 512 << 20
    mp3_bitrate: str = "128"
    mp3_min_sample_rate: Annotated[int, Meta(ge=8000, le=48_000)] = 8000
    measure_sound: Literal["on", "off"] = "on"

    def __post_init__(self) -> None:
        try:
            _ = self.quality
        except ValueError as error:
            raise WrongSetting("MP3_BITRATE", f"{error}; it is {self.mp3_bitrate!r}") from error

    @property
    def quality(self) -> Mp3Quality:
        """`mp3_bitrate`, understood."""
        return Mp3Quality.parse(self.mp3_bitrate)
