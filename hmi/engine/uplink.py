"""The thread that talks to the centre: sends until nothing is unsent, fetches what is new, waits longer after each failure."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hmi.engine.acknowledged import keep_acknowledged, read_acknowledged
from hmi.engine.inputs import CentreStands, Input, Learned
from hmi.engine.recorder import NotSavedError, Recorder
from hmi.station.topics import SyncTopic
from hmi.tasks import Told
from station_db.errors import CommitFailedError, FeedError, RecordError
from station_db.feed import FeedCursor
from station_db.journal import FeedEntry
from station_db.reader import Reader
from station_db.sync.errors import CentreError, TransientCentreError

log = logging.getLogger(__name__)

APPLY_PATIENCE_S = 30.0
LAST_WORDS_S = 1.5
STOP_PATIENCE_S = 5.0
COUNT_EVERY_S = 1.0

UNREACHABLE = "engine.centre_unreachable"
REFUSED = "engine.centre_refused"
FEED_REMEDY = "Run `lineside verify` on the store and the centre."
NAME = "uplink"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between tries."""

    fetch_s: float = 5.0
    """Orders made at the centre are here after so long at most."""
    first_s: float = 1.0
    """After the first failure; it doubles with each further one."""
    longest_s: float = 60.0
    refused_s: float = 30.0
    """While the centre refuses us: a person has to do something first."""


