"""The marker beside the database: how far this station's journal had come, kept where a restored database is not.

It is rewritten in place after every commit, without waiting for the disk (a kill cannot lose it, and after a power cut an
older one is still right), and on the disk when the store opens, checkpoints and closes. `files` ties it to the very files
it was written beside: in a copy of the whole folder they have other numbers. After a clean end `changed_at` ties it to the
database's content: a copy put back over the same files brings an older marker, but the system dates the database anew.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from station_db.connecting import RECORD_FILE
from station_db.journal import Position

MARKER_FILE = "epoch.json"
SIZE = 1024
"""Always written whole, padded, in one write."""


@dataclass(frozen=True, slots=True)
class Marker:
    """What the store last said of itself. `clean` says that it was closed; `generation` counts replaced files.

    `changed_at` is the database's change time when it was closed, in the system's own nanoseconds; 0 while it is open.
    """

    machine: str
    files: str
    app_version: str = ""
    generation: int = 0
    clean: bool = False
    changed_at: int = 0
    epoch: str = ""
    epoch_no: int = 0
    seq: int = 0
    head: str = ""


NAMES = tuple(field.name for field in fields(Marker))


def read_marker(folder: Path) -> Marker | None:
    """The marker, or None where there is none or it cannot be read, which is the same to whoever asks."""
    try:
        plain = json.loads((folder / MARKER_FILE).read_bytes())
        return Marker(**plain)
    except (OSError, ValueError, TypeError):
        return None


class MarkerFile:
    """The marker's one writer."""

    def __init__(self, folder: Path, marker: Marker) -> None:
        path = folder / MARKER_FILE
        path.touch()
        self._folder = folder
        self._file = path.open("r+b", buffering=0)
        self.marker = replace(marker, files=files_of(folder))

    def write(self, position: Position, *, durable: bool, clean: bool = False) -> None:
        """Say how far the journal has come. Raises `OSError`; without `durable` the system may take its time."""
        at = {"epoch": position.epoch, "epoch_no": position.epoch_no, "seq": position.seq, "head": position.head}
        changed_at = changed_at_of(self._folder) if clean else 0
        self.marker = replace(self.marker, clean=clean, changed_at=changed_at, **at)
        self._file.seek(0)
        self._file.write(json.dumps(_plain(self.marker)).encode().ljust(SIZE - 1) + b"\n")
        if durable:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _plain(marker: Marker) -> dict[str, str | int]:
    """`asdict` would copy every value, at every commit."""
    return {name: getattr(marker, name) for name in NAMES}


def files_of(folder: Path) -> str:
    """The system's numbers of database and marker."""
    return "/".join(_number_of(folder / name) for name in (RECORD_FILE, MARKER_FILE))


def _number_of(path: Path) -> str:
    try:
        return str(path.stat().st_ino)
    except FileNotFoundError:
        return "-"


def changed_at_of(folder: Path) -> int:
    """When the database last changed, on POSIX by the clock that no copy can put back.

    Windows keeps that one to itself: there it is the time of the last write, which some ways of copying do put back.
    """
    try:
        stat = (folder / RECORD_FILE).stat()
    except FileNotFoundError:
        return 0
    return stat.st_mtime_ns if sys.platform == "win32" else stat.st_ctime_ns


def machine_id() -> str:
    """What tells this computer from one with a copy of its disk: the system's id and its network card's."""
    card = uuid.getnode()
    is_invented = bool(card >> 40 & 1)
    return f"{_system_id()}/{'' if is_invented else format(card, '012x')}"


def _system_id() -> str:
    if sys.platform == "win32":
        return _windows_id()
    with suppress(OSError):
        return Path("/etc/machine-id").read_text().strip()
    return ""


def _windows_id() -> str:
    import winreg

    registry: Any = winreg
    with suppress(OSError), registry.OpenKey(registry.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
        return str(registry.QueryValueEx(key, "MachineGuid")[0])
    return ""
