"""Recordings with a few things changed about them, each of them made again by its number and one seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from tests.fuzz.mutations import MUTATIONS
from tests.fuzz.numbers import flipped
from tests.fuzz.structure import Structure, taken_apart

CHANGES = (1, 1, 2, 3, 4)
"""How many there are, each as likely."""
MOST_BYTES = 128 << 10
"""Recordings within recordings get no longer."""
SHARE_OF_OTHERS = 0.02
"""Of mutants, those of files that are no WAV."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """The bytes of a file, and how it came to be."""

    number: int
    original: str
    changes: tuple[str, ...]
    file: bytes

    def __str__(self) -> str:
        return f"{self.number} ({self.original}; {', '.join(self.changes)}; {len(self.file)} bytes)"


class Mutants:
    """As many as are asked for, of the same recordings and the same seed always the same."""

    def __init__(self, originals: Mapping[str, bytes], seed: int) -> None:
        self._seed = seed
        apart = {name: taken_apart(originals[name]) for name in sorted(originals)}
        self._wavs = {name: structure for name, structure in apart.items() if structure}
        self._others = {name: originals[name] for name, structure in apart.items() if not structure}

    def mutant(self, number: int) -> Mutant:
        """The mutant of this number, which depends on no other."""
        random = Random(f"{self._seed}/{number}")
        if self._others and random.random() < SHARE_OF_OTHERS:
            name = random.choice(list(self._others))
            return Mutant(number, name, ("bytes of what is no WAV",), flipped(self._others[name], random))
        name = random.choice(list(self._wavs))
        changes, structure = self._changed(self._wavs[name], random)
        return Mutant(number, name, changes, structure.assembled())

    def _changed(self, structure: Structure, random: Random) -> tuple[tuple[str, ...], Structure]:
        changes = []
        for _ in range(random.choice(CHANGES)):
            change = random.choice(list(MUTATIONS))
            made = MUTATIONS[change](structure, random, random.choice(list(self._wavs.values())))
            if len(made.assembled()) <= MOST_BYTES:
                structure = made
                changes.append(change)
        return tuple(changes), structure
