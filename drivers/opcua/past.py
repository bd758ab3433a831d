"""Turns values read back from a machine's history into batches of the past, one for each of its times. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from drivers.driver import Stamp
from drivers.opcua.address import NodeAddress
from drivers.opcua.arrivals import Arrivals
from drivers.opcua.gaps import UNTOLD_US, Gap
from drivers.opcua.groups import Group
from drivers.opcua.notification import Notification
from drivers.reading import Batch


def past_batches(group: Group, told: Sequence[Notification], gap: Gap, ahead_us: int, stamp: Stamp) -> Iterator[Batch]:
    """Yield `told` in order of time, at our own clock's times where the machine's is `ahead_us` ahead of it.

    None comes before what was told last; what a clock that was set in the meantime puts outside of the gap is left out.
    """
    handles = {node: handle for handle, node in enumerate(group.nodes)}
    ours = [each for each in told if each.node in handles and gap.holds(each)]
    last = gap.since
    for time, together in groupby(sorted(ours, key=attrgetter("source_us")), attrgetter("source_us")):
        if gap.since - UNTOLD_US < time - ahead_us <= gap.until + UNTOLD_US:
            last = max(time - ahead_us, last + 1)
            yield replace(group.batch(_scan(handles, together), stamp), at=last, is_past=True)


def _scan(handles: Mapping[NodeAddress, int], together: Iterator[Notification]) -> Arrivals:
    """Return what has one time; of a node the server tells twice the first counts."""
    scan = Arrivals()
    for each in {each.node: each for each in reversed([*together])}.values():
        scan.add(handles[each.node], each.value, each.status, each.source_us)
    return scan
