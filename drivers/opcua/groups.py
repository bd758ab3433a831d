"""The tags of one publishing period, by node, and how a scan of them becomes a batch, column by column. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from drivers.driver import DeviceSetup, MachineSetupError, Stamp
from drivers.opcua.address import NodeAddress, Place, place
from drivers.opcua.arrivals import Arrivals
from drivers.opcua.codec import are_real, is_plainly_real, reader
from drivers.opcua.notification import Notification, quality
from drivers.reading import Batch, Quality
from drivers.tag import DataType, Value


class Group:
    """Some tags of one period; several may stand on one node, as a structure's fields do. A node's handle is its number here."""

    def __init__(self, device: str, name: str, period_ms: int, by_node: Mapping[NodeAddress, Sequence[Place]]) -> None:
        self.device = device
        self.name = name
        self.period_ms = period_ms
        self.nodes: tuple[NodeAddress, ...] = tuple(by_node)
        self.by_node = by_node
        self.has_structures = any(place.address.is_in_structure for place in self.places)
        self.deadbands = [_raw_deadband(places) for places in by_node.values()]
        """By handle, in the node's own numbers; 0 where each change is wanted."""
        self._names = [tuple(place.tag.name for place in places) for places in by_node.values()]
        self._readers = [tuple(reader(place) for place in places) for places in by_node.values()]
        self._first = [(names[0], readers[0]) for names, readers in zip(self._names, self._readers, strict=True)]
        self._has_reals_only = all(is_plainly_real(place) for place in self.places)
        self._has_one_each = all(len(names) == 1 for names in self._names)

    @property
    def places(self) -> list[Place]:
        """Return all its tags' places."""
        return [place for places in self.by_node.values() for place in places]

    def arrivals(self, told: Mapping[NodeAddress, Notification]) -> Arrivals:
        """Return what was read of its nodes as if it had come by subscription."""
        found = Arrivals()
        for handle, node in enumerate(self.nodes):
            if node in told:
                found.add(handle, told[node].value, told[node].status, told[node].source_us)
        return found

    def batch(self, scan: Arrivals, stamp: Stamp) -> Batch:
        """Return `scan`, which holds each node at most once, as values of the tags that stand on its nodes."""
        names, values, statuses, times = self._one_each(scan) if self._has_one_each else self._several_each(scan)
        qualities = _qualities(values, statuses)
        if qualities is not None:
            values = [None if how_good is Quality.BAD else value for value, how_good in zip(values, qualities, strict=True)]
        return Batch(self.device, self.name, tuple(names), values, *stamp(), qualities=qualities, source_times=times)

    def _one_each(self, scan: Arrivals) -> _Columns:
        first = self._first
        tags = [first[handle] for handle in scan.handles]
        if self._has_reals_only and are_real(scan.values):
            return [name for name, _ in tags], scan.values, scan.statuses, scan.times
        values = [read(value) for (_, read), value in zip(tags, scan.values, strict=True)]
        return [name for name, _ in tags], values, scan.statuses, scan.times

    def _several_each(self, scan: Arrivals) -> _Columns:
        names: list[str] = []
        values: list[Value] = []
        at: list[int] = []
        for position, handle in enumerate(scan.handles):
            names += self._names[handle]
            values += [read(scan.values[position]) for read in self._readers[handle]]
            at += [position] * len(self._names[handle])
        return names, values, [scan.statuses[position] for position in at], [scan.times[position] for position in at]


def _raw_deadband(places: Sequence[Place]) -> float:
    """Return what a server may keep to itself of a node: only where one number is all that is asked of it."""
    is_number = len(places) == 1 and not places[0].address.is_part and places[0].tag.data_type not in _NO_NUMBERS
    return places[0].tag.deadband / abs(places[0].tag.scale) if is_number else 0.0


_NO_NUMBERS = (DataType.BOOL, DataType.STRING)

_Columns = tuple[list[str], list[Value], list[int], list[int | None]]
"""Names, values, status codes, source times."""


def _qualities(values: Sequence[Value], statuses: Sequence[int]) -> tuple[Quality, ...] | None:
    """Return None where all are good."""
    if not any(statuses) and None not in values:
        return None
    found = [quality(status) for status in statuses]
    told = tuple(Quality.BAD if value is None else how_good for value, how_good in zip(values, found, strict=True))
    return None if set(told) <= {Quality.GOOD} else told


def groups(setup: DeviceSetup) -> tuple[Group, ...]:
    """Return the groups that have tags; raises `MachineSetupError` for what can't work."""
    if not setup.tags:
        raise MachineSetupError(setup.device, "it has no tags, so there is nothing to subscribe to")
    for tag in setup.tags:
        if setup.groups.get(tag.group, 0) <= 0:
            raise MachineSetupError(setup.device, f"its group '{tag.group}' has no period", tag.name)
    by_name = {name: _by_node(setup, name) for name in setup.groups}
    return tuple(Group(setup.device, name, setup.groups[name], nodes) for name, nodes in by_name.items() if nodes)


def _by_node(setup: DeviceSetup, group: str) -> dict[NodeAddress, tuple[Place, ...]]:
    found: defaultdict[NodeAddress, list[Place]] = defaultdict(list)
    for tag in setup.tags:
        if tag.group == group:
            found[(spot := place(setup.device, tag)).node].append(spot)
    return {node: tuple(places) for node, places in found.items()}
