"""The program of an earlier release, as it was: its own code, kept in tests/golden, run as a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

KEPT = Path(__file__).parents[2] / "golden"
"""Where a release's code stays: `program-SCHEMA.tar.xz`, its station_db as `git archive` gives it."""

FOUND = """
from station_db.sync.founding import init
import itertools
numbers = itertools.count(1)
init({url!r}, ("ST-040",), at={at}, new_id=lambda: f"old-{{next(numbers):06}}")
"""

RECORD_AND_PUSH = """
import itertools
from pathlib import Path
from station_db.reader import Reader
from station_db.records.base import Verdict
from station_db.records.changes import Changes, Entry
from station_db.records.production import Cycle
from station_db.store import Store
from station_db.sync.centre import Centre
from station_db.sync.up import push
numbers = itertools.count(1)
folder = Path({folder!r})
store = Store.open(folder, "ST-040", at={at}, app_version="old", new_id=lambda: f"old-{{next(numbers):06}}", machine="panel")
made = [Cycle(id=f"cycle-{{n:06}}", machine="press", number=n, ended_at={at} + n, verdict=Verdict.GOOD) for n in range(1, 10)]
store.commit([Changes(tuple(Entry(each, "machine:press") for each in made))], {at})
centre = Centre.dial({url!r}, "", create=False)
assert push(Reader(folder), centre, at={at}, app_version="old").entries == 10
assert push(Reader(folder), centre, at={at}, app_version="old").entries == 0
centre.close()
store.close()
"""


def program(folder: Path, schema: str) -> Path:
    """Lay the code of a release into a folder."""
    where = folder / f"release-{schema}"
    with tarfile.open(KEPT / f"program-{schema}.tar.xz") as packed:
        packed.extractall(where, filter="data")
    return where


def run(where: Path, script: str) -> None:
    """Run a script by that program. Raises `AssertionError` with what it said."""
    done = subprocess.run([sys.executable, "-c", script], cwd=where, capture_output=True, text=True, timeout=40, check=False)
    assert done.returncode == 0, done.stderr
