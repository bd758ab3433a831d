"""Row 5: a day of 200 tags at 1 s (17.28 M points) read back whole, and as an overview for a chart 1,900 px wide.

Ours: the day as blocks in signals.db, through `Reader`. Baseline: DuckDB, the same samples in a table of a column a tag, read
into numpy, where it is installed; for information SQLite with a row a sample, its time for a part of the day scaled to all of
it. Both sides have their files in the cache of the system. The figures are medians.
"""

from __future__ import annotations

import importlib.util
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.store_of_tags import HOUR_S, new_store, roll_up
from benchmarks.table import Row
from benchmarks.tags_by_second import DAY_S, LAYOUT, START, TAGS, frames, values
from station_db.queries import Span
from station_db.reader import Reader
from station_db.records.base import Instant

ROUNDS, PIXELS, ROWS_S = 5, 1900, 600
GOAL_OVERVIEW_S = 0.05
BASELINE_S = 0.56
"""DuckDB's time that was seen elsewhere, where it is not installed."""
DAY = Span(Instant(START), Instant(START + (DAY_S + 1) * 1_000_000))


def run() -> list[Row]:
    """Make the day, then read it in turns."""
    columns = values(DAY_S)
    with tempfile.TemporaryDirectory(prefix="lineside-bench-") as name:
        folder = Path(name)
        _record(folder, columns)
        reader = Reader(folder)
        _check(reader, columns)
        sides: dict[str, Callable[[], object]] = {
            "whole": lambda: reader.samples("press", LAYOUT.tags, DAY),
            "overview": lambda: reader.overview("press", LAYOUT.tags, DAY, PIXELS),
        }
        if importlib.util.find_spec("duckdb") is not None:
            sides["duckdb"] = _duckdb(folder, columns)
        rounds = [{side: _seconds(read) for side, read in sides.items()} for _ in range(ROUNDS)]
        told = {side: median(each[side] for each in rounds) for side in sides}
        rows = _row_a_sample(folder, columns) * DAY_S / ROWS_S
    duckdb = told.get("duckdb", BASELINE_S)
    named = f"{duckdb:.2f} s (DuckDB{'' if 'duckdb' in told else ', as seen elsewhere'})"
    whole, overview = told["whole"], told["overview"]
    return [
        Row(5, "a day whole", f"{whole:.2f} s", named, f"{duckdb / whole:.1f}x", "<= DuckDB", met=whole <= duckdb),
        Row(5, "a day whole", f"{whole:.2f} s", f"{rows:.0f} s (SQLite, a row a sample)", f"{rows / whole:.0f}x", "-", met=None),
        Row(
            5,
            f"overview, {PIXELS} px",
            f"{overview * 1000:.0f} ms",
            "-",
            "-",
            f"<= {GOAL_OVERVIEW_S * 1000:.0f} ms",
            met=overview <= GOAL_OVERVIEW_S,
        ),
    ]


def _record(folder: Path, columns: Sequence[NDArray[np.generic]]) -> None:
    store = new_store(folder)
    for first in range(0, DAY_S, HOUR_S):
        hour = list(frames([column[first : first + HOUR_S] for column in columns], first + 1, first))
        store.append_frames(hour)
        roll_up(store, hour[-1].mono_ns + 1_000_000_000)
    roll_up(store, 2**62)
    store.close()


def _check(reader: Reader, columns: Sequence[NDArray[np.generic]]) -> None:
    """What is read is what was recorded, to the bit; raises `ValueError` otherwise."""
    for stretch, column in zip(reader.samples("press", LAYOUT.tags, DAY).stretches, columns, strict=True):
        if stretch.values.tobytes() != column.tobytes() or stretch.quality.any():
            raise ValueError(f"{stretch.tag} did not come back as it was")


def _duckdb(folder: Path, columns: Sequence[NDArray[np.generic]]) -> Callable[[], object]:
    import duckdb  # a baseline that is measured where it is installed

    table = {"at": np.arange(DAY_S), **dict(zip(LAYOUT.tags, columns, strict=True))}
    path = str(folder / "day.duckdb")
    with duckdb.connect(path) as made:
        made.register("given", table)
        made.execute("CREATE TABLE day AS SELECT * FROM given")

    def read() -> object:
        with duckdb.connect(path, read_only=True) as kept:
            return kept.execute("SELECT * FROM day").fetchnumpy()

    return read


def _row_a_sample(folder: Path, columns: Sequence[NDArray[np.generic]]) -> float:
    """Seconds to read a part of the day from a table with a row a sample."""
    with closing(sqlite3.connect(folder / "rows.db")) as kept:
        kept.execute("CREATE TABLE sample (tag INTEGER, at INTEGER, value REAL, PRIMARY KEY (tag, at)) WITHOUT ROWID")
        for tag in range(TAGS):
            told = columns[tag][:ROWS_S].tolist()
            kept.executemany("INSERT INTO sample VALUES (?, ?, ?)", ((tag, at, value) for at, value in enumerate(told)))
        kept.commit()
        return _seconds(lambda: [_column(kept, tag) for tag in range(TAGS)])


def _column(kept: sqlite3.Connection, tag: int) -> NDArray[np.float64]:
    return np.array(kept.execute("SELECT at, value FROM sample WHERE tag = ? ORDER BY at", (tag,)).fetchall())


def _seconds(read: Callable[[], object]) -> float:
    begun = time.perf_counter()
    read()
    return time.perf_counter() - begun
