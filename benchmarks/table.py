"""What every benchmark answers with, and the one table they are printed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measured path beside its baseline from the same run; texts carry their units."""

    number: int
    name: str
    ours: str
    baseline: str
    ratio: str
    goal: str
    met: bool


def print_rows(rows: Sequence[Row]) -> None:
    """Print the rows under their heads, each column as wide as its longest text."""
    cells = [("#", "path", "ours", "baseline", "ratio", "goal", "met")]
    cells += [(str(r.number), r.name, r.ours, r.baseline, r.ratio, r.goal, "yes" if r.met else "NO") for r in rows]
    widths = [max(len(line[at]) for line in cells) for at in range(len(cells[0]))]
    for line in cells:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
