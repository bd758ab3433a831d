"""Making record.db ready: created or migrated on a copy that takes its place in one step, so it is old or new, never between."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.exc import DatabaseError

from station_db import migrating
from station_db.connecting import RECORD_FILE, raw, writer_engine
from station_db.crashpoints import crashpoint
from station_db.diagnosis import diagnosed
from station_db.durable import copy, make_folder, remove_database, replace_database
from station_db.errors import CorruptStoreError, ForeignDatabaseError, NewerSchemaError, UnwritableFolderError
from station_db.notices import MIGRATED, Notice
from station_db.records.base import CENTRE
from station_db.tables import TYPED

APPLICATION_ID = 0x4C4E5349
"""`LNSI` in the file's header: what tells our databases from others."""
HEADER_BYTES = 100
SQLITE_MAGIC = b"SQLite format 3\x00"
NEW_FILE = RECORD_FILE + ".new"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was done: the file is new, or was migrated from another revision."""

    is_new: bool = False
    migrated_from: str | None = None

    @property
    def is_replaced(self) -> bool:
        """Whether the file is another one than before."""
        return self.is_new or self.migrated_from is not None

    def notices(self) -> tuple[Notice, ...]:
        """What a person must hear about it."""
        return () if self.migrated_from is None else (Notice(MIGRATED, (self.migrated_from, migrating.HEAD)),)


def check_folder(folder: Path) -> None:
    """Raise `UnwritableFolderError` or `ForeignDatabaseError`, having changed nothing."""
    probe = folder / ".probe"
    try:
        make_folder(folder)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UnwritableFolderError(folder, error.strerror or str(error)) from error
    check_is_ours(folder / RECORD_FILE)


def check_is_ours(path: Path) -> None:
    """Look into the file's header without opening it as a database."""
    if not path.exists():
        return
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    if not header.startswith(SQLITE_MAGIC) or int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise ForeignDatabaseError(path, "this file is no store of Lineside")


def prepare(folder: Path, station_id: str) -> Prepared:
    """Leave a record.db of this version in the folder. The caller holds the store's lock."""
    path, new = folder / RECORD_FILE, folder / NEW_FILE
    remove_database(new)
    if not path.exists():
        _create(new)
        return Prepared(is_new=_take_place(new, path))
    revision = _checked_revision(path, station_id)
    if revision == migrating.HEAD:
        return Prepared()
    copy(path, path.with_name(f"{RECORD_FILE}.before-{migrating.HEAD}"))
    copy(path, new)
    crashpoint("during_migration_copy")
    _migrate(new)
    _take_place(new, path)
    return Prepared(migrated_from=revision)


def _take_place(new: Path, path: Path) -> bool:
    crashpoint("before_swap")
    replace_database(new, path)
    crashpoint("after_swap")
    return True


def _create(new: Path) -> None:
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


def _checked_revision(path: Path, station_id: str) -> str | None:
    """The revision of our own file, which is then closed with its log written into it."""
    try:
        with writer_engine(path).connect() as connection:
            raw(connection, "PRAGMA wal_checkpoint(TRUNCATE)")
            revision = migrating.revision_of(connection)
            _check_revision(path, revision)
            _check_station(connection, path, station_id)
            return revision
    except DatabaseError as error:
        raise diagnosed(path, error) from error


def _check_revision(path: Path, revision: str | None) -> None:
    if revision == migrating.HEAD:
        return
    try:
        migrating.check_known(revision)
    except migrating.UnknownRevisionError as error:
        raise NewerSchemaError(path, f"its schema is {revision}, this version knows {migrating.HEAD}") from error


def _check_station(connection: Connection, path: Path, station_id: str) -> None:
    epoch = TYPED["epoch"]
    others = select(epoch.c.station_id).where(epoch.c.station_id.not_in((station_id, CENTRE))).limit(1)
    owner = connection.scalar(others)
    if owner is not None:
        raise ForeignDatabaseError(path, f"this store belongs to station {owner}, not to {station_id}")


def quick_check(connection: Connection, path: Path) -> None:
    """Raise `CorruptStoreError` for a damaged file."""
    found = raw(connection, "PRAGMA quick_check(1)")[0][0]
    if found != "ok":
        raise CorruptStoreError(path, str(found))
