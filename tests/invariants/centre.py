"""I2, the centre's half of I5, and I6: station and centre hold the same, each record once, and every one is accounted for."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.invariants.reading import asked, reading

ENTRIES = "SELECT epoch, seq, kind, record_id, version, hash, payload FROM journal WHERE station_id = ?"
MARKS = "SELECT epoch, last_seq, head FROM watermark WHERE station_id = ?"
ASIDE = "SELECT epoch, seq FROM set_aside WHERE station_id = ? AND projected_at IS NULL"
LISTED = 3

Entry = tuple[str, int, str, str, int, str, str]


@dataclass(frozen=True)
class Balance:
    """Where every entry a station captured is."""

    captured: int
    sent: int
    waiting: int
    set_aside: int


def station_of(folder: Path) -> str:
    """Whose store it is."""
    with reading(folder / "record.db") as record:
        return record.execute("SELECT station_id FROM epoch WHERE station_id <> 'centre' LIMIT 1").fetchone()[0]


def each_record_is_at_the_centre_once(folder: Path, url: str, *, let_go: Iterable[tuple[str, int]] = ()) -> int:
    """I2: after a drain both hold the same entries with the same content, each once, no more and no less; how many.

    `let_go` names entries (epoch, number) that only the centre must still have: pruned here, or of a state that was replaced.
    """
    station = station_of(folder)
    with reading(folder / "record.db") as record:
        here = Counter(_compared(tuple(row)) for row in record.execute(ENTRIES, (station,)))
    there = Counter(_compared(row) for row in asked(url, ENTRIES, station))
    twice = [entry[:2] for entry, times in (here + there).items() if times > 2]
    missing, phantoms = here - there, there - here
    allowed = set(let_go)
    unknown = [entry[:2] for entry in phantoms if entry[:2] not in allowed]
    assert not twice, f"I2: {len(twice)} entries of {station} are there twice, first {twice[:LISTED]}"
    assert not missing, f"I2: the centre lacks {missing.total()} entries of {station}, first {sorted(missing)[:LISTED]}"
    assert not unknown, f"I2: the centre holds {len(unknown)} entries that {station} never had, first {sorted(unknown)[:LISTED]}"
    return there.total()


def centre_has_no_holes(url: str, station: str, *, pruned_to: dict[str, int] | None = None) -> None:
    """I5 at the centre: of each epoch all numbers up to the watermark, whose head is the last one's hash."""
    marks = {epoch: (last, head) for epoch, last, head in asked(url, MARKS, station)}
    numbers: dict[str, dict[int, str]] = {}
    for epoch, seq, *_, entry_hash, _payload in asked(url, ENTRIES, station):
        numbers.setdefault(epoch, {})[seq] = entry_hash
    assert {epoch: max(seqs) for epoch, seqs in numbers.items()} == {epoch: last for epoch, (last, _) in marks.items() if last}, (
        f"I5: the watermarks of {station} are not where its entries end"
    )
    for epoch, seqs in numbers.items():
        first = (pruned_to or {}).get(epoch, 0) + 1
        assert sorted(seqs) == list(range(first, marks[epoch][0] + 1)), f"I5: epoch {epoch} of {station} has holes at the centre"
        assert seqs[marks[epoch][0]] == marks[epoch][1], f"I5: the watermark of {epoch} has another head than its last entry"


def balance(folder: Path, url: str, *, let_go: Iterable[tuple[str, int]] = ()) -> Balance:
    """Count from both sides where a station's entries are, at any moment; `let_go` are those that only the centre still has.

    What is sent or set aside is counted at the centre alone: an entry that the station never had spoils the balance.
    """
    station = station_of(folder)
    with reading(folder / "record.db") as record:
        here = {(row["epoch"], row["seq"]) for row in record.execute(ENTRIES, (station,))}
    there = {row[:2] for row in asked(url, ENTRIES, station)}
    aside = {tuple(row) for row in asked(url, ASIDE, station)}
    gone = set(let_go)
    return Balance(len(here), len(there - aside - gone), len(here - there), len(aside - gone))


def books_balance(books: Balance) -> None:
    """I6: captured = sent + waiting + set aside, at every instant."""
    assert books.captured == books.sent + books.waiting + books.set_aside, f"I6: {books}"


def _compared(row: tuple[object, ...]) -> Entry:
    *head, payload = row
    content = payload.encode() if isinstance(payload, str) else bytes(payload)  # type: ignore[arg-type]
    return (*head, hashlib.sha256(content).hexdigest())  # type: ignore[return-value]
