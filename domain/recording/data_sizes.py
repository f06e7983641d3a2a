"""What it means that a data chunk holds fewer bytes than it claims.

| it claims | it is |
|---|---|
| 2 GiB or 4 GiB, or up to 64 KiB less; a round number; more than disks hold | a placeholder: `unknown-length` |
| other than its container, which ends where the file does | `wrong-data-size` |
| too much by the size of its head or a part of that; a small multiple of what is there | `wrong-data-size` |
| anything else | `truncated`: some sound is likely to be missing |

A placeholder is of a program that could not go back to fill in what it only knew at the end; the others are of programs
that count wrongly. Who they are is told, with sources, in docs/recordings.md.
"""

from dataclasses import dataclass

from domain.recording.repairs import Repair

_POWERS = (1 << 31, 1 << 32)
_BELOW_POWER = 1 << 16
"""sndio writes 0x7fff0000, the largest multiple of a block below a power is less than 64 KiB from it."""
_ABOVE_POWER = 64
"""0x80000000 and, of a container, the size of the head above that."""
_ROUND = ((1_000_000_000, 100_000_000), (0x70000000, 0x01000000))
"""From the first of two numbers on, multiples of the second: 2,000,000,000; 0x7f000000."""
_ROUND_OF_LITTLE = (100_000_000, 0x10000000)
"""Multiples of these, where there is less than a part in `_LITTLE`: no copy breaks off so early."""
_LITTLE = 64
_HEAD_BYTES = 64
"""By which a placeholder of a container is more than that of its data, or one of data less than its container's."""
_ENDLESS = 1 << 48
_MISCOUNTS = (8, 12, 16, 20, 24, 28, 36, 44)
"""The head of a chunk, of the container, or both (8, 12, 20); the body of a format chunk, or all of it (16, 24); what
stands around that, or before the data of a plain WAV (28, 36); such a head as a whole (44)."""
_MULTIPLES = (2, 4, 8)
"""Bytes counted twice, as samples of 16 or 32 bits, or as bits."""


def is_placeholder(size: int, there: int | None = None) -> bool:
    """Whether a size, of a data chunk or a container, is one that programs write which do not know it yet.

    `there` is how many bytes there are, where that is known.
    """
    if size >= _ENDLESS or any(-_BELOW_POWER <= size - power <= _ABOVE_POWER for power in _POWERS):
        return True
    if there is not None and there * _LITTLE < size and any(_is_round(size, step, step) for step in _ROUND_OF_LITTLE):
        return True
    return any(_is_round(size, least, step) for least, step in _ROUND)


def _is_round(size: int, least: int, step: int) -> bool:
    return size >= least - _HEAD_BYTES and (size + _HEAD_BYTES) % step <= 2 * _HEAD_BYTES


@dataclass(frozen=True, slots=True)
class Claim:
    """What a file says about where its sound ends. Places are counted from the file's first byte."""

    start: int
    """Where the data begins."""
    size: int | None
    """What the data chunk claims; None: nothing."""
    head_bytes: int
    """From the container's start to the data."""
    frame_bytes: int
    container_end: int | None
    """Where the container claims to end; None: nowhere."""
    loose: int
    """By so many bytes a container may end before its last chunk does with its pad."""

    @property
    def end(self) -> int | None:
        return None if self.size is None else self.start + self.size

    @property
    def is_unknown(self) -> bool:
        return self.size is None or is_placeholder(self.size)

    def reaches_beyond(self, place: int) -> bool:
        """Whether the container claims to hold more, by more than a miscounted head of 8 bytes, behind this place."""
        end = self.container_end
        return end is not None and not is_placeholder(end) and end > place + self.loose + 8

    @property
    def miscounts(self) -> set[int]:
        """Where the sound ends if its bytes were miscounted, as numbers of bytes of sound."""
        if self.size is None:
            return set()
        less = {self.size - slip for slip in (*_MISCOUNTS, self.head_bytes, self.head_bytes - 8)}
        factors = (*_MULTIPLES, self.frame_bytes)
        parts = {self.size // factor for factor in factors if self.size % (factor * self.frame_bytes) == 0}
        return {size for size in less | parts if 0 < size < self.size}

    def early_end(self, there: int) -> Repair:
        """What is wrong where the sound ends after `there` bytes, fewer than are claimed."""
        if self.size is None or is_placeholder(self.size, there):
            return Repair.UNKNOWN_LENGTH
        end = self.start + there
        if self.container_end is not None and end - self.loose <= self.container_end <= end:
            return Repair.WRONG_DATA_SIZE
        if there in self.miscounts:
            return Repair.WRONG_DATA_SIZE
        return Repair.TRUNCATED
