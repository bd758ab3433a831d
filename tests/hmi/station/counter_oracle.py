"""A machine that knows its true parts, and the real core that has to find them out through whatever happens between.

`python -m tests.hmi.station.counter_oracle --histories 200000 --seed 1` runs as many random histories as there is time for.

Each history is one machine (its counters, their ranges, its rate) that makes parts, restarts, is set by hand, is read, is not
read; and one recorder that is killed and begun again from what it kept itself. After every scan that the core took over:
what it counted is what was made since, or a gap of that scan bounds what is missing. Nothing is ever counted twice.

What nobody can tell from parts (a person sets a counter to where parts would have brought it) is counted as such and reported.
"""

from __future__ import annotations

import argparse
import itertools
import random
import time
from collections import Counter
from dataclasses import dataclass, field

from drivers.reading import Batch, LinkDown, LinkUp
from drivers.tag import DataType, Purpose, Role, Tag
from hmi.clock import Moment
from hmi.settings import Machine
from hmi.station import commands, station
from hmi.station.counters import most
from hmi.station.settling import questions
from hmi.station.setup import Setup
from station_db.records.equipment import EquipmentState, LinkGap
from station_db.records.people import Person, PersonRole, ShiftOccurrence
from station_db.records.production import CountGap, Cycle, UnseenParts
from station_db.records.resume import Resume, ShiftCount

START = 1_790_000_000_000_000
SIZES = {
    DataType.UINT16: 1 << 16,
    DataType.INT16: 1 << 16,
    DataType.UINT32: 1 << 32,
    DataType.UINT64: 1 << 64,
    DataType.BCD16: 10**4,
    DataType.BCD32: 10**8,
}
KINDS = (
    (Purpose.GOOD, Purpose.BAD, Purpose.CYCLE),
    (Purpose.GOOD, Purpose.BAD),
    (Purpose.GOOD, Purpose.CYCLE),
    (Purpose.GOOD,),
    (Purpose.CYCLE,),
)
KEPT_S = 31
"""A position is at most so much older than the last scan before a kill."""


