"""The MP3 as it is downloaded: as it is stored, or behind a tag that was written since."""

from collections.abc import AsyncIterator

from domain.output.converter import Mp3
from domain.output.tagged_mp3 import TaggedMp3
from domain.tracks import NewTag, StoredMp3, TrackKeeper


def delivered(keeper: TrackKeeper, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
    """`count` bytes of what is downloaded from byte `start`, in blocks of at most 1 MiB, none of them empty.

    `start + count <= mp3.size`. Raises what `TrackKeeper.read` does.
    """
    if mp3.tag is None:
        return keeper.read(mp3, start, count)
    return TaggedMp3(mp3.tag.data, _BehindTag(keeper, mp3, mp3.tag)).read(start, count)


class _BehindTag(Mp3):
    """What of the stored bytes comes behind a new tag."""

    def __init__(self, keeper: TrackKeeper, mp3: StoredMp3, tag: NewTag) -> None:
        self._keeper, self._mp3, self._first = keeper, mp3, tag.replaces
        self.size = mp3.stored_size - tag.replaces

    def read(self, start: int, count: int) -> AsyncIterator[bytes]:
        return self._keeper.read(self._mp3, self._first + start, count)
