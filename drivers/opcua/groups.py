"""The tags of one publishing period, by node, and how a scan of them becomes a batch. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from drivers.driver import DeviceSetup, MachineSetupError, Stamp
from drivers.opcua.address import NodeAddress, Place, place
from drivers.opcua.codec import reading
from drivers.opcua.notification import Notification
from drivers.reading import Batch, Quality


@dataclass(frozen=True, slots=True)
class Group:
    """Some tags; several may stand on one node, as a structure's fields do."""

    device: str
    name: str
    period_ms: int
    by_node: dict[NodeAddress, tuple[Place, ...]]

    @property
    def nodes(self) -> list[NodeAddress]:
        """Return each node once."""
        return list(self.by_node)

    @property
    def places(self) -> list[Place]:
        """Return all its tags' places."""
        return [place for places in self.by_node.values() for place in places]

    def batch(self, scan: Sequence[Notification], stamp: Stamp) -> Batch:
        """Return what `scan` says about this group's tags; other groups' nodes in it are left out."""
        told = [(place, each) for each in scan for place in self.by_node.get(each.node, ())]
        values, qualities = zip(*(reading(place, each) for place, each in told), strict=True) if told else ((), ())
        return Batch(
            self.device,
            self.name,
            tuple(place.tag.name for place, _ in told),
            values,
            *stamp(),
            qualities=None if set(qualities) <= {Quality.GOOD} else qualities,
            source_times=tuple(each.source_us for _, each in told),
        )


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
