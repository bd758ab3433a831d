"""The station's heartbeat at each machine: it moves only while what the machine makes would be recorded."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from drivers.driver import Driver, DriverError
from drivers.tag import Purpose, Tag
from hmi.clock import Clock, Monotonic
from hmi.settings import Machine

log = logging.getLogger(__name__)

BEAT_S = 0.5
RECORD_YOUNG_NS = 2_000_000_000
PAUSE_NS = 1_500_000_000
"""A machine that felt no beat for so long may have voided its permit; it does after 2 s."""
WRAP = 1 << 15
"""Fits every integer type; what counts is that it moves."""


def heartbeat_tag(machine: Machine) -> Tag | None:
    """Where this machine wants to feel us; None where it does not."""
    return next((tag for tag in machine.tags if tag.purpose is Purpose.STATION_HEARTBEAT), None)


@dataclass(frozen=True, slots=True)
class Life:
    """What a heartbeat stands for, and who hears that it stood."""

    is_live: Callable[[], bool]
    """Whether the machine is there."""
    proved: Callable[[], Monotonic]
    """When core and record last were well."""
    paused: Callable[[], None]
    """Told when beats go on that stood so long that the machine may have voided its permit."""


class Heartbeat:
    """Beats at one machine every 500 ms, while it is live and core and record were well less than 2 s ago."""

    def __init__(self, tag: Tag, driver: Driver, clock: Clock, life: Life) -> None:
        self._tag = tag
        self._driver = driver
        self._clock = clock
        self._life = life
        self._felt_ns: Monotonic | None = None

    async def beat(self) -> None:
        """For ever."""
        number, had_fault = 0, False
        while True:
            await asyncio.sleep(BEAT_S)
            if not self._may_beat():
                continue
            number = (number + 1) % WRAP
            sent_ns = self._clock.moment().mono
            try:
                await self._driver.write(self._tag, number)
                had_fault = False
                self._felt(sent_ns)
            except DriverError as error:
                # The next beat comes anyway; a machine that feels none voids its permit by itself.
                if not had_fault:
                    log.warning("no heartbeat to %s: %s", error.device, error.reason)
                had_fault = True

    def _may_beat(self) -> bool:
        return self._life.is_live() and self._clock.moment().mono - self._life.proved() < RECORD_YOUNG_NS

    def _felt(self, sent_ns: Monotonic) -> None:
        """The machine has the beat that was sent then."""
        before, self._felt_ns = self._felt_ns, sent_ns
        if before is not None and self._clock.moment().mono - before > PAUSE_NS:
            self._life.paused()
