"""Chapters of an MP3: the marked places of a recording."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from domain.passport import Marker

MAX_CHAPTERS = 255
"""As many as a table of contents in ID3v2 can name."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """From `start` to `end`, in milliseconds from the first sample of the recording."""

    start: int
    end: int
    sample: int
    """Where it starts exactly: the recording's sample per channel."""
    title: str


def chapters(markers: Sequence[Marker], samples: int, sample_rate: int) -> tuple[Chapter, ...]:
    """A chapter for each of the first `MAX_CHAPTERS` markers that are within the sound, which has so many samples.

    The markers come in the order of their positions. A chapter ends with its region, or else where a later one
    starts. Times are rounded to the nearest millisecond, which is as exact as ID3v2 has them. A marker without a name
    is called by its number, since players list titles.
    """
    within = list(islice((marker for marker in markers if marker.position < samples), MAX_CHAPTERS))
    found = []
    end = samples
    for number, marker in reversed(list(enumerate(within, start=1))):
        following = within[number].position if number < len(within) else samples
        end = following if following > marker.position else end
        stop = min(samples, marker.position + marker.length) if marker.length else end
        start, stop = _milliseconds(marker.position, sample_rate), _milliseconds(stop, sample_rate)
        found.append(Chapter(start, stop, marker.position, marker.title or f"Marker {number}"))
    return tuple(reversed(found))


def _milliseconds(samples: int, sample_rate: int) -> int:
    return (2000 * samples + sample_rate) // (2 * sample_rate)
