"""What signals are: the digest of a curve, frames of values, and how a frame is packed. Standard library only.

A packed frame is a bitmap of the values that are there (first value in the lowest bit), then each value, little-endian, by its
type in the layout; a missing value leaves zeros. Where a value is uncertain, a bitmap of those that are stands at the end.
Whole numbers and floats come back exactly.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from station_db.records.base import Digest, Instant

FORMATS = {"int64": "q", "uint64": "Q", "float64": "d", "float32": "f"}


@dataclass(frozen=True, slots=True)
class Layout:
    """Which values a frame holds: the tags of one machine in order, each of a type of `FORMATS`.

    With `is_past` they were read later from the machine's own history: the wall times of such frames stand by themselves.
    """

    machine: str
    tags: tuple[str, ...]
    types: tuple[str, ...]
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """One scan: `number` has no gaps, `at` is wall time, `mono_ns` monotonic; None is a value that was missing.

    `uncertain` has a bit for each value that can't be believed in full, the first value's lowest. `skipped` is how many
    frames of this layout were left out just before this one, because the disk was too slow.
    """

    number: int
    layout: Layout
    at: Instant
    mono_ns: int
    values: tuple[float | int | None, ...]
    uncertain: int = 0
    skipped: int = 0


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


@cache
def layout_json(layout: Layout) -> str:
    """The layout as it is stored."""
    plain: dict[str, object] = {"machine": layout.machine, "tags": layout.tags, "types": layout.types}
    if layout.is_past:
        plain["past"] = True
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def layout_of(text: str) -> Layout:
    """The layout that was stored."""
    plain = json.loads(text)
    return Layout(plain["machine"], tuple(plain["tags"]), tuple(plain["types"]), plain.get("past", False))


def pack(layout: Layout, values: Sequence[float | int | None], uncertain: int = 0) -> bytes:
    """The values of a frame as bytes. Raises `ValueError` where they do not fit the layout."""
    if len(values) != len(layout.types):
        raise ValueError(f"{len(values)} values for {len(layout.types)} tags")
    doubted = uncertain.to_bytes(bitmap_bytes(layout), "little") if uncertain else b""
    try:
        return _whole(layout) + _codec(layout).pack(*values) + doubted
    except struct.error:  # a value is missing, which is rare, or does not fit
        return _with_gaps(layout, values) + doubted
    except OverflowError as error:
        raise ValueError(str(error)) from error


def _with_gaps(layout: Layout, values: Sequence[float | int | None]) -> bytes:
    present = sum(1 << place for place, value in enumerate(values) if value is not None)
    filled = [0 if value is None else value for value in values]
    try:
        return present.to_bytes(bitmap_bytes(layout), "little") + _codec(layout).pack(*filled)
    except (struct.error, OverflowError) as error:
        raise ValueError(str(error)) from error


def unpack(layout: Layout, packed: bytes) -> tuple[tuple[float | int | None, ...], int]:
    """The values of a packed frame, and which of them are uncertain."""
    split = bitmap_bytes(layout)
    end = split + _codec(layout).size
    present = int.from_bytes(packed[:split], "little")
    values = _codec(layout).unpack(packed[split:end])
    said = tuple(value if present >> place & 1 else None for place, value in enumerate(values))
    return said, int.from_bytes(packed[end:], "little")


def bitmap_bytes(layout: Layout) -> int:
    """How many bytes a bit for each value takes."""
    return (len(layout.types) + 7) // 8


@cache
def _whole(layout: Layout) -> bytes:
    return ((1 << len(layout.types)) - 1).to_bytes(bitmap_bytes(layout), "little")


@cache
def _codec(layout: Layout) -> struct.Struct:
    return struct.Struct("<" + "".join(FORMATS[name] for name in layout.types))
