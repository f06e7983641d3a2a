"""The crash trial does what its seed says, and finds what must not be."""

from collections import Counter
from pathlib import Path

import pytest

from tests.crash.book import Book, Clip, Promise
from tests.crash.expected import Backup, Expected, backed_up
from tests.crash.plan import BLOCK, CONVERTERS, KINDS, Round, rounds
from tests.crash.report import Outcome, summary

CLIP = Clip(1, b"RIFF", "of the WAV")
ROW = ("of the MP3", CLIP.sha256)


def promise(track: str) -> Promise:
    return Promise(f"/record?id={track}&user=1", CLIP)


def expecting(*tracks: str) -> Expected:
    """What is expected after these were promised, and seen."""
    expected = Expected()
    expected.promise(map(promise, tracks))
    assert expected.compare(dict.fromkeys(tracks, ROW)) == []
    return expected


def test_the_same_seed_plans_the_same_and_another_one_something_else() -> None:
    assert Round(3, 1, "lame", 50).steps() == Round(3, 1, "lame", 50).steps()
    assert Round(3, 1, "lame", 50).steps() != Round(3, 2, "lame", 50).steps()
    assert Round(3, 1, "lame", 50).steps() != Round(4, 1, "lame", 50).steps()


def test_rounds_have_as_many_kills_as_are_asked_for_and_both_converters() -> None:
    planned = rounds(1, 3030, 50, CONVERTERS, {})

    assert sum(what.kills for what in planned) == sum(len(what.steps()) for what in planned) == 3030
    assert Counter(what.converter for what in planned) == {"lame": 31, "ffmpeg": 30}


@pytest.mark.parametrize("converter", CONVERTERS)
def test_everything_is_killed_as_often_and_all_is_done_between(converter: str) -> None:
    steps = Round(0, 1, converter, 60).steps()

    assert Counter(step.kind for step in steps) == dict.fromkeys(KINDS[converter], 60 // len(KINDS[converter]))
    assert sum(step.backup for step in steps) == sum(step.restore is not None for step in steps) == 60 // BLOCK
    assert sum(step.deletions for step in steps) >= 30
    assert any(step.cut_start for step in steps)


@pytest.mark.parametrize("kills", [1, 2, 3, 4, 9, 11, 25])
def test_a_backup_is_made_before_each_restore(kills: int) -> None:
    for seed in range(20):
        steps = Round(0, seed, "lame", kills).steps()
        for start in range(0, kills, BLOCK):
            block = steps[start : start + BLOCK]
            [backup] = [number for number, step in enumerate(block) if step.backup]
            [restore] = [number for number, step in enumerate(block) if step.restore]
            assert backup <= restore


def test_what_was_promised_and_is_not_there_is_lost() -> None:
    assert expecting("a", "b").compare({"a": ROW}) == ["b is lost"]


def test_what_was_seen_once_must_stay_even_if_nobody_was_told() -> None:
    expected = expecting("a")
    assert expected.compare({"a": ROW, "unanswered": ROW}) == []

    assert expected.compare({"a": ROW}) == ["unanswered is lost"]


def test_what_was_deleted_must_not_come_back() -> None:
    expected = expecting("a", "b")
    expected.delete("b")

    assert expected.compare({"a": ROW}) == []
    assert expected.compare({"a": ROW, "b": ROW}) == ["b has come back"]


def test_a_row_that_changes_is_found() -> None:
    assert expecting("a").compare({"a": ("other", CLIP.sha256)}) == ["the row of a has changed"]


def test_a_row_with_another_recording_is_found() -> None:
    expected = Expected()
    expected.promise([promise("a")])

    assert expected.compare({"a": ("of the MP3", "of another WAV")}) == ["the row of a is that of another recording"]


def test_after_a_restore_the_tracks_of_the_backup_are_there_and_no_others() -> None:
    expected = expecting("kept", "deleted")
    expected.delete("deleted")
    expected.promise([promise("later")])
    expected.restore(["kept", "deleted"])

    assert expected.compare({"kept": ROW, "deleted": ROW}) == []
    assert expected.compare({"kept": ROW, "later": ROW}) == ["deleted is lost", "later has come back"]


def test_a_restored_row_must_be_the_one_that_it_was() -> None:
    expected = expecting("a")
    expected.restore(["a"])

    assert expected.compare({"a": ("other", CLIP.sha256)}) == ["the row of a has changed"]


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        ({"a", "b"}, ""),
        ({"a", "c"}, ""),
        ({"b", "c"}, "without a of its tracks"),
        ({"a", "d"}, "with d that it has not"),
        ({"a"}, "with 1 tracks of 2"),
        ({"a", "b", "c"}, "with 3 tracks of 2"),
    ],
)
def test_a_backup_made_while_uploads_went_on_has_some_of_them(found: set[str], problem: str) -> None:
    backup = Backup(Path("backup.zip"), frozenset("a"), frozenset("abc"), 2)

    assert backup.problem(found) == problem


def test_the_number_of_its_tracks_is_what_the_backup_says() -> None:
    backup = backed_up(Path("x.zip"), "x.zip: 4 users, 12 tracks, 3 schema_migrations, 99 bytes", [], ["a"])

    assert (backup.count, backup.least, backup.most) == (12, frozenset(), frozenset("a"))
    with pytest.raises(ValueError, match="how many tracks"):
        backed_up(Path("x.zip"), "x.zip: done", [], [])


def test_while_the_book_is_closed_nobody_uploads() -> None:
    book = Book()
    asked = []

    def upload(url: str) -> tuple[str, Promise | None]:
        asked.append(url)
        return "201", promise("a")

    assert book.note(upload) is None
    book.open("http://here")
    assert book.note(upload) == "201"
    book.close()

    assert book.note(upload) is None
    assert asked == ["http://here"]
    assert [promise.track_uuid for promise in book.promises] == ["a"]
    assert book.await_quiet(0)


def test_an_upload_that_is_broken_off_promises_nothing() -> None:
    book = Book()
    book.open("http://here")

    def upload(url: str) -> tuple[str, Promise | None]:
        raise ConnectionResetError

    assert book.note(upload) == "broken off"
    assert book.promises == []
    assert book.await_quiet(0)


def test_the_summary_lists_violations_with_the_way_to_try_again(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = Outcome(Round(0, 7, "lame", 2)), Outcome(Round(1, 7, "ffmpeg", 3, {"MAX_UPLOADS": "4"}))
    good.kills.update(service=1, postmaster=1)
    bad.kills.update(ffmpeg=3)
    bad.wrong("a is lost")
    bad.wrong("a is lost")

    text = summary([good, bad], 60)

    assert "5 in all" in text
    assert "5 kills a minute" in text
    assert text.splitlines()[-3:] == [
        "violations  1",
        "  round 1, to be tried again by: python -m tests.crash --seed 7 --round 1 --kills-a-round 3 --converter ffmpeg"
        " --set MAX_UPLOADS=4",
        "    a is lost",
    ]
    assert summary([good], 60).splitlines()[-1] == "violations  0"
    assert capsys.readouterr().out == "VIOLATION in round 1: a is lost\n"
