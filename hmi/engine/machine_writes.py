"""Writes to machines: each once, then read back. What can't be told is unknown, never tried again."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping

from drivers.driver import Driver, DriverError, UnreachableError, WriteRefusedError
from drivers.tag import Tag, Value
from hmi.settings import Machine
from hmi.station.decision import WriteOrder, WriteResult
from hmi.station.setpoints import is_same
from station_db.records.base import RecordId
from station_db.records.equipment import WriteState

log = logging.getLogger(__name__)

DEADLINE_S = 5.0
READ_BACK_S = 1.0
"""A machine that takes a value over later than this has not confirmed it."""
READ_AGAIN_S = 0.1


class MachineWrites:
    """One write a machine at a time, in the order they were asked."""

    def __init__(
        self,
        machines: Mapping[str, Machine],
        drivers: Mapping[str, Driver],
        deadline_s: float = DEADLINE_S,
        read_back_s: float = READ_BACK_S,
    ) -> None:
        self._tags = {(machine.id, tag.name): tag for machine in machines.values() for tag in machine.tags}
        self._drivers = drivers
        self._deadline_s = deadline_s
        self._read_back_s = read_back_s
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._begun: set[RecordId] = set()

    async def perform(self, order: WriteOrder) -> WriteResult:
        """Write, read back, and say what is true. An order that was begun before is unknown and not sent again."""
        if order.id in self._begun:
            return WriteResult(order.id, WriteState.UNKNOWN, "it was begun before")
        self._begun.add(order.id)
        async with self._turns[order.machine]:
            try:
                async with asyncio.timeout(self._deadline_s):
                    return await self._write(order, self._tags[order.machine, order.tag], self._drivers[order.machine])
            except TimeoutError:
                return WriteResult(order.id, WriteState.UNKNOWN, "the machine did not answer in time")
            except Exception as error:
                # An outside driver may raise anything; what then happened to the machine nobody knows.
                log.exception("a write to %s.%s failed", order.machine, order.tag)
                return WriteResult(order.id, WriteState.UNKNOWN, str(error))

    async def _write(self, order: WriteOrder, tag: Tag, driver: Driver) -> WriteResult:
        try:
            await driver.write(tag, _value(tag, order.value))
        except (WriteRefusedError, UnreachableError) as error:
            return WriteResult(order.id, WriteState.REFUSED, error.reason)
        except DriverError as error:
            log.warning("a write to %s.%s is unknown: %s", order.machine, tag.name, error.reason)
            return WriteResult(order.id, WriteState.UNKNOWN, error.reason)
        return await self._read_back(order, tag, driver)

    async def _read_back(self, order: WriteOrder, tag: Tag, driver: Driver) -> WriteResult:
        """Look until the machine says the value, at most a second: a program takes it over with its own scan."""
        clock = asyncio.get_running_loop().time
        until = clock() + self._read_back_s
        while True:
            try:
                (found,) = await driver.read([tag])
            except DriverError as error:
                return WriteResult(order.id, WriteState.UNKNOWN, f"it could not be read back: {error.reason}")
            if _is_same(tag, order.value, found):
                return WriteResult(order.id, WriteState.CONFIRMED)
            if clock() + READ_AGAIN_S > until:
                return WriteResult(order.id, WriteState.UNKNOWN, f"{found} was read back")
            await asyncio.sleep(READ_AGAIN_S)


def _value(tag: Tag, value: float) -> Value:
    """A whole number stays whole, so that large counters are exact."""
    return int(value) if tag.scale == 1.0 and value == int(value) else value


def _is_same(tag: Tag, asked: float, found: Value) -> bool:
    if found is None or isinstance(found, str):
        return False
    return is_same(tag, float(found), asked)
