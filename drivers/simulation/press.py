"""The simulated press: its program, its ram, its oil, and the register map they are read by (docs/architecture.md)."""

from __future__ import annotations

from drivers.simulation.counts import WORD, Counter
from drivers.simulation.curve_fifo import WORDS as FIFO_WORDS
from drivers.simulation.disturbances import SCAN_MS
from drivers.simulation.machine import Machine, MachineSetup
from drivers.simulation.oil import Oil
from drivers.simulation.packml import Fault, PackML
from drivers.simulation.permit import PermitWord
from drivers.simulation.press_settings import PressSetting, PressSettings
from drivers.simulation.press_work import PressWork

REGISTERS = 256
LIVE, STATION, SETTINGS, FIFO = 20, 30, 40, 100
"""Where the live values, the station's words, what a setter sets and the curve FIFO begin."""
STATION_WORDS = (PermitWord.REQUIRED, PermitWord.CYCLE, PermitWord.HEARTBEAT)


class Press:
    """A press as a station meets it: words to read, three of the station and two of a setter to write."""

    def __init__(self, setup: MachineSetup) -> None:
        self.settings = PressSettings()
        self.work = PressWork(self.settings)
        self.oil = Oil(is_calm=setup.rates is None)
        self.machine = Machine(self.work, setup)

    def scan(self, now_ms: float) -> None:
        """One turn of the program, 20 ms of machine time."""
        self.machine.scan(now_ms)
        self.oil.scan(is_working=self.machine.state is PackML.EXECUTE)

    @property
    def alarms(self) -> int:
        """Bits: 0 oil hot, 1 jam, 2 guard open, 3 hydraulics."""
        fault = self.machine.fault
        bits = (self.oil.is_hot, fault is Fault.JAM, fault is Fault.GUARD, fault is Fault.DRIVE)
        return sum(bit << place for place, bit in enumerate(bits))

    def write_setting(self, setting: PressSetting, value: int) -> None:
        """A person sets something."""
        self.settings.write(setting, value)
        self.machine.note_write(setting.value, value)

    def words(self) -> list[int]:
        """Registers 0 to 255 as they stand in this scan."""
        image = [0] * REGISTERS
        self._put(image, 0, self._status())
        self._put(image, LIVE, [self.work.force, self.work.position, round(10 * self.oil.temperature_c)])
        self._put(image, STATION, [self.machine.permit.words[word] for word in STATION_WORDS])
        self._put(image, SETTINGS, list(self.settings.words.values()))
        machine = self.machine
        self._put(image, FIFO, self.work.fifo.words(machine.running_cycle, machine.boot, SCAN_MS))
        return image

    def _status(self) -> list[int]:
        machine, counts = self.machine, self.machine.counts
        counters = [counts.values[counter] for counter in (Counter.GOOD, Counter.BAD, Counter.CYCLE)]
        results = [counts.verdict, counts.duration_ms, self.work.end_force, self.work.end_position]
        health = [machine.fault, self.alarms, machine.heartbeat, machine.boot]
        return [machine.state, *counters, machine.running_cycle, *results, *health]

    def _put(self, image: list[int], address: int, words: list[int]) -> None:
        image[address : address + len(words)] = [word & WORD for word in words]


assert FIFO + FIFO_WORDS <= REGISTERS
