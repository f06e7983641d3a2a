"""What is encoded around a very short recording, so that every player takes its MP3 for one, and counts to the sample.

Players leave out the delays of encoder and decoder at the start, and the padding at the end, as the Info frame says
(http://gabriel.mp3-tech.org/mp3infotag.html, "Encoder delays"). ffmpeg takes a file for an MP3 with certainty where
it begins with seven frames, the Info frame being one (`mp3_read_probe` in its libavformat/mp3dec.c).
"""

from domain.output.format import Mp3Format

ENCODER_DELAY = 576
"""Samples before the first that LAME encodes; the decoder's own are not counted."""
DECODER_DELAY = 529
LEAST_FRAMES = 6
"""Of an MP3, besides its Info frame."""
_MOST_PADDING = 0xFFF
"""The Info frame has 12 bits for it, and as many for the delay."""
_ENCODED_BEYOND = 1152
"""LAME makes as many frames as the samples and so many more fill or begin (`lame_encode_flush` in its lame.c)."""


def least_encoded(target: Mp3Format) -> int:
    """How many samples LAME makes `LEAST_FRAMES` of, and no more."""
    return LEAST_FRAMES * target.samples_per_frame - _ENCODED_BEYOND


def begins_alone_from(target: Mp3Format) -> int:
    """How many samples a recording has at least that needs no silence before it."""
    most_before = LEAST_FRAMES * target.samples_per_frame - ENCODER_DELAY - _MOST_PADDING
    return max(_up_to_last_sample(target) + 1, most_before)


def silence_before(samples: int, target: Mp3Format) -> int:
    """How many samples of silence to encode before a recording of so many, to be counted with the encoder's delay.

    None, but where the padding alone would be more than its field holds, or where the recording would end in the frame
    in which the delays end: of that frame ffmpeg plays the delays as well, and GStreamer the padding. With the silence,
    the recording begins with the last sample of a frame, and ends with it or in another.
    """
    missing = begins_alone_from(target) - samples
    if missing <= 0:
        return 0
    beyond = max(0, missing - _up_to_last_sample(target))
    return _up_to_last_sample(target) + -(-beyond // target.samples_per_frame) * target.samples_per_frame


def _up_to_last_sample(target: Mp3Format) -> int:
    """Samples from the end of the delays to the last of their frame."""
    return -(ENCODER_DELAY + DECODER_DELAY + 1) % target.samples_per_frame
