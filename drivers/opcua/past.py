"""Turns values read back from a machine's history into batches of the past, one for each of its times. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from drivers.driver import Stamp
from drivers.opcua.arrivals import Arrivals
from drivers.opcua.groups import Group
from drivers.opcua.notification import Notification
from drivers.reading import Batch


def past_batches(group: Group, told: Sequence[Notification], ahead_us: int, stamp: Stamp) -> list[Batch]:
    """Return `told` in order of time, at our own clock's times where the machine's is `ahead_us` ahead of it."""
    handles = {node: handle for handle, node in enumerate(group.nodes)}
    scans: dict[int, Arrivals] = {}
    for each in told:
        if each.node in handles and each.source_us is not None:
            scan = scans.setdefault(each.source_us, Arrivals())
            if handles[each.node] not in scan.handles:
                scan.add(handles[each.node], each.value, each.status, each.source_us)
    return [replace(group.batch(scan, stamp), at=time - ahead_us, is_past=True) for time, scan in sorted(scans.items())]
