"""Cuts each scan into a frame for the signals' file: numbers only, numbered without a hole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from drivers.reading import Batch, Quality
from drivers.tag import DataType, Role, Tag, Value
from hmi.settings import Machine
from station_db.records.base import Instant
from station_db.signals import Frame, Layout

LEFT_OUT = (Role.STATE, Role.HEARTBEAT)
"""States are records and heartbeats say nothing afterwards."""
REALS = (DataType.FLOAT32, DataType.FLOAT64)


class FrameCutter:
    """One machine's frames; a layout for each of its groups, so that a part of a group is a frame with missing values."""

    def __init__(self, machine: Machine, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self._layouts = {group: layout for group in machine.groups if (layout := _layout(machine, group)).tags}
        self._past = {group: replace(layout, is_past=True) for group, layout in self._layouts.items()}

    def cut(self, batch: Batch) -> Frame | None:
        """The batch as a frame; None where it holds no signal."""
        layout = (self._past if batch.is_past else self._layouts).get(batch.group)
        if layout is None:
            return None
        said = dict(zip(batch.tags, batch.values, strict=True))
        if not any(tag in said for tag in layout.tags):
            return None
        at, uncertain = Instant(batch.at), _uncertain(layout, batch)
        return Frame(next(self._numbers), layout, at, batch.heard_ns, _values(layout, said), uncertain)


def _layout(machine: Machine, group: str) -> Layout:
    tags = [tag for tag in machine.tags if tag.group == group and _is_signal(tag)]
    wired = {tag.name for tag in machine.wired}
    types = tuple(_type(tag, is_wired=tag.name in wired) for tag in tags)
    return Layout(machine.id, tuple(tag.name for tag in tags), types)


def _is_signal(tag: Tag) -> bool:
    return tag.data_type is not DataType.STRING and tag.role not in LEFT_OUT


def _type(tag: Tag, *, is_wired: bool) -> str:
    """The smallest type that holds each of its values to the bit."""
    is_scaled = tag.scale != 1.0 or tag.offset != 0.0
    if tag.data_type is DataType.FLOAT32 and is_wired and not is_scaled:
        return "float32"
    if tag.data_type in REALS or is_scaled:
        return "float64"
    return "uint64" if tag.data_type is DataType.UINT64 else "int64"


def _values(layout: Layout, said: Mapping[str, Value]) -> tuple[float | int | None, ...]:
    return tuple(_number(said.get(tag), kind) for tag, kind in zip(layout.tags, layout.types, strict=True))


def _number(value: Value, kind: str) -> float | int | None:
    if value is None or isinstance(value, str):
        return None
    return float(value) if kind.startswith("float") else int(value)


def _uncertain(layout: Layout, batch: Batch) -> int:
    if batch.qualities is None:
        return 0
    doubted = {tag for tag, quality in zip(batch.tags, batch.qualities, strict=True) if quality is Quality.UNCERTAIN}
    return sum(1 << place for place, tag in enumerate(layout.tags) if tag in doubted)
