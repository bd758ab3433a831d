"""An uplink on the bench: the real loop in a thread, the real pipe, the real recorder, and a centre in memory behind its door."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from hmi.clock import SystemClock, new_id
from hmi.engine.acknowledged import Acknowledged
from hmi.engine.inputs import CentreStands
from hmi.engine.recorder import Hears, Recorder
from hmi.engine.uplink import Uplink
from hmi.engine.uplink_door import ClockOffset, Comparison
from hmi.engine.uplink_line import Line, pipe_of
from hmi.engine.uplink_messages import Begin, Pace
from hmi.engine.uplink_ward import UplinkWard, Wires, keeps_of
from hmi.station.topics import SetAsideView
from hmi.tasks import BackOff, Supervisor
from station_db.records.changes import Changes, Entry
from station_db.records.equipment import EngineRun
from station_db.store import Store

CLOCK = SystemClock()
QUICK = Pace(fetch_s=0.05, first_s=0.01, longest_s=0.05, refused_s=0.02)


class MemoryCentre:
    """Both the centre and the open door to it. It keeps what it is given and does what the test says."""

    shown = "memory"

    def __init__(self) -> None:
        self.entries, self.trouble, self.closed, self.connects, self.fetches = [], None, 0, 0, 0
        self.aside, self.retried, self.offset = (), 0, ClockOffset()
        self.signals, self.order, self.feed = [], [], []
        self.exports, self.full_disk = [], None
        self.gate = threading.Event()
        self.gate.set()

    def connect(self) -> MemoryCentre:
        self.connects += 1
        self._trouble()
        return self

    def _trouble(self) -> None:
        if self.trouble is not None:
            raise self.trouble

    def acknowledged(self, reader) -> Acknowledged:
        return Acknowledged({entry.epoch: entry.seq for entry in self.entries}, len(self.aside))

    def send(self, reader, said) -> int:
        self.gate.wait(4)
        self._trouble()
        position = reader.position()
        new = reader.journal_after(position.epoch, self.acknowledged(reader).marks.get(position.epoch, 0), 2)
        self.entries += new
        self.order += ["record"] * len(new)
        return len(new)

    def fetch(self, cursor):
        self._trouble()
        self.fetches += 1
        return self.feed.pop(0) if self.feed else ()

    def snapshot(self, cursor):
        return None

    def others_on(self, order):
        return ("ST-050",)

    def clock(self) -> ClockOffset:
        return self.offset

    def set_aside(self):
        return tuple(SetAsideView(f"e/{number}", "cycle.9", "no such column", 1) for number in self.aside)

    def retry_aside(self) -> int:
        self.retried, self.aside = len(self.aside), ()
        return self.retried

    def export_aside(self, path) -> None:
        if self.full_disk is not None:
            raise self.full_disk
        self.exports.append((path, self.aside))

    def compare(self, reader) -> Comparison:
        self.order.append("days")
        return Comparison()

    def send_signals(self, reader) -> int:
        if not self.signals:
            return 0
        self.order.append(self.signals.pop(0))
        return 1

    def signals_sent(self, reader) -> dict[str, int]:
        return {"block": self.order.count("signal")}

    def shut(self) -> None:
        self.gate.set()

    def close(self) -> None:
        self.closed += 1


class ThreadChild:
    """The uplink's loop in a thread at one end of a socket; what kills a process ends the socket here."""

    def __init__(self, centre, heard, said, theirs) -> None:
        self.heard, self.said = heard, said
        self._centre, self._theirs = centre, theirs
        self._moves = threading.Event()
        self._moves.set()
        self._code = asyncio.get_running_loop().create_future()
        self._loop = asyncio.get_running_loop()
        self.thread = threading.Thread(target=self._live, name="uplink", daemon=True)
        self.thread.start()

    async def ended(self) -> int:
        return await asyncio.shield(self._code)

    def kill(self) -> None:
        self.goes_on()
        with suppress(OSError):  # it has ended already
            self._theirs.shutdown(socket.SHUT_RDWR)

    def stands_still(self) -> None:
        """Say nothing more, as a stopped process."""
        self._moves.clear()

    def goes_on(self) -> None:
        """Speak again."""
        self._moves.set()

    def _write(self, pipe, data) -> None:
        self._moves.wait(4)
        pipe.write(data)

    def _live(self) -> None:
        code = 1
        try:
            pipe = pipe_of(self._theirs.fileno(), self._theirs.fileno())
            line = Line(replace(pipe, write=lambda data: self._write(pipe, data)))
            begin = line.begin()
            if begin is not None:
                Uplink(begin, line, self._centre.connect).run()
            code = 0
        except RuntimeError:
            code = 1
        finally:
            self._theirs.close()
            self._loop.call_soon_threadsafe(self._code.set_result, code)


def starting(centre, started):
    """How the ward starts an uplink that talks to `centre`; each is added to `started`."""

    async def start() -> ThreadChild:
        ours, theirs = socket.socketpair()
        heard, said = await asyncio.open_connection(sock=ours)
        started.append(ThreadChild(centre, heard, said, theirs))
        return started[-1]

    return start


class Bench:
    """The ward with all it told, and the recorder beside it."""

    def __init__(self, folder, centre, pace=QUICK, clock=CLOCK, start=None) -> None:
        self.told, self.inputs, self.deaths, self.children = [], [], [], []
        self._changed = asyncio.Event()
        self.tasks = Supervisor(self._hear_death, BackOff(first_s=0.01, longest_s=0.02, well_s=0.1))
        self.recorder = Recorder(lambda: self._open(folder), CLOCK, Hears(self._saved, lambda _: None, lambda _: None))
        begin = Begin("ST-040", str(folder), "memory", "", "test", pace)
        keeps = keeps_of(self.recorder, clock)
        start = start or starting(centre, self.children)
        self.ward = UplinkWard(Wires(begin, keeps, self._put, clock, start), self.tasks)

    async def until(self, claim):
        """Wait for a picture of the centre, from now on, that is as claimed."""
        self.told.clear()
        while not (self.told and claim(self.told[-1])):
            await self._turn()
        return self.told[-1]

    async def fact(self, claim):
        """Wait until something is so; looked at whenever anything was told."""
        while not claim():
            await self._turn()

    def record(self, how_many: int) -> None:
        for number in range(how_many):
            run = EngineRun(id=new_id(), version=str(number), started_at=CLOCK.moment().wall)
            self.recorder.save(Changes((Entry(run, "station"),)), lambda: None)

    def _open(self, folder) -> Store:
        return Store.open(folder, "ST-040", at=CLOCK.moment().wall, app_version="test", new_id=new_id)

    def _saved(self) -> None:
        self.ward.recorded()

    async def _turn(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _put(self, told) -> None:
        self.inputs.append(told)
        if isinstance(told, CentreStands):
            self.told.append(replace(told.sync, next_try_ns=None))
        self._changed.set()

    def _hear_death(self, _name, error) -> None:
        self.deaths.append(error)
        self._changed.set()


@asynccontextmanager
async def linked(folder, centre, pace=QUICK, clock=CLOCK, start=None):
    """A ward with a recorder on `folder`, its uplink at `centre`; ended orderly."""
    bench = Bench(folder, centre, pace, clock, start)
    await bench.recorder.open()
    bench.ward.start()
    try:
        yield bench
    finally:
        await bench.ward.stop()
        await bench.tasks.close()
        await bench.recorder.close()


def is_synced(sync) -> bool:
    return sync.state == "synced" and sync.records_here == 0
