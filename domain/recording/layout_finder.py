"""Finds out how samples lie in four bytes, while they come."""

from domain.errors import DamagedRecording
from domain.recording.four_bytes import FourBytes, Layout, find_layout, laid_out, surely_integers, top_is_used

WINDOW_BYTES = 32 * 1024
"""So much is looked at, from the first sample that is not zero on."""
_THREES_AND_FOURS = 12
"""Bytes that are whole samples in every layout."""


class LayoutFinder:
    """Hands out samples as their layout wants it. Holds up to `WINDOW_BYTES` while that is not known.

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
        self._certain = True

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
        looked_at = words[: WINDOW_BYTES - len(self._held)]
        self._held += words
        if self._begun and (len(self._held) >= WINDOW_BYTES or surely_integers(self._said, looked_at)):
            return zeros + self.finish()
        return zeros

    def finish(self) -> bytes:
        """What is held; for it is known now, or never will be, what it is."""
        held, self._held = bytes(self._held), bytearray()
        if not self.layout and self._begun:
            self.layout, self._certain = find_layout(
                self._said, held[:WINDOW_BYTES], self._channels, swapped=self._swapped
            )
        return self._laid_out(self.layout, held) if self.layout else held

    def _leading_zeros(self, words: bytes) -> int:
        zeros = len(words) - len(words.lstrip(b"\0"))
        return zeros - zeros % (_THREES_AND_FOURS * self._channels)

    def _laid_out(self, layout: Layout, words: bytes) -> bytes:
        if not self._certain and top_is_used(words):
            # 48 dB too loud is what has been handed out so far
            raise DamagedRecording("its 24-bit samples lie in the low three of four bytes, and then in the high three")
        return laid_out(layout, words)
