"""What the uplink asks of a centre: one open connection, behind which a test may put a centre of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hmi.engine.acknowledged import Acknowledged
from hmi.station.topics import SetAsideView
from station_db.feed import FeedCursor, Snapshot
from station_db.journal import FeedEntry
from station_db.reader import Reader
from station_db.reconciled import ReconciledDay
from station_db.records.base import RecordId

SHOWN_MOST = 50
"""Entries that were set aside are shown one by one up to so many."""


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """What must be added to this computer's clock to have the centre's, and how exactly that is known."""

    offset_us: int = 0
    within_us: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """What the station lets the centre know of itself with what it sends."""

    clock_offset_us: int | None = None
    signals_waiting: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The days that are the same here and there, how many entries a person must look at, and the first of them."""

    days: Sequence[ReconciledDay] = ()
    wrong: int = 0
    first: str = ""


class CentreDoor(Protocol):
    """An open connection to the centre. Everything raises `CentreError`; no step outlives its deadline."""

    @property
    def shown(self) -> str:
        """The centre's address, without a password."""
        ...

    def acknowledged(self, reader: Reader) -> Acknowledged:
        """How far the centre has our records, and how many of them it set aside."""
        ...

    def send(self, reader: Reader, said: Said) -> int:
        """Send the next entries; returns how many, 0 when nothing is unsent."""
        ...

    def snapshot(self, cursor: FeedCursor | None) -> Snapshot | None:
        """What a station gets that is new or far behind; None where the feed may simply go on."""
        ...

    def fetch(self, cursor: FeedCursor | None) -> Sequence[FeedEntry]:
        """The next entries of the centre for us; none when we have all."""
        ...

    def clock(self) -> ClockOffset | None:
        """How our clock stands to the centre's; None where it has none."""
        ...

    def set_aside(self) -> tuple[SetAsideView, ...]:
        """The newest of what the centre set aside of ours."""
        ...

    def retry_aside(self) -> int:
        """Have it read again; how many are in their tables now."""
        ...

    def export_aside(self, path: Path) -> None:
        """Write what is set aside into a file, a line of JSON each. Raises `OSError` too."""
        ...

    def others_on(self, order: RecordId) -> tuple[str, ...]:
        """The other stations that work on an order."""
        ...

    def compare(self, reader: Reader) -> Comparison:
        """Compare whole days and send again what the centre lost."""
        ...

    def send_signals(self, reader: Reader) -> int:
        """Send the next blocks and curves, for less than a second; returns how many, 0 when none waits."""
        ...

    def signals_sent(self, reader: Reader) -> Mapping[str, int]:
        """The last number of each lane of signals that the centre has."""
        ...

    def shut(self) -> None:
        """End it from any thread; whoever waits on it gets an error."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


Connect = Callable[[], CentreDoor]
"""Opens the door. Raises `CentreError`."""
