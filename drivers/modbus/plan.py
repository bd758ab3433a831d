"""Few block reads for many tags: cheapest by dynamic programming, never tearing a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from drivers.modbus.address import Place, Table

REQUEST_COST = 32
"""What one more request costs, in registers read for nothing. Reading 32 unused registers takes a serial gateway about
as long as one more turn-around."""

_BITS_A_REGISTER = 16
_MOST_BITS = 2000


@dataclass(frozen=True, slots=True)
class Block:
    """One read: `count` places of `table` from `start`, and the tags in it."""

    table: Table
    start: int
    count: int
    places: tuple[Place, ...]


def plan(places: Sequence[Place], max_registers: int) -> tuple[Block, ...]:
    """Return the cheapest reads that cover `places`, each at most `max_registers` (or that many registers' bits) long."""
    in_order = sorted(places, key=_order)
    return tuple(
        block
        for table, of_table in groupby(in_order, key=lambda place: place.address.table)
        for block in _plan_table(table, list(of_table), max_registers)
    )


def _order(place: Place) -> tuple[str, int, int]:
    return place.address.table, place.address.number, place.end


def _plan_table(table: Table, places: list[Place], max_registers: int) -> list[Block]:
    limit = min(max_registers * _BITS_A_REGISTER, _MOST_BITS) if table.holds_bits else max_registers
    request = REQUEST_COST * _BITS_A_REGISTER if table.holds_bits else REQUEST_COST
    cuts = _cheapest_cuts(places, limit, request)
    return [_block(table, places[first:end]) for first, end in cuts]


def _cheapest_cuts(places: list[Place], limit: int, request: int) -> list[tuple[int, int]]:
    """Return (first, end) of each block; `best[i]` is the least cost to read the places before `i`."""
    best = [0]
    came_from = [0]
    for end in range(1, len(places) + 1):
        cost, first = min(_ways(places, best, end, limit, request))
        best.append(cost)
        came_from.append(first)
    cuts: list[tuple[int, int]] = []
    end = len(places)
    while end:
        cuts.append((came_from[end], end))
        end = came_from[end]
    return cuts[::-1]


def _ways(places: list[Place], best: list[int], end: int, limit: int, request: int) -> list[tuple[int, int]]:
    """Return (cost, first) of every block that may end before `end`."""
    ways: list[tuple[int, int]] = []
    reach = 0
    for first in range(end - 1, -1, -1):
        reach = max(reach, places[first].end)
        span = reach - places[first].address.number
        if span > limit:
            break
        ways.append((best[first] + request + span, first))
    return ways


def _block(table: Table, places: list[Place]) -> Block:
    start = places[0].address.number
    return Block(table, start, max(place.end for place in places) - start, tuple(places))
