"""Owns the core: feeds it in order, hands each decision to the recorder, and lets nothing out before it is committed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from hmi.channel.hub import Reply
from hmi.clock import Clock, Monotonic
from hmi.engine.inputs import AlarmAnswered, Ending, Heard, Input, TimePassed, Wished, Wrote
from hmi.engine.notices import Publisher
from hmi.engine.recorder import Recorder
from hmi.station import station as core
from hmi.station.commands import Answer, Command
from hmi.station.decision import AlarmOrder, Decision, Errand, WriteOrder, WriteResult
from hmi.station.setup import Setup
from hmi.station.state import Station
from hmi.station.topics import Topic
from hmi.tasks import Supervisor
from station_db.records.changes import Changes
from station_db.records.people import Person
from station_db.records.resume import Resume

log = logging.getLogger(__name__)

TICK_S = 0.25
REBUILD_PAUSE_S = 0.5
"""Between two tries to write a record that can't be written."""

RESUMING = "engine.resuming"
NOT_SAVED = "engine.not_saved"
BEHIND = "engine.record_behind"
FAILED = "engine.record_failed"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Who the runner works with."""

    recorder: Recorder
    publisher: Publisher
    tasks: Supervisor
    clock: Clock
    resume: Callable[[], Resume]
    """Reads the record; called in a thread."""
    present: Callable[[], Sequence[Heard]]
    """What the machines said last: a core that begins anew hears it first."""
    write: Callable[[WriteOrder], Awaitable[WriteResult]]
    answer_alarm: Callable[[AlarmOrder], Awaitable[WriteResult]]
    committed: Callable[[Changes], None]
    """Hears of what is on the disk now."""
    errand: Callable[[Errand], None]
    """Does something for the core."""
    under_way: Callable[[str], None]
    """Hears which order is worked on; empty: none."""


class UnreadableRecordError(Exception):
    """The first core could not begin: the record holds what can't be read. `cause` is what reading it ended in."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(repr(cause))
        self.cause = cause