@dataclass
class Twin:
    """The machine: its counters as a PLC shows them, and what it truly made."""

    counters: tuple[Purpose, ...]
    kind: DataType
    rate: float
    has_boot: bool
    shown: dict[Purpose, int] = field(default_factory=dict)
    boot: int = 1
    good: int = 0
    bad: int = 0

    @property
    def size(self) -> int:
        return SIZES[self.kind]

    @property
    def made(self) -> int:
        """Parts as far as its counters could ever say: one that counts good ones only makes good ones only."""
        return self.good + self.bad

    def make(self, good: int, bad: int) -> None:
        self.good, self.bad = self.good + good, self.bad + bad
        moved = {Purpose.GOOD: good, Purpose.BAD: bad, Purpose.CYCLE: good + bad}
        for purpose in self.counters:
            self.put(purpose, self.shown[purpose] + moved[purpose])

    def put(self, purpose: Purpose, value: int) -> None:
        low = -(self.size // 2) if self.kind is DataType.INT16 else 0
        self.shown[purpose] = low + (value - low) % self.size

    def restart(self, *, keeps: bool) -> None:
        self.boot += 1
        if not keeps:
            self.shown = dict.fromkeys(self.counters, 0)

    def machine(self) -> Machine:
        tags = [Tag(p.value, "", self.kind, Role.COUNTER, p) for p in self.counters]
        tags += [Tag("boot", "", DataType.UINT32, Role.IDENTITY, Purpose.BOOT)] * self.has_boot
        return Machine("m", "M", "x", {}, tuple(tags), {"normal": 100}, rate_max=self.rate)


class Kept:
    """What the core asked to be kept: all that a recorder finds after a kill."""

    def __init__(self) -> None:
        self.latest: dict[tuple[type, str], object] = {}
        self.positions: dict[str, object] = {}
        self.at = START

    def take(self, changes: object, at: int) -> None:
        for entry in changes.entries:
            self.latest[type(entry.record), entry.record.id] = entry.record
            self.at = at
        self.positions |= {row.counter: row for row in changes.positions}

    def all(self, kind: type) -> list[object]:
        return [record for (cls, _), record in self.latest.items() if cls is kind]

    def counted(self, since: int = 0) -> tuple[int, int, int]:
        """Parts, good ones, bad ones."""
        cycles = [one for one in self.all(Cycle) if one.ended_at >= since]
        unseen = [one for one in self.all(UnseenParts) if one.to_at >= since]
        return (
            len(cycles) + sum(one.cycles for one in unseen),
            sum(one.verdict == "good" for one in cycles) + sum(one.good for one in unseen),
            sum(one.verdict == "bad" for one in cycles) + sum(one.bad for one in unseen),
        )

    def resume(self) -> Resume:
        shift = max(self.all(ShiftOccurrence), key=lambda one: one.started_at, default=None)
        parts, good, bad = self.counted(shift.started_at if shift else 0)
        return Resume(
            people=(Person(id="op", name="Op", initials="op", badge="1", role=PersonRole.OPERATOR, pin_hash=""),),
            shift=shift,
            states=tuple(self.all(EquipmentState)),
            gaps=tuple(one for one in self.all(LinkGap) if one.to_at is None),
            cycles=tuple(self.all(Cycle)[-20:]),
            counts=(ShiftCount("m", good, bad, parts),) if parts else (),
            count_gaps=tuple(one for one in self.all(CountGap) if not one.settled),
            positions=tuple(self.positions.values()),
            last_at=self.at,
        )


@dataclass(frozen=True)
class Balance:
    """What was true and what was kept when the core had last taken over all the machine shows."""

    good: int
    bad: int
    counted: tuple[int, int, int]
    gaps: int
    shown: dict[Purpose, int]


class History:
    """One random life. `step` does something; after every scan the balance is struck."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.twin = self._twin()
        self.setup = Setup("ST", "ST", "", "UTC", (self.twin.machine(),), has_centre=False, version="1")
        self.kept, self.ids = Kept(), itertools.count(1)
        self.wall, self.mono, self.slept_s = START, 10**12, 0.0
        self.told: list[str] = []
        self.tampered: set[Purpose] = set()
        self.masked = self.error = 0
        self.missing: dict[str, int] = {}
        self.first = 0
        self.before: Balance | None = None
        self.rebooted = False
        self.seen_at = START
        self.begin()
        self.link_up()
        self.scan()

    def _twin(self) -> Twin:
        pick = self.chance.choice
        twin = Twin(pick(KINDS), pick(tuple(SIZES)), pick((15.0, 60.0, 120.0)), has_boot=self.chance.random() < 0.7)
        top = twin.size - 1 if twin.kind is not DataType.INT16 else twin.size // 2 - 1
        total = pick((0, self.chance.randrange(50), top - self.chance.randrange(30), self.chance.randrange(top)))
        bad = 0 if Purpose.BAD not in twin.counters else min(total, self.chance.randrange(20))
        start = {Purpose.GOOD: total - bad, Purpose.BAD: bad, Purpose.CYCLE: total}
        twin.shown = {purpose: start[purpose] for purpose in twin.counters}
        return twin

    @property
    def now(self) -> Moment:
        return Moment(self.wall, self.mono, lambda: f"r{next(self.ids):07d}")

    def begin(self) -> None:
        self._took(station.begin(self.setup, self.kept.resume(), self.now))

    def _took(self, outcome: tuple) -> None:
        self.core, decision = outcome
        self.kept.take(decision.changes, self.wall)

    def sleep(self, seconds: float) -> None:
        self.wall += round(seconds * 1_000_000)
        self.mono += round(seconds * 1_000_000_000)

    def link_up(self) -> None:
        self._took(station.hear(self.core, LinkUp("m", self.wall, self.mono), {}, self.now))

    def link_down(self) -> None:
        self._took(station.hear(self.core, LinkDown("m", "closed", "", self.wall, self.mono), {}, self.now))

    def scan(self, only: Purpose | None = None) -> None:
        said = {purpose.value: value for purpose, value in self.twin.shown.items() if only in (None, purpose)}
        if self.twin.has_boot and only is None:
            said["boot"] = self.twin.boot
        batch = Batch("m", "normal", tuple(said), tuple(said.values()), self.wall, self.mono)
        self._took(station.hear(self.core, batch, {}, self.now))
        self._strike()

    def tick(self) -> None:
        self._took(station.tick(self.core, self.now))
        self._strike()

    # what is true against what is kept
    def _strike(self) -> None:
        rows = self.kept.positions
        boots = {self.twin.boot} if self.twin.has_boot else {None}
        if {p: row.value for p, row in rows.items()} != self.twin.shown or {row.boot for row in rows.values()} != boots:
            return
        if self.before is None:
            self.first = self.twin.made
        else:
            self._judge(self.before)
        self.before = Balance(
            self.twin.good, self.twin.bad, self.kept.counted(), len(self.kept.all(CountGap)), dict(self.twin.shown)
        )
        self.tampered, self.rebooted, self.seen_at = set(), False, self.wall

    def _judge(self, before: Balance) -> None:
        good_made, bad_made = self.twin.good - before.good, self.twin.bad - before.bad
        made = good_made + bad_made
        parts, good, bad = (after - was for after, was in zip(self.kept.counted(), before.counted, strict=True))
        over = parts > made or good > good_made or bad > bad_made
        gaps = self.kept.all(CountGap)[before.gaps :]
        room = max((most(self.twin.rate, gap.to_at - gap.from_at) for gap in gaps), default=0)
        missing = made - parts
        if self._is_masked(before.shown) and (over or missing > room):
            self._mask(parts - made)
        elif missing > room and missing % self.twin.size == 0 and self.twin.shown == before.shown:
            self._mask(parts - made)  # whole rounds: every counter stands where it stood
        else:
            assert not over, f"counted {parts, good, bad} of {good_made, bad_made}: {self}"
            assert missing <= room, f"counted {parts} of {made}, gaps leave {room} open: {self}"
            self.missing |= {gap.id: missing for gap in gaps[:1]}

    def _mask(self, error: int) -> None:
        self.masked, self.error = self.masked + 1, self.error + error

    def _is_masked(self, old: dict) -> bool:
        """Whether what a person set looks like parts: no arithmetic can tell it from them."""
        if not self.tampered or not old:
            return False
        limit = most(self.twin.rate, self.wall - self.seen_at + KEPT_S * 1_000_000)
        alike = {p for p in self.tampered if self._looks_like_parts(old[p], self.twin.shown[p], limit)}
        if self.rebooted and self._is_as_if_begun_anew(limit):
            return True
        needed = 2 if len(self.twin.counters) == 3 and alike == self.tampered else 1
        return len(alike) >= needed

    def _is_as_if_begun_anew(self, limit: int) -> bool:
        """After a restart that kept its counters: a hand made them what a restart from zero would have made them."""
        good, bad, cycles = (self.twin.shown.get(purpose) for purpose in KINDS[0])
        agree = None in (good, bad, cycles) or good + bad == cycles
        return agree and all(0 <= value <= limit for value in self.twin.shown.values())

    def _looks_like_parts(self, old: int, new: int, limit: int) -> bool:
        """Not too many, and begun again only from the last hundredth of its range (or, after a restart, from zero)."""
        if self.rebooted and new <= limit:
            return True
        step = (new - old) % self.twin.size
        is_wrap = new < old and not self.rebooted
        return step <= (min(limit, max(self.twin.size // 100, 8)) if is_wrap else limit)

    # what may happen
    def makes(self, most_parts: int = 6) -> None:
        parts = self.chance.randint(1, most_parts)
        bad = 0 if Purpose.BAD not in self.twin.counters else self.chance.choice((0, 0, self.chance.randint(0, parts)))
        each = 60 / self.twin.rate
        for verdict in [True] * (parts - bad) + [False] * bad if parts <= 20 else []:
            self._waits(each * self.chance.choice((1, 1.01, 1.5, 4)))
            self.twin.make(int(verdict), int(not verdict))
            if self.chance.random() < 0.5:
                self.sleep(min(0.05, each / 3))
                if self.reads:
                    self.scan()
        if parts > 20:
            self.sleep(each * parts * 1.01)
            self.twin.make(parts - bad, bad)

    def _waits(self, seconds: float) -> None:
        """Until the part is ready; the machine may be read in mid-cycle."""
        is_read = self.reads and self.chance.random() < 0.4
        self.sleep(seconds * 0.8)
        if is_read:
            self.scan()
        self.sleep(seconds * 0.2)

    reads = True

    def restarts(self) -> None:
        self.rebooted = True
        self.twin.restart(keeps=self.chance.random() < 0.3)
        if not self.twin.has_boot:
            self.tampered |= set(self.twin.counters)  # without a boot id this is a reset by hand
        self.sleep(self.chance.choice((0.05, 0.2, 2.0, 20.0)))

    def is_set(self) -> None:
        some = self.chance.choice((self.twin.counters, self.twin.counters[:1], self.twin.counters[-1:]))
        value = self.chance.choice((0, 0, 1, self.chance.randrange(100), self.chance.randrange(self.twin.size)))
        for purpose in some:
            back = self.twin.shown[purpose] - self.chance.randint(1, 9)
            self.twin.put(purpose, back if value == 1 else value)
        self.tampered |= set(some)
        self.sleep(self.chance.choice((0.1, 1.0)))

    def link_breaks(self) -> None:
        self.link_down()
        self.reads = False
        for _ in range(self.chance.randint(0, 3)):
            self.world()
        self.reads = True
        self.sleep(0.5)
        self.link_up()

    def recorder_dies(self) -> None:
        self.reads = False
        for _ in range(self.chance.randint(0, 3)):
            self.world()
        self.reads = True
        if self.chance.random() < 0.15:
            self.makes(self.chance.choice((100, 1000, 30_000)))
        self.sleep(self.chance.choice((0.2, 5.0, 3600.0)))
        self.begin()
        self.link_up()

    def comes_one_by_one(self) -> None:
        """As a subscription may bring the newest part of counters that have to agree; what is older came at once."""
        self.scan()
        is_told_at_once = self.rebooted or self.tampered or Purpose.CYCLE not in self.twin.counters
        self.sleep(60 / self.twin.rate)
        self.twin.make(1, 0)
        for purpose in () if is_told_at_once else self.twin.counters:
            self.scan(purpose)
            self.sleep(0.02)
        self.scan()

    def idles(self) -> None:
        for _ in range(self.chance.choice((1, 3))):
            self.sleep(self.chance.choice((0.1, 0.1, 1.0, 40.0, 7200.0)))
            self.scan()

    def world(self) -> None:
        """Something at the machine."""
        self.chance.choices((self.makes, self.restarts, self.is_set), (6, 1, 1))[0]()

    def step(self) -> None:
        acts = (self.world, self.idles, self.scan, self.comes_one_by_one, self.link_breaks, self.recorder_dies)
        act = self.chance.choices(acts, (8, 4, 2, 1, 1, 2))[0]
        self.told.append(act.__name__)
        act()

    def ends(self) -> None:
        """Read until all is taken, then look at the whole."""
        for _ in range(4):
            self.sleep(0.7)
            self.scan()
            self.tick()
        assert {p: row.value for p, row in self.kept.positions.items()} == self.twin.shown, f"never taken: {self}"
        self._settle()
        parts, good, bad = self.kept.counted(self.core.tally.since)
        assert (self.core.tally.cycles, self.core.tally.good, self.core.tally.bad) == (parts, good, bad), f"tally: {self}"

    def _settle(self) -> None:
        """A person who knows the truth answers what is open: then every part is counted, once."""
        self._obey(commands.SignIn(person="op"))
        for question in questions(self.core.open_gaps):
            self._obey(commands.SettleGap(question.id, self.missing.get(question.id, 0), 0, "counted"))
        assert not self.core.open_gaps
        assert self.core.tally.unexplained == 0
        assert self.kept.counted()[0] == self.twin.made - self.first + self.error, f"settled: {self}"
        self.begin()

    def _obey(self, body: commands.Body) -> None:
        self.core, decision = station.obey(self.core, commands.Command(f"c{next(self.ids)}", body), self.now)
        self.kept.take(decision.changes, self.wall)
        assert decision.answer is not None
        assert decision.answer.done, decision.answer

    def __str__(self) -> str:
        return f"{self.twin}, told {self.told}, gaps {self.kept.all(CountGap)}"


def live(seed: int, steps: int = 14) -> History:
    """One history to its end; raises `AssertionError` where parts are lost or counted twice."""
    history = History(seed)
    for _ in range(history.chance.randint(3, steps)):
        history.step()
    history.ends()
    return history


def main() -> None:
    """Run many and print what they were."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--histories", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began, seen = time.monotonic(), Counter()
    for number in range(asked.histories):
        history = live(asked.seed * 10_000_000 + number)
        gaps = history.kept.all(CountGap)
        seen.update(parts=history.twin.made, counted=history.kept.counted()[0], with_gaps=bool(gaps), gaps=len(gaps))
        seen.update(masked=history.masked, histories=1)
        seen.update({f"gap {gap.reason}": 1 for gap in gaps})
    print(f"{dict(seen)} in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
