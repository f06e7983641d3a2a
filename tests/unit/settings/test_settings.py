"""Settings: named, bounded, and explained in .env."""

import re
from pathlib import Path

import msgspec
import pytest

from domain.errors import WrongSetting
from entrypoints.settings.settings import Settings, read_settings

ENV_FILE = Path(__file__).parents[3] / ".env"
DEFAULTS = {
    field.encode_name: field.default
    for section in msgspec.structs.fields(Settings)
    for field in msgspec.structs.fields(section.type)
}
LARGE = 1 << 60


def env_file() -> dict[str, str]:
    lines = ENV_FILE.read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_file_names_every_setting_with_its_default() -> None:
    assert {name: value for name, value in env_file().items() if name in DEFAULTS} == {
        name: str(default) for name, default in DEFAULTS.items()
    }
    assert read_settings(env_file()) == Settings()


def test_nothing_set_gives_the_defaults() -> None:
    assert read_settings({}) == read_settings(dict.fromkeys(DEFAULTS, " ")) == Settings()
    assert read_settings({"UNKNOWN": "x", "data_dir": "lower"}) == Settings()


def test_settings_are_read_as_they_are_written() -> None:
    settings = read_settings({"PORT": " 0 ", "MP3_BITRATE": "V2", "CONVERTER": "pydub"})
    assert (settings.serving.port, settings.converting.converter) == (0, "pydub")
    assert str(settings.converting.quality) == "V2"
    assert read_settings({"TEXT_CODE_PAGE": "windows-1251"}).converting.code_page.number == 1251


def test_places_for_uploads_are_those_that_are_set_or_eight_for_each_core() -> None:
    assert read_settings({"MAX_UPLOADS": "3"}).admission.upload_places(cores=4) == 3
    assert Settings().admission.upload_places(cores=4) == 32


def test_places_for_unknown_uploads_are_those_that_are_set_or_four_for_each_upload() -> None:
    assert read_settings({"MAX_WAITING_UPLOADS": "3"}).admission.waiting_upload_places(cores=4) == 3
    assert read_settings({"MAX_UPLOADS": "5"}).admission.waiting_upload_places(cores=4) == 20
    assert Settings().admission.waiting_upload_places(cores=4) == 128


