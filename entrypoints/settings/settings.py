"""The settings: one environment variable each, typed, with its default and its bounds."""

import os
import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from domain.convert import AudioLimits
from domain.errors import WrongSetting
from domain.output.format import Mp3Quality
from domain.recording.limits import WavLimits

MAX_STORABLE_BYTES = 1_000_000_000
"""PostgreSQL keeps at most 1 GB in one value."""
# A name or an address, a port, a path, in ASCII: it becomes a header of every upload's answer.
_PUBLIC_URL = r"^https?://([A-Za-z0-9][A-Za-z0-9._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?$"
_MAPPED_PREFIX = 96

Network: TypeAlias = IPv4Network | IPv6Network
Bytes = Annotated[int, Meta(ge=1, le=1 << 50)]


class Settings(msgspec.Struct, frozen=True, rename="upper", kw_only=True):
    """Every setting. The field `data_dir` is the variable `DATA_DIR`, and so on; `.env` explains each."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 5000
    public_base_url: Annotated[
        str, Meta(pattern=_PUBLIC_URL, description="an address like https://audio.example.org in ASCII")
    ] = ""
    trusted_proxies: str = ""
    shutdown_grace: Annotated[int, Meta(ge=0, le=3600)] = 30
    data_dir: str = "data"
    database_url: Annotated[
        str,
        Meta(pattern=r"^postgres(ql)?://", description="a URL like postgresql://user:password@host:5432/music_app_db"),
    ] = ""
    database_pool_size: Annotated[int, Meta(ge=1, le=50)] = 10
    converter: Literal["lame", "ffmpeg", "pydub"] = "lame"
    ffmpeg_path: str = ""
    mp3_bitrate: str = "128"
    measure_sound: Literal["on", "off"] = "on"
    max_upload_bytes: Bytes = 4 << 30
    max_duration: Annotated[int, Meta(ge=1, le=7 * 24 * 3600)] = 12 * 3600
    max_channels: Annotated[int, Meta(ge=1, le=64)] = 64
    min_sample_rate: Annotated[int, Meta(ge=1, le=384_000)] = 1000
    max_sample_rate: Annotated[int, Meta(ge=1, le=768_000)] = 384_000
    max_mp3_bytes: Annotated[int, Meta(ge=1, le=MAX_STORABLE_BYTES)] = 768 << 20
    max_uploads: Annotated[int, Meta(ge=0, le=10_000)] = 0
    max_downloads: Annotated[int, Meta(ge=1, le=10_000)] = 400
    min_upload_rate: Annotated[int, Meta(ge=1, le=1 << 30)] = 8192
    upload_grace: Annotated[int, Meta(ge=1, le=3600)] = 10
    max_upload_seconds: Annotated[int, Meta(ge=1, le=7 * 24 * 3600)] = 6 * 3600
    max_head_bytes: Annotated[int, Meta(ge=1024, le=1 << 20)] = 64 << 10
    max_head_seconds: Annotated[int, Meta(ge=1, le=3600)] = 10
    max_stalled_seconds: Annotated[int, Meta(ge=1, le=24 * 3600)] = 60
    register_rate: Annotated[int, Meta(ge=1, le=1_000_000)] = 60
    spool_max_bytes: Bytes = 16 << 30
    spool_min_free_bytes: Annotated[int, Meta(ge=0, le=1 << 50)] = 1 << 30
    pydub_max_bytes: Bytes = 512 << 20
    log_format: Literal["auto", "json", "text"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def quality(self) -> Mp3Quality:
        """`mp3_bitrate`, understood."""
        return Mp3Quality.parse(self.mp3_bitrate)

    @property
    def upload_places(self) -> int:
        """`max_uploads`, or where that is 0, eight for each core."""
        return self.max_uploads or 8 * (os.cpu_count() or 1)

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        """`trusted_proxies`, understood. Raises ValueError."""
        return tuple(_network(text.strip()) for text in self.trusted_proxies.split(",") if text.strip())

    @property
    def spool_folder(self) -> Path:
        """Where bytes on their way are kept."""
        return Path(self.data_dir) / "spool"

    @property
    def audio_limits(self) -> AudioLimits:
        """The settings that bound a recording."""
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


def _network(text: str) -> Network:
    """As clients are known by: IPv4 addresses that are mapped into IPv6 (RFC 4291, 2.5.5.2) by what they are."""
    network = ip_network(text)
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is None or network.prefixlen < _MAPPED_PREFIX:
        return network
    return IPv4Network((mapped, network.prefixlen - _MAPPED_PREFIX))


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings from environment variables; an empty one counts as not set. Raises `WrongSetting`."""
    kinds = {field.encode_name: field.type for field in msgspec.structs.fields(Settings)}
    given = {name: environment[name].strip() for name in kinds if environment.get(name, "").strip()}
    values = {name: _converted(name, kinds[name], text) for name, text in given.items()}
    settings = msgspec.convert(values, Settings)
    if settings.min_sample_rate > settings.max_sample_rate:
        raise WrongSetting("MIN_SAMPLE_RATE", f"must not be above MAX_SAMPLE_RATE, which is {settings.max_sample_rate}")
    try:
        _ = settings.trusted_networks
    except ValueError as error:
        expected = "networks or addresses like 127.0.0.1, 10.0.0.0/8, fd00::/8"
        raise WrongSetting("TRUSTED_PROXIES", f"must be {expected}; {error}") from error
    try:
        _ = settings.quality
    except ValueError as error:
        raise WrongSetting("MP3_BITRATE", f"{error}; it is {settings.mp3_bitrate!r}") from error
    return settings


def _converted(name: str, kind: object, text: str) -> object:
    expected = msgspec.inspect.type_info(kind)
    # Digits alone make a number; msgspec would take 5e3 for one, too.
    is_number = isinstance(expected, msgspec.inspect.IntType) and re.fullmatch("-?[0-9]{1,99}", text)
    try:
        return msgspec.convert(int(text) if is_number else text, kind)
    except msgspec.ValidationError as error:
        found = (
            "it is something else" if name == "DATABASE_URL" else f"it is {text[:99]!r}"
        )  # a URL may hold a password
        raise WrongSetting(name, f"must be {_expectation(expected)}; {found}") from error


def _expectation(kind: msgspec.inspect.Type) -> str:
    match kind:
        case msgspec.inspect.IntType(ge=lowest, le=None):
            return f"a whole number from {lowest}"
        case msgspec.inspect.IntType(ge=lowest, le=highest):
            return f"a whole number from {lowest} to {highest}"
        case msgspec.inspect.LiteralType(values=values):
            return "one of " + ", ".join(map(str, values))
        case msgspec.inspect.Metadata(extra_json_schema={"description": description}):
            return str(description)
        case _:
            return "text"
