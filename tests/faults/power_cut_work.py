"""What runs on the logged disk, and what is asked of each image of it."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

import pytest

from station_db import connecting, marker, store
from station_db.connecting import RECORD_FILE
from station_db.marker import MARKER_FILE
from station_db.reader import Reader
from station_db.store import Store
from tests.faults.power_cut import Logbook, logged
from tests.invariants import schema_is_whole, store_is_sound
from tests.station_db.store.store_cases import MACHINE_ID, START, STATION, at, counting_ids, cycle_changes, feed_of, person

Saved = tuple[str, ...]
FOLDER = "data"
CYCLES_A_RUN = 20
CHECKPOINT_EVERY = 7


@dataclass
class Cuts:
    """How many images were looked at, and what was wrong with each that was not sound."""

    looked_at: int = 0
    moments: set[int] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


def record_shifts(log: Logbook, folder: Path) -> None:
    """Two runs of a station: a first start, cycles with curves, a feed, checkpoints, a clean end, and on."""
    for run in range(2):
        opened = _open(folder, f"run-{run}")
        for number in range(1 + run * CYCLES_A_RUN, 1 + (run + 1) * CYCLES_A_RUN):
            opened.commit([cycle_changes(number)], at(number))
            log.say_saved(f"cycle-{number:06}")
            if number % CHECKPOINT_EVERY == 0:
                opened.checkpoint(at(0))
            if number == CYCLES_A_RUN // 2:
                opened.apply_feed(feed_of([person(each) for each in (1, 2, 3)]), at(1))
                log.say_saved("P-3")
        opened.close()


def migrate(log: Logbook, folder: Path) -> None:
    """The first start of a newer version, and some work."""
    opened = _open(folder, "newer")
    for number in range(101, 106):
        opened.commit([cycle_changes(number)], at(number))
        log.say_saved(f"cycle-{number:06}")
    opened.close()


def history_of(root: Path, work: Callable[[Logbook, Path], None]) -> Logbook:
    """Do the work on a logged disk."""
    with logged(root) as log:
        work(log, root / FOLDER)
    return log


def look_at(
    log: Logbook, images: int, place: Path, *, seed: int, since: int = 0, until: int | None = None, saved: Saved = ()
) -> Cuts:
    """Cut the power at so many random moments between the two; `saved` is what was there before."""
    chance, cuts = random.Random(seed), Cuts()
    for _ in range(images):
        moment = chance.randint(max(since, log.begun), len(log.history) if until is None else until)
        place.mkdir()
        log.image(moment, chance, place)
        _look(cuts, place / FOLDER, (*saved, *log.saved_by(moment)), moment)
        rmtree(place)
    return cuts


def _look(cuts: Cuts, folder: Path, saved: Saved, moment: int) -> None:
    cuts.looked_at += 1
    cuts.moments.add(moment)
    try:
        _open(folder, f"after-{moment}").close()
        store_is_sound(folder, saved)
        schema_is_whole(folder)
        assert len(Reader(folder).epochs()) == 1, "a power cut is no reason for a new epoch"
    except Exception as error:  # whatever it is, it is what this image shows
        cuts.faults.append(f"cut at {moment}: {error!r}")


@contextmanager
def same_disk() -> Iterator[None]:
    """An image is a copy to the system, but stands for the disk itself: files go by their names and content."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (marker, store):
            patch.setattr(module, "files_of", lambda folder: folder.name)
            patch.setattr(module, "changed_at_of", _content_of)
        yield


def end_cleanly(folder: Path) -> None:
    """Make a file that a test has changed by hand look as its own program left it."""
    path = folder / MARKER_FILE
    said = json.loads(path.read_bytes())
    path.write_text(json.dumps(said | {"changed_at": _content_of(folder)}), encoding="utf-8")


@contextmanager
def careless() -> Iterator[None]:
    """The setting that most tutorials recommend."""
    with pytest.MonkeyPatch.context() as patch:
        pragmas = tuple("synchronous=NORMAL" if each.startswith("synchronous") else each for each in connecting.WRITER_PRAGMAS)
        patch.setattr(connecting, "WRITER_PRAGMAS", pragmas)
        yield


def _content_of(folder: Path) -> int:
    record = folder / RECORD_FILE
    return zlib.crc32(record.read_bytes()) if record.exists() else 0


def _open(folder: Path, prefix: str) -> Store:
    return Store.open(folder, STATION, at=START, app_version="1.0", new_id=counting_ids(prefix), machine=MACHINE_ID)
