"""The engine's process: builds its parts, wires them, and stops them in the order that loses nothing."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from importlib.metadata import version

from drivers.driver import Driver
from hmi import logs, platform
from hmi.channel.hub import Hub
from hmi.channel.messages import Hello, StoreGeneration
from hmi.channel.server import ChannelServer
from hmi.clock import Clock, Monotonic, SystemClock, new_id
from hmi.engine.acquisition import Acquisition, Outlets
from hmi.engine.alarm_answers import AlarmAnswers
from hmi.engine.backups import MINUTE_US, BackupKeeper, place_of
from hmi.engine.desk import StationDesk
from hmi.engine.heartbeat import Heartbeat, Life, heartbeat_tag
from hmi.engine.inputs import Ending, Faulty, Heard, HeartbeatPaused, Well
from hmi.engine.letting_go import LettingGo
from hmi.engine.machine_writes import MachineWrites
from hmi.engine.notices import Publisher
from hmi.engine.recorder import Hears, Recorder
from hmi.engine.runner import Runner, Surroundings, UnreadableRecordError
from hmi.engine.uplink_messages import Begin
from hmi.engine.uplink_ward import UplinkWard, Wires, keeps_of
from hmi.engine.waveforms import RawKeeper
from hmi.messages import Words
from hmi.settings import Settings
from hmi.station.decision import Errand
from hmi.station.setup import Setup
from hmi.station.topics import AlarmView
from hmi.tasks import Supervisor
from station_db.errors import StoreError
from station_db.notices import DISK_ALMOST_FULL, DISK_FULL
from station_db.reader import Reader
from station_db.reserve import RESERVE_BYTES
from station_db.store import Store

log = logging.getLogger(__name__)

BEGIN_PATIENCE_S = 2.0
"""A screen is let in after so long even if the record can't be written: it then says so."""
END_PATIENCE_S = 3.0
GIVE_WAY_S = 0.0005
"""A thread that computes lets the loop have its turn after so long (Python's default is ten times that).

A poll takes several turns, and while the writer is busy it would wait for each of them.
"""
SELF = "engine"
CORE = "core"
DIED = "engine.process_died"
FRAMES_LOST = "engine.frames_lost"
PASSING = {DISK_ALMOST_FULL, DISK_FULL}
"""What the store says only as long as it is so."""


