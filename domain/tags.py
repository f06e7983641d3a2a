"""Text tags: what a recording says about itself."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Self

from domain.code_pages import DEFAULT_CODE_PAGE, CodePage
from domain.raw_text import RawText
from domain.tag_texts import cleaned, most_characters

MAX_UNDECIDED_BYTES = 16 * 1024
"""Of texts that are kept as they are, in case that their code page is told later."""
MAX_ATTEMPTS = 4
"""So many texts of a field are looked at until one says something; real files have an empty one here and there."""


@dataclass(frozen=True, slots=True)
class Tags:
    """Texts about a recording, each empty where nothing is known. `TagCollector` makes them from what a file says."""

    title: str = ""
    artist: str = ""
    album_artist: str = ""
    album: str = ""
    track: str = ""
    """A number, or number and count: `3/12`."""
    genre: str = ""
    date: str = ""
    """`YYYY`, `YYYY-MM-DD` or `YYYY-MM-DDThh:mm`."""
    composer: str = ""
    publisher: str = ""
    copyright: str = ""
    encoded_by: str = ""
    """The person or organisation that made the file; `bext` calls it the originator."""
    software: str = ""
    """What the file was made with."""
    comment: str = ""
    description: str = ""
    """Of the recording, as `bext` has it."""

    def over(self, other: Self) -> Self:
        """These, and where they say nothing, the others."""
        return type(self)(*(ours or theirs for ours, theirs in zip(self.texts(), other.texts(), strict=True)))

    def texts(self) -> tuple[str, ...]:
        """All texts in the order of the fields."""
        return _texts(self)

    def __bool__(self) -> bool:
        return any(self.texts())


_texts = attrgetter(*(field.name for field in fields(Tags)))


ID3_FRAMES = {
    "TIT2": "title",
    "TPE1": "artist",
    "TPE2": "album_artist",
    "TALB": "album",
    "TRCK": "track",
    "TCON": "genre",
    "TCOM": "composer",
    "TPUB": "publisher",
    "TCOP": "copyright",
    "TENC": "encoded_by",
    "TSSE": "software",
}
"""Text frames of ID3v2.3, and the field of `Tags` that each holds."""


class TagCollector:
    """Takes texts one by one, of each field the first that says something; `MAX_ATTEMPTS` of a field are looked at.

    A text ends at its first NUL. Control, format and bidirectional characters are removed, it is NFC and at most 1,000
    characters long, a comment or description 4,000; only these two have more than one line. A date or a track number
    that is none is left out. Texts whose encoding is unknown are kept, as far as `MAX_UNDECIDED_BYTES`, until it is
    known which code page the file declares.
    """

    def __init__(self) -> None:
        self._found: dict[str, str] = {}
        self._attempts: Counter[str] = Counter()
        self._undecided: dict[str, RawText] = {}
        self._room = MAX_UNDECIDED_BYTES

    @property
    def tags(self) -> Tags:
        """What was found so far."""
        return Tags(**self._found)

    def take(self, texts: Iterable[tuple[str, RawText]], page: CodePage = DEFAULT_CODE_PAGE) -> Iterator[None]:
        """Take texts as they lie in a file. Yields after each that was looked at; the others are not even decoded."""
        for name, text in texts:
            if self._wants(name):
                self.put(name, text.decoded(most_characters(name), page))
                if name in self._found and text.is_undecided and not page.declared:
                    self._keep(name, text.cut(most_characters(name)))
                yield

    def read_again(self, page: CodePage) -> Iterator[None]:
        """Read the texts whose encoding is unknown in this page, which the file declares. Yields after each."""
        for name, text in self._undecided.items():
            if clean := cleaned(name, text.decoded(most_characters(name), page)):
                self._found[name] = clean
            yield
        self._undecided.clear()

    def _keep(self, name: str, text: RawText) -> None:
        if len(text.data) <= self._room:
            self._undecided[name] = text
            self._room -= len(text.data)

    def put(self, name: str, text: str) -> None:
        """Take a text of this field, if it can still count."""
        if self._wants(name):
            self._attempts[name] += 1
            if clean := cleaned(name, text):
                self._found[name] = clean

    def _wants(self, name: str) -> bool:
        return name not in self._found and self._attempts[name] < MAX_ATTEMPTS
