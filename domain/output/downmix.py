"""Mixing more than two channels down to what an MP3 holds."""

from domain.recording.format import WavFormat

_HALF_POWER = 0.5**0.5

# Left and right weights of the speaker positions, in the order of the bits of dwChannelMask (WAVEFORMATEXTENSIBLE).
# Front, centre and surround weights are those of ITU-R BS.775 Annex 4; the low-frequency channel is left out there too.
_SPEAKER_WEIGHTS = (
    (1.0, 0.0),  # front left
    (0.0, 1.0),  # front right
    (_HALF_POWER, _HALF_POWER),  # front centre
    (0.0, 0.0),  # low frequency
    (_HALF_POWER, 0.0),  # back left
    (0.0, _HALF_POWER),  # back right
    (1.0, 0.0),  # front left of centre
    (0.0, 1.0),  # front right of centre
    (0.5, 0.5),  # back centre
    (_HALF_POWER, 0.0),  # side left
    (0.0, _HALF_POWER),  # side right
    (0.5, 0.5),  # top centre
    (_HALF_POWER, 0.0),  # top front left
    (0.5, 0.5),  # top front centre
    (0.0, _HALF_POWER),  # top front right
    (0.5, 0.0),  # top back left
    (_HALF_POWER / 2, _HALF_POWER / 2),  # top back centre
    (0.0, 0.5),  # top back right
)


def downmix_matrix(source: WavFormat) -> tuple[tuple[float, ...], ...]:
    """The weights of each output channel: one row per output channel, one column per input channel.

    One and two channels stay as they are. More become stereo by the channel mask, scaled so that no row adds up to
    more than 1 (nothing can clip), or without a fitting mask mono, in which every channel has the same weight.
    """
    if source.channels <= 2:
        return tuple(tuple(float(i == o) for i in range(source.channels)) for o in range(source.channels))
    speakers = [weights for bit, weights in enumerate(_SPEAKER_WEIGHTS) if source.channel_mask >> bit & 1]
    if len(speakers) != source.channels or source.channel_mask >> len(_SPEAKER_WEIGHTS):
        return ((1 / source.channels,) * source.channels,)
    rows = [[weights[side] for weights in speakers] for side in (0, 1)]
    scale = max(1.0, *(sum(row) for row in rows))
    return tuple(tuple(weight / scale for weight in row) for row in rows)
