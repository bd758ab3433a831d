"""Filling a store until it refuses."""

from __future__ import annotations

import re
from pathlib import Path

from station_db.errors import CommitFailedError
from station_db.store import Store
from tests.invariants import reading
from tests.station_db.store.store_cases import at, cycle_of, saying

ROOM = tuple(range(1, 24, 2))
"""Pages that a database may grow by."""
REFUSALS = 3
"""So often in a row a full disk must refuse before it is believed."""


def fill(store: Store, *, first: int = 1, cause: str) -> list[str]:
    """Record cycles until they are refused for `cause`; what was saved."""
    saved: list[str] = []
    refused = 0
    for number in range(first, first + 5000):
        try:
            store.commit([saying(cycle_of(number))], at(number))
        except CommitFailedError as error:
            if not re.search(cause, str(error)):
                raise
            refused += 1
            if refused == REFUSALS:
                return saved
        else:
            saved.append(f"cycle-{number:06}")
    raise AssertionError("the disk is never full")


def recorded(folder: Path) -> int:
    """How many cycles there are."""
    with reading(folder / "record.db") as record:
        return record.execute("SELECT COUNT(*) FROM cycle").fetchone()[0]
