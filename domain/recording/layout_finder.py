"""Finds out how samples lie in four bytes, while they come."""

from domain.errors import DamagedRecording
from domain.recording.four_bytes import FourBytes, Layout, laid_out
from domain.recording.layout_signs import (
    find_layout,
    is_far_above_full_scale,
    may_be_floats,
    show_floats,
    surely_integers,
    top_is_used,
)

WINDOW_BYTES = 32 * 1024
"""So much is looked at, from the first sample that is not zero on."""
MOST_WINDOW_BYTES = 256 * 1024
"""So much where that leaves a doubt."""
_THREES_AND_FOURS = 12
"""Bytes that are whole samples in every layout."""


class LayoutFinder:
    """Hands out samples as their layout wants it. Holds up to `WINDOW_BYTES` while that is not known,
    and where these leave a doubt, up to `MOST_WINDOW_BYTES`.

    Zeros before the first other sample are the same in every layout: they are handed out at once, however many.
    """

    def __init__(self, said: FourBytes, channels: int, *, swapped: bool) -> None:
        """`swapped` says that the words of the file are big-endian."""
        self.layout: Layout | None = None
        """None until it was found."""
        self._said = said
        self._channels = channels
        self._swapped = swapped
        self._held = bytearray()
        self._begun = False
        self._window = WINDOW_BYTES
        self._found: tuple[Layout, bool] | None = None
        self._doubt = False
        self._tops: set[int] = set()

    def push(self, words: bytes) -> bytes:
        """What can be handed out after these whole blocks of little-endian words.

        Raises `DamagedRecording` where they contradict what the first ones seemed to be.
        """
        if self.layout:
            return self._laid_out(self.layout, words)
        zeros = b""
        if not self._begun:
            words = bytes(self._held) + words
            zeros = words[: self._leading_zeros(words)]
            words = words[len(zeros) :]
            self._held.clear()
            self._begun = bool(words.strip(b"\0"))
        looked_at = words[: WINDOW_BYTES - len(self._held)] if len(self._held) < WINDOW_BYTES else b""
        self._held += words
        if self._begun and (surely_integers(self._said, looked_at) or self._seen_enough()):
            return zeros + self.finish()
        return zeros

    def _seen_enough(self) -> bool:
        """Whether a window is full that leaves no doubt, or the last one; each is twice as long as the one before."""
        while len(self._held) >= self._window:
            if self._look()[1] or self._window == MOST_WINDOW_BYTES:
                return True
            self._window *= 2
        return False

    def _look(self) -> tuple[Layout, bool]:
        """At the window. Floats stay floats where more of them show one that is none of sound, such as NaN."""
        words = bytes(memoryview(self._held)[: self._window])
        found = find_layout(self._said, words, self._channels, swapped=self._swapped)
        if self._found is None or self._found[0] is not Layout.FLOAT or found[0].encoding is Layout.FLOAT.encoding:
            self._found = found
        return self._found

    def finish(self) -> bytes:
        """What is held; for it is known now, or never will be, what it is."""
        if not self.layout and self._begun:
            self.layout, certain = self._look()
            self._doubt = not certain
        held, self._held = bytes(self._held), bytearray()
        return self._laid_out(self.layout, held) if self.layout else held

    def _leading_zeros(self, words: bytes) -> int:
        zeros = len(words) - len(words.lstrip(b"\0"))
        return zeros - zeros % (_THREES_AND_FOURS * self._channels)

    def _laid_out(self, layout: Layout, words: bytes) -> bytes:
        if self._doubt:
            self._refuse_other_than(layout, words)
        return laid_out(layout, words)

    def _refuse_other_than(self, layout: Layout, words: bytes) -> None:
        """Raise `DamagedRecording` where these words show what was in doubt: that all before was made too loud."""
        if layout is Layout.LOW_THREE and top_is_used(words):
            raise DamagedRecording("its 24-bit samples lie in the low three of four bytes, and then in the high three")
        if layout is Layout.FLOAT and is_far_above_full_scale(words):
            raise DamagedRecording("its samples are floats that are quieter than 1 first, and then far above")
        if layout is Layout.WHOLE:
            self._doubt = may_be_floats(self._said, words)
            self._tops.update(words[3::4])
            if self._doubt and show_floats(bytes(self._tops)):
                raise DamagedRecording("its samples are 32-bit floats, which its format chunk calls integers")
