"""The port to what decodes codecs that pack samples into blocks, and how much of what it gives is the recording."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing

from domain.errors import ConverterFailed, UndecodableRecording
from domain.recording.format import WavFormat
from domain.recording.reader import WavReader
from domain.recording.sound import Padding

MOST_DECODED_BYTES = 128 * 1024
"""Of samples that a decoder gives at once. A codec may unpack 20 times: what it makes of one block of a file or an
upload is several MiB, which decoder, meter and encoder would all hold, and each of their copies, for each conversion.
"""


class AudioDecoder(ABC):
    """Makes plain samples of a codec's blocks."""

    @abstractmethod
    def decode(self, source: WavFormat, blocks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        """The samples, as `source.decoded` says they are, in blocks of whole ones.

        No block is empty or has more than `MOST_DECODED_BYTES`.
        `source.encoding` is a codec in blocks; every item of `blocks`, of which there is at least one, holds whole
        blocks, but the last one may end as `WavFormat.partial_block` says. All of it is decoded, padding included, and
        a block that the decoder refuses may just be missing: the caller knows how many samples there must be. Memory is
        bounded by one item and a few times `MOST_DECODED_BYTES`, whatever is made of it: no more is decoded than is
        taken.

        An exception raised by `blocks`, cancellation and closing leave no process, thread or file behind, and come out
        unchanged; `blocks` is not closed, that is its owner's work. Raises `UndecodableRecording` when the decoder
        gives up on the recording's blocks, `ConverterFailed` when it fails for any other reason, and
        `ConverterUnavailable` when it cannot run at all, or does not know this codec. Safe to repeat and to run several
        at once.
        """


async def decoded_in_parts(
    decoder: AudioDecoder, source: WavFormat, blocks: AsyncIterator[bytes], fresh_starts: Sequence[int]
) -> AsyncGenerator[bytes, None]:
    """What the decoder makes of the blocks, begun anew at each of these places, in bytes.

    They may become more while blocks come, but none that lies behind. `blocks` is not closed.
    """
    parts = _Parts(blocks, fresh_starts)
    while await parts.go_on():
        async with aclosing(parts.next()) as part, aclosing(decoder.decode(source, part)) as samples:
            async for block in samples:
                yield block


class _Parts:
    """Cuts blocks where a part begins."""

    def __init__(self, blocks: AsyncIterator[bytes], starts: Sequence[int]) -> None:
        self._blocks = blocks
        self._starts = starts
        self._next = 0
        self._at = 0
        self._held = b""

    async def go_on(self) -> bool:
        """Whether anything follows."""
        if not self._held:
            self._held = await anext(self._blocks, b"")
        return bool(self._held)

    async def next(self) -> AsyncGenerator[bytes, None]:
        """The next part, of which there is something."""
        while await self.go_on():
            piece = self._held
            if self._next < len(self._starts):
                piece = piece[: self._starts[self._next] - self._at]
                if not piece:
                    self._next += 1
                    return
            self._held = self._held[len(piece) :]
            self._at += len(piece)
            yield piece


async def decoded_exactly(
    decoded: AsyncGenerator[bytes, None], source: WavFormat, reader: WavReader
) -> AsyncGenerator[bytes, None]:
    """As many of the decoded samples as the reader has counted, of which those that may be padding are held back.

    What is missing of less than a block is silence. Raises `UndecodableRecording` where a block or more is missing,
    `ConverterFailed` where as much is left over. Closes `decoded`.
    """
    size = source.decoded.block_bytes
    held, given = bytearray(), 0
    async with aclosing(decoded):
        async for block in decoded:
            held += block
            ready = bytes(held[: max(0, len(held) - reader.most_padding * size)])
            del held[: len(ready)]
            _refuse_surplus(given + len(ready), source, reader)
            if sound := _without_padding(ready, given, size, reader.paddings):
                yield sound
            given += len(ready)
    _refuse_surplus(given + len(held), source, reader)
    _refuse_lack(given + len(held), source, reader)
    rest = reader.with_padding * size - given
    if sound := _without_padding(bytes(held[: max(0, rest)]).ljust(rest, b"\0"), given, size, reader.paddings):
        yield sound


def _refuse_surplus(given: int, source: WavFormat, reader: WavReader) -> None:
    size = source.decoded.block_bytes
    if given > (reader.with_padding + source.block_samples) * size:
        found = f"{reader.with_padding} samples of {source.encoding.value} became {given // size} or more"
        raise ConverterFailed(found)


def _refuse_lack(given: int, source: WavFormat, reader: WavReader) -> None:
    size = source.decoded.block_bytes
    if given <= (reader.with_padding - source.block_samples) * size:
        raise UndecodableRecording(source.encoding.value, f"{reader.with_padding} samples became {given // size}")


def _without_padding(decoded: bytes, start: int, size: int, paddings: Sequence[Padding]) -> bytes:
    """Of bytes that begin at `start`, `size` of them a sample, those that are sound."""
    sound = bytearray(decoded)
    for padding in reversed(paddings):
        first = padding.start * size - start
        del sound[max(0, first) : max(0, first + padding.count * size)]
    return bytes(sound)
