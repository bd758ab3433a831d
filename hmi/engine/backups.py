"""Makes a verified backup every so often, in a thread that gives way to the polls, and tells the core how it went."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

from hmi.clock import Clock, new_id
from hmi.engine.inputs import BackedUp, Input
from hmi.settings import BackupPlan, Settings
from station_db.backup import BackupMade, BackupPlace, back_up, backups, made_at
from station_db.errors import BackupFailedError
from station_db.journal import Position
from station_db.records.base import Digest, Instant
from station_db.records.keeping import Backup

log = logging.getLogger(__name__)

SETTLE_S = 60.0
"""A station that has just started has other things to do."""
AGAIN_S = 300.0
"""After a failure."""
GIVE_WAY_S = 0.005
"""Between two pieces of work, so that no poll is late for a backup."""
MINUTE_US = 60_000_000


def place_of(settings: Settings) -> BackupPlace | None:
    """Where a station's backups are."""
    plan = settings.backup
    return None if plan is None else BackupPlace(plan.folder, plan.secret, plan.keep)


class BackupKeeper:
    """`run` lives as long as the engine."""

    def __init__(self, settings: Settings, plan: BackupPlan, clock: Clock, put: Callable[[Input], None]) -> None:
        self._settings = settings
        self._place = BackupPlace(plan.folder, plan.secret, plan.keep)
        self._every_us = plan.every_min * MINUTE_US
        self._clock = clock
        self._put = put
        self._checked: Position | None = None
        self._ending = threading.Event()

    async def run(self) -> None:
        """For ever: when the newest backup is a period old, make one."""
        try:
            await asyncio.sleep(max(SETTLE_S, self._due_us() / 1e6))
            while True:
                is_good = await self._make()
                await asyncio.sleep(self._every_us / 1e6 if is_good else AGAIN_S)
        finally:
            self._ending.set()

    def _due_us(self) -> int:
        newest = next(iter(backups(self._place, self._settings.id)), None)
        if newest is None:
            return 0
        age_us = self._clock.moment().wall - made_at(newest)
        return self._every_us - age_us if age_us >= 0 else 0  # one from the future says only that a clock went wrong

    async def _make(self) -> bool:
        at = self._clock.moment().wall
        try:
            made = await asyncio.to_thread(self._back_up, at)
        except BackupFailedError as error:
            log.warning("no backup: %s", error)
            self._put(BackedUp(_failed(self._place, at, str(error))))
            return False
        self._checked = made.tip
        self._put(BackedUp(_good(made)))
        return True

    def _back_up(self, at: Instant) -> BackupMade:
        return back_up(self._settings.folder, self._place, self._settings.id, at, since=self._checked, pause=self._give_way)

    def _give_way(self) -> None:
        if self._ending.wait(GIVE_WAY_S):
            raise BackupFailedError("the station ends")


def _good(made: BackupMade) -> Backup:
    return Backup(
        id=new_id(),
        at=made.at,
        file=str(made.path),
        size_bytes=made.size_bytes,
        digest=made.digest,
        epoch=made.tip.epoch,
        seq=made.tip.seq,
        ok=True,
    )


def _failed(place: BackupPlace, at: Instant, reason: str) -> Backup:
    return Backup(
        id=new_id(), at=at, file=str(place.folder), size_bytes=0, digest=Digest(""), epoch="", seq=0, ok=False, reason=reason
    )