@pytest.mark.parametrize(
    ("name", "value", "expectation"),
    [
        ("PORT", "http", "a whole number from 0 to 65535"),
        ("PORT", "65536", "a whole number from 0 to 65535"),
        ("PORT", "1" * 5000, "a whole number from 0 to 65535"),
        ("PORT", "-1", "a whole number from 0 to 65535"),
        ("PORT", "5000.5", "a whole number"),
        ("DATABASE_POOL_SIZE", "0", "from 1 to 50"),
        ("CONVERTER", "sox", "one of ffmpeg, lame, pydub"),
        ("MP3_BITRATE", "129", "320, or V0 to V9"),
        ("TEXT_CODE_PAGE", "hex", "a code page, such as 1252"),
        ("TEXT_CODE_PAGE", "0", "a code page, such as 1252"),
        ("MP3_MIN_SAMPLE_RATE", "7999", "from 8000 to 48000"),
        ("MP3_MIN_SAMPLE_RATE", "48001", "from 8000 to 48000"),
        ("MAX_UPLOAD_BYTES", "4GiB", "a whole number from 1"),
        ("MAX_UPLOAD_BYTES", str(LARGE), "a whole number from 1"),
        ("MAX_DURATION", "0", "from 1 to 604800"),
        ("MAX_CHANNELS", "65", "from 1 to 64"),
        ("MIN_SAMPLE_RATE", "0", "from 1"),
        ("MAX_SAMPLE_RATE", "1000000", "to 768000"),
        ("MAX_MP3_BYTES", str(LARGE), f"a whole number from 1 to {1 << 50}"),
        ("MAX_UPLOADS", "-1", "from 0 to 10000"),
        ("SPOOL_MAX_BYTES", "0", "from 1"),
        ("SPOOL_MIN_FREE_BYTES", "some", "from 0"),
        ("PYDUB_MAX_BYTES", "x", "from 1"),
        ("MAX_WAITING_UPLOADS", "-1", "from 0 to 40000"),
        ("MAX_DOWNLOADS", "0", "from 1 to 10000"),
        ("MIN_UPLOAD_RATE", "0", "from 1"),
        ("UPLOAD_GRACE", "0", "from 1 to 3600"),
        ("MIN_DOWNLOAD_RATE", "0", "from 1"),
        ("DOWNLOAD_GRACE", "0", "from 1 to 3600"),
        ("MAX_UPLOAD_SECONDS", "-1", "from 1"),
        ("MAX_HEAD_BYTES", "10", "from 1024"),
        ("MAX_HEAD_SECONDS", "0", "from 1"),
        ("MAX_STALLED_SECONDS", "0", "from 1"),
        ("REGISTER_RATE", "0", "from 1"),
        ("SHUTDOWN_GRACE", "-1", "from 0 to 3600"),
        ("TRUSTED_PROXIES", "nginx", "networks or addresses like 127.0.0.1"),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "networks or addresses like 127.0.0.1"),
        ("PUBLIC_BASE_URL", "audio.example.org", "an address like https://audio.example.org"),
        ("PUBLIC_BASE_URL", "ftp://a", "an address like"),
        ("PUBLIC_BASE_URL", "https://a/?b", "an address like"),
        ("PUBLIC_BASE_URL", "https://user@a", "an address like"),
        ("PUBLIC_BASE_URL", "https://例え.jp", "an address like"),
        ("PUBLIC_BASE_URL", "https://a:b:c", "an address like"),
        ("PORT", "5e3", "a whole number from 0 to 65535"),
        ("DATABASE_URL", "mysql://a", "a URL like postgresql://"),
        ("WIRING", "entrypoints.wiring.postgres", "a class of adapters, as package.module:Class"),
        ("WIRING", "my-package:Class", "as package.module:Class"),
        ("WIRING", "package:Class()", "as package.module:Class"),
        ("LOG_FORMAT", "xml", "one of auto, json, text"),
        ("LOG_LEVEL", "loud", "one of debug, error, info, warning"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(name: str, value: str, expectation: str) -> None:
    with pytest.raises(WrongSetting, match=re.escape(expectation)) as wrong:
        read_settings({name: value})
    assert wrong.value.setting == name
    assert str(wrong.value).startswith(f"{name}: must be ")


def test_a_wrong_database_url_is_not_shown() -> None:
    with pytest.raises(WrongSetting) as wrong:
        read_settings({"DATABASE_URL": "mysql://ann:secret@host/db"})
    assert "secret" not in str(wrong.value)


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        ("MIN_SAMPLE_RATE", "MAX_SAMPLE_RATE"),
        ("UPLOAD_GRACE", "MAX_UPLOAD_SECONDS"),
        ("MAX_UPLOAD_BYTES", "SPOOL_MAX_BYTES"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(lower: str, upper: str) -> None:
    read_settings({lower: "2000", upper: "2000"})
    with pytest.raises(WrongSetting, match=rf"must not be above {upper}, which is 2000\b.*; it is 2001$") as wrong:
        read_settings({lower: "2001", upper: "2000"})
    assert wrong.value.setting == lower


@pytest.mark.parametrize(
    ("bound", "within"),
    [("MAX_REQUESTS", "MAX_UPLOADS"), ("MAX_REQUESTS", "MAX_DOWNLOADS"), ("MAX_CONNECTIONS", "MAX_REQUESTS")],
)
def test_what_bounds_all_is_not_below_what_it_bounds(bound: str, within: str) -> None:
    read_settings({bound: "2500", within: "2500"})
    with pytest.raises(WrongSetting, match=rf"must not be below {within}, which is 2500; it is 2499$") as wrong:
        read_settings({bound: "2499", within: "2500"})
    assert wrong.value.setting == bound


def test_settings_are_changed_by_their_names_whichever_section_they_are_in() -> None:
    changed = Settings().but(database_url="host=/run", max_uploads=7)
    assert (changed.storage.database_url, changed.admission.max_uploads) == ("host=/run", 7)
    assert changed.but(database_url="", max_uploads=0) == Settings()


def test_changed_settings_are_checked_as_well() -> None:
    with pytest.raises(WrongSetting, match="above SPOOL_MAX_BYTES"):
        Settings().but(spool_max_bytes=1)
    with pytest.raises(TypeError, match="no setting nonsense"):
        Settings().but(nonsense=1)


def test_no_two_sections_have_a_setting_of_one_name() -> None:
    sections = [msgspec.structs.fields(section.type) for section in msgspec.structs.fields(Settings)]
    assert sum(map(len, sections)) == len(DEFAULTS)


def test_the_limits_of_a_recording_are_those_that_are_set() -> None:
    limits = read_settings({"MAX_CHANNELS": "2", "MAX_DURATION": "60", "MAX_UPLOAD_BYTES": "5"}).recordings.limits
    assert (limits.wav.max_channels, limits.max_duration, limits.max_wav_bytes) == (2, 60, 5)
