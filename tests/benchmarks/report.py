"""What is printed: tables in Markdown, a line as soon as it is measured, and which bounds were missed."""

from dataclasses import dataclass, field
from typing import Literal

_NAME_WIDTH, _CELL_WIDTH, _VERDICT_WIDTH = 23, 9, 15


@dataclass
class Report:
    """`missed` names what is not within its bound."""

    missed: list[str] = field(default_factory=list)
    _title: str = ""
    _widths: list[int] = field(default_factory=list)

    def table(self, title: str, *columns: str) -> None:
        """Begin a table; the first column holds the names of the rows, the last one the verdicts."""
        self._title = title
        self._widths = [_NAME_WIDTH, *(max(_CELL_WIDTH, len(column)) for column in columns[1:-1]), _VERDICT_WIDTH]
        print(f"\n**{title}**\n")
        self.row(*columns)
        rules = ["-" * self._widths[0], *("-" * (width - 1) + ":" for width in self._widths[1:])]
        print(f"| {' | '.join(rules)} |", flush=True)

    def row(self, name: str, *cells: str) -> None:
        """A line of the table."""
        padded = [cell.rjust(width) for cell, width in zip(cells, self._widths[1:], strict=True)]
        print(f"| {' | '.join([name.ljust(self._widths[0]), *padded])} |", flush=True)

    def verdict(self, name: str, value: float, kind: Literal["≤", "≥"], bound: float, unit: str = "") -> str:
        """What to write beside a value: its bound, and whether it is kept."""
        kept = value <= bound if kind == "≤" else value >= bound
        text = f"{kind} {bound:.2f}" if not unit else f"{kind} {bound:g} {unit}"
        if kept:
            return f"PASS {text}"
        shown = f"{value:.2f}" if not unit else f"{value:.0f} {unit}"
        self.missed.append(f"{self._title}, {name}: {shown}, should be {text}")
        return f"MISSED {text}"

    def worst(self, name: str) -> None:
        """Mark the worst row of the table."""
        print(f"\nThe worst of these is {name}.", flush=True)

    def summary(self) -> None:
        """The last lines."""
        print()
        print("All bounds are kept." if not self.missed else "Missed:")
        for line in self.missed:
            print(f"- {line}")


def length(seconds: int) -> str:
    """A recording's length as it is shown."""
    if seconds < 60:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 3600 else f"{seconds // 3600} h"
