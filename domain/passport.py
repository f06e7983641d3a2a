"""Passports: what the recorder wrote about a recording, beside what is for listeners."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Passport: TypeAlias = Mapping[str, Any]
"""JSON by chunk: `bext`, `iXML`, `GUANO`, `AudioMoth`, `cue`, `smpl`, `inst`, `cart`, those that say something.

Names within are those of the recorder or of the chunk's standard. Values are texts (cleaned, at most 4,000 characters),
numbers, objects and lists; docs/recordings.md has the layout. `domain.recording.passport` makes them, bounded.
"""


@dataclass(frozen=True, slots=True)
class Marker:
    """A place in a recording that somebody marked."""

    position: int
    """In samples per channel from the first."""
    length: int
    """Of a region, in the same; 0 of a place alone."""
    title: str
    """One line, at most 100 characters; empty where it has no name."""
