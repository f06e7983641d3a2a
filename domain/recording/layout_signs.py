"""By what it is told how samples lie in four bytes, from those that came first.

Floats have exponents of sound in all their words, several of them, and both signs. Integers that look like that would
have to jump over everything around zero each time that they change sign: no sound does. In doubt they are integers.
"""

from array import array
from collections.abc import Mapping
from operator import sub

from domain.recording.four_bytes import FourBytes, Layout, laid_out

_WIDE_FLOATS = {
    FourBytes.PCM_24: Layout.FLOAT_24_0,
    FourBytes.PCM_32: Layout.FLOAT_16_8,
    FourBytes.MARKED_32: Layout.FLOAT_16_8,
}
_SIGN_EXTENSIONS = b"\0\xff"
_TINY = b"\0\x80"
"""The top byte of floats below 2^-125, zeros among them, and of integers that are small: it tells nothing."""
_UNSIGNED = bytes(range(128)) * 2
_NEGATIVE = bytes(range(128, 256))
_LEAST = 0x15
"""The top byte without its sign of floats from 2^-85 on: what rounding leaves where a computed sine crosses zero."""
_AUDIBLE = 0x33
"""From 2^-25 on."""
_HIGHEST = {FourBytes.PCM_24: 0x4B, FourBytes.PCM_32: 0x47, FourBytes.MARKED_32: 0x47}
"""Up to 2^25 and 2^17, which is four times full scale."""
_ABOVE_FULL_SCALE, _ABOVE_ONE = 8.0, 0x41
"""More than recordings overshoot a full scale of 1; the top byte of such floats."""
_FAR_ABOVE = 0x43
"""The top byte of floats from 128 on."""
_DIFFERENT_WORDS, _DIFFERENT_TOPS = 16, 3
_COMPARED_BYTES = 4 * 1024
_FEW_BYTES = 32 * 1024
_SMOOTHER = 0.8
"""So much smoother than samples of three bytes those of four have to be: of noise neither are."""


def _plausible(highest: int) -> bytes:
    return _TINY + bytes(sign | top for top in range(_LEAST, highest + 1) for sign in (0, 0x80))


_PLAUSIBLE: Mapping[FourBytes, bytes] = {said: _plausible(highest) for said, highest in _HIGHEST.items()}


def surely_integers(said: FourBytes, words: bytes) -> bool:
    """Whether these little-endian words of a recording of 32 bits leave no doubt that it holds integers."""
    return said is not FourBytes.PCM_24 and not may_be_floats(said, words)


def find_layout(said: FourBytes, words: bytes, channels: int, *, swapped: bool = False) -> tuple[Layout, bool]:
    """Of the first little-endian words that are not zero; and whether they show it beyond doubt.

    `swapped` says that the words of the file are big-endian.
    """
    if not may_be_floats(said, words):
        return _integers(words, channels, swapped=swapped) if said is FourBytes.PCM_24 else (Layout.WHOLE, True)
    if said is FourBytes.MARKED_32 and _differ(words):
        return Layout.FLOAT_16_8, True
    if _are_small_integers_as_floats(said, words):
        return _WIDE_FLOATS[said], True
    if show_floats(words[3::4]) and _differ(words):
        return _by_full_scale(said, words)
    if said is FourBytes.PCM_24:
        found = _integers(words, channels, swapped=swapped)
        # integers of three bytes do not fill four
        one_sign = found == (Layout.WHOLE, True) and _low_is_used(words) and _differ(words)
        return _by_full_scale(said, words) if one_sign else found
    return Layout.WHOLE, not words[3::4].translate(None, _TINY)


def top_is_used(words: bytes) -> bool:
    """Whether the top bytes say anything that the sign of the three others does not."""
    return bool(words[3::4].translate(None, _SIGN_EXTENSIONS))


def may_be_floats(said: FourBytes, words: bytes) -> bool:
    """Whether all words have exponents of sound, or none."""
    return not words[3::4].translate(None, _PLAUSIBLE[said])


