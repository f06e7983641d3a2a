"""What the command line says of an error."""

from pathlib import Path

import pytest

from domain import errors
from entrypoints.cli import main
from entrypoints.cli.words import WORDS, told
from tests.errors import EXAMPLES

NOTES = Path("notes.txt")


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_every_error_is_told_without_the_words_of_another_edge(error: errors.MusicAppError) -> None:
    line = told(error, NOTES)

    assert line
    assert not [word for word in ("wav_file", "/register", "Location", "user_id", "{") if word in line]


@pytest.mark.parametrize(
    "error",
    [error for error in EXAMPLES if isinstance(error, errors.RecordingError | errors.ConverterFailed)],
    ids=lambda error: type(error).__name__,
)
def test_the_recording_is_named(error: errors.MusicAppError) -> None:
    assert told(error, NOTES).startswith("notes.txt ") or isinstance(error, errors.Mp3TooLarge)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            errors.NotAWav("it begins with 'note'"),
            "notes.txt is not a WAV: it begins with 'note'; give a RIFF, RIFX, RF64, BW64 or Sony Wave64 file",
        ),
        (errors.TooLong(60), "notes.txt is longer than 60 seconds (MAX_DURATION)"),
        (
            errors.UndecodableRecording("MS ADPCM", "exit code 69"),
            "notes.txt is damaged: its MS ADPCM data cannot be decoded (exit code 69)",
        ),
        (
            errors.ConverterFailed("it was killed"),
            "notes.txt was not converted, since the converter failed: it was killed",
        ),
        (errors.ConverterUnavailable("FFMPEG_PATH", "it is gone"), "FFMPEG_PATH: it is gone"),
        (errors.BackupRefused("the backup is none"), "the backup is none"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_operator_is_told_what_is_wrong_and_what_bounds_it(error: errors.MusicAppError, expected: str) -> None:
    assert told(error, NOTES) == expected


def test_braces_in_a_name_stay_as_they_are() -> None:
    assert told(errors.NoAudio(), "{error}.wav").startswith("{error}.wav holds no audio")


@pytest.mark.parametrize("base", list(WORDS), ids=lambda base: base.__name__)
def test_a_new_error_is_told_as_its_base(base: type[errors.MusicAppError]) -> None:
    known = next(error for error in EXAMPLES if type(error) is base)
    new = type("New", (base,), {"__init__": lambda self: None})()
    new.__dict__.update(vars(known))
    new.args = known.args

    assert told(new, NOTES) == told(known, NOTES)


def test_what_is_no_wav_is_refused_in_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("notes of a meeting")
    error = errors.NotAWav("it is text; send the bytes of the WAV itself")

    assert main.main(["convert", str(notes), str(tmp_path / "out.mp3")]) == main.EXIT_REFUSED

    assert capfd.readouterr().err == f"music-app: {told(error, notes)}\n"
    assert list(tmp_path.iterdir()) == [notes]


def test_a_rate_that_no_setting_allows_is_told_with_what_to_do_instead() -> None:
    words = told(errors.RateTooLowForCodec(7999, 8000, "GSM 6.10"), "a.wav")

    assert words.endswith("record at 8000 Hz or more, the least that is taken of GSM 6.10")
    assert "_SAMPLE_RATE" not in words
