"""Harming the files of a store in every way a disk, a person or another program does."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PAGE = 4096
SECTOR = 512


@dataclass(frozen=True)
class Mutation:
    """What is done to which file."""

    name: str
    file: str
    harm: Callable[[Path, random.Random], None]

    def __str__(self) -> str:
        return f"{self.name} in {self.file}"


def flip(path: Path, chance: random.Random) -> None:
    """One bit."""
    _write(path, at := chance.randrange(path.stat().st_size), bytes((path.read_bytes()[at] ^ 1 << chance.randrange(8),)))


def zero(path: Path, chance: random.Random) -> None:
    """A sector that reads as nothing."""
    _write(path, chance.randrange(max(1, path.stat().st_size // SECTOR)) * SECTOR, bytes(min(SECTOR, path.stat().st_size)))


def cut(path: Path, chance: random.Random) -> None:
    """A tail that never reached the disk."""
    with path.open("r+b") as file:
        file.truncate(chance.randrange(path.stat().st_size))


def swap(path: Path, chance: random.Random) -> None:
    """Two pages in each other's place."""
    content = path.read_bytes()
    one, other = (chance.randrange(max(1, len(content) // PAGE)) * PAGE for _ in range(2))
    _write(path, one, content[other : other + PAGE])
    _write(path, other, content[one : one + PAGE])


def scramble(path: Path, chance: random.Random) -> None:
    """A page of anything."""
    _write(path, chance.randrange(max(1, path.stat().st_size // PAGE)) * PAGE, chance.randbytes(min(PAGE, path.stat().st_size)))


def empty(path: Path, chance: random.Random) -> None:
    """Zero bytes."""
    path.write_bytes(b"")


def remove(path: Path, chance: random.Random) -> None:
    """Gone."""
    path.unlink()


def foreign(path: Path, chance: random.Random) -> None:
    """Another store's file of the same name, put over it."""
    path.write_bytes((path.parent.parent / "foreign" / path.name).read_bytes())


def _write(path: Path, offset: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


def mutations() -> list[Mutation]:
    """Each harm at each file it fits."""
    every = {"flip": flip, "zero": zero, "cut": cut, "swap": swap, "scramble": scramble, "empty": empty, "remove": remove}
    databases = ("record.db", "record.db-wal", "signals.db", "signals.db-wal")
    made = [Mutation(name, file, harm) for name, harm in every.items() for file in databases]
    made += [Mutation(name, "epoch.json", every[name]) for name in ("flip", "zero", "cut", "empty", "remove")]
    made += [Mutation(name, "record.db-shm", every[name]) for name in ("flip", "zero", "empty", "remove")]
    return made + [
        Mutation("foreign", file, foreign) for file in ("record.db-wal", "record.db-shm", "signals.db-wal", "signals.db")
    ]
