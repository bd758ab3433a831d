"""What goes wrong at which stroke: drawn from the seed and the stroke's number alone, so that a run can be repeated."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from drivers.simulation.packml import Fault

SCAN_MS = 20
"""One turn of the machine's program, in machine time."""


@dataclass(frozen=True, slots=True)
class Halt:
    """A fault that stops a stroke after `progress` (0..1) of it, for `scans`; None means until somebody clears it."""

    fault: Fault
    scans: int | None
    progress: float = 0.0


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What will happen to one stroke."""

    is_bad: bool = False
    starved_scans: int = 0
    """A micro-stop: nothing to work on for so long before the stroke."""
    halt: Halt | None = None
    is_restart: bool = False


@dataclass(frozen=True, slots=True)
class Rates:
    """How many strokes lie between two of a kind, on average."""

    bad: int = 50
    micro_stop: int = 40
    jam: int = 120
    guard: int = 300
    drive: int = 700
    restart: int = 1500


HALT_MS = {Fault.JAM: 8000, Fault.GUARD: 3000, Fault.DRIVE: 12000}
"""How long a fault lasts that clears by itself, in machine time."""


def draw(seed: int, stroke: int, rates: Rates | None) -> Disturbance:
    """Say what happens to stroke number `stroke`; nothing at all where `rates` is None (a calm machine)."""
    if rates is None:
        return Disturbance()
    chance = Random(f"{seed}/disturbance/{stroke}")
    return Disturbance(
        is_bad=_strikes(chance, rates.bad),
        starved_scans=chance.randint(1000, 4000) // SCAN_MS if _strikes(chance, rates.micro_stop) else 0,
        halt=_halt(chance, rates),
        is_restart=_strikes(chance, rates.restart),
    )


def halt_of(fault: Fault, progress: float = 0.0) -> Halt:
    """A fault of its usual length."""
    return Halt(fault, HALT_MS[fault] // SCAN_MS, progress)


def _halt(chance: Random, rates: Rates) -> Halt | None:
    for fault, every in ((Fault.JAM, rates.jam), (Fault.GUARD, rates.guard), (Fault.DRIVE, rates.drive)):
        if _strikes(chance, every):
            return halt_of(fault, chance.uniform(0.2, 0.9))
    return None


def _strikes(chance: Random, every: int) -> bool:
    return chance.random() * every < 1.0
