"""The station's heartbeat at each machine: it moves only while what the machine makes would be recorded."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from drivers.driver import Driver, DriverError
from drivers.tag import Purpose, Tag
from hmi.clock import Clock, Monotonic
from hmi.settings import Machine

log = logging.getLogger(__name__)

BEAT_S = 0.5
RECORD_YOUNG_NS = 2_000_000_000
WRAP = 1 << 15
"""Fits every integer type; what counts is that it moves."""


def heartbeat_tag(machine: Machine) -> Tag | None:
    """Where this machine wants to feel us; None where it does not."""
    return next((tag for tag in machine.tags if tag.purpose is Purpose.STATION_HEARTBEAT), None)


class Heartbeat:
    """Beats at one machine every 500 ms, while it is live and the last commit is younger than 2 s."""

    def __init__(
        self, tag: Tag, driver: Driver, clock: Clock, is_live: Callable[[], bool], proved: Callable[[], Monotonic]
    ) -> None:
        self._tag = tag
        self._driver = driver
        self._clock = clock
        self._is_live = is_live
        self._proved = proved

    async def beat(self) -> None:
        """For ever."""
        number, had_fault = 0, False
        while True:
            await asyncio.sleep(BEAT_S)
            if not self._may_beat():
                continue
            number = (number + 1) % WRAP
            try:
                await self._driver.write(self._tag, number)
                had_fault = False
            except DriverError as error:
                # The next beat comes anyway; a machine that feels none voids its permit by itself.
                if not had_fault:
                    log.warning("no heartbeat to %s: %s", error.device, error.reason)
                had_fault = True

    def _may_beat(self) -> bool:
        return self._is_live() and self._clock.moment().mono - self._proved() < RECORD_YOUNG_NS
