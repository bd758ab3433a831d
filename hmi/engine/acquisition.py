"""The one door for what machines say: to the screen as live blocks, to the record as frames, to the core as events."""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from drivers.driver import Driver
from drivers.reading import Batch, Event, Remark, Samples, Waveform
from drivers.tag import Purpose, Value
from hmi.channel.facts import LiveValues, Pulse
from hmi.channel.outbox import Live
from hmi.clock import Clock
from hmi.engine.curves import Curves
from hmi.engine.frames import FrameCutter
from hmi.engine.inputs import Heard
from hmi.engine.sources import Source
from hmi.settings import Machine
from hmi.station.cycles import CompletedCurve
from station_db.signals import Frame

log = logging.getLogger(__name__)

PULSE_S = 0.25


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where what comes in goes."""

    core: Callable[[Heard], None]
    live: Callable[[Live], None]
    frames: Callable[[Frame], None]
    waveforms: Callable[[Waveform | Batch], None]
    """High-rate samples, and the scans of their features."""


class Door:
    """What comes from one machine."""

    def __init__(self, machine: Machine, outlets: Outlets, frame_numbers: itertools.count[int]) -> None:
        self.source = Source(machine)
        self._outlets = outlets
        self._curves = Curves()
        self._frames = FrameCutter(machine, frame_numbers)
        self._features = frozenset(channel.name for channel in machine.waveforms)
        numbers = [tag.name for tag in machine.tags if tag.purpose is Purpose.CYCLE]
        self._cycle_tag = numbers[0] if numbers else None
        self._cycle: Value = None
        self._last_curve: Mapping[int, CompletedCurve] = {}

    def take(self, event: Event) -> None:
        """Hand one event on, in the order it came."""
        if isinstance(event, Batch) and event.group in self._features:
            self._outlets.waveforms(event)
        if isinstance(event, Batch) and event.is_past:
            self._keep_frame(event)
            return
        self.source.hear(event)
        match event:
            case Samples():
                self._outlets.live(self._curves.add(event))
                return
            case Waveform():
                self._outlets.waveforms(event)
                return
            case Batch():
                self._outlets.live(_live(event))
                self._keep_frame(event)
                self._complete(event)
            case Remark():
                _log_remark(event)
            case _:
                pass
        self._outlets.core(Heard(event, self._last_curve))

    def present(self) -> list[Heard]:
        """What a core that begins anew must hear to know the machine as it is now."""
        return [Heard(event, self._last_curve) for event in self.source.present()]

    def _keep_frame(self, batch: Batch) -> None:
        frame = self._frames.cut(batch)
        if frame is not None:
            self._outlets.frames(frame)

    def _complete(self, batch: Batch) -> None:
        """A new number of the last cycle: its curve is whole, and stays at hand until the next one's is."""
        if self._cycle_tag not in batch.tags:
            return
        cycle = batch.values[batch.tags.index(self._cycle_tag)]
        if cycle is not None and not isinstance(cycle, str) and cycle != self._cycle:
            self._cycle = cycle
            self._last_curve = self._curves.take(int(cycle))


class Acquisition:
    """The doors of all machines."""

    def __init__(
        self, machines: Sequence[Machine], drivers: Mapping[str, Driver], clock: Clock, outlets: Outlets, last_frame: int
    ) -> None:
        numbers = itertools.count(last_frame + 1)
        self._doors = {machine.id: Door(machine, outlets, numbers) for machine in machines}
        self._drivers = drivers
        self._clock = clock
        self._outlets = outlets

    async def follow(self, machine: str) -> None:
        """Take in what one machine says, until its driver is closed."""
        door = self._doors[machine]
        async for event in self._drivers[machine].events():
            door.take(event)

    async def pulse(self) -> None:
        """Say every 250 ms that the engine lives, and how old each source is."""
        while True:
            now = self._clock.moment().mono
            self._outlets.live(Pulse(now, tuple(door.source.age(now) for door in self._doors.values())))
            await asyncio.sleep(PULSE_S)

    def is_live(self, machine: str) -> bool:
        """Whether a machine is there now."""
        return self._doors[machine].source.is_live(self._clock.moment().mono)

    def present(self) -> list[Heard]:
        """What a core that begins anew must hear first."""
        return [heard for door in self._doors.values() for heard in door.present()]


def _log_remark(remark: Remark) -> None:
    log.info("%s: %s: %s", remark.device, remark.code, "over" if remark.is_over else remark.reason)


def _live(batch: Batch) -> LiveValues:
    """The numbers of a scan; a text is shown from the core's topics only."""
    said = [(tag, value) for tag, value in zip(batch.tags, batch.values, strict=True) if not isinstance(value, str)]
    return LiveValues(batch.device, batch.heard_ns, tuple(tag for tag, _ in said), tuple(_finite(value) for _, value in said))


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
