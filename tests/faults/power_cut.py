"""What a disk may hold after the power was cut: everything synced before, and of the rest any part, also torn ones.

A `Logbook` notes, in one order, what the databases (through `vfs`) and the plain files beside them (through `os`) asked of
the disk, and when something was said to be saved. `Logbook.image` builds the folder as a cut at any moment could leave it:
a write that was not synced is there, lost, or torn at a multiple of 512 bytes; a name that was made, moved or removed since
its folder was synced is so or not. `-shm` files are never there: they do not outlive a running system.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.faults.vfs import Listener, heard_disk

SECTOR = 512
LOST, TORN = 0.5, 0.3
"""How likely an unsynced write is lost, and one that is not is torn."""


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes that went to a place of a file; the file is known by its number, as names move."""

    file: int
    offset: int
    piece: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """A file made shorter, or longer with zeros."""

    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """All of a file was on the disk."""

    file: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """An fsync failed: what was written since the last one never comes to the disk, whatever a later one says."""

    file: int


@dataclass(frozen=True, slots=True)
class Named:
    """A name came to mean a file, or nothing (None)."""

    path: Path
    file: int | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A file went from one name to another, in one step."""

    old: Path
    new: Path
    file: int


@dataclass(frozen=True, slots=True)
class FolderSynced:
    """All names in a folder were on the disk."""

    folder: Path


Noted = Write | Cut | Synced | Dropped | Named | Moved | FolderSynced


@dataclass
class Logbook:
    """The disk's history below `root`, and after how much of it each thing was said to be saved."""

    root: Path
    history: list[Noted] = field(default_factory=list)
    saved: list[tuple[int, str]] = field(default_factory=list)
    begun: int = 0
    """What was there before takes so much of the history."""
    paths: dict[int, Path] = field(default_factory=dict)
    """What each file was called when it came."""
    _names: dict[Path, int] = field(default_factory=dict)
    _plain: dict[Path, bytes] = field(default_factory=dict)
    _databases: set[Path] = field(default_factory=set)
    _folders: set[Path] = field(default_factory=set)
    _files: int = 0

    def begin(self) -> None:
        """All that is there already is on the disk."""
        self._note_plain_files()
        self.history += [Synced(file) for file in self._names.values()]
        self.history += [FolderSynced(folder) for folder in (self.root, *self._folders)]
        self.begun = len(self.history)

    def say_saved(self, record_id: str) -> None:
        """From here on a cut must not lose this record."""
        self._note_plain_files()
        self.saved.append((len(self.history), record_id))

    def saved_by(self, moment: int) -> list[str]:
        """What was said to be saved when so much had been asked of the disk."""
        return [record_id for when, record_id in self.saved if when <= moment]

    def opened(self, path: Path, *, is_new: bool) -> None:
        if is_new or path not in self._names:
            self._begin(path)
        self._databases.add(path)

    def write(self, path: Path, offset: int, piece: bytes) -> None:
        self.history.append(Write(self._names[path], offset, piece))

    def truncate(self, path: Path, size: int) -> None:
        self.history.append(Cut(self._names[path], size))

    def sync(self, path: Path) -> None:
        self.history.append(Synced(self._names[path]))

    def drop(self, path: Path) -> None:
        self.history.append(Dropped(self._names[path]))

    def sync_folder(self, folder: Path) -> None:
        self._note_plain_files()
        self.history.append(FolderSynced(folder))

    def remove(self, path: Path) -> None:
        if self._names.pop(path, None) is not None:
            self._plain.pop(path, None)
            self._databases.discard(path)
            self.history.append(Named(path, None))

    def move(self, old: Path, new: Path) -> None:
        """A file took another's place."""
        self._note_plain_files()
        self._databases.discard(new)
        self._plain.pop(new, None)
        if old in self._names:
            self._names[new] = self._names.pop(old)
            self._plain.pop(old, None)
            self.history.append(Moved(old, new, self._names[new]))

    def sync_plain(self, path: Path) -> None:
        """A file that is no open database was synced: what it holds now is on the disk."""
        if path.is_dir():
            self.sync_folder(path)
        elif path.is_relative_to(self.root):
            self._note_plain(path)
            self.sync(path)

    def _begin(self, path: Path) -> None:
        self._files += 1
        self._names[path] = self._files
        self.paths[self._files] = path
        self.history.append(Named(path, self._files))

    def _note_plain_files(self) -> None:
        for folder in sorted(path for path in self.root.rglob("*") if path.is_dir() and path not in self._folders):
            self._folders.add(folder)
            self._begin(folder)
        for path in sorted(path for path in self.root.rglob("*") if path.is_file()):
            if path not in self._databases and not path.name.endswith(("-shm", ".lock")):
                self._note_plain(path)

    def _note_plain(self, path: Path) -> None:
        content = path.read_bytes()
        if path not in self._names:
            self._begin(path)
        if self._plain.get(path) != content:
            before, self._plain[path] = self._plain.get(path, b""), content
            if len(content) < len(before):
                self.history.append(Cut(self._names[path], len(content)))
            self.history.append(Write(self._names[path], 0, content))

    def image(self, moment: int, chance: random.Random, folder: Path, lost: float = LOST) -> None:
        """Build in `folder` what may be there after a cut at that moment; each unsynced change is lost as likely as `lost`."""
        past = self.history[:moment]
        contents = {file: _content(steps, chance, lost) for file, steps in _by_file(past).items()}
        for path, file in sorted(_names(past, chance, lost).items()):
            place = folder / path.relative_to(self.root)
            if path in self._folders and place.parent.is_dir():
                place.mkdir()
            elif place.parent.is_dir():
                place.write_bytes(contents.get(file, b""))


