"""What a demo did, counted in its store and at its centre."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from station_db.reader import Reader
from station_db.sync.centre import Centre
from station_db.totals import Totals, totals


@dataclass(frozen=True, slots=True)
class Summary:
    """The demo in numbers, and where to find it."""

    cycles: int
    units: int
    steps: int
    checks: int
    journal_entries: int
    entries_at_centre: int
    store: str
    centre: str
    pictures: str

    def as_text(self) -> str:
        """For a person."""
        waiting = self.journal_entries - self.entries_at_centre
        sync = "all of them at the centre" if waiting == 0 else f"{self.entries_at_centre} at the centre, {waiting} safe here"
        lines = [
            f"machine cycles {self.cycles}, units {self.units}, steps {self.steps}, checks {self.checks}",
            f"journal entries {self.journal_entries}, {sync}",
            f"store     {self.store}",
            f"centre    {self.centre}",
        ]
        return "\n".join([*lines, f"pictures  {self.pictures}"] if self.pictures else lines)


def summarise(folder: Path, centre_url: str, password: str, pictures: str) -> Summary:
    """Count. Raises `StoreError` or `CentreError`."""
    reader = Reader(folder)
    here: Totals = reader.ask(totals)
    centre = Centre.connect(centre_url, password)
    try:
        with centre.reading() as connection:
            there = totals(connection, reader.station_id)
    finally:
        centre.close()
    count = here.records
    return Summary(
        cycles=count["cycle"],
        units=count["unit"],
        steps=count["step_run"],
        checks=count["check_result"],
        journal_entries=here.entries,
        entries_at_centre=there.entries,
        store=str(folder),
        centre=centre_url,
        pictures=pictures,
    )
