"""Copies of the record made while it is in use, believed only after they were read back.

A backup is made from a reading connection, so it neither writes nor checkpoints; under its final name there is only ever a
file that was opened, checked page by page and entry by entry, and is on the disk.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from station_db.chain_check import Chain, Pause, check_chain, no_pause
from station_db.connecting import RECORD_FILE, raw, reader_engine
from station_db.crashpoints import crashpoint
from station_db.durable import fsync_file, fsync_folder, make_folder
from station_db.errors import BackupFailedError, BrokenBackupError
from station_db.journal import Position
from station_db.records.base import Digest, Instant
from station_db.sealing import is_sealed, seal, unseal

BACKUPS = "backups"
"""The folder in the data folder, where no better place is named."""
KEEP = 48
ABANDONED_US = 3_600_000_000
PLAIN, SEALED, MAKING = ".db", ".db.sealed", ".making"
PIECE = 1 << 20
STAMP = r"\d{8}T\d{12}Z"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BackupPlace:
    """Where a station's backups are; with a `secret` they are sealed. `keep` of them are kept."""

    folder: Path
    secret: str = field(default="", repr=False)
    keep: int = KEEP


@dataclass(frozen=True, slots=True)
class BackupMade:
    """A backup that was read back: the file, what it holds, and where its chain ends."""

    path: Path
    at: Instant
    size_bytes: int
    digest: Digest
    tip: Position
    entries_checked: int


def back_up(
    folder: Path,
    place: BackupPlace,
    station_id: str,
    at: Instant,
    *,
    since: Position | None = None,
    pause: Pause = no_pause,
) -> BackupMade:
    """Make a verified copy of the store in `folder`, also while it records; older ones beyond `keep` go.

    `since` is where the chain was found sound before, the entries behind it are checked. `pause` is called between pieces of
    work and may raise to give up. Raises `BackupFailedError`; no file is left then.
    """
    final = place.folder / _name(station_id, _stamp(place, station_id, at), is_sealed=bool(place.secret))
    making = final.with_name(final.name + MAKING)
    clear = making.with_name(making.name + PLAIN) if place.secret else making
    try:
        make_folder(place.folder)
        _remove(making, clear)
        _copy(folder / RECORD_FILE, clear)
        made = _finish(clear, making, final, place, _checked(clear, station_id, since, pause), at)
    except (DBAPIError, BrokenBackupError, OSError) as error:
        raise BackupFailedError(str(getattr(error, "orig", None) or error)) from error
    finally:
        with suppress(OSError):
            _remove(making, clear)
    _let_go(place, station_id, at)
    return made


def _copy(record: Path, target: Path) -> None:
    with reader_engine(record).connect() as connection:
        raw(connection, f"VACUUM INTO '{str(target).replace(chr(39), chr(39) * 2)}'")
    crashpoint("during_backup")


def _finish(clear: Path, making: Path, final: Path, place: BackupPlace, chain: Chain, at: Instant) -> BackupMade:
    if place.secret:
        seal(clear, making, place.secret)
    fsync_file(making)
    assert chain.tip is not None, "a chain without an epoch is refused"
    made = BackupMade(final, at, making.stat().st_size, _digest(making), chain.tip, chain.entries)
    crashpoint("before_backup_rename")
    making.replace(final)
    fsync_folder(place.folder)
    crashpoint("after_backup_rename")
    return made


def _checked(path: Path, station_id: str, since: Position | None, pause: Pause) -> Chain:
    try:
        return check_copy(path, station_id, since, pause)
    except BrokenBackupError:
        if since is None:
            raise
        return check_copy(path, station_id, None, pause)  # a store that was put back meanwhile has another past


