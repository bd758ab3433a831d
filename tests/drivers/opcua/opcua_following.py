"""How the tests of the OPC UA driver listen to a server."""

import asyncio
import socket
import time
from contextlib import aclosing

import opcua_counterpart

from drivers.driver import DeviceSetup
from drivers.opcua.driver import create
from drivers.reading import Batch, Remark
from drivers.tag import DataType, Role, Tag


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def signal(name, kind, **more):
    return Tag(name, f"nsu={opcua_counterpart.URI};s={name}", DataType(kind), Role.SIGNAL, **more)


def stamp():
    return time.time_ns() // 1000, time.monotonic_ns()


def driver_for(port, tags, groups=None, clock=stamp, **options):
    given = {"url": f"opc.tcp://127.0.0.1:{port}", "security": "none", **options}
    return create(DeviceSetup("screwdriver", given, tuple(tags), groups or {"normal": 50}, clock))


def believed(events):
    return {
        name: value for event in events if isinstance(event, Batch) for name, value in zip(event.tags, event.values, strict=True)
    }


def told(events):
    return {event.code: event.reason for event in events if isinstance(event, Remark) and not event.is_over}


async def until(events, found):
    """Return the events up to the first one that is `found`."""
    heard = []
    async for event in events:
        heard.append(event)
        if found(event):
            return heard
    return heard


def is_past(event):
    return isinstance(event, Batch) and event.is_past


def says(name, value):
    """Make a `found` that waits for `name` to be told as `value`, live."""
    return lambda event: isinstance(event, Batch) and not event.is_past and believed([event]).get(name, ...) == value


def follow(port, tags, scenario, **options):
    """Run `scenario(driver, events)` and close the driver; no task may be left."""

    async def whole():
        driver = driver_for(port, tags, **options)
        async with aclosing(driver.events()) as events:
            found = await scenario(driver, events)
            await driver.close()
        assert len(asyncio.all_tasks()) == 1
        return found

    return asyncio.run(whole())
