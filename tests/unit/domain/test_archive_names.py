"""Names in an archive: each of its own, and good on every system."""

from pathlib import PurePosixPath
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import archive_names
from domain.archive_names import MAX_NAME_BYTES, ArchiveNames
from domain.tracks import mp3_file_name


def named(*file_names: str) -> list[str]:
    names = ArchiveNames()
    return [names.name_for(file_name, uuid4()) for file_name in file_names]


@pytest.mark.parametrize(
    ("file_names", "expected"),
    [
        (["talk.mp3"], ["talk.mp3"]),
        (["a.mp3", "a.mp3", "a.mp3"], ["a.mp3", "a (2).mp3", "a (3).mp3"]),
        (["a.mp3", "A.MP3", "a.Mp3"], ["a.mp3", "A (2).MP3", "a (3).Mp3"]),
        (["Straße.mp3", "STRASSE.mp3"], ["Straße.mp3", "STRASSE (2).mp3"]),
        (["a (2).mp3", "a.mp3", "a.mp3", "a.mp3"], ["a (2).mp3", "a.mp3", "a (3).mp3", "a (4).mp3"]),
        (["a.mp3", "a.mp3", "a (2).mp3"], ["a.mp3", "a (2).mp3", "a (2) (2).mp3"]),
        (["12:30 <call>|?*.mp3"], ["12_30 _call____.mp3"]),
        (["../../etc/passwd.mp3", "..\\x.mp3"], ["_.._etc_passwd.mp3", "_x.mp3"]),
        (["CON.mp3", "com1.tar.mp3", "console.mp3", "nul"], ["_CON.mp3", "_com1.tar.mp3", "console.mp3", "_nul"]),
        ([" a.mp3. ", "...", "", "a\nb\0.mp3"], ["a.mp3", "_", "_ (2)", "a_b_.mp3"]),
        (["-rf.mp3", "Зап.mp3", "名前.mp3"], ["-rf.mp3", "Зап.mp3", "名前.mp3"]),
    ],
)
def test_a_name_is_kept_as_far_as_it_is_good_everywhere(file_names: list[str], expected: list[str]) -> None:
    assert named(*file_names) == expected


def test_a_long_name_loses_of_its_end() -> None:
    [first, second] = named("ы" * 200 + ".mp3", "ы" * 200 + ".mp3")
    assert first == "ы" * 118 + ".mp3"
    assert second == "ы" * 116 + " (2).mp3"


_ODD = st.sampled_from(
    ["a.mp3", "A.mp3", "a (2).mp3", "a (3).mp3", "CON.mp3", "_CON.mp3", "a" * 300, ".", "a/b", "a_b"]
)


@given(st.lists(st.one_of(_ODD, st.text(st.characters(codec="utf-8"))), max_size=30), st.integers(0, 5))
def test_no_two_are_one_on_any_system(file_names: list[str], remembered: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive_names, "MAX_REMEMBERED", remembered)
        names = named(*file_names)

    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name.encode()) <= MAX_NAME_BYTES
        assert PurePosixPath(name).name == name
        assert name not in {".", ".."}
        assert not set('<>:"/\\|?*') & set(name)
        assert min(name) >= " "


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound names are told apart by identifiers."""
    monkeypatch.setattr(archive_names, "MAX_REMEMBERED", 2)
    names = ArchiveNames()
    identifiers = [UUID(int=number) for number in range(5)]
    given = [
        names.name_for(name, identifiers[n]) for n, name in enumerate(["a.mp3", "b.mp3", "c.mp3", "a.mp3", "c.mp3"])
    ]
    assert given == [
        "a.mp3",
        "b.mp3",
        *(f"{name} ({identifiers[n]}).mp3" for n, name in [(2, "c"), (3, "a"), (4, "c")]),
    ]
    assert len(names._next) == 2


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_a_track_has_its_own_name_unless_windows_forbids_it(wav_name: str) -> None:
    name = mp3_file_name(wav_name)
    if not set('<>:"|?*') & set(name) and not name.upper().startswith(("CON", "PRN", "AUX", "NUL", "COM", "LPT")):
        assert named(name) == [name]
