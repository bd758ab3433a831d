"""A disk of ours below SQLite: everything asked of it is told to a listener, who may note it or refuse it.

The files are real ones: what is asked is done by the system's own VFS once the listener has let it pass.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import apsw
import pytest

from station_db import connecting
from tests.faults import apsw_driver

LOGS = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL
_NUMBERS = itertools.count(1)


class Listener(Protocol):
    """Hears of each thing before it is done; raising `apsw.IOError` or `apsw.FullError` makes the disk refuse it."""

    def opened(self, path: Path, *, is_new: bool) -> None: ...
    def write(self, path: Path, offset: int, piece: bytes) -> None: ...
    def truncate(self, path: Path, size: int) -> None: ...
    def sync(self, path: Path) -> None: ...
    def sync_folder(self, folder: Path) -> None: ...
    def remove(self, path: Path) -> None: ...


class HeardFile(apsw.VFSFile):
    """One file on the heard disk."""

    def __init__(self, listener: Listener, name: str | apsw.URIFilename, flags: list[int]) -> None:
        self._path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        is_new = not self._path.exists()
        self._is_folder_due = is_new and bool(flags[0] & LOGS)
        self._listener = listener
        super().__init__("", name, flags)
        listener.opened(self._path, is_new=is_new)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._listener.write(self._path, offset, bytes(data))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        self._listener.truncate(self._path, newsize)
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        self._listener.sync(self._path)
        super().xSync(flags)
        if self._is_folder_due:  # as the system's VFS does with a new log
            self._is_folder_due = False
            self._listener.sync_folder(self._path.parent)


class HeardDisk(apsw.VFS):
    """The disk; `name` is what connections ask for."""

    def __init__(self, listener: Listener) -> None:
        self.name = f"heard-{next(_NUMBERS)}"
        self._listener = listener
        super().__init__(self.name, base="")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        return HeardFile(self._listener, name, flags) if name else super().xOpen(name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self._listener.remove(Path(filename))
        super().xDelete(filename, syncdir)
        if syncdir:
            self._listener.sync_folder(Path(filename).parent)


@contextmanager
def heard_disk(listener: Listener) -> Iterator[None]:
    """Within, every database of the store stands on a disk that tells `listener`."""
    disk = HeardDisk(listener)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connecting, "connect", lambda path, mode: apsw_driver.connect(path, mode, disk.name))
        yield
    disk.unregister()
