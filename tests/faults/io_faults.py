"""A disk that fails at the Nth thing it is asked, once or from then on; what a failed fsync did not bring over is lost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import apsw

from tests.faults.power_cut import Logbook


class Failure(StrEnum):
    """How it fails."""

    BROKEN = "EIO"
    FULL = "ENOSPC"
    SHORT = "short write"
    FSYNC = "fsync"


CODES = {Failure.BROKEN: apsw.SQLITE_IOERR_WRITE, Failure.SHORT: apsw.SQLITE_IOERR_WRITE, Failure.FSYNC: apsw.SQLITE_IOERR_FSYNC}


@dataclass
class FailingDisk:
    """Passes everything on to the logbook until it fails."""

    log: Logbook
    failure: Failure
    at: int
    lasts: bool
    asked: int = 0
    failed: int = 0
    healed: bool = False

    def opened(self, path: Path, *, is_new: bool) -> None:
        self.log.opened(path, is_new=is_new)

    def write(self, path: Path, offset: int, piece: bytes) -> None:
        if self._fails(is_sync=False):
            if self.failure is Failure.SHORT:
                half = piece[: len(piece) // 2]
                self.log.write(path, offset, half)
                _put(path, offset, half)
            self._refuse(path)
        self.log.write(path, offset, piece)

    def truncate(self, path: Path, size: int) -> None:
        if self._fails(is_sync=False):
            self._refuse(path)
        self.log.truncate(path, size)

    def sync(self, path: Path) -> None:
        if self._fails(is_sync=True):
            self.log.drop(path)
            self._refuse(path)
        self.log.sync(path)

    def sync_folder(self, folder: Path) -> None:
        self.log.sync_folder(folder)

    def remove(self, path: Path) -> None:
        self.log.remove(path)

    def _fails(self, *, is_sync: bool) -> bool:
        if self.healed or (self.failure is Failure.FSYNC) != is_sync:
            return False
        self.asked += 1
        return self.asked >= self.at if self.lasts else self.asked == self.at

    def _refuse(self, path: Path) -> None:
        self.failed += 1
        if self.failure is Failure.FULL:
            raise apsw.FullError(f"no space for {path.name}")
        error = apsw.IOError(f"{self.failure} of {path.name}")
        error.result, error.extendedresult = apsw.SQLITE_IOERR, CODES[self.failure]
        raise error


def _put(path: Path, offset: int, piece: bytes) -> None:
    with path.open("r+b", buffering=0) as file:
        file.seek(offset)
        file.write(piece)
