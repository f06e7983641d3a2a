"""Whether bytes that no format begins with look like samples whose head is missing.

Of sound, the high byte of a sample is near that of the one before it, and the low byte is not. Of compressed data
neither is; of text both are.
"""

from operator import sub

_LEAST_BYTES, _MOST_BYTES = 64, 1024
_LEAST_STEPS = 16
_NEAR = 8
_NEAR_BY_CHANCE = (2 * _NEAR + 1) / 256
_NEAR_STEPS = frozenset(step + turn for turn in (-256, 0, 256) for step in range(-_NEAR, _NEAR + 1) if step)
"""Also from one end of a byte's range to the other."""
_SHARE = 0.3
"""Of bytes that are near the one before, far more than by chance."""
_LAGS = (1, 2)
"""In samples: of one channel, of two."""
_MAGNITUDES = bytes(range(128)) * 2


def looks_like_samples(data: bytes) -> bool:
    """Of 8 bits (PCM, A-law, µ-law), 16, 24 or 32, in either byte order, of one or two channels."""
    data = data.lstrip(b"\0")[:_MOST_BYTES]
    if len(data) < _LEAST_BYTES:
        return False
    if max(_nearness(data.translate(table), lag) for table in (None, _MAGNITUDES) for lag in _LAGS) > _SHARE:
        return True
    return any(_is_sound(data, size) for size in (2, 3, 4))


def _is_sound(data: bytes, size: int) -> bool:
    """Whether of samples of so many bytes one byte moves as sound does, and one of the others does not."""
    found = [max(_nearness(data[place::size], lag) for lag in _LAGS) for place in range(size)]
    return max(found) > _SHARE and max(found) > min(found) + 2 * _NEAR_BY_CHANCE


def _nearness(values: bytes, lag: int) -> float:
    """How many values are near the one before, of all that differ from it."""
    steps = list(map(sub, values[lag:], values))
    differing = len(steps) - steps.count(0)
    return sum(map(_NEAR_STEPS.__contains__, steps)) / differing if differing >= _LEAST_STEPS else 0.0
