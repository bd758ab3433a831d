"""Putting a backup in the place of a record, and the drill that proves one could.

What is there is put aside, never overwritten; the store then opens a new epoch, so that no number is used twice.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from station_db.backup import BackupPlace, backups, open_backup
from station_db.connecting import RECORD_FILE
from station_db.crashpoints import crashpoint
from station_db.durable import make_folder, remove_database, replace_database
from station_db.errors import BrokenBackupError, RecordError
from station_db.journal import Position
from station_db.lock import StoreLock
from station_db.reader import Reader
from station_db.records.base import Instant, RecordId
from station_db.sidelining import sideline
from station_db.store import Store
from station_db.verify import verify_store

RESTORING = RECORD_FILE + ".restoring"


class NoBackupError(RecordError):
    """There is nothing to restore from."""


@dataclass(frozen=True, slots=True)
class Drill:
    """What a restore would give: `entries` in the backup, `newer` in the live record that are not in it, and how long it took."""

    backup: Path
    entries: int
    newer: int
    problems: int
    seconds: float
    is_of_this_record: bool
    """Whether the live record went through the backup's last entry."""

    @property
    def is_good(self) -> bool:
        """Whether the station could go on from it."""
        return self.problems == 0


@dataclass(frozen=True, slots=True)
class Restored:
    """The backup that is in place, and what the files before it are called now."""

    backup: Path
    entries: int
    kept_as: str


def newest(place: BackupPlace, station_id: str) -> Path:
    """The newest backup of a station. Raises `NoBackupError`."""
    found = backups(place, station_id)
    if not found:
        raise NoBackupError(f"there is no backup of {station_id} in {place.folder}")
    return found[0]


def drill(
    folder: Path, backup: Path, place: BackupPlace, station_id: str, *, at: Instant, new_id: Callable[[], RecordId]
) -> Drill:
    """Restore into a temporary folder, open it as a station does, verify it whole, compare it with the live record.

    Nothing live is touched. Raises `BrokenBackupError`, `StoreError`, `OSError`.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lineside-drill-") as made:
        there = Path(made)
        chain = open_backup(backup, there / RECORD_FILE, place, station_id)
        Store.open(there, station_id, at=at, app_version="drill", new_id=new_id).close()
        report = verify_store(there)
        tip = chain.tip
        assert tip is not None, "a backup without an epoch is refused"
        newer, is_ours = _compared(folder, tip)
    return Drill(backup, chain.entries, newer, len(report.problems), time.monotonic() - began, is_ours)


def restore(folder: Path, backup: Path, place: BackupPlace, station_id: str, *, at: Instant) -> Restored:
    """Put a backup in place of what is there, which is kept aside; the next start opens a new epoch.

    Raises `StoreLockedError` while the station runs, `BrokenBackupError`, `OSError`; nothing is changed then.
    """
    make_folder(folder)
    path, new = folder / RECORD_FILE, folder / RESTORING
    with ExitStack() as held:
        held.callback(StoreLock(folder).release)
        remove_database(new)
        try:
            chain = open_backup(backup, new, place, station_id)
        except (BrokenBackupError, OSError):
            remove_database(new)
            raise
        kept = sideline(path, at)
        crashpoint("during_restore")
        replace_database(new, path)
    return Restored(backup, chain.entries, kept.path.name)


def _compared(folder: Path, tip: Position) -> tuple[int, bool]:
    """How many entries the live record has behind the backup's last one, and whether that one is in it."""
    if not (folder / RECORD_FILE).exists():
        return 0, False
    reader = Reader(folder)
    here = reader.journal_after(tip.epoch, tip.seq - 1, 1)
    is_ours = bool(here) and here[0].hash == tip.head
    later = [each.position for each in reader.epochs() if each.position.epoch_no > tip.epoch_no]
    same = [each.position for each in reader.epochs() if each.position.epoch == tip.epoch]
    return sum(position.seq for position in later) + sum(position.seq - tip.seq for position in same), is_ours
