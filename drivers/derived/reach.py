"""What a link that looks so often can tell, and what it can't: refused before it starts, or said once it runs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from drivers.derived.setup import CYCLE_TABLE, PEAKS, CycleMade, Derivation, Edges, Lamps
from drivers.driver import MachineSetupError

LOOKS_A_BLINK = 3
"""So often a blinking lamp must be looked at from one time it goes on to the next."""
LOOKS_A_PULSE = 2
LOOKS_A_CYCLE = 4


def check(device: str, derivation: Derivation, periods_ms: Mapping[str, int]) -> None:
    """Raise `MachineSetupError` for what this link can never tell."""
    for made in derivation.made:
        period = periods_ms[derivation.groups[made.name]]
        if isinstance(made, Lamps):
            _check_lamps(device, made, period)
        elif isinstance(made, Edges):
            _check_edges(device, made, period)
    if derivation.cycle is not None:
        _check_cycle(device, derivation.cycle, periods_ms[derivation.cycle.group])


def remark(cycle: CycleMade, period_ms: int) -> str:
    """Say what a cycle's curve is worth at this pace."""
    points = cycle.typical_ms // period_ms
    peak = ", a peak may be missed" if any(result.take in PEAKS for result in cycle.results) and not cycle.min_rate_hz else ""
    return f"{1000 / period_ms:g} samples/s: {points} points a cycle{peak}"


def _check_lamps(device: str, lamps: Lamps, period_ms: int) -> None:
    longest = int(1000 / (LOOKS_A_BLINK * lamps.blink_hz[1]))
    if period_ms > longest:
        why = f"a lamp that blinks {lamps.blink_hz[1]:g} times a second can't be told from a steady one every {period_ms} ms"
        raise MachineSetupError(device, f"{why}; poll its group at least every {longest} ms or lower blink_hz", lamps.name)


def _check_edges(device: str, edges: Edges, period_ms: int) -> None:
    longest = edges.shortest_ms // LOOKS_A_PULSE
    if period_ms > longest:
        why = f"a pulse of {edges.shortest_ms} ms can be missed when '{edges.tag}' is looked at every {period_ms} ms"
        raise MachineSetupError(device, f"{why}; poll its group at least every {longest} ms", edges.name)
    looks_to_believe = 1 + -(-max(edges.min_on_ms, edges.min_off_ms) // period_ms)
    if looks_to_believe * period_ms > edges.shortest_ms:
        why = f"a pulse of {edges.shortest_ms} ms, looked at every {period_ms} ms, can look too short to count"
        raise MachineSetupError(device, f"{why}; min_on_ms and min_off_ms leave too little of it", edges.name)


def _check_cycle(device: str, cycle: CycleMade, period_ms: int) -> None:
    if period_ms * LOOKS_A_CYCLE > cycle.typical_ms:
        raise MachineSetupError(
            device, f"a cycle of {cycle.typical_ms} ms can be missed by looking every {period_ms} ms", CYCLE_TABLE
        )
    for name in _peaks(cycle):
        if 1000 / period_ms < cycle.min_rate_hz:
            rate = f"a peak is believed from {cycle.min_rate_hz:g} samples/s on, and its group gives {1000 / period_ms:g}"
            raise MachineSetupError(device, f"'{name}': {rate}; take 'last' or 'at_end', or poll faster", CYCLE_TABLE)


def _peaks(cycle: CycleMade) -> Iterator[str]:
    return (result.name for result in cycle.results if result.take in PEAKS)
