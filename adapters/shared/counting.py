"""How long samples are."""

from domain.wav.format import SampleEncoding, WavFormat


def samples_in(source: WavFormat, size: int) -> int:
    """Samples per channel in the first `size` bytes that the WAV reader hands out; its last ADPCM block may be short.

    A block holds a head and then 4 bits for each sample, in IMA ADPCM in groups of eight (Multimedia Registration Kit
    Revision 3.0, Microsoft, 1994).
    """
    blocks, rest = divmod(size, source.block_bytes)
    channels, partial = source.channels, 0
    if source.encoding is SampleEncoding.MS_ADPCM and rest >= 7 * channels:
        partial = (rest - 6 * channels) * 2 // channels
    elif source.encoding is SampleEncoding.IMA_ADPCM and rest >= 4 * channels:
        partial = 1 + 8 * (rest // (4 * channels) - 1)
    return blocks * source.block_samples + partial
