"""Where one segment's frames may be followed by the next one's."""

from contextlib import aclosing
from itertools import count

from adapters.lame.segment import Segment
from adapters.lame.stream import FrameStream, missing_room

AGREEING_FRAMES = 8
"""One after the other, until the encoders are taken to agree."""
_REPEATING_FRAMES = 8
"""So many that repeat the one before them count as one: in silence encoders agree whatever went before."""
_PATIENCE_FRAMES = 16
"""How long a frame that fits is waited for, where the bit rate varies."""


async def find_cut(old: Segment, new: Segment, *, variable: bool) -> int | None:
    """The number of the frame before which to cut; the old segment is encoded up to there.

    The old segment's own samples were encoded before; the new one may still be given samples. None where there is no
    such frame: then the old segment has encoded the new one's samples too, and nothing of the new one is needed.
    """
    seam = _Seam(old.stream, new.stream, variable=variable)
    async with aclosing(new.steps()) as steps:
        for cut in count(new.stream.first + 1):
            while old.stream.end <= cut and (samples := await anext(steps, None)):
                await old.encode(samples)
            if old.stream.end <= cut or not await new.has(cut):
                break
            if seam.fits(cut):
                return cut
        async for samples in steps:
            await old.encode(samples)
    return None


class _Seam:
    """Looks at one frame after the other."""

    def __init__(self, old: FrameStream, new: FrameStream, *, variable: bool) -> None:
        self._old = old
        self._new = new
        self._variable = variable
        self._agreeing = 0
        self._tried = 0

    def fits(self, cut: int) -> bool:
        """Whether the new stream's frames can follow from `cut` on. To be asked for every frame in turn."""
        self._agreeing = self._agreeing + self._weight(cut - 1) if self._agree(cut - 1) else 0
        if self._agreeing < AGREEING_FRAMES * _REPEATING_FRAMES:
            return False
        if not self._old.holds_main_data_before(cut, self._new.frame(cut).main_data_begin):
            return False
        missing = missing_room(self._old, self._new, cut)
        self._tried += 1
        if missing and self._variable and self._tried > _PATIENCE_FRAMES:
            return self._old.lengthen(cut, missing)
        return not missing

    def _weight(self, number: int) -> int:
        """What the frame counts, where one that repeats the frame before it counts 1."""
        repeats = number == self._new.first or self._old.decisions(number) == self._old.decisions(number - 1)
        return 1 if repeats else _REPEATING_FRAMES

    def _agree(self, number: int) -> bool:
        """Whether both encoders decided the same; where the bit rate is constant, with the data in the same places."""
        if self._old.decisions(number) != self._new.decisions(number):
            return False
        return self._variable or self._old.frame(number).main_data_begin == self._new.frame(number).main_data_begin
