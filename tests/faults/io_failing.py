"""A station whose disk fails once or for a while: what it must not lose, and that it works again."""

from __future__ import annotations

import atexit
import random
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import copytree, rmtree

from station_db.errors import CommitFailedError, StoreError
from station_db.signals import Frame, Layout
from station_db.store import Store
from tests.faults.io_faults import FailingDisk, Failure
from tests.faults.power_cut import Logbook, logged
from tests.faults.power_cut_work import FOLDER
from tests.invariants import decisions_are_whole, store_is_sound
from tests.station_db.store.store_cases import at, cycle_changes, open_store

CYCLES = 16
CHECKPOINT_EVERY = 5
LAYOUT = Layout("press", ("force",), ("float64",))
AFTER = (101, 102, 103)
"""Cycles that are recorded once the disk works again."""


@dataclass(frozen=True)
class Outcome:
    """How it went: whether the disk failed at all, and how many commits were refused."""

    failed: int
    refused: int


def endure(place: Path, failure: Failure, n: int, *, lasts: bool) -> Outcome:
    """Record on a disk that fails at its Nth call; then it works again, and the power is cut.

    Raises `AssertionError` for what was lost, and whatever the store raises that is not its own error.
    """
    root = place / "disk"
    root.mkdir(parents=True)
    folder = root / FOLDER
    copytree(_begun(), folder)
    disks: list[FailingDisk] = []

    def failing(log: Logbook) -> FailingDisk:
        disks.append(FailingDisk(log, failure, n, lasts))
        return disks[0]

    with logged(root, failing) as log:
        refused = _record(log, folder, disks[0])
    decisions_are_whole(folder)
    image = place / "image"
    image.mkdir()
    log.image(len(log.history), random.Random(n), image, lost=1.0)
    open_store(image / FOLDER, prefix="after").close()
    store_is_sound(image / FOLDER, log.saved_by(len(log.history)))
    rmtree(place)
    return Outcome(disks[0].failed, refused)


@cache
def _begun() -> Path:
    """A store that was opened once and ended cleanly, to be copied."""
    made = Path(tempfile.mkdtemp(prefix="begun-"))
    atexit.register(rmtree, made)
    open_store(made).close()
    return made


def _record(log: Logbook, folder: Path, disk: FailingDisk) -> int:
    refused = 0
    store = _opened(folder, disk)
    for number in range(1, CYCLES + 1):
        refused += _commit(store, log, number)
        _say_what_else(store, number)
    disk.healed = True
    for number in AFTER:
        assert not _commit(store, log, number), "the disk works again and the store does not"
    store.close()
    return refused


def _opened(folder: Path, disk: FailingDisk) -> Store:
    """Refused while the disk fails, it must open once it works."""
    try:
        return open_store(folder, prefix="failing")
    except StoreError:
        disk.healed = True
        return open_store(folder, prefix="healed")


def _commit(store: Store, log: Logbook, number: int) -> int:
    """1 when it was refused; then what is true is what the record holds, as for the engine."""
    try:
        store.commit([cycle_changes(number)], at(number))
    except CommitFailedError:
        return 1
    log.say_saved(f"cycle-{number:06}")
    return 0


def _say_what_else(store: Store, number: int) -> None:
    """Frames may be lost where the disk fails, and a checkpoint put off; both say so."""
    for work in (
        lambda: store.append_frames([Frame(number, LAYOUT, at(number), number, (1.5,))]),
        lambda: store.checkpoint(at(number)) if number % CHECKPOINT_EVERY == 0 else None,
    ):
        try:
            work()
        except CommitFailedError:
            continue
