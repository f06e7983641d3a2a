"""What each error is on the wire."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import RequestFactory

from domain import errors
from entrypoints.http.answers import ANSWERS, answer_to
from entrypoints.http.error_handlers import answer_error
from entrypoints.http.errors import RangeUnsatisfiable, RequestInvalid
from tests.errors import EXAMPLES
from tests.logs import captured_logs

# Raised where no request can meet them: bases, one that random identifiers rule out, those that stop the start or a
# command. All are answered and logged as what nobody foresaw.
UNFORESEEN = {
    errors.MusicAppError,
    errors.ServiceError,
    errors.OperatorError,
    errors.DuplicateTrack,
    errors.WrongSetting,
    errors.BackupRefused,
    errors.CheckRefused,
    errors.CommandRefused,
}
TOLD_AS_THEIR_BASE = {errors.UndecodableRecording, errors.QuotaReached}
STATUSES = {
    "request.invalid": {400},
    "digest.mismatch": {400},
    "auth.wrong_credentials": {401},
    "quota.tracks": {403},
    "quota.bytes": {403},
    "quota.seconds": {403},
    "uploads.too_many": {403},
    "upload.not_found": {404},
    "upload.wrong_offset": {409},
    "upload.gone": {410},
    "upload.wrong_version": {412},
    "upload.locked": {423},
    "upload.wrong_checksum": {460},
    "record.not_found": {404},
    "track.not_found": {404},
    "link.not_found": {404},
    "track.no_waveform": {404},
    "upload.too_slow": {408},
    "link.too_many": {409},
    "link.revoked": {410},
    "link.expired": {410},
    "link.used_up": {410},
    "repeat.running": {409},
    "record.changed": {412},
    "upload.too_large": {413},
    "request.target_too_long": {414},
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
    "repeat.other_request": {422},
    "limit.keys": {429},
    "limit.rate": {429},
    "quota.uploads": {429},
    "limit.places": {429},
    "record.damaged": {500},
    "service.error": {500},
    "service.converter_failed": {500},
    "service.overloaded": {503},
    "service.database_away": {503},
    "service.disk_full": {507},
}
REQUEST = RequestFactory().get("/")


def subclasses(of: type[errors.MusicAppError]) -> Iterator[type[errors.MusicAppError]]:
    yield of
    for subclass in of.__subclasses__():
        yield from subclasses(subclass)


OURS = {error for error in subclasses(errors.MusicAppError) if error.__module__.split(".")[0] != "tests"}


def said(error: errors.MusicAppError) -> tuple[int | None, Any, Any]:
    """Status, code and message of the answer."""
    response = answer_error(REQUEST, error)
    return response.status_code, response.content["code"], response.content["message"]


def test_every_error_has_an_answer_or_no_request_foresees_it() -> None:
    assert set(ANSWERS) - UNFORESEEN == OURS - UNFORESEEN - TOLD_AS_THEIR_BASE
    assert {error for error in UNFORESEEN if error in ANSWERS} == {errors.MusicAppError}


def test_each_code_stands_for_one_status() -> None:
    found: dict[str, set[int]] = {}
    for answer in ANSWERS.values():
        found.setdefault(answer.code, set()).add(answer.status)
    assert found == STATUSES


@pytest.mark.parametrize("base", list(ANSWERS), ids=lambda base: base.__name__)
def test_a_new_error_is_answered_as_its_base(base: type[errors.MusicAppError]) -> None:
    new = type("New", (base,), {"__init__": lambda self: None})

    assert answer_to(new()) is ANSWERS[base]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            errors.InvalidUserName("is empty"),
            (400, "request.invalid", "user_name is empty; send 1 to 100 characters without control characters"),
        ),
        (
            errors.TrackNotFound(),
            (
                404,
                "record.not_found",
                "no record has this id and user; use the link from the Location header as it was given",
            ),
        ),
        (
            errors.NotAWav("it begins with 'note'"),
            (
                415,
                "wav.not_a_wav",
                "wav_file is not a WAV: it begins with 'note'; send a RIFF, RIFX, RF64, BW64 or Sony Wave64 file",
            ),
        ),
        (
            errors.UnsupportedCodec("MP3"),
            (
                415,
                "wav.unsupported_codec",
                "wav_file holds MP3; send PCM of 8 to 32 or of 64 bit, 32 or 64-bit float, "
                "A-law, µ-law, ADPCM (MS, IMA, OKI, Yamaha or Creative), GSM 6.10, G.721, G.722, G.723.1, G.726, "
                "G.729 or TrueSpeech",
            ),
        ),
        (
            errors.NoAudio(),
            (422, "wav.no_audio", "wav_file holds no audio; send a recording with at least one sample"),
        ),
        (errors.DamagedRecording("it ends"), (422, "wav.damaged", "wav_file is damaged: it ends")),
        (
            errors.UndecodableRecording("MS ADPCM", "exit code 69"),
            (422, "wav.damaged", "wav_file is damaged: its MS ADPCM data cannot be decoded"),
        ),
        (
            errors.TooLong(60),
            (422, "wav.too_long", "wav_file is longer than 60 seconds (MAX_DURATION); send it in parts"),
        ),
        (
            errors.UnsupportedChannels(65, 64),
            (422, "wav.channels", "wav_file says it has 65 channels; 1 to 64 are taken (MAX_CHANNELS)"),
        ),
        (
            errors.StoreAway(),
            (
                503,
                "service.database_away",
                "the database is not available at the moment; try again in a few seconds",
            ),
        ),
        (RequestInvalid("a is wrong"), (400, "request.invalid", "a is wrong")),
        (RequestInvalid("a is wrong", "b is too"), (400, "request.invalid", ["a is wrong", "b is too"])),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_client_is_told_in_its_own_words(error: errors.MusicAppError, expected: tuple[int, str, Any]) -> None:
    assert said(error) == expected


def test_a_user_who_is_gone_is_answered_as_wrong_credentials() -> None:
    answer, wrong = (answer_error(REQUEST, error) for error in (errors.UnknownUser(7), errors.WrongCredentials()))

    assert answer.content == wrong.content
    assert answer.headers == wrong.headers == {"WWW-Authenticate": "Bearer"}


def test_an_error_carries_its_data() -> None:
    assert RequestInvalid("a is wrong", "b is missing").problems == ("a is wrong", "b is missing")
    assert RangeUnsatisfiable(9, '"tag"').size == 9


@pytest.mark.parametrize(
    ("error", "setting"),
    [
        (errors.TooLong(60), "MAX_DURATION"),
        (errors.RecordingTooLarge(9), "MAX_UPLOAD_BYTES"),
        (errors.TooLargeToHold(9), "PYDUB_MAX_BYTES"),
        (errors.Mp3TooLarge(9), "MAX_MP3_BYTES"),
        (errors.UnsupportedChannels(0, 64), "MAX_CHANNELS"),
        (errors.UnsupportedRate(1, 1000, 384_000), "MIN_SAMPLE_RATE"),
    ],
)
def test_a_limit_is_named_by_its_setting(error: errors.MusicAppError, setting: str) -> None:
    assert setting in said(error)[2]


def test_a_rate_that_no_setting_allows_is_told_with_what_to_do_instead() -> None:
    _, code, message = said(errors.RateTooLowForCodec(7999, 8000, "GSM 6.10"))

    assert code == "wav.rate"
    assert message.endswith("record at 8000 Hz or more, the least that is taken of GSM 6.10")
    assert "_SAMPLE_RATE" not in message


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_what_is_for_the_operator_is_not_told_to_the_client(error: errors.MusicAppError) -> None:
    _, _, message = said(error)

    assert message
    assert "/usr/bin" not in message
    assert "{" not in message


@pytest.mark.parametrize(
    ("error", "event", "told"),
    [
        (
            errors.ConverterUnavailable("FFMPEG_PATH", "it is gone"),
            "converter unavailable",
            ["FFMPEG_PATH", "it is gone"],
        ),
        (errors.ConverterFailed("it was killed"), "conversion failed", ["it was killed"]),
        (errors.UndecodableRecording("MS ADPCM", "exit code 69"), "recording not decoded", ["exit code 69"]),
        (errors.StoreAway(), "refused", ["StoreAway"]),
        (errors.TrackDamaged("chunk 3 is missing"), "track damaged", ["chunk 3 is missing"]),
        (errors.WrongSetting("PORT", "must be free"), "unexpected error", ["must be free"]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_the_operator_is_told_in_the_log(error: errors.MusicAppError, event: str, told: list[str]) -> None:
    with captured_logs("json") as log:
        said(error)

    [line] = log.getvalue().splitlines()
    assert json.loads(line)["event"] == event
    assert [word for word in told if word not in line] == []