def check_copy(path: Path, station_id: str, since: Position | None = None, pause: Pause = no_pause) -> Chain:
    """Read a copy of a record page by page and entry by entry. Raises `BrokenBackupError`."""
    try:
        with reader_engine(path).connect() as connection:
            found = raw(connection, "PRAGMA integrity_check(1)")[0][0]
            if found != "ok":
                raise BrokenBackupError(f"{path.name}: {found}")
            chain = check_chain(connection, station_id, since, pause)
    except DBAPIError as error:
        raise BrokenBackupError(f"{path.name}: {error.orig}") from error
    if chain.tip is None:
        raise BrokenBackupError(f"{path.name} holds no record of station {station_id}")
    return chain


def backups(place: BackupPlace, station_id: str) -> tuple[Path, ...]:
    """A station's finished backups, the newest first."""
    with suppress(OSError):
        ends = f"({re.escape(PLAIN)}|{re.escape(SEALED)})"
        return tuple(sorted(_files(place.folder, station_id, ends), key=lambda path: path.name, reverse=True))
    return ()


def _files(folder: Path, station_id: str, ends: str) -> list[Path]:
    """A station's own files of the folder, which others may share."""
    ours = re.compile(f"record-{re.escape(station_id)}-{STAMP}{ends}")
    return [path for path in folder.iterdir() if ours.fullmatch(path.name)]


def made_at(backup: Path) -> Instant:
    """When a backup was made, by its name; later than that where one before it was made by a clock that went wrong."""
    stamp = re.findall(STAMP, backup.name)[-1]
    when = datetime.strptime(stamp, "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
    return Instant((when - EPOCH) // timedelta(microseconds=1))


def open_backup(backup: Path, target: Path, place: BackupPlace, station_id: str) -> Chain:
    """Bring a backup into the clear at `target` and check it. Raises `BrokenBackupError`, `OSError`."""
    if is_sealed(backup):
        unseal(backup, target, place.secret)
    else:
        with backup.open("rb") as source, target.open("wb") as copy:
            while piece := source.read(PIECE):
                copy.write(piece)
    fsync_file(target)
    return check_copy(target, station_id)


def newest_sound(target: Path, places: tuple[BackupPlace, ...], station_id: str) -> tuple[Path, Chain] | None:
    """Bring the newest backup that is whole to `target`; None, and no file, where there is none."""
    for backup, place in sorted(_all(places, station_id), key=lambda found: found[0].name, reverse=True):
        with suppress(BrokenBackupError, OSError):
            return backup, open_backup(backup, target, place, station_id)
    target.unlink(missing_ok=True)
    return None


def _all(places: tuple[BackupPlace, ...], station_id: str) -> Iterator[tuple[Path, BackupPlace]]:
    return ((backup, place) for place in places for backup in backups(place, station_id))


def _stamp(place: BackupPlace, station_id: str, at: Instant) -> Instant:
    """Later than all there are, also where the clock was put back: the newest by its name must be the newest."""
    newest = next(iter(backups(place, station_id)), None)
    return at if newest is None else Instant(max(at, made_at(newest) + 1))


def _name(station_id: str, at: Instant, *, is_sealed: bool) -> str:
    when = EPOCH + timedelta(microseconds=at)
    return f"record-{station_id}-{when:%Y%m%dT%H%M%S%f}Z{SEALED if is_sealed else PLAIN}"


def _let_go(place: BackupPlace, station_id: str, at: Instant) -> None:
    """The oldest beyond what is kept, and what a backup that died left; one that is made just now is not touched."""
    old = backups(place, station_id)[place.keep :]
    with suppress(OSError):
        rests = _files(place.folder, station_id, f".*{re.escape(MAKING)}.*")
        for path in (*old, *(rest for rest in rests if abs(at - made_at(rest)) > ABANDONED_US)):
            path.unlink(missing_ok=True)


def _remove(*paths: Path) -> None:
    for path in paths:
        for each in (path, path.with_name(path.name + "-journal")):
            each.unlink(missing_ok=True)


def _digest(path: Path) -> Digest:
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            sha.update(piece)
    return Digest(sha.hexdigest())
