"""What each error is on the wire."""

from collections.abc import Iterator

import pytest

from domain import errors
from entrypoints.http.errors import ANSWERS, RangeUnsatisfiable, RequestInvalid

# Raised where no request can meet them: two bases, one that random identifiers rule out, one that stops the start, one
# of a command. Lost bytes of a record are met, and answered and logged as what nobody foresaw.
INTERNAL = {
    errors.MusicAppError,
    errors.RecordingError,
    errors.DuplicateTrack,
    errors.WrongSetting,
    errors.BackupRefused,
    errors.CheckRefused,
    errors.TrackDamaged,
}
STATUSES = {
    "request.invalid": {400},
    "auth.wrong_credentials": {401},
    "record.not_found": {404},
    "upload.too_slow": {408},
    "record.changed": {412},
    "upload.too_large": {413},
    "request.wrong_type": {415},
    "wav.not_a_wav": {415},
    "wav.unsupported_codec": {415},
    "record.range": {416},
    "wav.no_audio": {422},
    "wav.damaged": {422},
    "wav.too_long": {422},
    "wav.channels": {422},
    "wav.rate": {422},
    "mp3.too_large": {422},
    "limit.rate": {429},
    "service.overloaded": {503},
    "service.database_away": {503},
    "service.disk_full": {507},
}


def subclasses(of: type[errors.MusicAppError]) -> Iterator[type[errors.MusicAppError]]:
    yield of
    for subclass in of.__subclasses__():
        yield from subclasses(subclass)


def test_every_error_has_an_answer_or_is_internal() -> None:
    ours = {error for error in subclasses(errors.MusicAppError) if error.__module__.split(".")[0] != "tests"}
    assert ours == set(ANSWERS) | INTERNAL
    assert not set(ANSWERS) & INTERNAL


def test_each_code_stands_for_one_status() -> None:
    found: dict[str, set[int]] = {}
    for status, code in ANSWERS.values():
        found.setdefault(code, set()).add(status)
    assert found == STATUSES


@pytest.mark.parametrize("error", list(ANSWERS))
def test_every_error_says_when_it_is_raised(error: type[errors.MusicAppError]) -> None:
    assert error.__doc__


def test_an_error_carries_its_data() -> None:
    assert RequestInvalid("a is wrong", "b is missing").problems == ("a is wrong", "b is missing")
    assert RangeUnsatisfiable(9, '"tag"').size == 9


@pytest.mark.parametrize(
    ("error", "setting"),
    [
        (errors.TooLong(60), "MAX_DURATION"),
        (errors.UploadTooLarge(9), "MAX_UPLOAD_BYTES"),
        (errors.Mp3TooLarge(9), "MAX_MP3_BYTES"),
        (errors.UnsupportedChannels(0, 64), "MAX_CHANNELS"),
        (errors.UnsupportedRate(1, 1000, 384_000), "MIN_SAMPLE_RATE"),
    ],
)
def test_a_limit_is_named_by_its_setting(error: errors.MusicAppError, setting: str) -> None:
    assert setting in str(error)


def test_what_is_for_the_operator_is_not_told_to_the_client() -> None:
    assert "/usr/bin" not in str(errors.ConverterUnavailable("FFMPEG_PATH", "/usr/bin/ffmpeg is gone"))
    assert "/usr/bin" not in str(errors.ConversionFailed("/usr/bin/ffmpeg said no"))
