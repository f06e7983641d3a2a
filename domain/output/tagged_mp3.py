"""An MP3 behind its tag."""

from collections.abc import AsyncIterator

from domain.output.converter import Mp3


class TaggedMp3(Mp3):
    """The bytes of an ID3v2 tag (at most 1 MiB), then those of an MP3, as one."""

    def __init__(self, tag: bytes, mp3: Mp3) -> None:
        self._tag = tag
        self._mp3 = mp3
        self.size = len(tag) + mp3.size

    def read(self, start: int, count: int) -> AsyncIterator[bytes]:
        behind = start - len(self._tag)
        return self._mp3.read(behind, count) if behind >= 0 else self._read_both(start, count)

    async def _read_both(self, start: int, count: int) -> AsyncIterator[bytes]:
        head = self._tag[start : start + count]
        if head:
            yield head
        if rest := count - len(head):
            async for block in self._mp3.read(0, rest):
                yield block
