"""A station told as a story: machines that make parts, a person who works, time that goes by, a power cut anywhere."""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import pytest

from drivers.reading import Batch, Heard, LinkDown, LinkUp
from drivers.tag import AlarmText, DataType, Purpose, Role, Tag
from hmi.clock import Moment
from hmi.settings import Machine
from hmi.station import commands, station, topics
from hmi.station.commands import Command
from hmi.station.decision import WriteResult
from hmi.station.setup import Setup
from station_db.records import orders as job
from station_db.records.equipment import (
    AlarmEvent,
    DownloadState,
    EngineRun,
    EquipmentState,
    LinkGap,
    MachineWrite,
    RecipeDownload,
    WriteState,
)
from station_db.records.keeping import AnswerState, LeadRequest, OrderConflict, RequestAnswer
from station_db.records.people import Person, PersonRole, ShiftOccurrence, ShiftPattern, SignIn
from station_db.records.production import CountGap, Cycle, UnseenParts
from station_db.records.resume import Resume, ShiftCount

START = 1_790_000_000_000_000  # a Monday in September 2026, 14:13:20 UTC
SECOND_US = 1_000_000
U16 = 1 << 16


def _tag(name, role, purpose=None, **more):
    return Tag(name, f"holding:{name}", more.pop("data_type", DataType.UINT16), role, purpose, **more)


PRESS = Machine(
    id="press",
    name="Press",
    protocol="modbus",
    options={},
    groups={"normal": 100},
    tags=(
        _tag("state", Role.STATE),
        _tag("good", Role.COUNTER, Purpose.GOOD),
        _tag("bad", Role.COUNTER, Purpose.BAD),
        _tag("cycle", Role.COUNTER, Purpose.CYCLE),
        _tag("running_cycle", Role.IDENTITY, Purpose.RUNNING_CYCLE),
        _tag("verdict", Role.RESULT, Purpose.VERDICT),
        _tag("duration", Role.RESULT, Purpose.DURATION, unit="ms"),
        _tag("end_force", Role.RESULT, unit="kN"),
        _tag("fault", Role.PROCESS_VALUE, Purpose.FAULT),
        _tag("oil_hot", Role.ALARM, alarm=AlarmText("Oil is hot", "Force may drift.", "Check the cooler.", "high")),
        _tag("jam", Role.ALARM, alarm=AlarmText("Part is jammed", "The press stands.", "Clear the part.", "critical")),
        _tag("heartbeat", Role.HEARTBEAT, Purpose.MACHINE_HEARTBEAT),
        _tag("boot", Role.IDENTITY, Purpose.BOOT),
        _tag("permit_required", Role.COMMAND, Purpose.PERMIT_REQUIRED, writable=True),
        _tag("permitted_cycle", Role.COMMAND, Purpose.PERMITTED_CYCLE, writable=True),
    ),
)
FREE_PRESS = replace(PRESS, tags=tuple(tag for tag in PRESS.tags if tag.role is not Role.COMMAND))

PEOPLE = tuple(
    Person(id=role.value, name=role.value.title(), initials=role.value[:2], badge=f"100{at}", role=role, pin_hash="$argon2id$")
    for at, role in enumerate(PersonRole)
)


def step(number, key, kind, **more):
    return job.StepSpec(number, key, kind, key.replace("_", " ").capitalize(), **more)


SCAN = step(1, "serial", job.StepKind.SCAN_SERIAL, pattern=r"SN-\d{4}")
PLACE = step(2, "place_housing", job.StepKind.INSTRUCTION)
PRESSING = step(3, "press", job.StepKind.MACHINE_CYCLE, machine="press")
RUNOUT = step(4, "runout", job.StepKind.NUMERIC, unit="mm", low=0.0, high=0.05, usual_low=0.01, usual_high=0.03, machine=None)
SEAL = step(5, "seal", job.StepKind.PASS_FAIL)
DONE = step(6, "done", job.StepKind.CONFIRM)
ALL_STEPS = (SCAN, PLACE, PRESSING, RUNOUT, SEAL, DONE)


MASTER = {
    "people": Person,
    "products": job.Product,
    "work_masters": job.WorkMaster,
    "job_orders": job.JobOrder,
    "shift_patterns": ShiftPattern,
}


