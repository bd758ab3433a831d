"""The program of a simulated machine: waits, asks for its permit, works, counts, and goes wrong as its seed says.

It is pure: no socket, no clock. `scan(now_ms)` is one turn of the program, 20 ms of machine time; `now_ms` is real time, which
only heartbeats, permits and restarts look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from drivers.simulation.counts import WORD, Counter, Counts
from drivers.simulation.disturbances import SCAN_MS, Disturbance, Halt, Rates, draw
from drivers.simulation.packml import Fault, PackML
from drivers.simulation.permit import Permit, PermitWord
from drivers.simulation.restart import MID_STROKE, Restart
from drivers.simulation.standstill import Standstill
from drivers.simulation.truth import (
    CounterPreset,
    PartAborted,
    PartMade,
    PermitUsed,
    PermitVoid,
    ProgramStarted,
    TruthEvent,
    WriteReceived,
)
from drivers.simulation.work import PartOrder, Work

PAUSE_SCANS = 1200 // SCAN_MS
"""Unloading and loading between two cycles."""
HEARTBEAT_MS = 100.0
WEAR_PER_PART = 1 / 4000


@dataclass(frozen=True, slots=True)
class MachineSetup:
    """How a machine begins. `rates` None is a calm machine; `last_part` is where its truth log stands."""

    seed: int = 1
    rates: Rates | None = None
    boot: int = 1
    last_part: int = 0
    stop_after: int | None = None


class Machine:
    """One simulated machine's program around its `work`."""

    def __init__(self, work: Work, setup: MachineSetup) -> None:
        self.work = work
        self.boot = setup.boot
        self.part = setup.last_part
        self.counts = Counts()
        self.permit = Permit()
        self.heartbeat = 0
        self.wear = 0.0
        self.is_in_stroke = False
        """True while a part is in work."""
        self._setup = setup
        self._events: list[TruthEvent] = [ProgramStarted(setup.boot)]
        self._bad_next = 0
        self._cycles_left = setup.stop_after
        self._now_ms = 0.0
        self._restart = Restart()
        self._standstill = Standstill()
        self._stroke = self._scans = 0
        self._pause()

    # What can be read

    @property
    def state(self) -> PackML:
        """Where the program stands."""
        if self._restart.is_resetting(self._now_ms):
            return PackML.RESETTING
        return self._standstill.state or (PackML.EXECUTE if self.is_in_stroke else self._waiting_state())

    @property
    def running_cycle(self) -> int:
        """The number of the cycle that runs, else of the last one."""
        return self.counts.next_cycle if self.is_in_stroke else self.counts.values[Counter.CYCLE]

    @property
    def fault(self) -> Fault:
        """Why it stands still."""
        return self._standstill.fault

    def take_events(self) -> list[TruthEvent]:
        """What happened since the last call, in order."""
        events, self._events = self._events, []
        return events

    # What can be done to it

    def write(self, word: PermitWord, value: int, now_ms: float) -> None:
        """The station writes one of its words."""
        self.permit.write(word, value, now_ms)
        if word is not PermitWord.HEARTBEAT:
            self.note_write(word.value, value)

    def note_write(self, tag: str, value: int) -> None:
        """Keep for the truth that this was written."""
        self._events.append(WriteReceived(tag, value))

    def halt(self, halt: Halt) -> None:
        """Stop where it stands."""
        self._standstill.begin(halt)

    def clear(self) -> None:
        """A person at the machine: fault away, a stopped machine runs again."""
        self._standstill.clear()
        self._cycles_left = None

    def make_next_bad(self) -> None:
        """The next part that begins will be bad."""
        self._bad_next += 1

    def stop_after(self, cycles: int) -> None:
        """Stop once so many more cycles are completed."""
        self._cycles_left = cycles

    def request_restart(self) -> None:
        """Restart the program at the next mid-stroke, or now where it waits."""
        self._restart.is_wanted = True

    def preset(self, counter: Counter, value: int) -> None:
        """Set a counter; a running cycle is renumbered with it."""
        self.counts.values[counter] = value & WORD
        self._events.append(CounterPreset(counter.value, value & WORD))

    def scan(self, now_ms: float) -> None:
        """One turn of the program."""
        self._now_ms = now_ms
        self.heartbeat = int((now_ms - self._restart.began_ms) / HEARTBEAT_MS)
        self._watch_permit()
        if self._restart.is_due(now_ms, is_safe=self._may_restart()):
            self._start_anew()
        elif not self._restart.is_resetting(now_ms):
            self._go_on()

    # How it goes on

    def _go_on(self) -> None:
        self._scans += 1
        if self._standstill.holds():
            return
        if self.is_in_stroke:
            self._work()
        else:
            self._wait()

    def _work(self) -> None:
        planned = self._ahead.halt
        if self._restart.is_wanted and self._is_mid_stroke():
            return  # stands still until the restart may cut this stroke off
        if planned is not None and self.work.progress >= planned.progress:
            self._ahead = Disturbance()
            self.halt(planned)
            return
        verdict = self.work.step()
        if verdict is not None:
            self._complete(good=verdict)

    def _wait(self) -> None:
        self.work.rest()
        if self._pause_scans > 0:
            self._pause_scans -= 1
        elif self._cycles_left == 0:
            return
        elif self._starved_scans > 0:
            self._starved_scans -= 1
        elif self._may_start():
            self._start()

    def _may_start(self) -> bool:
        if not self.permit.is_required:
            return True
        cycle = self.counts.next_cycle
        is_permitted = self.permit.use(cycle, self._now_ms)
        if is_permitted:
            self._events.append(PermitUsed(cycle))
        return is_permitted

    def _start(self) -> None:
        is_bad = self._ahead.is_bad or self._bad_next > 0
        self._bad_next = max(0, self._bad_next - 1)
        self._restart.is_wanted |= self._ahead.is_restart
        self.is_in_stroke, self._scans = True, 1
        self.work.begin(PartOrder(Random(f"{self._setup.seed}/part/{self._stroke}"), is_bad, self.wear))
        self._work()

    def _complete(self, *, good: bool) -> None:
        cycle = self.counts.count(good=good, duration_ms=self._scans * SCAN_MS)
        self.part += 1
        self._events.append(PartMade(cycle, self.boot, good, self.part))
        self._restart.note_completion(self._now_ms)
        if self._cycles_left is not None:
            self._cycles_left = max(0, self._cycles_left - 1)
        if self._setup.rates is not None:
            self.wear = (self.wear + WEAR_PER_PART) % 1.0  # at 1.0 the tool is changed
        self._pause()

    def _pause(self) -> None:
        self.is_in_stroke, self._pause_scans = False, PAUSE_SCANS
        self._stroke += 1
        self._ahead = draw(self._setup.seed, self._stroke, self._setup.rates)
        self._starved_scans = self._ahead.starved_scans

    def _waiting_state(self) -> PackML:
        if self._cycles_left == 0:
            return PackML.STOPPED
        if self._pause_scans == 0 and self._starved_scans > 0:
            return PackML.SUSPENDED
        if not self.permit.is_required:
            return PackML.EXECUTE
        return PackML.COMPLETE if self._pause_scans > 0 else PackML.IDLE

    # Permit and restart

    def _watch_permit(self) -> None:
        void = self.permit.take_void(self._now_ms)
        if void is not None:
            self._events.append(PermitVoid(void))

    def _is_mid_stroke(self) -> bool:
        low, high = MID_STROKE
        return self.is_in_stroke and low <= self.work.progress <= high

    def _may_restart(self) -> bool:
        return self.state in (PackML.IDLE, PackML.STOPPED) or self._is_mid_stroke()

    def _start_anew(self) -> None:
        if self.is_in_stroke:
            self._events.append(PartAborted(self.running_cycle, self.boot))
        self.boot = self.boot % WORD + 1
        self.counts, self.permit, self._standstill = Counts(), Permit(), Standstill()
        self.heartbeat = 0
        self._restart.begin(self._now_ms)
        self.work.reset()
        self._pause()
        self._events.append(ProgramStarted(self.boot))
