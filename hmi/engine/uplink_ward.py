"""The engine's care for its uplink process: starts it, hears it, hands what it fetched to the recorder, restarts it, ends it.

A process that is stopped or gone holds nothing up: the record goes on, and the screens are told that the centre is out of
reach, with what gathers here counted from the record itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hmi.clock import Clock, Monotonic
from hmi.engine import uplink_messages as words
from hmi.engine.acknowledged import read_acknowledged
from hmi.engine.inputs import CentreStands, ClockMeasured, Faulty, Input, Learned, OrderShared, Well
from hmi.engine.recorder import Recorder
from hmi.engine.uplink_balance import balanced
from hmi.engine.uplink_child import Child, Start, hear, say, start_process
from hmi.station.topics import AlarmView, SyncTopic
from hmi.tasks import Supervisor
from station_db.blocks import SignalsSent
from station_db.errors import FeedError, RecordError
from station_db.feed import Snapshot
from station_db.journal import FeedEntry
from station_db.reader import Reader
from station_db.reconciled import ReconciledDay
from station_db.records.base import RecordId

log = logging.getLogger(__name__)

NAME = "uplink"
WATCH = "uplink watch"
PING_S = 1.0
SILENT_NS = 6_000_000_000
"""An uplink that has not answered for so long is away, and so is the centre."""
STUCK_NS = 20_000_000_000
"""One that has not answered for so long is ended and started again."""
LAST_WORDS_S = 2.5
"""How long it may take to end; what was under way is known by the watermark."""
SHORT_LIFE_NS = 5_000_000_000
LONGEST_PAUSE_S = 30.0

SILENT = "engine.uplink_silent"
DIFFERS = "engine.centre_differs"
EXPORT_FAILED = "engine.export_failed"


class UplinkEndedError(Exception):
    """The process ended though nobody asked it to."""


@dataclass(frozen=True, slots=True)
class Keeps:
    """Where what it brings is written."""

    apply: Callable[[Sequence[FeedEntry]], Future[tuple[Any, ...]]]
    """The records that were new."""
    snapshot: Callable[[Snapshot], Future[tuple[Any, ...]]]
    note_days: Callable[[Sequence[ReconciledDay]], Future[None]]
    centre_has: Callable[[SignalsSent], None]
    """How far the centre has the signals."""


def keeps_of(recorder: Recorder, clock: Clock) -> Keeps:
    """All of it goes to the one writer."""
    return Keeps(
        recorder.apply,
        lambda snapshot: recorder.do(lambda store: store.apply_snapshot(snapshot, clock.moment().wall)),
        lambda days: recorder.do(lambda store: store.note_reconciled(days)),
        recorder.centre_has,
    )


@dataclass(frozen=True, slots=True)
class Wires:
    """What the ward works with."""

    begin: words.Begin
    keeps: Keeps
    put: Callable[[Input], None]
    """Tells the core."""
    clock: Clock
    start: Start = start_process


class UplinkWard:
    """Without a centre (`wires` is None) it does nothing."""

    def __init__(self, wires: Wires | None, tasks: Supervisor) -> None:
        self._wires = wires
        self._tasks = tasks
        self._life: asyncio.Task[None] | None = None
        self._child: Child | None = None
        self._heard_ns: Monotonic = 0
        self._order = ""
        self._told = SyncTopic("offline")
        self._short_lives = 0
        self._is_ending = False

    def start(self) -> None:
        """Begin, on the engine's loop."""
        if self._wires is not None:
            self._heard_ns = self._wires.clock.moment().mono
            self._life = self._tasks.keep(NAME, self._live)
            self._tasks.keep(WATCH, self._watch)

    def recorded(self) -> None:
        """Something new was recorded."""
        self._say(words.Recorded())

    def try_now(self) -> None:
        """A person wants it tried now."""
        self._say(words.TryNow())

    def export_aside(self) -> None:
        """A person wants what is set aside as a file."""
        self._say(words.ExportAside())

    def under_way(self, order: str) -> None:
        """This order is worked on now; empty: none."""
        if order != self._order:
            self._order = order
            self._say(words.UnderWay(order))

    async def stop(self) -> None:
        """End, whatever the centre does; what was recorded last goes up if it answers at once."""
        self._is_ending = True
        child, life = self._child, self._life
        if child is None or life is None:
            return
        say(child, words.End())
        await asyncio.wait((life,), timeout=LAST_WORDS_S)
        if not life.done():
            log.warning("the uplink did not end in time; what was under way is known by the watermark")
            child.kill()
            await asyncio.wait((life,), timeout=LAST_WORDS_S)

    async def _live(self) -> None:
        """One life of the process; its end is raised, so that it is started again."""
        wires = self._wired()
        await asyncio.sleep(self._pause_s())
        if self._is_ending:
            return
        child = await wires.start()
        self._child, self._heard_ns = child, self._now_ns()  # the silence of the one before it is not its own
        began_ns = self._heard_ns
        try:
            say(child, wires.begin)
            say(child, words.UnderWay(self._order))
            while (message := await hear(child)) is not None:
                self._heard_ns = self._now_ns()
                self._take(child, message)
        except BaseException:
            child.kill()
            raise
        finally:
            self._child = None
            child.said.close()
        code = await self._ended(child)
        is_short = self._now_ns() - began_ns < SHORT_LIFE_NS
        self._short_lives = self._short_lives + 1 if is_short else 0
        if not self._is_ending:
            raise UplinkEndedError(f"it ended with {code}")

    def _pause_s(self) -> float:
        """One that dies as soon as it is started is started less and less often."""
        return min(2.0 ** (self._short_lives - 1), LONGEST_PAUSE_S) if self._short_lives > 1 else 0.0

    def _take(self, child: Child, message: Any) -> None:
        wires = self._wired()
        match message:
            case words.Stands(sync):
                self._told = sync
                wires.put(CentreStands(sync))
            case words.ClockRead(offset_us, within_us):
                wires.put(ClockMeasured(offset_us, within_us))
            case words.Fetched(number, entries):
                self._tasks.start("uplink: news", self._keep(child, number, wires.keeps.apply(entries)))
            case words.FetchedAnew(number, snapshot):
                self._tasks.start("uplink: snapshot", self._keep(child, number, wires.keeps.snapshot(snapshot)))
            case words.Shared(order, stations):
                wires.put(OrderShared(RecordId(order), stations))
            case words.Compared(number, days):
                self._tell_fault(DIFFERS, *((str(message.wrong), message.first) if message.wrong else ()))
                self._tasks.start("uplink: days", self._keep(child, number, wires.keeps.note_days(days)))
            case words.SignalsArrived(block, curve):
                wires.keeps.centre_has(SignalsSent(block, curve))
            case words.Exported(reason):
                self._tell_fault(EXPORT_FAILED, *((reason,) if reason else ()))
            case _:
                pass

    async def _keep(self, child: Child, number: int, kept: Future[Any]) -> None:
        """Answer once the recorder has it, or why it has not; nobody waits for that but the uplink."""
        written = asyncio.wrap_future(kept)
        await asyncio.wait((written,))
        error = written.exception()
        if error is not None:
            say(child, words.Applied(number, str(error) or repr(error), is_feed_bad=isinstance(error, FeedError)))
            return
        if written.result():
            self._wired().put(Learned(written.result()))
        say(child, words.Applied(number))

    def _tell_fault(self, code: str, *args: str) -> None:
        """Raise this alarm with what it says; without anything to say it is over."""
        wires = self._wired()
        if args:
            at = wires.clock.moment().wall
            wires.put(Faulty(AlarmView(source=NAME, code=code, priority="high", came_at=at, args=args)))
        else:
            wires.put(Well(NAME, code))

    async def _watch(self) -> None:
        """Ask it every second whether it is there; while it is not, say so."""
        while not self._is_ending:
            self._say(words.Ping())
            await asyncio.sleep(PING_S)
            silent_ns = self._now_ns() - self._heard_ns
            if silent_ns > SILENT_NS:
                await self._tell_silent()
            child = self._child
            if child is not None and silent_ns > STUCK_NS:
                log.error("the uplink has not answered for %.0f s and is ended", silent_ns / 1e9)
                self._heard_ns = self._now_ns()
                child.kill()

    async def _tell_silent(self) -> None:
        """The centre is out of reach; what is here is counted in a thread, from one look at the record."""
        wires = self._wired()
        with suppress(RecordError):
            sync = await asyncio.to_thread(_counted, self._told, Path(wires.begin.folder))
            wires.put(CentreStands(sync))

    async def _ended(self, child: Child) -> int:
        """It said its last; wait for its end, not for ever. Its exit code."""
        try:
            async with asyncio.timeout(LAST_WORDS_S):
                return await child.ended()
        except TimeoutError:
            child.kill()
            return await child.ended()

    def _say(self, message: words.ToUplink) -> None:
        if self._child is not None:
            say(self._child, message)

    def _now_ns(self) -> Monotonic:
        return self._wired().clock.moment().mono

    def _wired(self) -> Wires:
        assert self._wires is not None, "only used with a centre"
        return self._wires


def _counted(told: SyncTopic, folder: Path) -> SyncTopic:
    """What was told last, away now, with what is in the record by now."""
    away = replace(told, state="offline", reason_code=SILENT, reason_args=(), next_try_ns=None)
    return balanced(away, Reader(folder), read_acknowledged(folder))
