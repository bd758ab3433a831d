"""Looking at a record before anything writes to it: opened for writing, a damaged one would only lose more."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from station_db import migrating, resuming
from station_db.connecting import RECORD_FILE, SIGNALS_FILE, raw, reader_engine, still_engine
from station_db.diagnosis import diagnosed, is_about_the_file, is_damage
from station_db.epochs import passed, tip_of
from station_db.errors import ForeignDatabaseError, NewerSchemaError, StoreError
from station_db.marker import Marker
from station_db.records.base import CENTRE
from station_db.sidelining import kept_files
from station_db.tables import JOURNAL, TYPED

APPLICATION_ID = 0x4C4E5349
"""`LNSI` in the file's header: what tells our databases from others."""
HEADER_BYTES = 100
SQLITE_MAGIC = b"SQLite format 3\x00"
LOOKED_AT_BYTES = 128 * 1024**2
"""A file up to this size has all its pages looked at also after a clean end: disks change what they hold. It takes 0.15 s."""


class Condition(StrEnum):
    """How a record stands."""

    NEW = "new"
    """There is none, and nothing says that there ever was."""
    SOUND = "sound"
    GONE = "gone"
    """There is none, but there was."""
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Found:
    """What a look gave; `revision` is a sound record's."""

    condition: Condition
    revision: str | None = None


class _DamagedError(Exception):
    """What was read cannot be."""


def check_is_ours(path: Path) -> None:
    """Look into the header of a file that nobody here has open, not even as a database. Raises `ForeignDatabaseError`."""
    if path.exists() and not _has_our_header(path):
        raise _foreign(path)


def check_says_ours(connection: Connection, path: Path) -> None:
    """The same asked of SQLite, of a file that this process may be writing. Raises `ForeignDatabaseError`.

    On POSIX whoever opens and closes such a file by himself takes away the locks of all the process's connections to it: another
    program that closes it then believes it is the last one, and removes the log under the writer.
    """
    try:
        said = raw(connection, "PRAGMA application_id")[0][0]
    except DBAPIError as error:
        raise (_foreign(path) if is_damage(error) else error) from error
    if said != APPLICATION_ID:
        raise _foreign(path)


def _foreign(path: Path) -> ForeignDatabaseError:
    return ForeignDatabaseError(path, "this file is no store of Lineside")


def examine(folder: Path, station_id: str, last: Marker | None, *, is_as_closed: bool, has_backups: bool) -> Found:
    """Say how the record of a folder stands; nothing is changed.

    `last` is its marker; `is_as_closed` that it is as a clean end left it: a large one then has its pages believed.
    Raises a `StoreError` for what no salvage mends: another station's record, a newer schema, a file that is held or may not
    be read.
    """
    path = folder / RECORD_FILE
    had_one = has_backups or _had_one(folder, last)
    if not path.exists():
        return Found(Condition.GONE if had_one else Condition.NEW)
    if not _has_our_header(path):
        if not had_one:
            check_is_ours(path)
        return Found(Condition.DAMAGED)
    engine = reader_engine(path) if _log_bytes(path) else still_engine(path)
    try:
        with engine.connect() as connection:
            return _examined(connection, path, station_id, last, is_as_closed=is_as_closed and not _log_bytes(path))
    except _DamagedError:
        return Found(Condition.DAMAGED)
    except DBAPIError as error:
        if is_about_the_file(error):
            return Found(Condition.DAMAGED)
        raise diagnosed(path, error) from error


def _had_one(folder: Path, last: Marker | None) -> bool:
    path = folder / RECORD_FILE
    is_marked = last is not None and last.epoch != ""
    return is_marked or _log_bytes(path) > 0 or bool(kept_files(path)) or (not path.exists() and (folder / SIGNALS_FILE).exists())


def _log_bytes(path: Path) -> int:
    log = path.with_name(path.name + "-wal")
    return log.stat().st_size if log.exists() else 0


def _has_our_header(path: Path) -> bool:
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    return header.startswith(SQLITE_MAGIC) and int.from_bytes(header[68:72], "big") == APPLICATION_ID


def _examined(connection: Connection, path: Path, station_id: str, last: Marker | None, *, is_as_closed: bool) -> Found:
    if not is_as_closed or path.stat().st_size <= LOOKED_AT_BYTES:
        _check_pages(connection)
    revision = migrating.revision_of(connection)
    _check_revision(path, revision)
    _check_station(connection, path, station_id)
    _check_epochs(connection, station_id)
    _check_numbers(connection, station_id)
    if revision == migrating.HEAD:
        _check_present(connection, station_id)
    if last is not None and not last.clean and _log_bytes(path):
        _check_reaches(connection, station_id, last)
    return Found(Condition.SOUND, revision)


def _check_pages(connection: Connection) -> None:
    if raw(connection, "PRAGMA quick_check(1)")[0][0] != "ok":
        raise _DamagedError


def _check_revision(path: Path, revision: str | None) -> None:
    if revision is None:
        raise _DamagedError
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
    if owner is None:
        return
    if _has_entries(connection, station_id) or (_log_bytes(path) and _is_ours_without_log(path, station_id)):
        raise _DamagedError
    raise ForeignDatabaseError(path, f"this store belongs to station {owner}, not to {station_id}")


def _is_ours_without_log(path: Path, station_id: str) -> bool:
    """Whether it is the log that is another station's."""
    try:
        with still_engine(path).connect() as connection:
            return _has_entries(connection, station_id)
    except DBAPIError:
        return True


def _has_entries(connection: Connection, station_id: str) -> bool:
    return connection.scalar(select(JOURNAL.c.seq).where(JOURNAL.c.station_id == station_id).limit(1)) is not None


def _check_epochs(connection: Connection, station_id: str) -> None:
    """What numbers go on from is what it was written as."""
    epoch = TYPED["epoch"].c
    columns = (epoch.id, epoch.epoch_no, epoch.parent_seq, epoch.parent_head)
    kinds = tuple(func.typeof(column) for column in columns)
    found = connection.execute(select(*kinds).where(epoch.station_id == station_id).distinct()).all()
    if any(tuple(row) != ("text", "integer", "integer", "text") for row in found):
        raise _DamagedError


def _check_numbers(connection: Connection, station_id: str) -> None:
    """Every epoch has all its numbers; what was pruned is missing at its beginning alone."""
    seq = JOURNAL.c.seq
    counted = select(func.count(), func.min(seq), func.max(seq)).where(JOURNAL.c.station_id == station_id)
    for count, first, final in connection.execute(counted.group_by(JOURNAL.c.epoch)):
        if count != final - first + 1:
            raise _DamagedError


def _check_present(connection: Connection, station_id: str) -> None:
    """Whether the core could go on from it: damage within a page ends in anything."""
    try:
        resuming.resume(connection, station_id)
    except (DBAPIError, StoreError):
        raise
    except Exception as error:
        raise _DamagedError from error


def _check_reaches(connection: Connection, station_id: str, last: Marker) -> None:
    """With a log beside it a record must reach its marker, or the log is damaged, or another file's."""
    tip = tip_of(connection, station_id)
    if tip is not None and not passed(connection, station_id, last):
        raise _DamagedError
