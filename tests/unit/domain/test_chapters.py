"""Markers of a recording as chapters of its MP3."""

from hypothesis import given
from hypothesis import strategies as st

from domain.output.chapters import MAX_CHAPTERS, Chapter, chapters
from domain.passport import Marker

RATE = 44_100


def test_a_chapter_ends_where_a_later_one_starts_and_the_last_one_with_the_sound() -> None:
    markers = [Marker(0, 0, "a"), Marker(44_100, 0, "b"), Marker(44_100, 0, "c"), Marker(88_200, 0, "d")]
    assert chapters(markers, 132_300, RATE) == (
        Chapter(0, 1000, 0, "a"),
        Chapter(1000, 2000, 44_100, "b"),
        Chapter(1000, 2000, 44_100, "c"),
        Chapter(2000, 3000, 88_200, "d"),
    )


def test_a_region_ends_with_its_length_and_never_behind_the_sound() -> None:
    markers = [Marker(0, 22_050, "a"), Marker(11_025, 4_000_000, "b"), Marker(22_050, 0, "c")]
    assert chapters(markers, 44_100, RATE) == (
        Chapter(0, 500, 0, "a"),
        Chapter(250, 1000, 11_025, "b"),
        Chapter(500, 1000, 22_050, "c"),
    )


def test_markers_behind_the_sound_are_none() -> None:
    markers = [Marker(44_099, 0, "a"), Marker(44_100, 0, "b"), Marker(2**32, 0, "c")]
    assert chapters(markers, 44_100, RATE) == (Chapter(1000, 1000, 44_099, "a"),)


def test_markers_without_a_name_are_called_by_their_number() -> None:
    titles = [made.title for made in chapters([Marker(1, 0, ""), Marker(2, 0, "b"), Marker(3, 0, "")], 10, RATE)]
    assert titles == ["Marker 1", "b", "Marker 3"]


@given(
    positions=st.lists(st.tuples(st.integers(0, 10**8), st.integers(0, 10**6)), max_size=300).map(sorted),
    samples=st.integers(1, 10**8),
    rate=st.sampled_from([8000, 11_025, 44_100, 48_000, 384_002]),
)
def test_chapters_are_at_their_markers_within_half_a_millisecond(
    positions: list[tuple[int, int]], samples: int, rate: int
) -> None:
    markers = [Marker(position, length, "x") for position, length in positions]
    made = chapters(markers, samples, rate)
    within = [marker.position for marker in markers if marker.position < samples]
    assert [chapter.sample for chapter in made] == within[:MAX_CHAPTERS]
    for chapter in made:
        assert abs(chapter.start * rate - 1000 * chapter.sample) <= rate / 2
        assert chapter.start <= chapter.end <= 1000 * samples / rate + 0.5
