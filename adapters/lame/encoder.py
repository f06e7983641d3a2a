"""LAME by way of lameenc: one encoder for one stream of frames."""

import lameenc

from domain.output.format import Mp3Format

_QUALITY = 5
"""LAME's speed of encoding, as ffmpeg has it by default."""
_VBR_MTRH = 4
"""LAME's own variable bit rate, `vbr_mtrh` of lame.h."""


def new_encoder(target: Mp3Format) -> lameenc.Encoder:
    """An encoder of 16-bit little-endian interleaved samples, which allocates little before it is used."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_channels(target.channels)
    encoder.set_in_sample_rate(target.sample_rate)
    encoder.set_out_sample_rate(target.sample_rate)
    encoder.set_quality(_QUALITY)
    if target.quality.bit_rate is None:
        encoder.set_vbr(_VBR_MTRH)
        encoder.set_vbr_quality(target.quality.variable)
    else:
        encoder.set_bit_rate(target.quality.bit_rate)
    return encoder
