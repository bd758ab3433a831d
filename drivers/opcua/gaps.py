"""Gaps in what one server told, and which values of its history fall into them. Pure.

What is in a gap is decided by the times of each value's own source, so that no value comes twice however far its clock is off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drivers.opcua.address import NodeAddress
from drivers.opcua.arrivals import Arrivals
from drivers.opcua.groups import Group
from drivers.opcua.notification import Notification

UNTOLD_US = 2_000_000
"""What a server may hold back before it tells it: it is lost with the link, though it is older than our last hearing."""
_MOST_OPEN = 10


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of silence, `since` to `until` by our clock; by its source's, each node's last value before and first after."""

    since: int
    until: int
    told: Mapping[NodeAddress, int]
    first: Mapping[NodeAddress, int]

    def stretch(self, ahead_us: int) -> tuple[int, int]:
        """Return from when to when it is as the values' own times say it; else by a clock that is `ahead_us` ahead of ours."""
        begin = max(self.told.values(), default=self.since + ahead_us) - UNTOLD_US
        return begin, max(self.first.values(), default=self.until + ahead_us)

    def holds(self, each: Notification) -> bool:
        """Say whether a value was told neither before nor after it."""
        time = each.source_us
        return time is not None and self.told.get(each.node, time - 1) < time <= self.first.get(each.node, time)


class Gaps:
    """The gaps of one device that are not closed yet; a link that is lost once more leaves the one before open."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = groups
        self._last: dict[str, dict[int, int | None]] = {group.name: {} for group in groups}
        self.open: list[Gap] = []

    def hear(self, group: Group, told: Arrivals) -> None:
        """Take in what was told just now."""
        self._last[group.name].update(zip(told.handles, told.times, strict=True))

    def note(self, since: int, until: int, first: Mapping[NodeAddress, Notification]) -> None:
        """Note that nothing was heard from `since` to `until`, then `first`."""
        told = {
            group.nodes[handle]: time
            for group in self._groups
            for handle, time in self._last[group.name].items()
            if time is not None
        }
        times = {node: each.source_us for node, each in first.items() if each.source_us is not None}
        self.open = [*self.open, Gap(since, until, told, times)][-_MOST_OPEN:]

    def closed(self, gap: Gap) -> None:
        """Forget a gap whose values have been told."""
        self.open = [each for each in self.open if each is not gap]
