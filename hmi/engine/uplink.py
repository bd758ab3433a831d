"""The loop of the uplink's own process: visits the centre, says how it stands, waits longer after each failure.

It only reads the record. What it fetches goes to the engine over the pipe, whose recorder writes it; a bug ends the process
and the engine starts it again.
"""

from __future__ import annotations

import logging
import random
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from hmi.engine import uplink_messages as words
from hmi.engine.acknowledged import read_acknowledged
from hmi.engine.uplink_balance import balanced
from hmi.engine.uplink_door import CentreDoor, Connect
from hmi.engine.uplink_line import BadFeedError, Line, NotAppliedError
from hmi.engine.uplink_pauses import Pauses
from hmi.engine.uplink_visit import Visit
from hmi.station.topics import SyncTopic
from station_db.errors import RecordError
from station_db.reader import Reader
from station_db.sync.errors import CentreError, TransientCentreError

log = logging.getLogger(__name__)

COUNT_EVERY_S = 1.0
UNREACHABLE = "engine.centre_unreachable"
REFUSED = "engine.centre_refused"
FEED_REMEDY = "Run `lineside verify` on the store and the centre."


class Uplink:
    """Lives from the first message of its engine to the last."""

    def __init__(self, begin: words.Begin, line: Line, connect: Connect, chance: random.Random | None = None) -> None:
        self._line = line
        self._connect = connect
        self._reader = Reader(Path(begin.folder))
        self._visit = Visit(begin, line, self._reader, read_acknowledged(Path(begin.folder)), self._sending)
        self._pauses = Pauses(begin.pace, chance or random.Random())  # noqa: S311  # spreads tries, guards nothing
        self._door: CentreDoor | None = None
        self._told: SyncTopic | None = None

    def run(self) -> None:
        """Until the engine ends us or is gone. A bug comes out."""
        self._line.at_end = self._shut
        self._line.listen()
        try:
            while not self._line.has_ended:
                pause_s, topic = self._try()
                self._wait(pause_s, topic)
            self._say_last_words()
        finally:
            self._line.close()
            self._hang_up()

    def _try(self) -> tuple[float, SyncTopic]:
        """Exchange all there is; returns how long to wait now, and how the centre stands."""
        is_asked = self._line.take_retry()
        try:
            self._exchange(is_asked=is_asked)
        except TransientCentreError as error:
            self._failed(error)
            return self._pauses.after_loss_s(), SyncTopic("offline", reason_code=UNREACHABLE)
        except CentreError as error:
            return self._refused(error, error.reason, error.remedy)
        except BadFeedError as error:
            return self._refused(error, str(error), FEED_REMEDY)
        except NotAppliedError as error:
            # It is our own disk that will not: the recorder says so, and what was fetched is fetched again.
            self._failed(error)
            return self._pauses.after_loss_s(), SyncTopic("sending")
        self._pauses = self._pauses.well()
        self._told = None  # heard again: even what did not change is told anew
        return self._visit.due_in_s(), SyncTopic("synced")

    def _exchange(self, *, is_asked: bool) -> None:
        if self._door is None:
            self._door = self._connect()
            self._visit.arrive(self._door)
        self._visit.exchange(self._door, is_asked=is_asked)

    def _refused(self, error: Exception, reason: str, remedy: str) -> tuple[float, SyncTopic]:
        self._failed(error)
        return self._pauses.after_refusal_s(), SyncTopic("refused", reason_code=REFUSED, reason_args=(reason, remedy))

    def _failed(self, error: Exception) -> None:
        """Let go of the connection."""
        if isinstance(error, CentreError):
            self._visit.address = error.url
        if self._pauses.is_well and not self._line.has_ended:
            log.warning("the centre: %s", error)
        self._pauses = self._pauses.failed()
        self._hang_up()

    def _wait(self, pause_s: float, topic: SyncTopic) -> None:
        """Until the next try, counting what gathers here; a person ends the wait, and while all is well a new record."""
        until = time.monotonic() + pause_s
        while (left := until - time.monotonic()) > 0:
            again = None if self._pauses.is_well else time.monotonic_ns() + int(left * 1e9)
            self._tell(topic, again)
            if self._line.wait(min(left, COUNT_EVERY_S), for_records=self._pauses.is_well):
                return

    def _sending(self) -> None:
        self._tell(SyncTopic("sending"), None)

    def _tell(self, topic: SyncTopic, again_ns: int | None) -> None:
        now = balanced(self._visit.picture(topic), self._reader, self._visit.known)
        if now.state == "synced" and now.records_here:
            now = replace(now, state="sending")
        if now != self._told:
            self._told = now
            self._line.say(words.Stands(replace(now, next_try_ns=again_ns)))

    def _say_last_words(self) -> None:
        """The end of this run is a record too; a centre that does not take it now gets it next time."""
        if self._door is None or not self._pauses.is_well:
            return
        with suppress(CentreError, RecordError):
            self._visit.send(self._door, is_last=True)

    def _shut(self) -> None:
        door = self._door
        if door is not None:
            door.shut()

    def _hang_up(self) -> None:
        door, self._door = self._door, None
        if door is not None:
            door.close()
