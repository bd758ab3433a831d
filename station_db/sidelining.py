"""Damaged files are never deleted: they are kept beside, all under one dated name, with their logs and the marker."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from station_db.connecting import RECORD_FILE
from station_db.crashpoints import crashpoint
from station_db.durable import LOG_SUFFIXES, fsync_file, fsync_folder
from station_db.marker import MARKER_FILE
from station_db.records.base import Instant

KEPT = ".kept-"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was put aside; its log and its index, where there are any, have its name with their endings."""

    path: Path

    @property
    def log(self) -> Path:
        """Its write-ahead log."""
        return self.path.with_name(self.path.name + "-wal")


def sideline(database: Path, at: Instant) -> Kept:
    """Put a database with its logs aside and return once that would survive a power cut. Raises `OSError`.

    The database goes first: whoever finds a log alone afterwards knows what was going on (`interrupted`).
    """
    kept = Kept(_free(database, at))
    marker = database.with_name(MARKER_FILE)
    if database.name == RECORD_FILE and marker.exists():
        copied = kept.path.with_name(f"{MARKER_FILE}{KEPT}{kept.path.name.rpartition(KEPT)[2]}")
        shutil.copyfile(marker, copied)
        fsync_file(copied)
    for suffix in ("", *LOG_SUFFIXES):
        source = database.with_name(database.name + suffix)
        if source.exists():
            source.replace(kept.path.with_name(kept.path.name + suffix))
            crashpoint("during_sidelining")
    fsync_folder(database.parent)
    return kept


def kept_files(database: Path) -> tuple[Kept, ...]:
    """What was put aside of a database, the newest first."""
    found = (path for path in database.parent.glob(f"{database.name}{KEPT}*") if not path.name.endswith(LOG_SUFFIXES))
    return tuple(Kept(path) for path in sorted(found, reverse=True))


def _free(database: Path, at: Instant) -> Path:
    """A dated name that nothing has yet."""
    stamp = f"{EPOCH + timedelta(microseconds=at):%Y%m%dT%H%M%SZ}"
    path, number = database.with_name(f"{database.name}{KEPT}{stamp}"), 1
    while any(path.with_name(path.name + suffix).exists() for suffix in ("", *LOG_SUFFIXES)):
        number += 1
        path = database.with_name(f"{database.name}{KEPT}{stamp}-{number}")
    return path
