"""The program of a simulated machine: waits, asks for its permit, works, counts, and goes wrong as its seed says.

It is pure: no socket, no clock. `scan(now_ms)` is one turn of the program, 20 ms of machine time; `now_ms` is real time, which
only heartbeats, permits and restarts look at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random
from typing import Protocol

from drivers.simulation.disturbances import SCAN_MS, Disturbance, Halt, Rates, draw
from drivers.simulation.packml import Fault, PackML
from drivers.simulation.permit import Permit, PermitWord
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

PAUSE_SCANS = 1200 // SCAN_MS
"""Unloading and loading between two cycles."""
HEARTBEAT_MS = 100.0
QUIET_MS = 400.0
"""A restart stays away so long from the last completed cycle, so that a station could have read it."""
RESET_MS = 2000.0
"""How long a restarted program resets before it works: time for the station to say again what it permits."""
WEAR_PER_PART = 1 / 4000
MID_STROKE = (0.3, 0.7)
WORD = 0xFFFF


@dataclass(frozen=True, slots=True)
class PartOrder:
    """What a work is told of its next part."""

    chance: Random
    is_bad: bool
    wear: float


class Work(Protocol):
    """What a machine does to one part, scan by scan; it knows nothing of permits, counters or faults."""

    @property
    def progress(self) -> float:
        """How much of the part is done, 0 to 1."""
        ...

    def begin(self, order: PartOrder) -> None:
        """Take a new part."""
        ...

    def step(self) -> bool | None:
        """Go on for one scan; True or False (good or bad) when the part is done."""
        ...

    def rest(self) -> None:
        """Let one scan pass without a part in work."""
        ...

    def reset(self) -> None:
        """Forget everything: the program starts anew."""
        ...


@dataclass(frozen=True, slots=True)
class MachineSetup:
    """How a machine begins. `rates` None is a calm machine; `last_part` is where its truth log stands."""

    seed: int = 1
    rates: Rates | None = None
    boot: int = 1
    last_part: int = 0
    stop_after: int | None = None


class Counter(Enum):
    """The counters a scenario may set."""

    GOOD = "good"
    BAD = "bad"
    CYCLE = "cycle"


class _Phase(Enum):
    PAUSE = auto()
    STROKE = auto()


@dataclass(slots=True)
class Counts:
    """16-bit counters that wrap, and what belongs to the last completed cycle."""

    values: dict[Counter, int] = field(default_factory=lambda: dict.fromkeys(Counter, 0))
    verdict: int = 0
    """1 good, 2 bad, 0 before the first cycle."""
    duration_ms: int = 0

    @property
    def next_cycle(self) -> int:
        """The number the next cycle will have."""
        return (self.values[Counter.CYCLE] + 1) & WORD

    def count(self, *, good: bool, duration_ms: int) -> int:
        """Count a completed cycle and return its number."""
        which = Counter.GOOD if good else Counter.BAD
        self.values[which] = (self.values[which] + 1) & WORD
        self.values[Counter.CYCLE] = self.next_cycle
        self.verdict, self.duration_ms = (1 if good else 2), duration_ms
        return self.values[Counter.CYCLE]


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
        self._setup = setup
        self._events: list[TruthEvent] = [ProgramStarted(setup.boot)]
        self._bad_next = 0
        self._cycles_left = setup.stop_after
        self._now_ms = self._started_ms = 0.0
        self._completed_ms = self._reset_until_ms = float("-inf")
        self._restart_wanted = False
        self._stroke = self._scans = 0
        self._halt: Halt | None = None
        self._halted_scans = 0
        self._pause()

    # What can be read

    @property
    def state(self) -> PackML:
        """Where the program stands."""
        if self._now_ms < self._reset_until_ms:
            return PackML.RESETTING
        if self._halt is not None:
            return PackML.ABORTED if self._halt.fault is Fault.DRIVE else PackML.HELD
        if self._phase is _Phase.STROKE:
            return PackML.EXECUTE
        return self._waiting_state()

    @property
    def is_in_stroke(self) -> bool:
        """True while a part is in work."""
        return self._phase is _Phase.STROKE

    @property
    def running_cycle(self) -> int:
        """The number of the cycle that runs, else of the last one."""
        return self.counts.next_cycle if self.is_in_stroke else self.counts.values[Counter.CYCLE]

    @property
    def fault(self) -> Fault:
        """Why it stands still."""
        return Fault.NONE if self._halt is None else self._halt.fault

    def take_events(self) -> list[TruthEvent]:
        """What happened since the last call, in order."""
        events, self._events = self._events, []
        return events

    # What can be done to it

    def write(self, word: PermitWord, value: int, now_ms: float) -> None:
        """The station writes one of its words."""
        self.permit.write(word, value, now_ms)
        if word is not PermitWord.HEARTBEAT:
            self._events.append(WriteReceived(word.value, value))

    def halt(self, halt: Halt) -> None:
        """Stop where it stands."""
        self._halt, self._halted_scans = halt, 0

    def clear(self) -> None:
        """A person at the machine: fault away, a stopped machine runs again."""
        self._halt = None
        self._cycles_left = None

    def make_next_bad(self) -> None:
        """The next part that begins will be bad."""
        self._bad_next += 1

    def stop_after(self, cycles: int) -> None:
        """Stop once so many more cycles are completed."""
        self._cycles_left = cycles

    def request_restart(self) -> None:
        """Restart the program at the next mid-stroke, or now where it waits."""
        self._restart_wanted = True

    def preset(self, counter: Counter, value: int) -> None:
        """Set a counter; a running cycle is renumbered with it."""
        self.counts.values[counter] = value & WORD
        self._events.append(CounterPreset(counter.value, value & WORD))

    def scan(self, now_ms: float) -> None:
        """One turn of the program."""
        self._now_ms = now_ms
        self.heartbeat = int((now_ms - self._started_ms) / HEARTBEAT_MS)
        self._watch_permit()
        if self._is_restart_due():
            self._restart()
        elif now_ms >= self._reset_until_ms:
            self._go_on()

    # How it goes on

    def _go_on(self) -> None:
        if self._halt is not None:
            self._stand(self._halt)
        elif self.is_in_stroke:
            self._work()
        else:
            self._wait()

    def _stand(self, halt: Halt) -> None:
        self._scans += 1
        self._halted_scans += 1
        if halt.scans is not None and self._halted_scans >= halt.scans:
            self._halt = None

    def _work(self) -> None:
        self._scans += 1
        planned = self._ahead.halt
        if self._restart_wanted and self._is_mid_stroke():
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
        self._restart_wanted |= self._ahead.is_restart
        self._phase, self._scans = _Phase.STROKE, 0
        self.work.begin(PartOrder(Random(f"{self._setup.seed}/part/{self._stroke}"), is_bad, self.wear))
        self._work()

    def _complete(self, *, good: bool) -> None:
        cycle = self.counts.count(good=good, duration_ms=self._scans * SCAN_MS)
        self.part += 1
        self._events.append(PartMade(cycle, self.boot, good, self.part))
        self._completed_ms = self._now_ms
        if self._cycles_left is not None:
            self._cycles_left = max(0, self._cycles_left - 1)
        if self._setup.rates is not None:
            self.wear = (self.wear + WEAR_PER_PART) % 1.0  # at 1.0 the tool is changed
        self._pause()

    def _pause(self) -> None:
        self._phase, self._pause_scans = _Phase.PAUSE, PAUSE_SCANS
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

    def _is_restart_due(self) -> bool:
        is_quiet = self._now_ms - self._completed_ms >= QUIET_MS
        waits = self.state in (PackML.IDLE, PackML.STOPPED)
        return self._restart_wanted and is_quiet and (waits or self._is_mid_stroke())

    def _restart(self) -> None:
        if self.is_in_stroke:
            self._events.append(PartAborted(self.running_cycle, self.boot))
        self.boot = self.boot % WORD + 1
        self.counts, self.permit = Counts(), Permit()
        self.heartbeat, self._halt, self._restart_wanted = 0, None, False
        self._started_ms, self._reset_until_ms = self._now_ms, self._now_ms + RESET_MS
        self.work.reset()
        self._pause()
        self._events.append(ProgramStarted(self.boot))
