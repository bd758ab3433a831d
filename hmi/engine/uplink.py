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
from typing import Protocol

from hmi.engine.inputs import CentreStands, Input, Learned
from hmi.engine.recorder import NotSavedError, Recorder
from hmi.station.topics import SyncTopic
from station_db.errors import RecordError
from station_db.feed import FeedCursor
from station_db.journal import FeedEntry
from station_db.reader import Reader
from station_db.sync.errors import CentreError, TransientCentreError

log = logging.getLogger(__name__)

FETCH_EVERY_S = 5.0
"""Orders made at the centre are here after so long at most."""
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
REFUSED_PAUSE_S = 30.0
APPLY_PATIENCE_S = 30.0
STOP_PATIENCE_S = 5.0
COUNT_EVERY_S = 1.0

UNREACHABLE = "engine.centre_unreachable"
REFUSED = "engine.centre_refused"


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
        """Close it, from any thread; whoever waits on it gets an error."""
        ...


@dataclass(frozen=True, slots=True)
class Wires:
    """What the uplink works with."""

    connect: Callable[[], CentreDoor]
    reader: Callable[[], Reader]
    recorder: Recorder
    put: Callable[[Input], None]
    """Tells the core, on the loop."""


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

    def start(self) -> None:
        """Begin, on the engine's loop."""
        self._loop = asyncio.get_running_loop()
        if self._wires is not None:
            self._thread.start()

    def wake(self) -> None:
        """Something new was recorded."""
        self._awake.set()

    def stop(self) -> None:
        """End, whatever the centre does."""
        self._stopping.set()
        self._awake.set()
        if self._wires is None or not self._thread.is_alive():
            return
        self._shut()
        self._thread.join(STOP_PATIENCE_S)
        if self._thread.is_alive():
            log.warning("the uplink did not end in time; what was under way is known by the watermark")

    def _live(self) -> None:
        assert self._wires is not None, "only started with a centre"
        reader = self._wires.reader()
        while not self._stopping.is_set():
            pause_s, topic = self._try(self._wires, reader)
            self._wait(self._wires, reader, pause_s, topic)
        self._shut()

    def _try(self, wires: Wires, reader: Reader) -> tuple[float, SyncTopic]:
        """Exchange all there is; returns how long to wait now, and how the centre stands."""
        try:
            self._exchange(wires, reader)
        except TransientCentreError as error:
            return self._failed(error), SyncTopic("offline", reason_code=UNREACHABLE)
        except CentreError as error:
            self._failed(error)
            return REFUSED_PAUSE_S, SyncTopic("refused", reason_code=REFUSED, reason_args=(error.reason, error.remedy))
        except (NotSavedError, RecordError, TimeoutError) as error:
            # It is our own disk that will not: the recorder says so, and what was fetched is fetched again.
            return self._failed(error), SyncTopic("sending")
        self._failures = 0
        return FETCH_EVERY_S, SyncTopic("synced")

    def _exchange(self, wires: Wires, reader: Reader) -> None:
        if self._door is None:
            self._door = wires.connect()
            self._fetch_due_s = 0.0
        self._send(self._door, wires, reader)
        if time.monotonic() >= self._fetch_due_s:
            self._fetch(self._door, wires, reader)
            self._fetch_due_s = time.monotonic() + FETCH_EVERY_S
            self._told = None  # heard again: even what did not change is told anew

    def _send(self, door: CentreDoor, wires: Wires, reader: Reader) -> None:
        self._sent = door.watermarks()
        while not self._stopping.is_set() and door.send(reader):
            self._sent = door.watermarks()
            self._tell(wires, reader, SyncTopic("sending"))

    def _fetch(self, door: CentreDoor, wires: Wires, reader: Reader) -> None:
        """What is new, until there is nothing; the empty answer is recorded too: the centre was heard."""
        while not self._stopping.is_set():
            entries = door.fetch(reader.feed_cursor())
            records = wires.recorder.apply(entries).result(APPLY_PATIENCE_S)
            if records:
                self._on_loop(wires.put, Learned(records))
            if not entries:
                return

    def _failed(self, error: Exception) -> float:
        """Let go of the connection; returns how long to wait, a little different each time."""
        if not self._failures:
            log.warning("the centre: %s", error)
        self._failures += 1
        self._shut()
        pause = min(FIRST_PAUSE_S * 2 ** (self._failures - 1), LONGEST_PAUSE_S)
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

    def _shut(self) -> None:
        door, self._door = self._door, None
        if door is not None:
            door.shut()

    def _on_loop(self, put: Callable[[Input], None], told: Input) -> None:
        with suppress(RuntimeError):  # the loop is closed: we end already
            self._loop.call_soon_threadsafe(put, told)
