"""What has to be in the database, by all that was promised, seen, deleted and restored."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.crash.book import Promise

Rows = Mapping[str, tuple[str, str]]
"""By the UUID of a track, the SHA-256 of its MP3 and that of its WAV."""


@dataclass
class Backup:
    """A file that `music-app backup` has written while uploads went on.

    It has `count` tracks: all of `least`, which were there before, and of the others only such as `most`, which were
    there after it.
    """

    path: Path
    least: frozenset[str]
    most: frozenset[str]
    count: int

    def problem(self, found: Collection[str]) -> str:
        """Why a database with these tracks is not what was backed up; empty if it is."""
        tracks = set(found)
        if missing := self.least - tracks:
            return f"without {shortened(missing)} of its tracks"
        if more := tracks - self.most:
            return f"with {shortened(more)} that it has not"
        return "" if len(tracks) == self.count else f"with {len(tracks)} tracks of {self.count}"


class Expected:
    """`present` must be there for ever, `gone` never again; all others may be there, once."""

    def __init__(self) -> None:
        self.promised: dict[str, Promise] = {}
        self.present: set[str] = set()
        self.gone: set[str] = set()
        self.rows: dict[str, tuple[str, str]] = {}
        """Of every track that was ever seen."""

    def promise(self, promises: Iterable[Promise]) -> None:
        """These were answered 201."""
        for promise in promises:
            self.promised[promise.track_uuid] = promise
            self.present.add(promise.track_uuid)

    def delete(self, track_uuid: str) -> None:
        """The deletion of this track was committed."""
        self.present.discard(track_uuid)
        self.gone.add(track_uuid)

    def restore(self, found: Collection[str]) -> None:
        """A backup with these tracks was restored: they are there, and all others that ever were are not."""
        known = self.present | self.gone | self.rows.keys()
        self.present = set(found)
        self.gone = known - self.present

    def compare(self, rows: Rows) -> list[str]:
        """What is wrong with these rows. What is seen for the first time has to stay from now on."""
        wrong = [f"{track} is lost" for track in sorted(self.present - rows.keys())]
        wrong += [f"{track} has come back" for track in sorted(self.gone & rows.keys())]
        for track, digests in rows.items():
            if self.rows.setdefault(track, digests) != digests:
                wrong.append(f"the row of {track} has changed")
            if track in self.promised and self.promised[track].clip.sha256 != digests[1]:
                wrong.append(f"the row of {track} is that of another recording")
        self.present |= rows.keys() - self.gone
        return wrong


def backed_up(path: Path, told: str, before: Collection[str], after: Collection[str]) -> Backup:
    """A backup by what `music-app backup` has said, and the tracks that were there before and after it."""
    found = re.search(r"\b(\d+) tracks\b", told)
    if found is None:
        raise ValueError(f"a backup does not say how many tracks it has: {told}")
    return Backup(path, frozenset(before), frozenset(after), int(found[1]))


def shortened(tracks: Collection[str]) -> str:
    """Three of them, and how many more there are."""
    first = sorted(tracks)[:3]
    return ", ".join(first) + (f" and {len(tracks) - len(first)} more" if len(tracks) > len(first) else "")