class PressTwin:
    """The press as the story moves it: counters, permit, boot."""

    def __init__(self):
        self.good = self.bad = self.cycle = 0
        self.boot, self.beat, self.fault, self.state, self.verdict = 1, 0, 0, 2, 0
        self.alarms = set()
        self.permit_required = self.permitted_cycle = 0
        self.running = None

    @property
    def may_start(self):
        return not self.permit_required or self.permitted_cycle == (self.cycle + 1) % U16

    def make(self, good=True):
        """One part, if it is allowed to; a cycle that runs was."""
        if self.running is None and not self.may_start:
            return False
        self.cycle = (self.cycle + 1) % U16
        self.good = (self.good + good) % U16
        self.bad = (self.bad + (not good)) % U16
        self.verdict, self.running = (1 if good else 2), None
        return True

    def restart(self):
        """Its program starts anew: counters at zero, permit forgotten."""
        self.good = self.bad = self.cycle = self.verdict = 0
        self.boot += 1
        self.permit_required = self.permitted_cycle = 0

    def values(self):
        return {
            "state": self.state,
            "good": self.good,
            "bad": self.bad,
            "cycle": self.cycle,
            "running_cycle": self.cycle if self.running is None else self.running,
            "verdict": self.verdict,
            "duration": 4200,
            "end_force": 12.5,
            "fault": self.fault,
            "oil_hot": "oil_hot" in self.alarms,
            "jam": "jam" in self.alarms,
            "heartbeat": self.beat,
            "boot": self.boot,
            "permit_required": self.permit_required,
            "permitted_cycle": self.permitted_cycle,
        }


def is_in_doubt(write):
    """Whether the store gives it to an engine that starts."""
    return write.state is WriteState.ASKED or (write.state is WriteState.UNKNOWN and write.permit is None)


class Record:
    """What was committed: the latest version of every record, and the local rows."""

    def __init__(self, master):
        self.master = list(master)
        self.latest, self.journal, self.last_at = {}, [], None
        self.positions, self.drafts, self.outcomes, self.curves = {}, {}, {}, {}

    def commit(self, changes, at):
        for entry in changes.entries:
            self.journal.append(entry)
            self.latest[type(entry.record), entry.record.id] = entry.record
            self.last_at = at
        self.positions |= {(row.machine, row.counter): row for row in changes.positions}
        self.drafts |= {row.key: row for row in changes.drafts}
        self.outcomes |= {row.id: row for row in changes.outcomes}
        self.curves |= {row.cycle: row for row in changes.curves}

    def replace_master(self, *records):
        """What the centre made, in its latest version."""
        new = {(type(one), getattr(one, "id", None)) for one in records}
        self.master = [one for one in self.master if (type(one), one.id) not in new]
        self.master += [one for one in records if hasattr(one, "id")]

    def all(self, kind):
        return tuple(rec for (cls, _), rec in self.latest.items() if cls is kind)

    def one(self, kind):
        (rec,) = self.all(kind)
        return rec

    def newest(self, kind):
        return self.all(kind)[-1]

    def resume(self):
        """The record's present, as the store's reader gives it."""
        open_states = (job.JobState.RUNNING, job.JobState.INTERRUPTED)
        response = next((one for one in self.all(job.JobResponse) if one.state in open_states), None)
        order = None if response is None else response.job_order
        shift = max(self.all(ShiftOccurrence), key=lambda one: one.started_at, default=None)
        since = shift.started_at if shift else 0
        of = lambda kind: tuple(one for one in self.all(kind) if response and one.job_order == order)  # noqa: E731
        units = of(job.Unit)
        over = {one.id for one in self.all(RequestAnswer) if one.state is not AnswerState.OPEN}
        return Resume(
            **{name: tuple(one for one in self.master if type(one) is kind) for name, kind in MASTER.items()},
            responses=self.all(job.JobResponse),
            routing=next((one for one in self.all(job.RoutingSnapshot) if response and one.id == response.id), None),
            units=units,
            steps=of(job.StepRun),
            checks=of(job.CheckResult),
            permits=tuple(one for one in self.all(job.Permit) if one.unit in {unit.id for unit in units}),
            given=tuple(one for one in self.all(job.Permit) if one.ended_at is None),
            writes=tuple(one for one in self.all(MachineWrite) if is_in_doubt(one)),
            downloads=tuple(one for one in self.all(RecipeDownload) if one.state is DownloadState.RUNNING),
            sign_in=next((one for one in self.all(SignIn) if one.ended_at is None), None),
            shift=shift,
            states=self.all(EquipmentState),
            gaps=tuple(one for one in self.all(LinkGap) if one.to_at is None),
            alarms=tuple(one for one in self.all(AlarmEvent) if one.went_at is None),
            alarms_unseen=tuple(
                one
                for one in {(one.source, one.code): one for one in self.all(AlarmEvent)}.values()
                if one.went_at is not None and one.acknowledged_at is None
            ),
            cycles=self.all(Cycle)[-20:],
            counts=self._counts(since),
            count_gaps=tuple(one for one in self.all(CountGap) if not one.settled),
            unseen=self.all(UnseenParts)[-20:],
            positions=tuple(self.positions.values()),
            drafts=tuple(row for row in self.drafts.values() if row.text),
            outcomes=tuple(self.outcomes.values()),
            last_run=next(iter(self.all(EngineRun)[-1:]), None),
            last_at=self.last_at,
            conflicts=tuple(one for one in self.all(OrderConflict) if one.job_order == order),
            requests=tuple(one for one in self.master if type(one) is LeadRequest and not one.withdrawn and one.id not in over),
            answers=tuple(one for one in self.all(RequestAnswer) if one.id not in over),
        )

    def _counts(self, since):
        cycles = [one for one in self.all(Cycle) if one.ended_at >= since]
        unseen = [one for one in self.all(UnseenParts) if one.to_at >= since]
        machines = {one.machine for one in (*cycles, *unseen)}
        return tuple(
            ShiftCount(
                machine,
                sum(c.verdict == "good" for c in cycles) + sum(u.good for u in unseen),
                sum(c.verdict == "bad" for c in cycles) + sum(u.bad for u in unseen),
                len(cycles) + sum(u.cycles for u in unseen),
            )
            for machine in machines
        )


