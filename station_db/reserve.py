"""Room kept for the record: a file of real bytes beside the store, let go when the disk is full, made again when there is room.

With it sign-offs, audit entries and the end of an order can still be written for a while after everything else has stopped.
Signals get none of it.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from station_db.durable import fsync_folder
from station_db.errors import CommitFailedError
from station_db.notices import DISK_ALMOST_FULL, DISK_FULL, Notice

RESERVE_FILE = "reserve.bin"
RESERVE_BYTES = 20 * 1024**2
PIECE = 1024**2
WARN_AT = 0.8
"""How much of the disk may be used before people are told."""
PRIMARY_CODE = 0xFF
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Reserve:
    """The room kept in a folder; with a size of 0 there is none, and nothing is said of the disk."""

    def __init__(self, folder: Path, size: int) -> None:
        self._path = folder / RESERVE_FILE
        self._size = size
        self._is_spent = False
        self._used = 0.0
        self._free = 0

    @property
    def is_spent(self) -> bool:
        """Whether the disk was full and the room is in use."""
        return self._is_spent

    def keep(self) -> None:
        """Look at the disk, and make the file where it is missing and there is room for it twice; to be called now and then."""
        if not self._size:
            return
        with suppress(OSError):
            usage = shutil.disk_usage(self._path.parent)
            self._used, self._free = usage.used / usage.total, usage.free
            if self._is_whole() or (usage.free > 2 * self._size and self._make()):
                self._is_spent = False

    def spend(self, error: BaseException | None) -> bool:
        """Let the room go if only room was missing; whether there is more of it now."""
        if not (self._size and wants_room(error, self._path.parent)):
            return False
        had_some = self._path.exists()
        self._is_spent = True
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        return had_some

    def refuse_if_spent(self) -> None:
        """Raise `CommitFailedError` for what the kept room is not for."""
        if self._is_spent:
            raise CommitFailedError("the disk is full; the room that is left is kept for records")

    def notices(self) -> tuple[Notice, ...]:
        """What a person must hear of the disk, as long as it is so."""
        if self._is_spent:
            return (Notice(DISK_FULL, (str(self._free // PIECE),)),)
        if self._used >= WARN_AT:
            return (Notice(DISK_ALMOST_FULL, (f"{self._used * 100:.0f}", str(self._free // PIECE))),)
        return ()

    def _is_whole(self) -> bool:
        return self._path.exists() and self._path.stat().st_size == self._size

    def _make(self) -> bool:
        """Written out, as a file with holes keeps nothing; random, as some file systems pack what is not."""
        piece = os.urandom(min(PIECE, self._size))
        try:
            with self._path.open("wb") as file:
                for start in range(0, self._size, len(piece)):
                    file.write(piece[: self._size - start])
                file.flush()
                os.fsync(file.fileno())
            fsync_folder(self._path.parent)
        except OSError:
            self._path.unlink(missing_ok=True)
            return False
        return True


def wants_room(error: BaseException | None, folder: Path) -> bool:
    """Whether a write failed for want of room: said so, or the disk refused to write and has next to none left."""
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    code = getattr(error.orig, "sqlite_errorcode", 0) & PRIMARY_CODE if isinstance(error, DBAPIError) else 0
    return code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(folder))


def _is_full(folder: Path) -> bool:
    with suppress(OSError):
        return shutil.disk_usage(folder).free < PIECE
    return False
