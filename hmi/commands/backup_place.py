"""Where the backups of a configured station are."""

from __future__ import annotations

from hmi.configuration import BACKUPS
from hmi.settings import Settings
from station_db.backup import BackupPlace


def place_of(settings: Settings) -> BackupPlace:
    """The place that station.toml names, or the one there is without."""
    plan = settings.backup
    return BackupPlace(settings.folder / BACKUPS) if plan is None else BackupPlace(plan.folder, plan.secret, plan.keep)