class Story:
    """A station at work. Every sentence of a test is a call here; what was decided is committed at once."""

    def __init__(
        self, *, machines=(PRESS,), steps=ALL_STEPS, quantity=2, patterns=(), orders=True, people=PEOPLE, zone="Europe/Berlin"
    ):
        self.setup = Setup("ST-040", "Press 4", "Hall 2", zone, machines, has_centre=True, version="1")
        master = [*people, *patterns]
        if orders:
            master += [
                job.Product(id="P-310", name="Pump cover"),
                job.WorkMaster(id="P-310@A", product="P-310", revision="A", steps=steps),
                job.JobOrder(id="WO-1", product="P-310", work_master="P-310@A", quantity=quantity, sequence=1),
                job.JobOrder(id="WO-2", product="P-310", work_master="P-310@A", quantity=quantity, sequence=2),
            ]
        self.record = Record(master)
        self.press = PressTwin()
        self.wall, self.mono = START, 10**12
        self._ids, self._commands = itertools.count(1), itertools.count(1)
        self.writes, self.answers_writes, self.answer = [], True, None
        self.start_engine()

    @property
    def now(self):
        return Moment(self.wall, self.mono, lambda: f"id-{next(self._ids):06d}")

    def start_engine(self):
        self.writes.clear()
        return self._took(station.begin(self.setup, self.record.resume(), self.now))

    def kill(self, down_s=1.0):
        """The engine dies and comes back from its record `down_s` later."""
        self.pass_time(down_s)
        self.start_engine()
        return self

    def _took(self, outcome):
        self.core, self.decision = outcome
        self.record.commit(self.decision.changes, self.wall)
        self.writes += self.decision.writes
        return self

    def pass_time(self, seconds=0.1):
        self.wall += round(seconds * SECOND_US)
        self.mono += round(seconds * 10**9)
        return self

    def set_clock(self, seconds):
        self.wall += round(seconds * SECOND_US)
        return self

    def tick(self, seconds=0.0):
        self.pass_time(seconds)
        return self._took(station.tick(self.core, self.now))

    def scan(self, seconds=0.1, *, only=None, curves=None, beats=True, changed=None):
        """The driver reads the press."""
        self.pass_time(seconds)
        self.press.beat += beats
        values = self.press.values() | (changed or {})
        names = tuple(name for name in values if name in {tag.name for tag in self.setup.machines[0].tags})
        names = names if only is None else tuple(only)
        batch = Batch("press", "normal", names, tuple(values[name] for name in names), self.wall, self.mono)
        self._took(station.hear(self.core, batch, curves or {}, self.now))
        return self.answer_writes()

    def link_up(self):
        return self._took(station.hear(self.core, LinkUp("press", self.wall, self.mono), {}, self.now))

    def link_down(self, code="refused"):
        return self._took(station.hear(self.core, LinkDown("press", code, "it is off", self.wall, self.mono), {}, self.now))

    def hears(self, event):
        """The driver says something else."""
        return self._took(station.hear(self.core, event, {}, self.now))

    def alarm_answered(self, order, state="confirmed", reason=""):
        return self._took(station.answered_alarm(self.core, WriteResult(order.id, state, reason), self.now))

    def learns(self, *records):
        """Records of the centre came down and were applied."""
        self.record.replace_master(*records)
        return self._took(station.learn(self.core, records, self.now))

    def hears_shared(self, order, *stations):
        """The centre says who else works on an order."""
        return self._took(station.order_shared(self.core, order, stations, self.now))

    def hears_centre(self, state, **more):
        """How the centre stands now."""
        return self._took(station.heard_centre(self.core, topics.SyncTopic(state, **more), self.now))

    def reads_clock(self, offset_s, within_s=0.01):
        """What the centre's clock is ahead of ours."""
        return self._took(station.measured_clock(self.core, round(offset_s * SECOND_US), round(within_s * SECOND_US), self.now))

    def heartbeat_paused(self, machine="press"):
        return self._took(station.heartbeat_paused(self.core, machine, self.now)).answer_writes()

    def alive(self):
        return self._took(station.hear(self.core, Heard("press", self.wall, self.mono), {}, self.now))

    def makes(self, *verdicts, seconds=4.2, then_scan=True):
        """The press makes parts, then is read."""
        for good in verdicts or (True,):
            self.pass_time(seconds)
            assert self.press.make(good), "the press waits for its permit"
        return self.scan() if then_scan else self

    def answer_writes(self):
        """The engine writes to the press, reads back and says so."""
        while self.answers_writes and self.writes:
            order = self.writes.pop(0)
            setattr(self.press, order.tag, int(order.value))
            self.wrote(order)
        return self

    def wrote(self, order, state="confirmed", reason=""):
        return self._took(station.wrote(self.core, WriteResult(order.id, state, reason), self.now))

    def settle(self):
        """A few scans, so that levels and permits are asked and answered."""
        for _ in range(6):
            self.scan()
        return self

    def ask(self, body, *, command=None, verified=False):
        self.pass_time(0.5)
        command = command or f"c-{next(self._commands)}"
        self._took(station.obey(self.core, Command(command, body, verified=verified), self.now))
        self.answer = self.decision.answer
        return self.answer_writes()

    def sign_in(self, role="operator"):
        return self.ask(commands.SignIn(person=role, pin="1234"), verified=True)

    def start(self, order="WO-1"):
        return self.ask(commands.StartOrder(order))

    def confirm(self):
        return self.ask(commands.ConfirmStep(self.step.run))

    def scans(self, serial):
        return self.ask(commands.ScanSerial(self.step.run, serial))

    def measures(self, text, **more):
        return self.ask(commands.EnterMeasurement(self.step.run, text, **more))

    def judges(self, passed=True):
        return self.ask(commands.JudgeStep(self.step.run, passed))

    def types(self, text):
        return self.ask(commands.SaveDraft(self.step.run, text))

    def reaches(self, key):
        """Work on, all good, until this step is open."""
        while self.step.spec.key != key:
            self.does_step()
        return self

    def does_step(self):
        ways = {
            job.StepKind.SCAN_SERIAL: lambda: self.scans(f"SN-{self.work.unit.number:04d}"),
            job.StepKind.INSTRUCTION: self.confirm,
            job.StepKind.CONFIRM: self.confirm,
            job.StepKind.MACHINE_CYCLE: lambda: self.settle().makes(True),
            job.StepKind.NUMERIC: lambda: self.measures("0,020"),
            job.StepKind.PASS_FAIL: self.judges,
        }
        return ways[self.step.spec.kind]()

    def view(self, topic):
        return station.view(self.core, topic)

    def views(self):
        return {topic: self.view(topic) for topic in topics.TOPICS.values()}

    @property
    def work(self):
        return self.view(topics.WorkTopic)

    @property
    def step(self):
        return self.work.step

    @property
    def counts(self):
        return self.view(topics.CountsTopic)

    @property
    def machine(self):
        return self.view(topics.MachinesTopic).machines[0]

    @property
    def alarms(self):
        return self.view(topics.AlarmsTopic).alarms

    @property
    def alarm_codes(self):
        """Those that are on."""
        return [alarm.code for alarm in self.alarms if alarm.is_active]


PLANT = SimpleNamespace(
    press=PRESS, free_press=FREE_PRESS, steps=ALL_STEPS, pressing=PRESSING, runout=RUNOUT, scan=SCAN, confirm=DONE, start=START
)


@pytest.fixture(scope="session")
def tell():
    """Begin a story: `tell(quantity=3)`."""
    return Story


@pytest.fixture(scope="session")
def the_plant():
    """The parts a story may be built of."""
    return PLANT
