"""Few block reads for many tags: the cheapest there are, never tearing a value."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from drivers.modbus.address import Place, Table

REQUEST_COST = 32
"""What one more request costs, in registers read for nothing. Reading 32 unused registers takes a serial gateway about
as long as one more turn-around."""

MOST_BITS = 2000
"""Coils or discrete inputs one request can read."""

_BITS_A_REGISTER = 16


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One read: `count` places of `table` from `start`, and the tags in it. Each is itself and equal to no other."""

    table: Table
    start: int
    count: int
    places: tuple[Place, ...]

    @classmethod
    def around(cls, places: Sequence[Place]) -> Block:
        """Return the shortest read that holds `places`, which stand in one table."""
        start = min(place.address.number for place in places)
        return cls(places[0].address.table, start, max(place.end for place in places) - start, tuple(places))


def plan(places: Sequence[Place], max_registers: int, max_bits: int = MOST_BITS) -> tuple[Block, ...]:
    """Return the cheapest reads that cover `places`, none longer than the device allows; each value must fit one read."""
    in_order = sorted(places, key=_order)
    return tuple(
        block
        for table, of_table in groupby(in_order, key=lambda place: place.address.table)
        for block in _plan_table(list(of_table), max_bits if table.holds_bits else max_registers)
    )


def _order(place: Place) -> tuple[str, int, int]:
    return place.address.table, place.address.number, -place.end


def _plan_table(places: list[Place], limit: int) -> list[Block]:
    request = REQUEST_COST * _BITS_A_REGISTER if places[0].address.table.holds_bits else REQUEST_COST
    outer = _outer(places)
    cuts = _cheapest_cuts(outer, limit, request)
    firsts = [outer[first].address.number for first in cuts]
    return [Block.around(run) for run in _runs(places, firsts)]


def _outer(places: Sequence[Place]) -> list[Place]:
    """Leave out what stands within another: it costs nothing. What is left begins and ends in the same order."""
    outer: list[Place] = []
    for place in places:
        if not outer or place.end > outer[-1].end:
            outer.append(place)
    return outer


def _cheapest_cuts(places: Sequence[Place], limit: int, request: int) -> list[int]:
    """Return the first place of each block; one pass, the best beginnings still in reach kept in a queue."""
    best = [0]
    came_from = [0]
    beginnings: deque[int] = deque()
    for at, place in enumerate(places):
        while beginnings and _cost(best, places, beginnings[-1]) >= _cost(best, places, at):
            beginnings.pop()
        beginnings.append(at)
        while place.end - places[beginnings[0]].address.number > limit:
            beginnings.popleft()
        best.append(_cost(best, places, beginnings[0]) + place.end + request)
        came_from.append(beginnings[0])
    return _traced(came_from)


def _cost(best: Sequence[int], places: Sequence[Place], first: int) -> int:
    """What a block that begins with `first` costs, but for where it ends."""
    return best[first] - places[first].address.number


def _traced(came_from: Sequence[int]) -> list[int]:
    firsts: list[int] = []
    end = len(came_from) - 1
    while end:
        end = came_from[end]
        firsts.append(end)
    return firsts[::-1]


def _runs(places: Sequence[Place], firsts: Sequence[int]) -> list[list[Place]]:
    """Cut `places` before each address of `firsts`."""
    runs: list[list[Place]] = []
    for place in places:
        if len(runs) < len(firsts) and place.address.number >= firsts[len(runs)]:
            runs.append([])
        runs[-1].append(place)
    return runs
