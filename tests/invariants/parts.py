"""I4: every part the machine made is a cycle, parts nobody saw, or an explicit gap; none twice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.invariants.reading import reading

CYCLES = "SELECT verdict, COUNT(*) AS n FROM cycle WHERE machine = ? AND station_id <> 'centre' GROUP BY verdict"
UNSEEN = """SELECT COALESCE(SUM(cycles), 0) AS cycles, COALESCE(SUM(good), 0) AS good, COALESCE(SUM(bad), 0) AS bad
    FROM unseen_parts WHERE machine = ?"""
OPEN = "SELECT COUNT(*) FROM count_gap WHERE machine = ? AND NOT settled"
TWICE = "SELECT boot, number, COUNT(*) AS n FROM cycle WHERE machine = ? AND boot IS NOT NULL GROUP BY boot, number HAVING n > 1"


@dataclass(frozen=True)
class Counted:
    """What a store says one machine made; while `open_gaps` are not settled, it cannot be all."""

    good: int
    bad: int
    unknown: int
    open_gaps: int

    @property
    def total(self) -> int:
        """All parts."""
        return self.good + self.bad + self.unknown


def parts_in(folder: Path, machine: str) -> Counted:
    """Add up cycles and the parts counted without details, which a settled gap's are too."""
    with reading(folder / "record.db") as record:
        cycles = {row["verdict"]: row["n"] for row in record.execute(CYCLES, (machine,))}
        unseen = record.execute(UNSEEN, (machine,)).fetchone()
        gaps = record.execute(OPEN, (machine,)).fetchone()[0]
    without_verdict = unseen["cycles"] - unseen["good"] - unseen["bad"]
    return Counted(
        good=cycles.get("good", 0) + unseen["good"],
        bad=cycles.get("bad", 0) + unseen["bad"],
        unknown=cycles.get("unknown", 0) + max(0, without_verdict),
        open_gaps=gaps,
    )


def parts_are_conserved(folder: Path, machine: str, *, good: int, bad: int, made_unseen: int = 0) -> None:
    """I4: what is recorded is what was truly made; `made_unseen` of it may stand in gaps that nobody has settled yet."""
    counted = parts_in(folder, machine)
    with reading(folder / "record.db") as record:
        twice = [tuple(row) for row in record.execute(TWICE, (machine,))]
    assert not twice, f"I4: cycles of {machine} are recorded twice: {twice[:3]}"
    missing = good + bad - counted.total
    assert missing >= 0, f"I4: {machine} made {good + bad} parts, {counted.total} are recorded"
    assert missing == 0 or (counted.open_gaps and missing <= made_unseen), (
        f"I4: {missing} parts of {machine} are neither recorded nor in an open gap ({counted})"
    )
    if not missing and not counted.unknown:
        assert (counted.good, counted.bad) == (good, bad), f"I4: {machine} made {good} good and {bad} bad, recorded is {counted}"
