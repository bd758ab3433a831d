"""Sorts what came in one go into scans: each item at most once, what the machine did together stays together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.opcua.arrivals import Arrivals


@dataclass(frozen=True, slots=True)
class _Timed:
    time: int
    position: int
    handle: int


def split_scans(arrived: Arrivals) -> list[Arrivals]:
    """Return the fewest scans that hold each item once, cut where the machine's own clock paused longest."""
    if len(set(arrived.handles)) == len(arrived):
        return [arrived] if len(arrived) else []
    timed = _in_machine_order(arrived)
    scans: list[Arrivals] = []
    begin = 0
    while begin < len(timed):
        end = _cut(timed, begin)
        scans.append(arrived.pick(each.position for each in timed[begin:end]))
        begin = end
    return scans


def _in_machine_order(arrived: Arrivals) -> list[_Timed]:
    """Sort by source time; a clock that steps back never reorders one item's values."""
    latest: dict[int, int] = {}
    timed: list[_Timed] = []
    last = 0
    for position, (handle, time) in enumerate(zip(arrived.handles, arrived.times, strict=True)):
        last = time if time is not None else last
        last = max(last, latest.get(handle, last))
        latest[handle] = last
        timed.append(_Timed(last, position, handle))
    return sorted(timed, key=lambda each: each.time)


def _cut(timed: Sequence[_Timed], begin: int) -> int:
    """Return where the scan that begins at `begin` ends: before an item comes again, at the longest pause."""
    seen: dict[int, int] = {}
    for position in range(begin, len(timed)):
        handle = timed[position].handle
        if handle in seen:
            return max(range(seen[handle] + 1, position + 1), key=lambda cut: timed[cut].time - timed[cut - 1].time)
        seen[handle] = position
    return len(timed)
