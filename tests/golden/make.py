"""Make the golden store of this version's schema: `python -m tests.golden.make`, once, when a schema is released.

It holds every kind of record in a few versions, cycles with curves, frames, two epochs, entries of the centre, and one
that could not be read. It is never made again: what a released version wrote is what must be upgraded for ever.
"""

from __future__ import annotations

import io
import json
import sqlite3
import sys
import tarfile
import tempfile
from contextlib import closing
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import zstandard

from station_db import migrating
from station_db.journal import FeedEntry, entry_hash
from station_db.records.base import KINDS
from station_db.signals import Frame, Layout
from tests.station_db.store.store_cases import at, cycle_changes, end_of, feed_of, open_store, saying

CYCLES = 120
FRAMES = 300
OF_THE_CENTRE = ("person", "product", "work_master", "job_order", "shift_pattern")
PRESS = Layout("press", ("force", "good", "index"), ("float64", "int64", "uint64"))


def make(folder: Path) -> None:
    """Two runs of a station, the second from a restored copy."""
    run(folder, range(1, CYCLES // 2), "first")
    (folder / "epoch.json").unlink()
    run(folder, range(CYCLES // 2, CYCLES), "second")


def run(folder: Path, numbers: range, prefix: str) -> None:
    """Everything a store takes."""
    store = open_store(folder, prefix=prefix)
    feed = feed_of([sample(KINDS[kind].cls, n) for kind in OF_THE_CENTRE for n in (1, 2)])
    store.apply_feed(feed, at(1))
    store.apply_feed(unreadable(feed), at(2))
    for kind in sorted(KINDS.keys() - {*OF_THE_CENTRE, "epoch", "cycle"}):
        first, second = (sample(KINDS[kind].cls, n) for n in (1, 2))
        store.commit([saying(first, second), saying(replace(first))], at(3))
    for number in numbers:
        store.commit([cycle_changes(number)], at(number))
    last = store.last_frame_number()
    store.append_frames([Frame(n, PRESS, at(n), n * 10**9, (n / 3, n, None)) for n in range(last + 1, last + FRAMES)])
    store.close()


def unreadable(feed: tuple[FeedEntry, ...]) -> tuple[FeedEntry, ...]:
    """An entry of a kind that no version knows."""
    (last,) = feed_of([sample(KINDS["person"].cls, 9)], after=end_of(feed))
    strange = replace(last.entry, kind="hologram.1", hash="")
    return (FeedEntry(replace(strange, hash=entry_hash(strange)), last.epoch_no),)


def sample(hint: Any, number: int, name: str = "") -> Any:
    """Something that fits a type: even ones leave out what may be left out."""
    if get_origin(hint) in (Union, UnionType):
        rest = [part for part in get_args(hint) if part is not NoneType]
        return None if number % 2 == 0 else sample(rest[0], number, name)
    if get_origin(hint) is tuple:
        return (sample(get_args(hint)[0], number, name),)
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return hint(**{field.name: sample(hints[field.name], number, field.name) for field in fields(hint)})
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)[number % len(list(hint))]
    plain = getattr(hint, "__supertype__", hint)
    known = {int: at(number), float: number + 0.25, bool: number % 2 == 1, str: f"{name or 'x'} {number}"}
    return known[plain]


def pack(folder: Path, target: Path) -> None:
    """The two files, without what they no longer use, and the marker."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as tar:
        for name in ("record.db", "signals.db", "epoch.json"):
            if name.endswith(".db"):
                with closing(sqlite3.connect(folder / name)) as database:
                    database.execute("PRAGMA journal_mode=DELETE").fetchall()
                    database.execute("VACUUM")
            tar.add(folder / name, name)
    target.write_bytes(zstandard.ZstdCompressor(level=19).compress(held.getvalue()))


def unpack(source: Path, folder: Path) -> None:
    """Put a golden store back as a closed one."""
    content = zstandard.ZstdDecompressor().decompress(source.read_bytes(), max_output_size=64 * 1024**2)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        tar.extractall(folder, filter="data")


def golden(revision: str) -> Path:
    """Where the store of a revision is."""
    return Path(__file__).with_name(f"{revision}.tar.zst")


def main() -> None:
    """Make the file of this version, or of the version whose code is on the path, at the place that is named."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else golden(migrating.HEAD)
    with tempfile.TemporaryDirectory() as made:
        make(Path(made))
        pack(Path(made), target)
    print(json.dumps({"revision": migrating.HEAD, "bytes": target.stat().st_size, "kinds": len(KINDS)}))


if __name__ == "__main__":
    main()
