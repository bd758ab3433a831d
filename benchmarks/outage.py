"""A station that recorded while its centre was away: journal entries of every kind, and hours of 200 tags in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from benchmarks.store_of_tags import HOUR_S, new_store, roll_up
from benchmarks.tags_by_second import SECOND_NS, START, frames, values
from station_db.records.base import KINDS, Instant, RecordId, hints_of
from station_db.records.catalogue import MASTER
from station_db.records.changes import Changes, Entry

A_COMMIT = 1000
OFTEN = ("cycle", "unit", "step_run", "check_result")
"""What every cycle of an order leaves."""
SELDOM_EVERY = 50
SELDOM = tuple(sorted(KINDS.keys() - set(OFTEN) - set(MASTER) - {"epoch", "redaction", "pruned"}))
"""All other kinds a station makes, one in turn after so many cycles."""


def record_entries(folder: Path, cycles: int, days: float) -> int:
    """A new store with what so many cycles leave, spread over the days; how many entries."""
    store, made = new_store(folder), 0
    batch: list[Entry] = []
    for entry in _entries(cycles):
        batch.append(entry)
        if len(batch) == A_COMMIT:
            made += len(batch)
            at = Instant(START + int(made / (cycles * len(OFTEN)) * days * 86_400_000_000))
            store.commit([Changes(tuple(batch))], at)
            batch = []
    store.commit([Changes(tuple(batch))], Instant(START + int(days * 86_400_000_000)))
    seq = store.position.seq
    store.close()
    return seq


def record_signals(folder: Path, hours: int) -> int:
    """Hours of 200 tags, rolled up into blocks; how many samples."""
    store = new_store(folder)
    for hour in range(hours):
        scans = list(frames(values(HOUR_S, seed=hour), first=hour * HOUR_S + 1, from_s=hour * HOUR_S))
        for start in range(0, len(scans), 600):
            store.append_frames(scans[start : start + 600])
        roll_up(store, (hour + 1) * HOUR_S * SECOND_NS)
    roll_up(store, (hours + 2) * HOUR_S * SECOND_NS)
    store.close()
    return hours * HOUR_S * 200


def _entries(cycles: int) -> Iterator[Entry]:
    for number in range(cycles):
        for kind in OFTEN:
            yield Entry(example(KINDS[kind].cls, f"{kind}-{number:08}"), "machine:press")
        if number % SELDOM_EVERY == 0:
            kind = SELDOM[number // SELDOM_EVERY % len(SELDOM)]
            yield Entry(example(KINDS[kind].cls, f"{kind}-{number:08}"), "P-100")


def example(cls: type[Any], record_id: str) -> Any:
    """A record with something in every field that must not be empty."""
    filled = {field.name: _filled(hints_of(cls)[field.name]) for field in fields(cls)}
    return cls(**(filled | {"id": RecordId(record_id)} if "id" in filled else filled))


def _filled(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        return _filled(next(part for part in get_args(hint) if part is not NoneType))
    base = getattr(hint, "__supertype__", hint)
    if get_origin(base) is tuple:
        return (_filled(get_args(base)[0]),)
    if is_dataclass(base):
        return example(base, "part")
    if issubclass(base, Enum):
        return next(iter(base))
    return {str: "some text", int: START, float: 12.5, bool: True}[base]
