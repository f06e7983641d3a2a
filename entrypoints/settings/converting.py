"""How a recording becomes an MP3."""

from typing import Annotated, Literal

from msgspec import Meta

from domain.code_pages import CodePage, parse_code_page
from domain.errors import WrongSetting
from domain.output.format import Mp3Quality
from entrypoints.settings.section import Bytes, Section


class Converting(Section, frozen=True, kw_only=True):
    """Read by the wiring, for the converter, the sound meter, the MP3's quality and its texts."""

    converter: Literal["lame", "ffmpeg", "pydub"] = "lame"
    ffmpeg_path: str = ""
    pydub_max_bytes: Bytes = 512 << 20
    mp3_bitrate: str = "128"
    mp3_min_sample_rate: Annotated[int, Meta(ge=8000, le=48_000)] = 8000
    text_code_page: str = "1252"
    measure_sound: Literal["on", "off"] = "on"

    def __post_init__(self) -> None:
        try:
            _ = self.quality
        except ValueError as error:
            raise WrongSetting("MP3_BITRATE", f"{error}; it is {self.mp3_bitrate!r}") from error
        try:
            _ = self.code_page
        except ValueError as error:
            raise WrongSetting("TEXT_CODE_PAGE", f"{error}; it is {self.text_code_page!r}") from error

    @property
    def quality(self) -> Mp3Quality:
        """`mp3_bitrate`, understood."""
        return Mp3Quality.parse(self.mp3_bitrate)

    @property
    def code_page(self) -> CodePage:
        """`text_code_page`, understood."""
        return parse_code_page(self.text_code_page)
