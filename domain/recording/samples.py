"""From the bytes of the data chunk to sample bytes as `SampleEncoding` wants them."""

from array import array

from domain.errors import DamagedRecording
from domain.recording.adpcm_heads import Transform, ima_adpcm_mender, ms_adpcm_mender
from domain.recording.bitstreams import BitstreamFinder
from domain.recording.format import SampleEncoding
from domain.recording.four_bytes import Layout
from domain.recording.layout_finder import LayoutFinder
from domain.recording.source_format import SourceFormat

_ARRAY_TYPES = {array(code).itemsize: code for code in "HIQ"}


class SampleStream:
    """Cuts the data into whole blocks, re-encodes them, and counts them.

    Holds less than one block, and of samples in four bytes what `LayoutFinder` does.
    """

    def __init__(self, source: SourceFormat, *, big_endian: bool, after: "SampleStream | None" = None) -> None:
        """`after` is the stream of the same format that it goes on with, and that has finished."""
        self.samples: int = after.samples if after else 0
        self.layout: Layout | None = after.layout if after else None
        """How samples lie in four bytes, as far as that was found out."""
        self._source = source.laid_out(self.layout) if self.layout else source
        self._transform = _transform(self._source, big_endian=big_endian)
        self._goes_on = after is not None
        self._rest = bytearray()
        self.finder: LayoutFinder | None = after.finder if after else _layout_finder(source, big_endian=big_endian)
        """Of the whole recording, if its samples have four bytes."""
        self.bitstreams: BitstreamFinder = after.bitstreams if after else BitstreamFinder(source.format.encoding)
        """Of the whole recording."""

    @property
    def settled(self) -> bool:
        """Whether it is certain in which encoding samples are handed out; until then there are only zeros."""
        return self.finder is None or self.layout is not None

    def push(self, data: bytes) -> bytes:
        """Whole blocks out of what was left and `data`.

        Raises `UnsupportedCodec` where they are no samples, and `DamagedRecording` where they contradict each other.
        """
        block = self._source.file_block_bytes
        if len(self._rest) + len(data) < block:
            self._rest += data
            return b""
        if self._rest:
            data = bytes(self._rest) + data
        excess = len(data) % block
        self._rest = bytearray(data[len(data) - excess :]) if excess else bytearray()
        self.samples += len(data) // block * self._source.format.block_samples
        whole = data[:-excess] if excess else data
        samples = self._transform(whole) if self._transform else whole
        if self.finder:
            samples = self._found(self.finder, self.finder.push(samples))
        self.bitstreams.look(samples)
        return samples

    def finish(self, *, goes_on: bool = False, afresh: bool = False) -> tuple[bytes, int]:
        """What is held, and can be used of the last, partial block; and how many bytes cannot. Raises as `push`.

        Where another stream goes on, it has what is held, and nothing is used that would shift the blocks of a codec,
        unless they are decoded `afresh`.
        """
        held = b"" if goes_on else self._settle()
        cut_off = goes_on and not afresh and self._source.format.encoding.in_blocks
        usable, samples = (0, 0) if cut_off else self._source.format.partial_block(len(self._rest))
        tail, dropped = bytes(self._rest[:usable]), len(self._rest) - usable
        self._rest = bytearray()
        self.samples += samples
        return held + (self._transform(tail) if self._transform and tail else tail), dropped

    def _settle(self) -> bytes:
        """What is held: nothing follows that could tell more of it."""
        held = self._found(self.finder, self.finder.finish()) if self.finder else b""
        self.bitstreams.look(held)
        self.bitstreams.finish()
        return held

    def _found(self, finder: LayoutFinder, samples: bytes) -> bytes:
        """What of them is whole blocks in the layout that was found."""
        if finder.layout is None or self.layout:
            return samples
        before = self._source.file_block_bytes
        self.layout = finder.layout
        self._source = self._source.laid_out(finder.layout)
        self.bitstreams = BitstreamFinder(self._source.format.encoding)
        block = self._source.file_block_bytes
        if block == before:
            return samples
        if self._goes_on:
            # Those of four bytes, of which alone all before was made, are not where those of three are
            raise DamagedRecording("its 24-bit samples lie in three bytes each, although its format says four")
        # What was handed out until now is zeros, and whole blocks of both sizes
        if self._transform:
            samples, self._transform = self._transform(samples), _swap_three
        end = len(samples) - len(samples) % block
        rest = samples[end:] + bytes(self._rest)
        more = len(rest) - len(rest) % block
        self._rest = bytearray(rest[more:])
        self.samples = (self.samples * before + len(rest) - len(samples[end:])) // block
        whole = samples[:end] + rest[:more]
        return self._transform(whole) if self._transform else whole


def _layout_finder(source: SourceFormat, *, big_endian: bool) -> LayoutFinder | None:
    """None where the format says how samples lie."""
    if source.four_bytes is None:
        return None
    return LayoutFinder(source.four_bytes, source.format.channels, swapped=big_endian)


def _transform(source: SourceFormat, *, big_endian: bool) -> Transform | None:
    """How blocks are re-encoded; None where they are right as they are."""
    encoding, size = source.format.encoding, source.file_sample_bytes
    if encoding is SampleEncoding.MS_ADPCM:
        return ms_adpcm_mender(source)
    if encoding in (SampleEncoding.IMA_ADPCM, SampleEncoding.IMA_ADPCM_3):
        return ima_adpcm_mender(source)
    if not big_endian or size == 1:
        return None
    return _swap_three if size == 3 else _byte_swapper(_ARRAY_TYPES[size])


def _byte_swapper(code: str) -> Transform:
    def swap(data: bytes) -> bytes:
        words = array(code, data)
        words.byteswap()
        return words.tobytes()

    return swap


def _swap_three(data: bytes) -> bytes:
    swapped = bytearray(data)
    swapped[0::3], swapped[2::3] = data[2::3], data[0::3]
    return bytes(swapped)
