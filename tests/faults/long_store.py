"""The store under faults for a night: `python -m tests.faults.long_store kills|images|io|disks [--count N] [--seed S]`.

Prints the seed and what was counted, and ends with 1 at the first thing that does not hold. Without a count the night's of
RELIABILITY A3: 5,000 kills, 20,000 images, every failure at each of the first 3,000 calls, 60 sizes of a disk.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from time import monotonic

from station_db import connecting
from tests.faults.disk_full import fill, recorded
from tests.faults.io_failing import endure
from tests.faults.io_faults import Failure
from tests.faults.power_cut_work import history_of, look_at, record_shifts, same_disk
from tests.invariants import store_is_sound
from tests.station_db.store import store_worker
from tests.station_db.store.store_cases import open_store

NIGHT = {"kills": 5_000, "images": 20_000, "io": 3_000, "disks": 60}
LIVES, IMAGES_A_RUN = 50, 500
"""A store lives through so many kills; a run of the station is cut at so many moments."""
PAGE = 4096


def kills(count: int, chance: random.Random, place: Path) -> int:
    """So many kills at random instants."""
    for life in range(count):
        if life % LIVES == 0:
            rmtree(place, ignore_errors=True)
            place.mkdir()
            saved: list[str] = []
        end = store_worker.run(store_worker.record, place, kill_after=chance.randint(1, 12), delay_s=chance.uniform(0, 0.06))
        assert end.was_killed, "the worker ended by itself"
        saved += end.saved
        store_is_sound(place, saved)
    return count


def images(count: int, chance: random.Random, place: Path) -> int:
    """So many power cuts at random moments of runs that are made anew now and then."""
    done = 0
    with same_disk():
        while done < count:
            root = place / f"disk-{done}"
            root.mkdir()
            log = history_of(root, record_shifts)
            many = min(IMAGES_A_RUN, count - done)
            cuts = look_at(log, many, place / "image", seed=chance.randrange(2**32), since=log.saved[0][0])
            assert not cuts.faults, cuts.faults[:3]
            rmtree(root)
            done += many
    return done


def io(count: int, _chance: random.Random, place: Path) -> int:
    """Every way to fail, once and lasting, at each of so many calls; those that come too late for the run are not counted."""
    failed = 0
    with same_disk():
        for n in range(1, count + 1):
            for failure in Failure:
                for lasts in (False, True):
                    failed += endure(place / "work", failure, n, lasts=lasts).failed > 0
    return failed


def disks(count: int, _chance: random.Random, place: Path) -> int:
    """Databases that may grow by 1, 2, 3 ... pages."""
    pragmas = connecting.WRITER_PRAGMAS
    for pages in range(1, count + 1):
        folder = place / str(pages)
        open_store(folder).close()
        most = (folder / "record.db").stat().st_size // PAGE + pages
        connecting.WRITER_PRAGMAS = (*pragmas, f"max_page_count={most}")
        store = open_store(folder, prefix="full")
        saved = fill(store, cause="full")
        store.close()
        connecting.WRITER_PRAGMAS = pragmas
        assert recorded(folder) == len(saved), "the disk holds other than what was saved"
        store_is_sound(folder, saved)
        rmtree(folder)
    return count


RUNS: dict[str, Callable[[int, random.Random, Path], int]] = {"kills": kills, "images": images, "io": io, "disks": disks}


def main() -> int:
    """Do one run and say how it went."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.long_store", description="The store under faults for a night.")
    parser.add_argument("what", choices=sorted(RUNS))
    parser.add_argument("--count", type=int)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    asked = parser.parse_args()
    count = asked.count or NIGHT[asked.what]
    print(f"{asked.what}: {count}, seed {asked.seed}", flush=True)
    began = monotonic()
    with tempfile.TemporaryDirectory() as place:
        done = RUNS[asked.what](count, random.Random(asked.seed), Path(place))
    print(f"{asked.what}: {done} done in {monotonic() - began:.0f} s, nothing lost, seed {asked.seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
