"""The record's backups as the core knows them: the last good one, why a newer one failed, and that it is getting old."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hmi.station import alarms
from hmi.station.alarms import Alarms
from hmi.station.codes import Code
from hmi.station.topics import BackupView
from hmi.station.turn import STATION, Turn
from station_db.records.base import Instant
from station_db.records.keeping import Backup

OLD_AFTER = 3
"""Periods without a good backup after which somebody must hear of it."""
FAILED = "engine.backup_failed"


@dataclass(frozen=True, slots=True)
class Backups:
    """`every_us` is their period, 0 where none are made; `since` is when this run began to wait for one."""

    every_us: int = 0
    since: Instant | None = None
    good: Backup | None = None
    failing: str = ""
    """Why the newest try failed; empty after a good one."""

    @property
    def view(self) -> BackupView:
        """What people see."""
        code, args = (FAILED, (self.failing,)) if self.failing else ("", ())
        return BackupView(None if self.good is None else self.good.at, "" if self.good is None else self.good.file, code, args)


def began(every_us: int, good: Backup | None, turn: Turn) -> Backups:
    """As the record has it."""
    return Backups(every_us, turn.now.wall, good)


def made(backups: Backups, backup: Backup, turn: Turn) -> Backups:
    """One ended: a good one is recorded each time, a failure when it is another one than before."""
    if not backup.ok and backup.reason == backups.failing:
        return backups
    turn.keep(backup)
    return replace(backups, good=backup, failing="") if backup.ok else replace(backups, failing=backup.reason)


def tell(active: Alarms, backups: Backups, turn: Turn) -> Alarms:
    """An alarm while the last good one is too old."""
    last = backups.since if backups.good is None else backups.good.at
    age_us = 0 if last is None else turn.now.wall - last
    if backups.every_us and age_us > OLD_AFTER * backups.every_us:
        told = alarms.own(STATION, Code.BACKUP_OLD, turn, str(age_us // 3_600_000_000), priority="medium")
        return alarms.raise_alarm(active, told, turn)
    return alarms.clear(active, (STATION, Code.BACKUP_OLD), turn)