class Runner:
    """One core after another: each begins from the record and lives until a commit fails."""

    def __init__(self, setup: Setup, around: Surroundings) -> None:
        self._setup = setup
        self._around = around
        self._inbox: asyncio.Queue[Input] = asyncio.Queue()
        self._station: Station | None = None
        self._life = 0
        self._is_lost = False
        self._waiting: dict[str, list[Reply]] = {}
        self._began = asyncio.Event()
        self._unreadable: Exception | None = None
        self._lived_ns: Monotonic = 0

    async def run(self) -> None:
        """For ever; started again by its supervisor it begins from the record like after a failed commit."""
        while True:
            await self._begin()
            await self._live()
            await asyncio.sleep(REBUILD_PAUSE_S)

    async def began(self) -> None:
        """Wait until there is a core that was recorded. Raises `UnreadableRecordError`."""
        await self._began.wait()
        if self._unreadable is not None:
            raise UnreadableRecordError(self._unreadable)

    @property
    def lived_ns(self) -> Monotonic:
        """When a core last saw time pass; one that dies of the machines' present never does."""
        return self._lived_ns

    def put(self, told: Input) -> None:
        """Tell the core something, after all before it. While there is none, what machines say is left to `present`."""
        if self._station is not None or not isinstance(told, Heard | TimePassed):
            self._inbox.put_nowait(told)

    def obey(self, command: Command, reply: Reply) -> None:
        """Give the core a command; refused at once where it could not be saved."""
        code = self._why_not()
        if code:
            reply(Answer(command.id, done=False, code=code))
        else:
            self.put(Wished(command, reply))

    def outcome(self, command_id: str, reply: Reply) -> None:
        """What came of a command: now, or once it is committed."""
        if self._station is None or command_id in self._waiting:
            self._waiting.setdefault(command_id, []).append(reply)
            return
        reply(self._station.outcomes.get(command_id) or Answer(command_id, done=False, known=False))

    def person(self, badge: str, person_id: str) -> Person | None:
        """Whoever has this badge or this id."""
        people = () if self._station is None else self._station.plant.people.values()
        return next((person for person in people if (person.badge == badge if badge else person.id == person_id)), None)

    def lost(self, reason: str) -> None:
        """A commit failed: what the core believes is not in the record, so it ends here."""
        now = self._around.clock.moment().wall
        self._around.publisher.came(FAILED, now, reason, priority="critical")
        self._is_lost = True
        self._station = None
        self._inbox.put_nowait(TimePassed())

    def _why_not(self) -> str:
        if self._station is None:
            return RESUMING
        return BEHIND if self._around.recorder.is_refusing else ""

    async def _begin(self) -> None:
        self._station = None
        await self._around.recorder.settle()
        station, decision = await self._resumed()
        self._life += 1
        self._is_lost = False
        self._answer_lost(station)
        self._forget_heard()
        self._take(station, decision)
        for heard in self._around.present():
            self._step(heard)

    async def _resumed(self) -> core.Outcome:
        """A core as the record says. Without a first one nobody can go on, and whoever waits for it is told."""
        try:
            resume = await asyncio.to_thread(self._around.resume)
            return core.begin(self._setup, resume, self._around.clock.moment())
        except Exception as error:
            if not self._began.is_set():
                self._unreadable = error
                self._began.set()
            raise

    def _forget_heard(self) -> None:
        """What machines said to the core before is older than the present this one hears first."""
        kept = [told for told in _drained(self._inbox) if not isinstance(told, Heard | TimePassed)]
        for told in kept:
            self._inbox.put_nowait(told)

    def _answer_lost(self, station: Station) -> None:
        """Whoever waits for a command of the core before this one hears what the record says."""
        waiting, self._waiting = self._waiting, {}
        for command_id, replies in waiting.items():
            known = station.outcomes.get(command_id)
            for reply in replies:
                reply(known or Answer(command_id, done=False, code=NOT_SAVED))

    async def _live(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + TICK_S
        while not self._is_lost:
            try:
                async with asyncio.timeout_at(due):
                    told = await self._inbox.get()
            except TimeoutError:
                told = TimePassed()
            if self._is_lost:
                self._inbox.put_nowait(told)
                return
            if loop.time() >= due:
                due = loop.time() + TICK_S
                self._tick()
            if not isinstance(told, TimePassed):
                self._step(told)

    def _tick(self) -> None:
        if self._around.recorder.is_refusing:
            self._around.publisher.came(BEHIND, self._around.clock.moment().wall)
        else:
            self._around.publisher.went(BEHIND)
        self._step(TimePassed())
        self._lived_ns = self._around.clock.moment().mono

    def _step(self, told: Input) -> None:
        assert self._station is not None, "there is a core while it lives"
        if isinstance(told, Wished):
            self._waiting.setdefault(told.command.id, []).append(told.reply)
        station, decision = told.tell(self._station, self._around.clock.moment())
        self._take(station, decision, told.ended if isinstance(told, Ending) else None)

    def _take(self, station: Station, decision: Decision, ended: Callable[[], None] | None = None) -> None:
        self._station = station
        self._around.under_way("" if station.work is None else station.work.response.job_order)
        orders = decision.writes or decision.alarms or decision.errands
        if not (decision.changes or decision.topics or decision.answer or orders or ended):
            return
        pictures = tuple(core.view(station, topic) for topic in decision.topics)
        life = self._life
        self._around.recorder.save(decision.changes, lambda: self._saved(life, decision, pictures, ended))

    def _saved(self, life: int, decision: Decision, pictures: Sequence[Topic], ended: Callable[[], None] | None) -> None:
        """It would survive a power cut: now it may be said and done."""
        for picture in pictures:
            self._around.publisher.publish(picture)
        self._around.committed(decision.changes)
        if decision.answer is not None:
            for reply in self._waiting.pop(decision.answer.id, ()):
                reply(decision.answer)
        for order in decision.writes:
            self._around.tasks.start(f"write {order.machine}.{order.tag}", self._write(order))
        for order in decision.alarms:
            self._around.tasks.start(f"answer {order.machine} {order.condition}", self._answer_alarm(order))
        for errand in decision.errands:
            self._around.errand(errand)
        if life == self._life and not self._is_lost:
            self._around.publisher.went(FAILED)
            self._began.set()
        if ended is not None:
            ended()

    async def _write(self, order: WriteOrder) -> None:
        self.put(Wrote(await self._around.write(order)))

    async def _answer_alarm(self, order: AlarmOrder) -> None:
        self.put(AlarmAnswered(await self._around.answer_alarm(order)))


def _drained(inbox: asyncio.Queue[Input]) -> list[Input]:
    return [inbox.get_nowait() for _ in range(inbox.qsize())]
