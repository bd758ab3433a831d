"""Row 3: 200 tags a scan to the disk, `synchronous=FULL`: samples a second, and bytes a sample once they are blocks.

Ours: `Store.append_frames`, one scan a transaction (what the disk's fsync allows) and 20 scans a transaction (group commit, as
a writer that has fallen behind does); then the roll-up. Baseline: SQLAlchemy's ORM, a row a sample, one scan a commit. For
information Parquet (pyarrow, zstd), where it is installed. In every round each writes once; the figures are medians.
"""

from __future__ import annotations

import importlib.util
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
from sqlalchemy import BigInteger, Double, String, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks import tags_by_second
from benchmarks.store_of_tags import HOUR_S, file_bytes, new_store, roll_up
from benchmarks.table import Row
from benchmarks.tags_by_second import LAYOUT, TAGS, frames, values
from station_db.connecting import WRITER_PRAGMAS
from station_db.signals import Frame

ROUNDS, SCANS, ORM_SCANS = 5, 600, 20
GROUPED = 20
GOAL_A_SECOND, GOAL_RATIO, GOAL_BYTES = 1_000_000, 250, 1.3
HOURS = 6


class _Base(DeclarativeBase):
    """The baseline's tables."""


class _Sample(_Base):
    __tablename__ = "sample"
    id: Mapped[int] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(String)
    at: Mapped[int] = mapped_column(BigInteger, index=True)
    value: Mapped[float] = mapped_column(Double)


def run() -> list[Row]:
    """Measure all in turns."""
    scans = list(frames(values(SCANS)))
    sides: dict[str, Callable[[Path], float]] = {
        "orm": lambda folder: _orm(folder, scans[:ORM_SCANS]),
        "one": lambda folder: _ours(folder, scans, 1),
        "many": lambda folder: _ours(folder, scans, GROUPED),
    }
    rounds = [{side: _in_a_folder(measure) for side, measure in sides.items()} for _ in range(ROUNDS)]
    told = {side: median(each[side] for each in rounds) for side in sides}
    return [
        _rate("one scan a transaction", told["one"], told["orm"]),
        _rate(f"{GROUPED} scans a transaction", told["many"], told["orm"]),
        _in_a_folder(_bytes),
    ]


def _rate(name: str, ours: float, theirs: float) -> Row:
    ratio = ours / theirs
    met = ours >= GOAL_A_SECOND and ratio >= GOAL_RATIO
    goal = f">= {GOAL_A_SECOND // 1000:,} k/s, >= {GOAL_RATIO}x"
    return Row(
        3, f"samples to disk, {name}", f"{ours / 1000:,.0f} k/s", f"{theirs / 1000:,.1f} k/s", f"{ratio:,.0f}x", goal, met=met
    )


def _bytes(folder: Path) -> Row:
    """Hours of scans rolled up: what a sample takes in the file, levels, times and indexes counted."""
    columns = values(HOURS * HOUR_S)
    store = new_store(folder)
    scans = list(frames(columns))
    for first in range(0, len(scans), HOUR_S):
        store.append_frames(scans[first : first + HOUR_S])
        roll_up(store, scans[min(first + HOUR_S, len(scans) - 1)].mono_ns + tags_by_second.SECOND_NS)
    roll_up(store, 2**62)
    count = len(scans) * TAGS
    ours = file_bytes(folder) / count
    store.close()
    parquet = _parquet(folder, columns)
    baseline = "-" if parquet is None else f"{parquet / count:.2f} B (Parquet)"
    ratio = "-" if parquet is None else f"{parquet / count / ours:.2f}x"
    met = ours <= GOAL_BYTES and (parquet is None or ours * count < parquet)
    return Row(
        3, f"bytes a sample, {HOURS} h as blocks", f"{ours:.2f} B", baseline, ratio, f"<= {GOAL_BYTES} B, < Parquet", met=met
    )


def _ours(folder: Path, scans: Sequence[Frame], at_once: int) -> float:
    store = new_store(folder)
    begun = time.perf_counter()
    for first in range(0, len(scans), at_once):
        store.append_frames(scans[first : first + at_once])
    took = time.perf_counter() - begun
    store.close()
    return len(scans) * TAGS / took


def _orm(folder: Path, scans: Sequence[Frame]) -> float:
    engine = create_engine(f"sqlite:///{folder / 'orm.db'}")
    event.listen(engine, "connect", lambda driver, _: [driver.execute(f"PRAGMA {each}") for each in WRITER_PRAGMAS])
    _Base.metadata.create_all(engine)
    begun = time.perf_counter()
    for scan in scans:
        with Session(engine) as session:
            told = zip(LAYOUT.tags, scan.values, strict=True)
            session.add_all([_Sample(tag=tag, at=scan.at, value=value) for tag, value in told])
            session.commit()
    took = time.perf_counter() - begun
    engine.dispose()
    return len(scans) * TAGS / took


def _parquet(folder: Path, columns: Sequence[np.ndarray]) -> int | None:
    """The same samples in one Parquet file as it is usually written: a column a tag, and their times."""
    if importlib.util.find_spec("pyarrow") is None:
        return None
    import pyarrow as pa  # a baseline that is measured where it is installed
    from pyarrow import parquet

    at = np.array([scan.at for scan in frames(columns[:1])])
    table = pa.table({"at": at, **dict(zip(LAYOUT.tags, columns, strict=True))})
    parquet.write_table(table, folder / "day.parquet", compression="zstd")
    return (folder / "day.parquet").stat().st_size


def _in_a_folder(measure: Callable[[Path], float | Row]) -> float | Row:
    with tempfile.TemporaryDirectory(prefix="lineside-bench-") as folder:
        return measure(Path(folder))