class CentreDoor(Protocol):
    """An open connection to the centre. Everything raises `CentreError`; no step outlives its deadline."""

    def watermarks(self) -> Mapping[str, int]:
        """The last number of each of our epochs that the centre has."""
        ...

    def send(self, reader: Reader) -> int:
        """Send the next entries; returns how many, 0 when nothing is unsent."""
        ...

    def fetch(self, cursor: FeedCursor | None) -> Sequence[FeedEntry]:
        """The next entries of the centre for us; none when we have all."""
        ...

    def shut(self) -> None:
        """End it from any thread; whoever waits on it gets an error."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


@dataclass(frozen=True, slots=True)
class Wires:
    """What the uplink works with."""

    connect: Callable[[], CentreDoor]
    folder: Path
    """Where the store stands."""
    recorder: Recorder
    put: Callable[[Input], None]
    """Tells the core, on the loop."""
    told: Told
    """Hears, on the loop, what killed the uplink (it goes on by itself), and that it is well again."""
    pace: Pace = Pace()


class Uplink:
    """Without a centre (`wires` is None) it does nothing."""

    def __init__(self, wires: Wires | None) -> None:
        self._wires = wires
        self._thread = threading.Thread(target=self._live, name="uplink", daemon=True)
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._door: CentreDoor | None = None
        self._sent: Mapping[str, int] = {}
        self._told: SyncTopic | None = None
        self._fetch_due_s = 0.0
        self._failures = 0
        self._has_died = False

    def start(self) -> None:
        """Begin, on the engine's loop."""
        self._loop = asyncio.get_running_loop()
        if self._wires is not None:
            self._thread.start()

    def wake(self) -> None:
        """Something new was recorded."""
        self._awake.set()

    def stop(self) -> None:
        """End, whatever the centre does; what was recorded last goes up if it answers at once."""
        self._stopping.set()
        self._awake.set()
        if self._wires is None or not self._thread.is_alive():
            return
        self._thread.join(LAST_WORDS_S)
        door = self._door
        if self._thread.is_alive() and door is not None:
            door.shut()
        self._thread.join(STOP_PATIENCE_S)
        if self._thread.is_alive():
            log.warning("the uplink did not end in time; what was under way is known by the watermark")

    def _live(self) -> None:
        assert self._wires is not None, "only started with a centre"
        self._sent = read_acknowledged(self._wires.folder)
        while not self._stopping.is_set():
            try:
                self._serve(self._wires, Reader(self._wires.folder))
            except Exception as error:
                log.exception("the uplink died and will begin again")
                self._has_died = True
                self._on_loop(self._wires.told, NAME, error)
                self._stopping.wait(self._failed(error, self._wires.pace))
        self._say_last_words(self._wires)
        self._hang_up()

    def _say_last_words(self, wires: Wires) -> None:
        """The end of this run is a record too; a centre that does not take it now gets it next time."""
        if self._door is None or self._failures:
            return
        with suppress(CentreError, RecordError):
            if self._door.send(Reader(wires.folder)):
                self._acknowledge(self._door, wires)

    def _serve(self, wires: Wires, reader: Reader) -> None:
        while not self._stopping.is_set():
            pause_s, topic = self._try(wires, reader)
            if self._has_died:
                self._has_died = False
                self._on_loop(wires.told, NAME, None)
            self._wait(wires, reader, pause_s, topic)

    def _try(self, wires: Wires, reader: Reader) -> tuple[float, SyncTopic]:
        """Exchange all there is; returns how long to wait now, and how the centre stands."""
        try:
            self._exchange(wires, reader)
        except TransientCentreError as error:
            return self._failed(error, wires.pace), SyncTopic("offline", reason_code=UNREACHABLE)
        except CentreError as error:
            return self._refused(error, error.reason, error.remedy, wires)
        except FeedError as error:
            return self._refused(error, str(error), FEED_REMEDY, wires)
        except (NotSavedError, CommitFailedError, TimeoutError) as error:
            # It is our own disk that will not: the recorder says so, and what was fetched is fetched again.
            return self._failed(error, wires.pace), SyncTopic("sending")
        self._failures = 0
        return wires.pace.fetch_s, SyncTopic("synced")

    def _refused(self, error: Exception, reason: str, remedy: str, wires: Wires) -> tuple[float, SyncTopic]:
        self._failed(error, wires.pace)
        return wires.pace.refused_s, SyncTopic("refused", reason_code=REFUSED, reason_args=(reason, remedy))

    def _exchange(self, wires: Wires, reader: Reader) -> None:
        if self._door is None:
            self._door = wires.connect()
            self._fetch_due_s = 0.0
            self._acknowledge(self._door, wires)
        self._send(self._door, wires, reader)
        if time.monotonic() >= self._fetch_due_s:
            self._fetch(self._door, wires, reader)
            self._fetch_due_s = time.monotonic() + wires.pace.fetch_s
            self._told = None  # heard again: even what did not change is told anew

    def _send(self, door: CentreDoor, wires: Wires, reader: Reader) -> None:
        while not self._stopping.is_set() and door.send(reader):
            self._acknowledge(door, wires)
            self._tell(wires, reader, SyncTopic("sending"))

    def _acknowledge(self, door: CentreDoor, wires: Wires) -> None:
        sent = door.watermarks()
        if sent != self._sent:
            self._sent = sent
            keep_acknowledged(wires.folder, sent)

    def _fetch(self, door: CentreDoor, wires: Wires, reader: Reader) -> None:
        """What is new, until there is nothing; the empty answer is recorded too: the centre was heard."""
        while not self._stopping.is_set():
            entries = door.fetch(reader.feed_cursor())
            records = wires.recorder.apply(entries).result(APPLY_PATIENCE_S)
            if records:
                self._on_loop(wires.put, Learned(records))
            if not entries:
                return

    def _failed(self, error: Exception, pace: Pace) -> float:
        """Let go of the connection; returns how long to wait, a little different each time."""
        if not self._failures:
            log.warning("the centre: %s", error)
        self._failures += 1
        self._hang_up()
        pause = min(pace.first_s * 2 ** (self._failures - 1), pace.longest_s)
        return pause * random.uniform(0.75, 1.25)  # noqa: S311  # so that stations do not come back all at once

    def _wait(self, wires: Wires, reader: Reader, pause_s: float, topic: SyncTopic) -> None:
        """Until the next try, counting what gathers here; while the centre is well a new record ends the wait."""
        until = time.monotonic() + pause_s
        while (left := until - time.monotonic()) > 0 and not self._stopping.is_set():
            self._tell(wires, reader, topic)
            ended = self._stopping if self._failures else self._awake
            if ended.wait(min(left, COUNT_EVERY_S)):
                break
        self._awake.clear()

    def _tell(self, wires: Wires, reader: Reader, topic: SyncTopic) -> None:
        backlog = reader.unsent(self._sent)
        state = "sending" if topic.state == "synced" and backlog.entries else topic.state
        now = SyncTopic(state, backlog.entries, backlog.oldest_at, topic.reason_code, topic.reason_args)
        if now != self._told:
            self._told = now
            self._on_loop(wires.put, CentreStands(now))

    def _hang_up(self) -> None:
        door, self._door = self._door, None
        if door is not None:
            door.close()

    def _on_loop(self, callback: Callable[..., None], *args: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: we end already
            self._loop.call_soon_threadsafe(callback, *args)
