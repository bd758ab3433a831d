"""Sorts what came in one go into scans: each node at most once, what the machine did together stays together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.opcua.address import NodeAddress
from drivers.opcua.notification import Notification


@dataclass(frozen=True, slots=True)
class _Timed:
    time: int
    notification: Notification


def split_scans(arrived: Sequence[Notification]) -> list[list[Notification]]:
    """Return the fewest scans that hold each node once, cut where the machine's own clock paused longest."""
    timed = _in_machine_order(arrived)
    scans: list[list[Notification]] = []
    begin = 0
    while begin < len(timed):
        end = _cut(timed, begin)
        scans.append([each.notification for each in timed[begin:end]])
        begin = end
    return scans


def _in_machine_order(arrived: Sequence[Notification]) -> list[_Timed]:
    """Sort by source time; a clock that steps back never reorders one node's values."""
    latest: dict[NodeAddress, int] = {}
    timed: list[_Timed] = []
    last = 0
    for notification in arrived:
        last = notification.source_us if notification.source_us is not None else last
        last = max(last, latest.get(notification.node, last))
        latest[notification.node] = last
        timed.append(_Timed(last, notification))
    return sorted(timed, key=lambda each: each.time)


def _cut(timed: list[_Timed], begin: int) -> int:
    """Return where the scan that begins at `begin` ends: before a node comes again, at the longest pause."""
    seen: dict[NodeAddress, int] = {}
    for position in range(begin, len(timed)):
        node = timed[position].notification.node
        if node in seen:
            return max(range(seen[node] + 1, position + 1), key=lambda cut: timed[cut].time - timed[cut - 1].time)
        seen[node] = position
    return len(timed)
