"""Making record.db ready: created, migrated or made again on a file that takes its place in one step.

So it is old or new, never between. What is damaged is put aside, never deleted, and never replaced by something empty unsaid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from station_db import migrating
from station_db.backup import BackupPlace, backups, check_copy, newest_sound
from station_db.connecting import RECORD_FILE, SIGNALS_FILE, raw, writer_engine
from station_db.crashpoints import crashpoint
from station_db.diagnosis import diagnosed
from station_db.durable import copy, fsync_folder, make_folder, remove_database, replace_database
from station_db.errors import BrokenBackupError, CorruptStoreError, StoreLockedError, UnwritableFolderError
from station_db.examining import APPLICATION_ID, Condition, check_is_ours, examine
from station_db.journal import Origin
from station_db.lock import LOCK_FILE, check_writable
from station_db.marker import MARKER_FILE, Marker, read_marker
from station_db.notices import MIGRATED, SALVAGED, Notice
from station_db.records.base import RecordId
from station_db.salvage import Salvage, dig, refill
from station_db.sidelining import kept_files, sideline

NEW_FILE = RECORD_FILE + ".new"
FILES = (RECORD_FILE, SIGNALS_FILE, MARKER_FILE, LOCK_FILE)


@dataclass(frozen=True, slots=True)
class Opening:
    """Who opens a store: the origin with the time, where the id of a new epoch comes from, and where backups may be."""

    origin: Origin
    new_id: Callable[[], RecordId]
    places: tuple[BackupPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was done: the file is new, was migrated from another revision, or was made again and is in a new epoch."""

    is_new: bool = False
    migrated_from: str | None = None
    salvage: Salvage | None = None

    @property
    def is_replaced(self) -> bool:
        """Whether the file is another one than before."""
        return self != Prepared()

    def notices(self) -> tuple[Notice, ...]:
        """What a person must hear about it."""
        if self.salvage is not None:
            return (salvage_notice(self.salvage),)
        return () if self.migrated_from is None else (Notice(MIGRATED, (self.migrated_from, migrating.HEAD)),)


def salvage_notice(salvage: Salvage) -> Notice:
    """What a person must hear of a record that was made again."""
    return Notice(SALVAGED, (str(salvage.entries), str(salvage.lost), salvage.kept_as))


def check_folder(folder: Path) -> None:
    """Raise `UnwritableFolderError` or `ForeignDatabaseError`, having changed nothing."""
    probe = folder / ".probe"
    try:
        make_folder(folder)
        probe.touch()
        probe.unlink(missing_ok=True)  # another start may have been quicker
    except OSError as error:
        raise UnwritableFolderError(folder, error.strerror or str(error)) from error
    for path in (folder / name for name in FILES):
        check_writable(path)
    last = read_marker(folder)
    if last is None or not last.epoch:
        check_is_ours(folder / RECORD_FILE)


def prepare(folder: Path, opening: Opening, last: Marker | None, *, is_as_closed: bool) -> Prepared:
    """Leave a record.db of this version in the folder. The caller holds the store's lock.

    `last` is the marker, `is_as_closed` that the file is as a clean end left it. Raises `StoreError`; and `OSError`,
    which may pass.
    """
    path, new = folder / RECORD_FILE, folder / NEW_FILE
    remove_database(new)
    has_backups = any(backups(place, opening.origin.station_id) for place in opening.places)
    found = examine(folder, opening.origin.station_id, last, is_as_closed=is_as_closed, has_backups=has_backups)
    try:
        if found.condition is Condition.NEW:
            create(new)
            return Prepared(is_new=_take_place(new, path))
        if found.condition is not Condition.SOUND:
            return Prepared(salvage=_make_again(path, new, opening, last))
        return _bring_up(path, new, opening.origin.station_id)
    except DBAPIError as error:
        raise diagnosed(path, error) from error


def _bring_up(path: Path, new: Path, station_id: str) -> Prepared:
    revision = _closed_revision(path)
    if revision == migrating.HEAD:
        return Prepared()
    _keep_before(path, new, station_id)
    copy(path, new)
    crashpoint("during_migration_copy")
    _migrate(new)
    _take_place(new, path)
    return Prepared(migrated_from=revision)


def _keep_before(path: Path, new: Path, station_id: str) -> None:
    """A backup of the old version, read back; under its name there is only ever a whole one."""
    kept = path.with_name(f"{RECORD_FILE}.before-{migrating.HEAD}")
    copy(path, new)
    try:
        check_copy(new, station_id)
    except BrokenBackupError as error:
        raise CorruptStoreError(path, str(error)) from error
    remove_database(kept)
    new.replace(kept)
    fsync_folder(path.parent)


def _make_again(path: Path, new: Path, opening: Opening, last: Marker | None) -> Salvage:
    """Put the damaged files aside, and begin from the newest backup with all that can be read."""
    earlier = () if path.exists() else kept_files(path)
    kept = sideline(path, opening.origin.recorded_at)
    found = dig((kept, *earlier))
    if newest_sound(new, opening.places, opening.origin.station_id) is None:
        create(new)
    else:
        _migrate(new)
    with writer_engine(new).begin() as connection:
        salvage = refill(connection, opening.origin, opening.new_id(), found, kept, last)
    _take_place(new, path)
    return salvage


def _take_place(new: Path, path: Path) -> bool:
    crashpoint("before_swap")
    replace_database(new, path)
    crashpoint("after_swap")
    return True


def create(new: Path) -> None:
    """Make an empty record of this version's schema."""
    engine = writer_engine(new)
    with engine.connect() as connection:
        raw(connection, f"PRAGMA application_id={APPLICATION_ID}")
        crashpoint("during_create")
    _migrate(new)


def _migrate(new: Path) -> None:
    engine = writer_engine(new)
    with engine.begin() as connection:
        migrating.upgrade(connection)
        crashpoint("during_migration")
    with engine.connect() as connection:
        quick_check(connection, new)


def _closed_revision(path: Path) -> str | None:
    """The revision of our own file, which is then closed with its log written into it.

    Raises `StoreLockedError` where somebody still reads an older state: what they do not let into the file would not be copied.
    """
    with writer_engine(path).connect() as connection:
        is_held, *_ = raw(connection, "PRAGMA wal_checkpoint(TRUNCATE)")[0]
        revision = migrating.revision_of(connection)
    if is_held and revision != migrating.HEAD:
        raise StoreLockedError(path, "another program reads it, so it cannot be brought to this version")
    return revision


def quick_check(connection: Connection, path: Path) -> None:
    """Raise `CorruptStoreError` for a damaged file."""
    found = raw(connection, "PRAGMA quick_check(1)")[0][0]
    if found != "ok":
        raise CorruptStoreError(path, str(found))
