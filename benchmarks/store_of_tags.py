"""A store of its own for benchmarks of signals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.tags_by_second import SECOND_NS, SECOND_US, START, frames, values
from hmi.clock import Moment, new_id
from station_db.connecting import SIGNALS_FILE
from station_db.reader import Reader
from station_db.records.base import Instant
from station_db.signal_store import bytes_used
from station_db.store import Store

HOUR_S = 3600
STATION = "ST-BENCH"
GB = 1024**3


def new_store(folder: Path, budget_bytes: int = 8 * GB) -> Store:
    """A new store in an empty folder."""
    at = Instant(START)
    return Store.open(folder, STATION, at=at, app_version="bench", new_id=new_id, signal_budget_bytes=budget_bytes)


def roll_up(store: Store, mono_ns: int) -> None:
    """All that is due."""
    while store.roll_up(mono_ns):
        pass


def file_bytes(folder: Path) -> int:
    """What the content of signals.db takes."""
    return Reader(folder).ask_signals(bytes_used)


def size_on_disk(folder: Path) -> int:
    """The file itself, and its log."""
    return sum(path.stat().st_size for path in folder.glob(f"{SIGNALS_FILE}*"))


def fill_with_frames(store: Store, hours: int, now: Moment) -> None:
    """Leave hours of scans of 200 tags behind that are due to become blocks, so that the writer rolls up while others measure."""
    columns, after = values(HOUR_S), store.last_frame_number() + 1
    for hour in range(hours):
        ago_s = (hours - hour + 1) * HOUR_S
        begun_us, begun_ns = now.wall - ago_s * SECOND_US - START, now.mono - ago_s * SECOND_NS
        made = frames(columns, after + hour * HOUR_S)
        store.append_frames([replace(scan, at=Instant(scan.at + begun_us), mono_ns=scan.mono_ns + begun_ns) for scan in made])
