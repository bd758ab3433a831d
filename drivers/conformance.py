"""Holds any driver against the promises of `drivers.driver`: for those who write one, and for our own.

`await broken_promises(create, setup, seconds)` runs a driver against its real machine (or a simulated one) and returns what it
did not keep, a sentence each; an empty list is what you want. The machine must be there and answer.
"""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from drivers.driver import DeviceSetup, Driver, DriverFactory, MachineSetupError, UnreachableError, WriteRefusedError
from drivers.reading import Batch, Event, LinkDown, LinkUp, Quality, Samples
from drivers.tag import DataType, Tag, Value

LIVENESS_S = 0.5
"""A machine that is there is heard at least this often."""
LATE_S = 0.25
"""What a busy computer may add to it."""
CLOSE_S = 1.0
NO_OPTION = "no_driver_has_this_option"


async def broken_promises(create: DriverFactory, setup: DeviceSetup, seconds: float = 2.0) -> list[str]:
    """Run a driver for so long; return each promise it broke as a sentence."""
    broken = list(_of_factory(create, setup))
    driver = create(setup)
    events: list[Event] = []
    async with asyncio.TaskGroup() as group:
        hearing = group.create_task(_hear(driver, events))
        await asyncio.sleep(seconds)
        heard = tuple(events)
        broken += [*_of_events(heard, setup), *_of_batches(heard, setup)]
        broken += [*await _of_read(driver, setup), *await _of_write(driver, setup)]
        broken += await _of_close(driver, setup, hearing)
    return broken


async def _hear(driver: Driver, events: list[Event]) -> None:
    async for event in driver.events():
        events.append(event)


def _of_factory(create: DriverFactory, setup: DeviceSetup) -> Iterator[str]:
    try:
        create(replace(setup, options={**setup.options, NO_OPTION: 1}))
    except MachineSetupError:
        return
    yield "an unknown option must be refused by MachineSetupError"


def _of_events(events: Sequence[Event], setup: DeviceSetup) -> Iterator[str]:
    if not events or not isinstance(events[0], LinkUp):
        yield f"the first event must be LinkUp, not {type(events[0]).__name__ if events else 'nothing'}"
        return
    if any(event.device != setup.device for event in events):
        yield f"every event must be of device '{setup.device}'"
    scans = [event.heard_ns for event in events if isinstance(event, Batch)]
    if scans != sorted(scans):
        yield "heard_ns must not go back from one batch to the next"
    if any(isinstance(event, LinkDown) for event in events):
        yield "the machine was there all the time, and LinkDown was told"
        return
    times = sorted(event.heard_ns for event in events)
    longest = max((late - early for early, late in itertools.pairwise(times)), default=0) / 1e9
    if longest > LIVENESS_S + LATE_S:
        yield f"the machine was not heard for {longest * 1000:.0f} ms; promised are {LIVENESS_S * 1000:.0f} ms"


def _of_batches(events: Sequence[Event], setup: DeviceSetup) -> Iterator[str]:
    tags = {tag.name: tag for tag in setup.tags}
    told: set[str] = set()
    for event in events:
        if isinstance(event, Batch):
            told.update(event.tags)
            yield from _of_batch(event, tags)
        elif isinstance(event, Samples) and len({len(column) for column in event.columns}) > 1:
            yield "the columns of Samples must be of one length"
    for name in sorted(tags.keys() - told):
        yield f"'{name}' was never told"


def _of_batch(batch: Batch, tags: dict[str, Tag]) -> Iterator[str]:
    sizes = {len(batch.tags), len(batch.values)}
    sizes |= {len(given) for given in (batch.qualities, batch.source_times) if given is not None}
    if len(sizes) > 1:
        yield f"tags, values, qualities and source times of a batch must be as many: {sorted(sizes)}"
        return
    qualities = batch.qualities or [Quality.GOOD] * len(batch.tags)
    for name, value, quality in zip(batch.tags, batch.values, qualities, strict=True):
        if name not in tags:
            yield f"'{name}' is no tag of the setup"
        elif tags[name].group != batch.group:
            yield f"'{name}' is of group '{tags[name].group}', not '{batch.group}'"
        elif (value is None) is not (quality is Quality.BAD):
            yield f"'{name}' is {value!r} and {quality}: what is bad is None, and nothing else is"
        elif value is not None and not _fits(value, tags[name]):
            yield f"'{name}' is {value!r}, which is no {tags[name].data_type} of Python's own types"


def _fits(value: Value, tag: Tag) -> bool:
    """Whether a value is of a plain Python type that its tag can be, and a number one can calculate with."""
    if tag.data_type is DataType.STRING:
        return type(value) is str
    if tag.data_type is DataType.BOOL:
        return type(value) is bool
    return type(value) in (int, float) and math.isfinite(float(value or 0))


async def _of_read(driver: Driver, setup: DeviceSetup) -> list[str]:
    try:
        values = await driver.read(setup.tags)
    except UnreachableError as error:
        return [f"read must work beside events: {error.reason}"]
    return [] if len(values) == len(setup.tags) else ["read must return one value for each tag, in their order"]


async def _of_write(driver: Driver, setup: DeviceSetup) -> list[str]:
    locked = [tag for tag in setup.tags if not tag.writable]
    if not locked:
        return []
    try:
        await driver.write(locked[0], 1)
    except WriteRefusedError:
        return []
    return [f"'{locked[0].name}' is not writable, so a write must be refused by WriteRefusedError"]


async def _of_close(driver: Driver, setup: DeviceSetup, hearing: asyncio.Task[None]) -> list[str]:
    await driver.close()
    await driver.close()
    await asyncio.wait([hearing], timeout=CLOSE_S)
    if not hearing.done():
        hearing.cancel()
        return [f"close must end events within {CLOSE_S:g} s"]
    if not setup.tags:
        return []
    try:
        await driver.read(setup.tags)
    except UnreachableError:
        return []
    return ["after close a read must raise UnreachableError"]