class EngineStartError(Exception):
    """The engine can't run; `words` say what is wrong and what a person can do."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.in_english())
        self.words = words


async def run_engine(
    settings: Settings, drivers: Mapping[str, Driver], *, seconds: float | None = None, child: bool = False
) -> None:
    """Record until told to end: by a signal, after `seconds`, as a `child` by its closed standard input.

    `drivers` holds each machine's by its id. Raises `EngineStartError`.
    """
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    platform.on_end_signals(loop, ended.set)
    if child:
        platform.watch_stdin(partial(_call_on, loop, ended.set))
    engine = Engine(settings, drivers)
    _keep_punctual()
    await engine.start()
    logs.begin(settings.folder, SELF)
    logs.hear_loop(loop)
    log.info("the engine of %s records", settings.id)
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await ended.wait()
    finally:
        await engine.stop()
        log.info("the engine of %s ended", settings.id)


def _keep_punctual() -> None:
    """Keep the threads and the collector of this process from making the polls late."""
    sys.setswitchinterval(GIVE_WAY_S)
    # What was imported stays for good: a collection that walks it all stops every thread for tens of milliseconds.
    gc.collect()
    gc.freeze()


class Engine:
    """All that runs in the engine's process. `start` builds, `stop` ends; `hub` is where a screen comes in."""

    def __init__(self, settings: Settings, drivers: Mapping[str, Driver], *, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._drivers = drivers
        self._version = version("lineside")
        self._tasks = Supervisor(self._told)
        self._recorder = Recorder(self._open_store, self._clock, Hears(self._saved, self._lost, self._frames_kept))
        self._writes = MachineWrites({machine.id: machine for machine in settings.machines}, self._drivers)
        self._raw = RawKeeper(settings.machines, self._recorder.keep_waveform, self._clock)
        self._generation = 0
        self._uplink = UplinkWard(self._wires(), self._tasks)
        self.hub, self._publisher, self._runner = self._core()
        self._server = ChannelServer(self.hub, self._tasks)
        self._acquisition: Acquisition | None = None
        self._address = ""

    async def start(self) -> None:
        """Open the store, begin the core, hear the machines, let screens in. Raises `EngineStartError`."""
        last_frame = await self._open_record()
        outlets = Outlets(self._runner.put, self.hub.live, self._recorder.keep_frame, self._raw.hear)
        self._acquisition = Acquisition(self._settings.machines, self._drivers, self._clock, outlets, last_frame)
        await self._begin_core()
        self._follow_machines(self._acquisition)
        self._uplink.start()
        self._keep_backups()
        self._let_go()
        await self._listen()

    async def _open_record(self) -> int:
        """The number of the last frame in it."""
        try:
            last_frame = await self._recorder.open()
        except Exception as error:
            raise self._cannot_read(error) from error
        self._note_store()
        return last_frame

    async def _begin_core(self) -> None:
        self._tasks.keep(CORE, self._runner.run)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(BEGIN_PATIENCE_S):
                    await self._runner.began()
        except UnreadableRecordError as error:
            await self._tasks.close()
            await self._recorder.close()
            raise self._cannot_read(error.cause) from error

    def _cannot_read(self, error: Exception) -> EngineStartError:
        """Damage inside a file that opens may end in anything."""
        if isinstance(error, StoreError):
            return EngineStartError(Words("engine.store", (str(error.path), error.reason, error.remedy)))
        return EngineStartError(Words("engine.record_unreadable", (str(self._settings.folder), repr(error))))

    async def stop(self) -> None:
        """Machines, core, record, screens: nothing that was said is lost."""
        for driver in self._drivers.values():
            await driver.close()
        ended = asyncio.Event()
        self._runner.put(Ending(ended.set))
        with suppress(TimeoutError):
            async with asyncio.timeout(END_PATIENCE_S):
                await ended.wait()
        await self._uplink.stop()
        self._server.close()
        await self._tasks.close()
        await self._raw.close()
        await self._recorder.close()
        if self._address:
            platform.remove_address(self._address)

    def _core(self) -> tuple[Hub, Publisher, Runner]:
        """The core's runner and its way to the screens, which need each other."""
        desk = StationDesk(self._tasks, self._clock)
        hub = Hub(desk, Hello(self._settings.id, app_version=self._version))
        publisher = Publisher(hub)
        around = Surroundings(
            recorder=self._recorder,
            publisher=publisher,
            tasks=self._tasks,
            clock=self._clock,
            resume=lambda: Reader(self._settings.folder).resume(),
            present=self._present,
            write=self._writes.perform,
            answer_alarm=AlarmAnswers(self._drivers).tell,
            committed=self._raw.committed,
            errand=self._errand,
            under_way=self._uplink.under_way,
        )
        runner = Runner(_setup(self._settings, self._version), around)
        desk.serve(runner)
        return hub, publisher, runner

    def _wires(self) -> Wires | None:
        centre = self._settings.centre
        if centre is None:
            return None
        folder = str(self._settings.folder)
        begin = Begin(self._settings.id, folder, centre.url, centre.password, self._version)
        keeps = keeps_of(self._recorder, self._clock)
        return Wires(begin, keeps, lambda told: self._runner.put(told), self._clock)  # the runner is made later

    def _follow_machines(self, acquisition: Acquisition) -> None:
        for machine in self._settings.machines:
            self._tasks.keep(f"machine {machine.id}", partial(acquisition.follow, machine.id))
            tag = heartbeat_tag(machine)
            if tag is not None:
                paused = partial(self._runner.put, HeartbeatPaused(machine.id))
                life = Life(partial(acquisition.is_live, machine.id), self._proved_ns, paused)
                self._tasks.keep(f"heartbeat {machine.id}", Heartbeat(tag, self._drivers[machine.id], self._clock, life).beat)
        self._tasks.keep("pulse", acquisition.pulse)
        if any(machine.waveforms for machine in self._settings.machines):
            self._tasks.keep("waveforms", self._raw.run)

    def _keep_backups(self) -> None:
        if self._settings.backup is not None:
            keeper = BackupKeeper(self._settings, self._settings.backup, self._clock, self._runner.put)
            self._tasks.keep("backups", keeper.run)

    def _let_go(self) -> None:
        """Of what the centre holds, where the station's file asks for it."""
        settings = self._settings
        if settings.retention is not None and settings.centre is not None:
            self._tasks.keep("retention", LettingGo(settings.folder, settings.retention, self._recorder, self._clock).run)

    def _proved_ns(self) -> Monotonic:
        """When both the core and the record last were well."""
        return min(self._runner.lived_ns, self._recorder.proved_ns)

    async def _listen(self) -> None:
        try:
            address = platform.channel_address(self._settings.folder, self._settings.id)
            platform.prepare_address(address)
            await self._server.open(address)
        except (platform.PlatformError, OSError) as error:
            await self.stop()
            raise EngineStartError(Words("engine.address", (str(self._settings.folder), str(error)))) from error
        self._address = address

    def _open_store(self) -> Store:
        now = self._clock.moment()
        return Store.open(
            self._settings.folder,
            self._settings.id,
            at=now.wall,
            app_version=self._version,
            new_id=new_id,
            reserve_bytes=RESERVE_BYTES,
            signal_budget_bytes=self._settings.signal_budget_mb * 1024**2,
            backups=place_of(self._settings),
            witness=platform.state_folder(),
        )

    def _present(self) -> list[Heard]:
        return [] if self._acquisition is None else self._acquisition.present()

    def _saved(self) -> None:
        self._uplink.recorded()
        self._note_store()

    def _errand(self, errand: Errand) -> None:
        """What the core wants done beside writing to machines."""
        match errand:
            case Errand.RETRY_SYNC:
                self._uplink.try_now()
            case Errand.EXPORT_ASIDE:
                self._uplink.export_aside()

    def _lost(self, reason: str) -> None:
        self._runner.lost(reason)

    def _frames_kept(self, reason: str | None) -> None:
        if reason is None:
            self._publisher.went(FRAMES_LOST)
        else:
            self._publisher.came(FRAMES_LOST, self._clock.moment().wall, reason)
        self._note_store()

    def _note_store(self) -> None:
        """Say what the store wants said, and that its files are others than before."""
        notices = self._recorder.notices
        for code in PASSING - {notice.code for notice in notices}:
            self._publisher.went(code)
        for notice in notices:
            self._publisher.came(notice.code, self._clock.moment().wall, *notice.args, priority="low")
        if self._recorder.generation != self._generation:
            self._generation = self._recorder.generation
            self.hub.opened(StoreGeneration(self._generation, str(self._settings.folder)))

    def _told(self, name: str, error: BaseException | None) -> None:
        """A long task died, or runs well again."""
        source = f"{SELF}:{name}"
        if name == CORE:
            self._told_of_core(error)
        elif error is None:
            self._runner.put(Well(source, DIED))
        else:
            alarm = AlarmView(source=source, code=DIED, priority="high", came_at=self._clock.moment().wall, args=(name,))
            self._runner.put(Faulty(alarm))

    def _told_of_core(self, error: BaseException | None) -> None:
        """A core that can't begin can't raise its own alarm."""
        if error is None:
            self._publisher.went(DIED)
        else:
            self._publisher.came(DIED, self._clock.moment().wall, CORE, priority="critical")


def _setup(settings: Settings, app_version: str) -> Setup:
    return Setup(
        id=settings.id,
        name=settings.name,
        area=settings.area,
        zone=settings.zone,
        machines=settings.machines,
        has_centre=settings.centre is not None,
        version=app_version,
        backup_every_us=0 if settings.backup is None else settings.backup.every_min * MINUTE_US,
    )


def _call_on(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop is closed: we end already
        loop.call_soon_threadsafe(callback)
