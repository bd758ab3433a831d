"""Telling machines that a person saw their alarms: each once; what can't be told is unknown, never tried again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from drivers.driver import ConditionKeeper, Driver, DriverError, UnreachableError, WriteRefusedError
from hmi.station.decision import AlarmOrder, WriteResult
from station_db.records.equipment import WriteState

log = logging.getLogger(__name__)

DEADLINE_S = 5.0


class AlarmAnswers:
    """Hands an order to the driver of its machine, if that keeps conditions."""

    def __init__(self, drivers: Mapping[str, Driver], deadline_s: float = DEADLINE_S) -> None:
        self._drivers = drivers
        self._deadline_s = deadline_s

    async def tell(self, order: AlarmOrder) -> WriteResult:
        """Tell it, and say what came of that."""
        driver = self._drivers[order.machine]
        if not isinstance(driver, ConditionKeeper):
            return WriteResult(order.id, WriteState.REFUSED, "its driver can't")
        try:
            async with asyncio.timeout(self._deadline_s):
                await _tell(driver, order)
        except (WriteRefusedError, UnreachableError) as error:
            return WriteResult(order.id, WriteState.REFUSED, error.reason)
        except DriverError as error:
            return WriteResult(order.id, WriteState.UNKNOWN, error.reason)
        except TimeoutError:
            return WriteResult(order.id, WriteState.UNKNOWN, "the machine did not answer in time")
        except Exception as error:
            # An outside driver may raise anything; what then happened to the machine nobody knows.
            log.exception("telling %s of an alarm failed", order.machine)
            return WriteResult(order.id, WriteState.UNKNOWN, str(error))
        return WriteResult(order.id, WriteState.CONFIRMED)


async def _tell(keeper: ConditionKeeper, order: AlarmOrder) -> None:
    tell = keeper.confirm if order.is_confirmation else keeper.acknowledge
    await tell(order.condition, order.branch, order.comment)
