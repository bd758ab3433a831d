"""The verdict: what machines made, stations hold and the centre holds, compared by plain SQL and by `verify`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.postgres import GUARDED
from tests.invariants import store_is_sound, times_make_sense
from tests.prove.cell import Station
from tests.prove.server import Server
from tests.stations.plant import lineside

PARTS = """SELECT (SELECT count(*) FROM cycle) + (SELECT coalesce(sum(cycles), 0) FROM unseen_parts),
    (SELECT count(*) FROM count_gap WHERE NOT settled)"""
JOURNAL = "SELECT epoch, seq, hash, payload FROM journal WHERE station_id = {} AND {}"


@dataclass(frozen=True, slots=True)
class Balance:
    """One station's account. Everything behind `entries` must be 0."""

    station: str
    parts_made: int
    parts_recorded: int
    open_questions: int
    told_done: int
    entries: int
    lost_of_told: int
    missing: int
    phantom: int
    differing: int
    doubled: int
    set_aside: int
    unsound: str

    @property
    def is_good(self) -> bool:
        """Whether nothing is lost, doubled or invented."""
        wrong = (self.lost_of_told, self.missing, self.phantom, self.differing, self.doubled, self.set_aside)
        return self.parts_made == self.parts_recorded and not any(wrong) and not self.unsound

    def __str__(self) -> str:
        """As it is printed."""
        sent = self.entries - self.missing - self.set_aside
        lines = [
            f"{self.station}: {self.parts_made:,} parts made, {self.parts_recorded:,} recorded"
            f" ({self.open_questions} open questions); {self.told_done:,} commands told done, {self.lost_of_told} of them lost",
            f"   captured {self.entries:,} = sent {sent:,} + waiting {self.missing:,} + set aside {self.set_aside:,};"
            f" {self.phantom} phantom, {self.differing} differing, {self.doubled} doubled",
        ]
        return "\n".join(lines + ([f"   NOT SOUND: {self.unsound}"] if self.unsound else []))


def parts_recorded(data: Path) -> tuple[int, int]:
    """Parts in the record, and how many gaps wait for a person."""
    with closing(_record(data)) as record:
        parts, gaps = record.execute(PARTS).fetchone()
        return int(parts), int(gaps)


def parts_made(station: Station) -> int:
    """What the press really made."""
    return len(station.press.truth("part"))


def knows_counters(station: Station) -> bool:
    """Whether the engine has recorded where the counters stand: what is made from now on is counted."""
    try:
        with closing(_record(station.data)) as record:
            return record.execute("SELECT count(*) FROM counter_position").fetchone()[0] > 0
    except sqlite3.OperationalError:
        return False


def is_drained(station: Station, server: Server) -> bool:
    """Whether the centre has all of it."""
    with closing(_record(station.data)) as record:
        here = record.execute("SELECT count(*) FROM journal WHERE station_id = ?", (station.name,)).fetchone()[0]
    with server.postgres.admin_of(GUARDED) as centre:
        there = centre.execute("SELECT count(*) FROM journal WHERE station_id = %s", (station.name,)).fetchone()
    return there is not None and here == there[0]


def not_equal(station: Station, server: Server) -> str:
    """What Lineside's own comparison finds; nothing where both ends hold the same."""
    said = lineside("verify", station.data, "--against", server.url)
    return "" if said.returncode == 0 else (said.stdout + said.stderr)[-2000:]


def judge(station: Station, server: Server) -> Balance:
    """Compare everything, once the station has ended."""
    with closing(_record(station.data)) as record:
        here = _by_place(record.execute(JOURNAL.format("?", "1 = 1"), (station.name,)))
        causes = {row[0] for row in record.execute("SELECT cause FROM journal WHERE cause IS NOT NULL")}
        causes |= {row[0] for row in record.execute("SELECT id FROM command_outcome")}
    with server.postgres.admin_of(GUARDED) as centre:
        rows = centre.execute(JOURNAL.format("%s", "true"), (station.name,)).fetchall()
        aside = centre.execute("SELECT count(*) FROM set_aside WHERE station_id = %s", (station.name,)).fetchone()
    there = _by_place(rows)
    parts, gaps = parts_recorded(station.data)
    return Balance(
        station=station.name,
        parts_made=parts_made(station),
        parts_recorded=parts,
        open_questions=gaps,
        told_done=len(station.operator.done),
        entries=len(here),
        lost_of_told=len(set(station.operator.done) - causes),
        missing=len(here.keys() - there.keys()),
        phantom=len(there.keys() - here.keys()),
        differing=sum(here[place] != there[place] for place in here.keys() & there.keys()),
        doubled=len(rows) - len(there),
        set_aside=aside[0] if aside else 0,
        unsound=_unsound(station.data) or not_equal(station, server),
    )


def _unsound(data: Path) -> str:
    try:
        store_is_sound(data)
        times_make_sense(data)
    except AssertionError as error:
        return str(error)
    return ""


def _by_place(rows: Iterable[Any]) -> Mapping[tuple[str, int], tuple[str, bytes]]:
    return {(epoch, seq): (hash_, bytes(payload)) for epoch, seq, hash_, payload in rows}


def _record(data: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{(data / 'record.db').absolute().as_uri()}?mode=ro", uri=True, timeout=10)
