"""The simulated screwdriver: its program, its tool, its battery, and the values it is read by (docs/architecture.md)."""

from __future__ import annotations

from drivers.simulation.counts import WORD, Counter
from drivers.simulation.machine import Machine, MachineSetup
from drivers.simulation.permit import PermitWord
from drivers.simulation.screw_work import ScrewResult, ScrewWork

PROGRAM = 1
CYCLES_A_CHARGE = 300
LOW_CHARGE, SWAP_CHARGE = 0.15, 0.05
"""Below the one the alarm comes, at the other the battery is changed."""
LONG = 0xFFFFFFFF

STATION_NODES = {
    "PermitRequired": PermitWord.REQUIRED,
    "PermittedCycle": PermitWord.CYCLE,
    "StationHeartbeat": PermitWord.HEARTBEAT,
}

Shown = int | float | ScrewResult


class Screwdriver:
    """A screwdriver as a station meets it: named values to read, three to write."""

    def __init__(self, setup: MachineSetup) -> None:
        self.work = ScrewWork()
        self.machine = Machine(self.work, setup)
        self._is_calm = setup.rates is None
        self._first_part = setup.last_part

    def scan(self, now_ms: float) -> None:
        """One turn of the program, 20 ms of machine time."""
        self.machine.scan(now_ms)

    @property
    def charge(self) -> float:
        """What is left in the battery, 0 to 1; a calm machine's is always full."""
        if self._is_calm:
            return 1.0
        cycles = int(CYCLES_A_CHARGE * (1.0 - SWAP_CHARGE))
        return 1.0 - (self.machine.part - self._first_part) % cycles / CYCLES_A_CHARGE

    @property
    def alarms(self) -> int:
        """Bits: 0 battery low, 1 cross-thread."""
        return (self.charge < LOW_CHARGE) | self.work.is_cross_threaded << 1

    def values(self) -> dict[str, Shown]:
        """Every value by its node's name; what belongs to a cycle stands before `Cycle`, so that it is told first."""
        machine, counts = self.machine, self.machine.counts
        return {
            "Boot": machine.boot,
            "Torque": self.work.torque_nm,
            "Angle": self.work.angle_deg,
            "Result": self.work.result,
            "Verdict": counts.verdict,
            "Duration": counts.duration_ms,
            "Good": counts.values[Counter.GOOD],
            "Bad": counts.values[Counter.BAD],
            "Cycle": counts.values[Counter.CYCLE],
            "RunningCycle": machine.running_cycle,
            "Program": PROGRAM,
            "State": int(machine.state),
            "Fault": int(machine.fault),
            "Alarms": self.alarms,
            "Heartbeat": machine.heartbeat & LONG,
            **{name: machine.permit.words[word] & WORD for name, word in STATION_NODES.items()},
        }
