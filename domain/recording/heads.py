"""Heads of whole WAVs that lie within or behind the sound of another.

Players and recorders are stopped and started again and append to one file; browsers hand a recording out in parts that
are whole WAVs each, which pages put into one Blob; `cat` joins files. Where the sizes of the earlier one are right, the
next head lies at its end. Where they are unknown or wrong, it lies somewhere in what is said to be sound, and is found
by its 16 bytes: a container, its kind, and the name of a chunk that is known. Samples that spell them by chance come
once in 10^26 bytes.
"""

import re

from domain.recording.containers import KNOWN_CHUNKS, MAGICS, WIDE_HEAD_BYTES, WIDE_RIFF, WIDE_WAVE

MAX_FALSE_HEADS = 100
"""In one file; after as many heads that were none of a further WAV, samples are no longer searched."""
_FORM_AT, _SPELLED_BYTES = 8, 16
_WAVE = b"WAVE"
# both begin with bytes that are always the same, by which search is fastest: what stands before is looked back at
_HEAD = re.compile(
    b"WAVE(?<=(?:%s).{4}WAVE)(?:%s)" % (b"|".join(MAGICS), b"|".join(re.escape(name) for name in sorted(KNOWN_CHUNKS))),
    re.DOTALL,
)
_WIDE_HEAD = re.compile(b"%s(?<=%s.{8}%s)" % (*map(re.escape, (WIDE_WAVE, WIDE_RIFF, WIDE_WAVE)),), re.DOTALL)
_WIDE_FORM_AT = 24
_TEXTS = {
    b"LIST": rb"(?:INFO(?:I[A-Z0-9]{3})?|adtl(?:labl|note|ltxt)?)",
    b"bext": rb"[ -~\r\n\0]{16}",
    b"cue ": rb".{12}data",
    b"guan": rb"\0{0,4}GUANO\|",
    b"iXML": rb"\0{0,4}(?:\xef\xbb\xbf)?<(?:\?xml|BWFX)",
    b"id3 ": rb"ID3[\2-\4]\0",
    b"ID3 ": rb"ID3[\2-\4]\0",
}
"""How their bodies begin. None is as large as 32 MiB, in either byte order."""
_TEXTS_BYTES = 24
"""As many tell the longest of them."""
_TEXT_HEADS = {
    name: re.compile(re.escape(name) + rb"(?!\0{4})(?:.{3}[\0\1]|[\0\1].{3})" + body, re.DOTALL)
    for name, body in _TEXTS.items()
}


def starts_wav(ahead: bytes) -> bool:
    """Whether these bytes begin as a whole WAV does; 40 of them are enough to tell."""
    return bool(_HEAD.match(ahead, _FORM_AT) or _WIDE_HEAD.match(ahead, _WIDE_FORM_AT))


def wav_within(data: bytes) -> int | None:
    """Where the first whole WAV begins in these bytes, by its head; None where none does."""
    if found := _HEAD.search(data, _FORM_AT):
        return found.start() - _FORM_AT
    found = _WIDE_HEAD.search(data, _WIDE_FORM_AT)
    return found.start() - _WIDE_FORM_AT if found else None


def starts_texts(ahead: bytes) -> bool:
    """Whether these bytes begin as a chunk of texts does, by more than a name that samples might spell."""
    return ahead[:4] in _TEXT_HEADS and bool(_TEXT_HEADS[ahead[:4]].match(ahead))


_TEXT_BEGINNINGS = {name[:1] for name in _TEXTS}


def _first_texts(held: bytes, start: int, end: int) -> int:
    """Where a chunk of texts begins, or `end`."""
    for head in _TEXT_HEADS.values():
        if (found := head.search(held, start, end + _TEXTS_BYTES)) and found.start() < end:
            end = found.start()
    return end


class HeadFinder:
    """Stops a `Pass` before the head of a whole WAV. Where `left` is 0 it finds none.

    Where it is told to, it stops before the first sound, too, or before a chunk of texts.
    """

    def __init__(self) -> None:
        self.wide = False
        """Whether to look for Sony Wave64, rather than for the containers of 32-bit sizes."""
        self.texts = False
        """Whether to look for a chunk of texts, too: where it is not known how long the sound is."""
        self.sound = False
        """Whether to look for the first byte that is not zero. No head lies before it."""
        self.left = MAX_FALSE_HEADS

    def __call__(self, held: bytes, start: int, end: int, last: bool, /) -> tuple[int, bool]:
        """As `domain.recording.feeding.Stop` says."""
        if self.sound:
            there = held[start:end].lstrip(b"\0")
            return end - start - len(there), bool(there)
        if not self.left:
            return end - start, False
        size, found = self._before_wav(held, start, end, last)
        if not self.texts:
            return size, found
        texts = _first_texts(held, start, start + size)
        if texts < start + size:
            return texts - start, True
        return (size if last or found else min(size, self._certain_texts_end(held, start, start + size) - start)), found

    def _certain_texts_end(self, held: bytes, start: int, end: int) -> int:
        """Where a chunk of texts may begin of which more is to come, or `end`."""
        for at in range(max(start, len(held) - _TEXTS_BYTES + 1), end):
            name = held[at : at + 4]
            if name[:1] in _TEXT_BEGINNINGS and any(known.startswith(name) for known in _TEXTS):
                return at
        return end

    def _before_wav(self, held: bytes, start: int, end: int, last: bool) -> tuple[int, bool]:
        pattern, form_at, size = (
            (_WIDE_HEAD, _WIDE_FORM_AT, WIDE_HEAD_BYTES) if self.wide else (_HEAD, _FORM_AT, _SPELLED_BYTES)
        )
        # no further than a head reaches that begins before `end`: there may be many a short `Pass` in what is held
        if found := pattern.search(held, start + form_at, end - 1 + size):
            return found.start() - form_at - start, True
        return (end if last else self._certain_end(held, start, end)) - start, False

    def _certain_end(self, held: bytes, start: int, end: int) -> int:
        """Where a head may begin of which more is to come, or `end`."""
        first, size = (WIDE_RIFF[:1], WIDE_HEAD_BYTES) if self.wide else (b"R", _SPELLED_BYTES)
        begins = max(start, len(held) - size + 1)
        tail = held[begins:]
        for at in range(min(end - begins, len(tail))):
            if tail[at : at + 1] in (first, b"B") and self._may_begin(tail[at:]):
                return begins + at
        return end

    def _may_begin(self, tail: bytes) -> bool:
        if self.wide:
            return WIDE_RIFF.startswith(tail[:16]) and WIDE_WAVE.startswith(tail[24:])
        name = tail[_FORM_AT + 4 :]
        return (
            any(magic.startswith(tail[:4]) for magic in MAGICS)
            and _WAVE.startswith(tail[_FORM_AT : _FORM_AT + 4])
            and (not name or any(known.startswith(name) for known in KNOWN_CHUNKS))
        )
