"""Files that must be on the disk before the next step: copies, replacements, their folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

LOG_SUFFIXES = ("-wal", "-shm")


def fsync_file(path: Path) -> None:
    """Return once the file's content would survive a power cut."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def fsync_folder(folder: Path) -> None:
    """Return once the folder's names would survive a power cut; Windows does so by itself and cannot be asked."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """A folder that is on the disk, with those above it that were not there."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        fsync_folder(made.parent)


def copy(source: Path, target: Path) -> None:
    """A copy that is on the disk."""
    shutil.copyfile(source, target)
    fsync_file(target)


def replace_database(new: Path, old: Path) -> None:
    """Put a closed database in the place of another, whose own logs must not be taken for the new one's."""
    fsync_file(new)
    remove_logs(old)
    fsync_folder(old.parent)  # a log that came back after a power cut would be played into the new file
    new.replace(old)
    fsync_folder(old.parent)


def remove_logs(database: Path) -> None:
    """Remove what belongs to a database that is closed and checkpointed."""
    for suffix in LOG_SUFFIXES:
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def remove_database(path: Path) -> None:
    """Remove a database that nobody needs."""
    remove_logs(path)
    path.unlink(missing_ok=True)
