"""What signals are: the digest of a curve, frames of values, and how a frame is packed. Standard library only.

A packed frame is a bitmap of the values that are there (first value in the lowest bit), then eight bytes for each value,
little-endian, by its type in the layout; a missing value leaves zeros. Whole numbers and floats come back exactly.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from station_db.records.base import Digest, Instant

FORMATS = {"int64": "q", "uint64": "Q", "float64": "d"}


@dataclass(frozen=True, slots=True)
class Layout:
    """Which values a frame holds: the tags of one machine in order, each `int64`, `uint64` or `float64`."""

    machine: str
    tags: tuple[str, ...]
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """One scan: `number` has no gaps, `at` is wall time, `mono_ns` monotonic; None is a value that was missing."""

    number: int
    layout: Layout
    at: Instant
    mono_ns: int
    values: tuple[float | int | None, ...]


def curve_digest(names: Sequence[str], units: Sequence[str], count: int, data: bytes) -> Digest:
    """SHA-256 over the names, units and sample count (as JSON) and the samples, each part with its length before it."""
    heading = json.dumps([list(names), list(units), count], ensure_ascii=False, separators=(",", ":")).encode()
    sha = hashlib.sha256()
    for part in (heading, data):
        sha.update(len(part).to_bytes(8, "big"))
        sha.update(part)
    return Digest(sha.hexdigest())


@cache
def layout_id(layout: Layout) -> str:
    """The layout's name in the store: the same tags and types have the same one."""
    return hashlib.sha256(layout_json(layout).encode()).hexdigest()[:32]


def layout_json(layout: Layout) -> str:
    """The layout as it is stored."""
    plain = {"machine": layout.machine, "tags": layout.tags, "types": layout.types}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def layout_of(text: str) -> Layout:
    """The layout that was stored."""
    plain = json.loads(text)
    return Layout(plain["machine"], tuple(plain["tags"]), tuple(plain["types"]))


def pack(layout: Layout, values: Sequence[float | int | None]) -> bytes:
    """The values of a frame as bytes. Raises `ValueError` where they do not fit the layout."""
    if len(values) != len(layout.types):
        raise ValueError(f"{len(values)} values for {len(layout.types)} tags")
    present = sum(1 << place for place, value in enumerate(values) if value is not None)
    filled = [0 if value is None else value for value in values]
    try:
        return present.to_bytes(_bitmap_bytes(layout), "little") + _codec(layout).pack(*filled)
    except struct.error as error:
        raise ValueError(str(error)) from error


def unpack(layout: Layout, packed: bytes) -> tuple[float | int | None, ...]:
    """The values of a packed frame."""
    split = _bitmap_bytes(layout)
    present = int.from_bytes(packed[:split], "little")
    values = _codec(layout).unpack(packed[split:])
    return tuple(value if present >> place & 1 else None for place, value in enumerate(values))


def _bitmap_bytes(layout: Layout) -> int:
    return (len(layout.types) + 7) // 8


@cache
def _codec(layout: Layout) -> struct.Struct:
    return struct.Struct("<" + "".join(FORMATS[name] for name in layout.types))
