"""How much of a recording is looked at."""


class Budget:
    """So many pieces of one recording may be looked at, in whichever of its chunks they lie, and however many it has.

    A piece is what costs about the same wherever it is: a chunk of a list, a frame of a tag, a point, an element, a
    line.
    """

    def __init__(self, pieces: int) -> None:
        self.left = pieces

    def take(self) -> bool:
        """Whether there is one more, which is taken then."""
        if self.left <= 0:
            return False
        self.left -= 1
        return True
