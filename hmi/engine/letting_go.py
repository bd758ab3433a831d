"""Lets old records go that the centre has proven to hold, an hour's look at a time and in pieces that nobody waits for."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from hmi.clock import Clock
from hmi.engine.acknowledged import read_acknowledged
from hmi.engine.recorder import NotSavedError, Recorder
from station_db.errors import RecordError
from station_db.records.base import Instant
from station_db.retention import Retention

log = logging.getLogger(__name__)

LOOK_EVERY_S = 3600.0
GIVE_WAY_S = 0.25
"""Between two pieces, so that the writer is free for records."""


class LettingGo:
    """`run` lives as long as the engine; only a station with a centre has one."""

    def __init__(self, folder: Path, retention: Retention, recorder: Recorder, clock: Clock) -> None:
        self._folder = folder
        self._retention = retention
        self._recorder = recorder
        self._clock = clock

    async def run(self, look_every_s: float = LOOK_EVERY_S) -> None:
        """For ever: wait, so that a start is never slowed, then let go of what may go."""
        while True:
            await asyncio.sleep(look_every_s)
            try:
                gone = await self.let_go()
            except (NotSavedError, RecordError) as error:
                log.warning("old records stay for now: %s", error)
                continue
            if gone:
                log.info("%s entries that the centre holds were let go", gone)

    async def let_go(self) -> int:
        """All that may go now; how many entries. Raises `NotSavedError` or `RecordError`; what went until then is gone."""
        gone = 0
        while piece := await asyncio.wrap_future(self._recorder.do(lambda store: store.prune(*self._asked()))):
            gone += piece
            await asyncio.sleep(GIVE_WAY_S)
        return gone

    def _asked(self) -> tuple[Retention, dict[str, int], Instant]:
        """The centre's watermarks are read anew each time: a smaller one than was known counts at once."""
        return self._retention, dict(read_acknowledged(self._folder).marks), self._clock.moment().wall
