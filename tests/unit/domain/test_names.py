"""User names and file names."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidUserName
from domain.tracks import MAX_FILE_NAME_BYTES, MAX_FILE_NAME_LENGTH, mp3_file_name
from domain.users import MAX_USER_NAME_LENGTH, clean_user_name


@pytest.mark.parametrize(
    ("name", "clean"),
    [("Ann", "Ann"), ("  Ann\u00a0", "Ann"), ("Ünï 🎧", "Ünï 🎧"), ("a" * 100, "a" * 100), ("<b>'\"", "<b>'\"")],
)
def test_a_user_name_keeps_all_but_the_white_space_around_it(name: str, clean: str) -> None:
    assert clean_user_name(name) == clean


@pytest.mark.parametrize("name", ["", "   ", "\u2003", "a\0b", "a\nb", "\x1b[31m", "\x7f", "\x85", "\ud800", "a" * 101])
def test_a_user_name_that_breaks_the_rule_is_refused(name: str) -> None:
    with pytest.raises(InvalidUserName, match="1 to 100 characters"):
        clean_user_name(name)


@given(st.text(max_size=MAX_USER_NAME_LENGTH + 5))
def test_a_clean_user_name_is_clean_already(name: str) -> None:
    try:
        clean = clean_user_name(name)
    except InvalidUserName:
        return
    assert clean_user_name(clean) == clean
    assert 1 <= len(clean) <= MAX_USER_NAME_LENGTH


@pytest.mark.parametrize(
    ("wav", "mp3"),
    [
        ("talk.wav", "talk.mp3"),
        ("TALK.WAV", "TALK.mp3"),
        ("talk.Wave", "talk.mp3"),
        ("talk.w64", "talk.mp3"),
        ("talk", "talk.mp3"),
        ("talk.tar.gz", "talk.tar.gz.mp3"),
        ("talk.wav.wav", "talk.wav.mp3"),
        ("/etc/passwd", "passwd.mp3"),
        ("C:\\calls\\talk.wav", "talk.mp3"),
        ("../../talk.wav", "talk.mp3"),
        ("..", "recording.mp3"),
        (".wav", "recording.mp3"),
        ("", "recording.mp3"),
        ("calls/", "recording.mp3"),
        ("a\r\nSet-Cookie: b.wav", "aSet-Cookie: b.mp3"),
        ("gpj.\u202ewav", "gpj.mp3"),
        ("a\0b\x1b[31m.wav", "ab[31m.mp3"),
        ("\ud800.wav", "recording.mp3"),
        ("e\u0301.wav", "\u00e9.mp3"),
        ("запись 🎧.wav", "запись 🎧.mp3"),
        ("x" * 400 + ".wav", "x" * 146 + ".mp3"),
        ("😀" * 200 + ".wav", "😀" * 49 + ".mp3"),
        ("e\u202d\u0301.wav", "é.mp3"),
        ("👩\u200d💻.wav", "👩\u200d💻.mp3"),
    ],
)
def test_the_mp3_is_named_after_the_wav(wav: str, mp3: str) -> None:
    assert mp3_file_name(wav) == mp3


@given(st.text(max_size=300))
def test_any_file_name_becomes_a_safe_one(name: str) -> None:
    made = mp3_file_name(name)
    assert made.endswith(".mp3")
    assert len(made) <= MAX_FILE_NAME_LENGTH
    assert not set("/\\") & set(made)
    assert not made.startswith(".")
    assert len(made.encode()) <= MAX_FILE_NAME_BYTES
    assert unicodedata.is_normalized("NFC", made)
    visible = made.replace("\u200c", "").replace("\u200d", "")
    assert not {unicodedata.category(character) for character in visible} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
