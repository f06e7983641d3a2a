"""What the samples of a file are, and how they lie in it."""

from dataclasses import dataclass, replace

from domain.recording.format import Codec, RecordingFormat, SampleEncoding, WavFormat
from domain.recording.four_bytes import FourBytes, Layout
from domain.recording.repairs import Repair

SAMPLE_BYTES = {
    SampleEncoding.UNSIGNED_8: 1,
    SampleEncoding.SIGNED_16: 2,
    SampleEncoding.SIGNED_24: 3,
    SampleEncoding.SIGNED_32: 4,
    SampleEncoding.SIGNED_64: 8,
    SampleEncoding.FLOAT_32: 4,
    SampleEncoding.FLOAT_64: 8,
    SampleEncoding.A_LAW: 1,
    SampleEncoding.MU_LAW: 1,
}


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """What the file holds: `format` is what is handed out, the rest says how it lies in the file."""

    recording: RecordingFormat
    format: WavFormat
    file_block_bytes: int
    """Of one block in the file."""
    file_sample_bytes: int
    """Of one sample's container in the file; 1 for the block codecs, which have no byte order."""
    repairs: tuple[Repair, ...]
    padding_samples: int = 0
    """Fewer samples per channel than this, at the end, may fill up the last block of a codec."""
    four_bytes: FourBytes | None = None
    """What is said of samples in four bytes each, whose layout only they can tell."""

    def laid_out(self, layout: Layout) -> "SourceFormat":
        """With what the samples have told."""
        size = SAMPLE_BYTES[layout.encoding]
        block = size * self.format.channels
        recording = self.recording
        if layout.encoding is SampleEncoding.FLOAT_32:
            recording = replace(recording, codec=Codec.FLOAT, bits=32)
        found = replace(self.format, encoding=layout.encoding, block_bytes=block)
        return replace(self, recording=recording, format=found, file_block_bytes=block, file_sample_bytes=size)

    def agrees_with(self, other: "SourceFormat") -> bool:
        """Whether the samples of both lie and are handed out alike. Channels without a mask agree with any mask."""
        if self.four_bytes is not other.four_bytes:
            return False
        ours, theirs = self.format, other.format
        if bool(ours.channel_mask) == bool(theirs.channel_mask):
            return ours == theirs
        return replace(ours, channel_mask=0) == replace(theirs, channel_mask=0)
