"""Which files of a folder are whole, in the order of their names, each once over restarts. Reads the folder, opens no file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from drivers.waveforms.formats import SUFFIXES
from drivers.waveforms.setup import Folder

Size = tuple[int, int]
"""Bytes, and nanoseconds of the last change: what moves while a file is written."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look into the folder found: files that can be read, and those that came behind their turn."""

    whole: tuple[Path, ...]
    late: tuple[str, ...]


class FileInbox:
    """One folder. A file is whole once it did not change between two looks and a later one has begun, or for `patience_s`."""

    def __init__(self, folder: Folder, patience_s: float) -> None:
        self._folder = folder
        self._patience_s = patience_s
        self._last = _read(folder.marker)
        self._known: set[str] | None = None
        self._seen: dict[str, tuple[Size, float]] = {}
        """Each file that waits: how it was seen, and since when it is so."""
        self._broken: dict[str, Size] = {}

    def look(self, now_s: float) -> Look:
        """Look again; `now_s` is any clock of seconds. Raises `OSError`."""
        there = _files(self._folder.path)
        late = () if self._known is None else tuple(name for name in there if name <= self._last and name not in self._known)
        self._known = set(there)
        waiting = {name: size for name, size in there.items() if name > self._last and self._broken.get(name) != size}
        whole: list[Path] = []
        newest = max(waiting, default="")
        is_next = True
        for name, size in sorted(waiting.items()):
            is_next = is_next and self._is_whole(name, size, now_s, is_newest=name == newest)
            if is_next:
                whole.append(self._folder.path / name)
        self._note(waiting, now_s)
        return Look(tuple(whole), late)

    def took(self, path: Path) -> None:
        """Write down that a file was taken: it and those before it are never taken again. Raises `OSError`."""
        self._last = path.name
        self._folder.marker.parent.mkdir(parents=True, exist_ok=True)
        beside = self._folder.marker.with_suffix(".new")
        with beside.open("w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(path.name)
            file.flush()
            os.fsync(file.fileno())  # else a power cut leaves an empty marker, and every file is taken again
        beside.replace(self._folder.marker)

    def set_aside(self, path: Path) -> None:
        """Leave a file out as long as it stays as it is."""
        known = self._seen.get(path.name)
        if known is not None:
            self._broken[path.name] = known[0]

    def _is_whole(self, name: str, size: Size, now_s: float, *, is_newest: bool) -> bool:
        known = self._seen.get(name)
        return known is not None and known[0] == size and (not is_newest or now_s - known[1] >= self._patience_s)

    def _note(self, waiting: Mapping[str, Size], now_s: float) -> None:
        before = self._seen
        self._seen = {
            name: before[name] if name in before and before[name][0] == size else (size, now_s) for name, size in waiting.items()
        }


def _files(folder: Path) -> dict[str, Size]:
    found: dict[str, Size] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # whoever writes the files may take one away meanwhile
                if entry.name.lower().endswith(SUFFIXES) and entry.is_file():
                    status = entry.stat()
                    found[entry.name] = (status.st_size, status.st_mtime_ns)
    return found


def _read(marker: Path) -> str:
    try:
        return marker.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return ""