def show_floats(tops: bytes) -> bool:
    """Whether the top bytes of words that may be floats are those of sound in floats, and of no integers."""
    tops = tops.translate(None, _TINY)
    both_signs = 0 < len(tops.translate(None, _NEGATIVE)) < len(tops)
    magnitudes = set(tops.translate(_UNSIGNED))
    return both_signs and len(magnitudes) >= _DIFFERENT_TOPS and max(magnitudes) >= _AUDIBLE


def is_far_above_full_scale(words: bytes) -> bool:
    """Whether floats are so far above 1 that this is not their full scale: 128, and no NaN or infinity."""
    return any(_FAR_ABOVE <= top & 0x7F < 0x7F for top in set(words[3::4]))


def _are_small_integers_as_floats(said: FourBytes, words: bytes) -> bool:
    """Whether they are but a few whole numbers of both signs, as a quiet beginning has where full scale is wide.

    Of 32 bits, three of them at least: tests consist of floats of 1 and -1.
    """
    different: set[float] = set()
    for value in memoryview(words[:_FEW_BYTES]).cast("f"):
        if value not in different:
            if not -_ABOVE_FULL_SCALE <= value <= _ABOVE_FULL_SCALE or value != int(value):
                return False
            different.add(value)
    least = 1 if said is FourBytes.PCM_24 else _DIFFERENT_TOPS
    return len({abs(value) for value in different if value}) >= least and min(different) < 0 < max(different)


def _differ(words: bytes) -> bool:
    different: set[int] = set()
    for word in memoryview(words).cast("I"):
        different.add(word)
        if len(different) == _DIFFERENT_WORDS:
            return True
    return False


def _by_full_scale(said: FourBytes, words: bytes) -> tuple[Layout, bool]:
    """Of floats that are not marked; what is quiet where full scale is wide may be loud where it is 1."""
    highest = max(words[3::4].translate(_UNSIGNED))
    return (_WIDE_FLOATS[said], True) if highest >= _ABOVE_ONE else (Layout.FLOAT, False)


def _integers(words: bytes, channels: int, *, swapped: bool) -> tuple[Layout, bool]:
    if not top_is_used(words):
        # Where the low byte is always zero, too, these are 16 bits in the low three bytes, or very quiet in the high
        return Layout.LOW_THREE, _low_is_used(words)
    if not _low_is_used(words):
        return Layout.WHOLE, True
    return _smoothest(words[:_COMPARED_BYTES], channels, swapped=swapped), True


def _low_is_used(words: bytes) -> bool:
    return words[::4].count(0) < len(words) // 4


def _smoothest(words: bytes, channels: int, *, swapped: bool) -> Layout:
    """By how far it is from sample to sample, which is least where bytes are put together rightly."""
    kinds = laid_out(Layout.LOW_THREE, words), words, _threes(words, swapped=swapped)
    of_low, of_whole, of_packed = (_roughness(array("i", kind).tolist(), channels) for kind in kinds)
    if min(of_low, of_whole) > _SMOOTHER * of_packed:
        return Layout.PACKED
    return Layout.LOW_THREE if of_low < of_whole else Layout.WHOLE


def _threes(words: bytes, *, swapped: bool) -> bytes:
    """The same bytes of the file as integers of three bytes, in the high three of words."""
    if swapped:
        file = array("I", words)
        file.byteswap()
        words = file.tobytes()
    words = words[: len(words) // 3 * 3]
    high = bytearray(len(words) // 3 * 4)
    for place in range(3):
        high[3 - place if swapped else place + 1 :: 4] = words[place::3]
    return bytes(high)


def _roughness(values: list[int], channels: int) -> float:
    """How far it is from sample to sample, beside how far from zero."""
    steps: int = sum(map(abs, map(sub, values[channels:], values)))
    return steps / max(1, sum(map(abs, values)))