def _by_file(past: Sequence[Noted]) -> dict[int, list[Noted]]:
    steps: dict[int, list[Noted]] = {}
    for noted in past:
        if isinstance(noted, Write | Cut | Synced):
            steps.setdefault(noted.file, []).append(noted)
        elif isinstance(noted, Dropped):
            _drop_unsynced(steps.get(noted.file, []))
    return steps


def _drop_unsynced(steps: list[Noted]) -> None:
    while steps and not isinstance(steps[-1], Synced):
        steps.pop()


def _content(steps: Sequence[Noted], chance: random.Random, lost: float) -> bytes:
    """One file: all before its last sync, and a part of what came after."""
    safe = max((at for at, noted in enumerate(steps) if isinstance(noted, Synced)), default=-1)
    content = bytearray()
    for at, noted in enumerate(steps):
        if isinstance(noted, Synced) or (at > safe and chance.random() < lost):
            continue
        if isinstance(noted, Cut):
            content[noted.size :] = bytes(max(0, noted.size - len(content)))
        elif isinstance(noted, Write):
            _put(content, noted.offset, _torn(noted.piece, chance) if at > safe else noted.piece)
    return bytes(content)


def _torn(piece: bytes, chance: random.Random) -> bytes:
    return piece[: SECTOR * chance.randrange(len(piece) // SECTOR + 1)] if chance.random() < TORN else piece


def _put(content: bytearray, offset: int, piece: bytes) -> None:
    content.extend(bytes(max(0, offset + len(piece) - len(content))))
    content[offset : offset + len(piece)] = piece


def _names(past: Sequence[Noted], chance: random.Random, lost: float) -> dict[Path, int]:
    """What each name means: as of its folder's last sync, then changed or not, each change by itself."""
    safe: dict[Path, int] = {}
    for at, noted in enumerate(past):
        if isinstance(noted, FolderSynced):
            safe[noted.folder] = at
    names: dict[Path, int] = {}
    for at, noted in enumerate(past):
        if isinstance(noted, Named | Moved) and (at < safe.get(_folder_of(noted), -1) or chance.random() >= lost):
            _mean(names, noted)
    return names


def _folder_of(noted: Named | Moved) -> Path:
    return noted.new.parent if isinstance(noted, Moved) else noted.path.parent


def _mean(names: dict[Path, int], noted: Named | Moved) -> None:
    if isinstance(noted, Moved):
        names.pop(noted.old, None)
        names[noted.new] = noted.file
    elif noted.file is None:
        names.pop(noted.path, None)
    else:
        names[noted.path] = noted.file


@contextmanager
def logged(root: Path, below: Callable[[Logbook], Listener] | None = None) -> Iterator[Logbook]:
    """Within, all that happens below `root` is noted; the databases stand on what `below` makes of the logbook."""
    log = Logbook(root)
    log.begin()
    with heard_disk(below(log) if below else log), pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", _after(os.fsync, lambda handle: log.sync_plain(_path_of(handle))))
        for name in ("replace", "rename"):
            patch.setattr(os, name, _after(getattr(os, name), lambda old, new, **_: log.move(Path(old), Path(new))))
        for name in ("unlink", "remove"):
            patch.setattr(os, name, _after(getattr(os, name), lambda path, **_: log.remove(Path(path))))
        yield log


def _path_of(handle: int) -> Path:
    return Path(os.readlink(f"/proc/self/fd/{handle}"))


def _after(done: Callable[..., Any], note: Callable[..., None]) -> Callable[..., Any]:
    def both(*arguments: Any, **named: Any) -> Any:
        result = done(*arguments, **named)
        note(*arguments, **named)
        return result

    return both
