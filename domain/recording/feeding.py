"""Lets a parser read as if from a file while its bytes are pushed.

The parser is a generator that yields what it wants next, and is sent it as soon as it is there. At the end of the input
it is sent what is left, which may be less than it asked for.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Take:
    """Wants `count` bytes."""

    count: int


@dataclass(frozen=True, slots=True)
class Peek:
    """Wants to see `count` bytes and leave them where they are."""

    count: int


class Stop(Protocol):
    """Something in the input before which a `Pass` ends."""

    def __call__(self, held: bytes, start: int, end: int, last: bool, /) -> tuple[int, bool]:
        """Look at `held` from `start` on: how many of the bytes up to `end` may pass, and whether it begins there.

        Where `held` ends within what may be its beginning, fewer pass, by less than its length; not where `last` says
        that nothing follows.
        """


@dataclass(frozen=True, slots=True)
class Pass:
    """Wants `count` bytes (None: all that come) to go to `sink`, or nowhere, as they come; is sent nothing.

    It ends earlier where `stop` begins, if there is one.
    """

    count: int | None
    sink: Callable[[bytes], None] | None = None
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """Has worked for a while: whoever feeds it may do something else before it goes on; is sent nothing."""


Wants = Take | Peek | Pass | Rest
Parser = Generator[Wants, bytes, None]


class Feeder:
    """Runs a parser over pushed bytes. Holds no more than the largest `Take` or `Peek`."""

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self._wants: Wants | None = next(parser, None)
        self._left = self._wants.count if isinstance(self._wants, Pass) else None
        self._held = b""
        self._at = 0
        self.passed = 0
        """Bytes that the parser has taken or let pass."""

    def take_at_once(self, count: int) -> bytes | None:
        """What the parser would be sent for a `Take`, if all of it is there; None: it has to ask for it.

        Most of what a parser wants of a head is there, and through all its generators it would take some times longer.
        """
        piece = self.peek_at_once(count)
        if piece is not None:
            self._advance(count)
        return piece

    def peek_at_once(self, count: int) -> bytes | None:
        """The same for a `Peek`."""
        end = self._at + count
        return self._held[self._at : end] if end <= len(self._held) else None

    def pass_at_once(self, count: int) -> bool:
        """Whether so many bytes were there, which have passed to nowhere then."""
        there = self._at + count <= len(self._held)
        if there:
            self._advance(count)
        return there

    def feed(self, data: bytes, *, last: bool = False) -> Iterator[None]:
        """Give the parser what it wants of `data`; yields where it rests. To be run to its end before more is fed.

        Whatever the parser raises comes out, and ends it.
        """
        self._held, self._at = (self._held + data if self._held else data), 0
        try:
            while self._wants is not None:
                if isinstance(self._wants, Rest):
                    yield
                    self._resume(b"")
                elif not self._serve(self._wants, last):
                    break
        finally:
            self._held = self._held[self._at :] if self._wants is not None else b""

    def _serve(self, wants: Take | Peek | Pass, last: bool) -> bool:
        """Give the parser one thing, or a part of it; False when more input is needed."""
        if isinstance(wants, Pass):
            return self._pass(wants, last)
        end = self._at + wants.count
        if end > len(self._held) and not last:
            return False
        piece = self._held[self._at : end]
        if isinstance(wants, Take):
            self._advance(len(piece))
        self._resume(piece)
        return True

    def _pass(self, wants: Pass, last: bool) -> bool:
        there = len(self._held) - self._at
        size = there if self._left is None else min(there, self._left)
        stopped = False
        if size and wants.stop:
            size, stopped = wants.stop(self._held, self._at, self._at + size, last)
        if size and wants.sink:
            whole = size == len(self._held)
            wants.sink(self._held if whole else self._held[self._at : self._at + size])
        self._advance(size)
        if self._left is not None:
            self._left -= size
        if self._left != 0 and not stopped and not last:
            return False
        self._resume(b"")
        return True

    def _advance(self, size: int) -> None:
        self._at += size
        self.passed += size

    def _resume(self, piece: bytes) -> None:
        self._wants = None  # stays so when the parser returns or raises
        try:
            self._wants = wants = self._parser.send(piece)
        except StopIteration:
            return
        self._left = wants.count if isinstance(wants, Pass) else None
