"""What every benchmark answers with, and the one table they are printed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEADS = ("#", "path", "ours", "baseline", "ratio", "goal", "met")


@dataclass(frozen=True, slots=True)
class Row:
    """One measured path beside its baseline from the same run; texts carry their units."""

    number: int
    name: str
    ours: str
    baseline: str
    ratio: str
    goal: str
    met: bool | None
    """None where there is no goal: for information."""


def print_rows(rows: Sequence[Row]) -> None:
    """Print the rows under their heads, each column as wide as its longest text."""
    cells = [HEADS, *map(_cells, rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(HEADS))]
    for line in cells:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def _cells(row: Row) -> tuple[str, ...]:
    met = "-" if row.met is None else "yes" if row.met else "NO"
    return str(row.number), row.name, row.ours, row.baseline, row.ratio, row.goal, met
