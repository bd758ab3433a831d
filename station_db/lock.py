"""One process a store: a lock that the system takes back when its holder dies, the same on every platform."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from station_db.errors import StoreLockedError, UnwritableFolderError

LOCK_FILE = "store.lock"


class StoreLock:
    """Held from construction to `release`. SQLite's own file lock does the work, on a file of its own that stays empty."""

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK_FILE
        check_writable(path)
        try:
            self._held = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        except sqlite3.OperationalError as error:
            raise UnwritableFolderError(folder, str(error)) from error
        try:
            self._held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            self._held.close()
            raise StoreLockedError(folder, "another process records into this folder") from error

    def release(self) -> None:
        """Let the next one in."""
        self._held.close()


def check_writable(path: Path) -> None:
    """Raise `UnwritableFolderError`: in a file that may only be read SQLite locks nothing, and does not say so."""
    if path.exists() and not os.access(path, os.W_OK):
        raise UnwritableFolderError(path, "it may not be written to")
