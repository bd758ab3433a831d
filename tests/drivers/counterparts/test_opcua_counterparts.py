"""An OPC UA server that others wrote (open62541): read, told of changes, write, secured, die and come back.

asyncua's own server is the counterpart of tests/drivers/opcua.
"""

import asyncio
import json
import time
from contextlib import aclosing, asynccontextmanager

import pytest

from drivers.driver import DeviceSetup
from drivers.opcua.driver import create
from drivers.opcua.identity import identity
from drivers.reading import Batch, LinkDown, LinkUp, Quality
from drivers.tag import DataType, Role, Tag
from tests.drivers.counterparts.counterpart import Counterpart, free_port
from tests.drivers.counterparts.opcua_image import ARRAY, BIG_WRITES, URI, VALUES, WRITES
from tests.drivers.opcua.made_certificates import made

pytest.importorskip("o6", reason="o6 (open62541) has no wheel for this system")

BACK_WITHIN_S = 5.0
GOOD, UNCERTAIN, BAD = 0, 0x40000000, 0x80000000
AN_HOUR_S, SECOND_US = 3600, 1_000_000
pytestmark = [pytest.mark.timeout(30), pytest.mark.xdist_group("opcua_counterparts")]


def node(name, kind, **more):
    return Tag(name, f"nsu={URI};s={name}", DataType(kind), Role.PROCESS_VALUE, **more)


TAGS = {name: node(name, kind, writable=True) for name, kind, _, _ in VALUES}
ELEMENTS = [Tag(f"a{n}", f"nsu={URI};s=Array[{n}]", DataType.INT32, Role.SIGNAL) for n in range(len(ARRAY))]


@pytest.fixture(scope="module")
def server():
    port = free_port()
    counterpart = Counterpart("opcua_o6_server", (str(port),)).start()
    counterpart.wait_until_ready()
    yield counterpart
    counterpart.kill()


def stamp():
    return time.time_ns() // 1000, time.monotonic_ns()


@asynccontextmanager
async def driving(server, tags=(), **security):
    options = {"url": f"opc.tcp://127.0.0.1:{server.arguments[0]}", **(security or {"security": "none"})}
    driver = create(DeviceSetup("counterpart", options, tuple(tags) or tuple(TAGS.values()), {"normal": 50}, stamp))
    try:
        yield driver
    finally:
        await driver.close()


def show(server, name, value, status=GOOD, at=None):
    assert "GOOD" in server.ask(json.dumps(["show", name, value, status, at]))


def told_of(batch, name):
    """Return value, quality and source time of one tag of a batch."""
    place = batch.tags.index(name)
    quality = Quality.GOOD if batch.qualities is None else batch.qualities[place]
    return batch.values[place], quality, batch.source_times[place] if batch.source_times else None


async def next_of(events, name):
    async for event in events:
        if isinstance(event, Batch) and name in event.tags:
            return told_of(event, name)
    raise AssertionError("the events ended")


def test_every_type_is_read_as_it_stands_there(server):
    async def read():
        async with driving(server, [*TAGS.values(), *ELEMENTS]) as driver:
            return await driver.read([*TAGS.values(), *ELEMENTS])

    for name, _, _, value in VALUES:
        show(server, name, value)
    assert asyncio.run(read()) == [*(value for *_, value in VALUES), *ARRAY]


def test_a_change_is_told_with_the_servers_own_time_and_status(server):
    at = (time.time_ns() // 1_000_000_000 - AN_HOUR_S) * SECOND_US  # o6 keeps whole seconds exactly, microseconds not

    async def listen():
        async with driving(server, [TAGS["LongReal"]]) as driver, aclosing(driver.events()) as events:
            told = [await next_of(events, "LongReal")]
            for change in (
                (1.5, GOOD, at),
                (2.5, UNCERTAIN, at + SECOND_US),
                (3.5, BAD, at + 2 * SECOND_US),
                (4.5, GOOD, at + 3 * SECOND_US),
            ):
                await asyncio.to_thread(show, server, "LongReal", *change)
                told.append(await next_of(events, "LongReal"))
            return told[1:]

    assert asyncio.run(listen()) == [
        (1.5, Quality.GOOD, at),
        (2.5, Quality.UNCERTAIN, at + SECOND_US),
        (None, Quality.BAD, at + 2 * SECOND_US),
        (4.5, Quality.GOOD, at + 3 * SECOND_US),
    ]


def test_what_is_written_stands_there_and_is_read_back(server):
    writes = WRITES | BIG_WRITES

    async def write():
        async with driving(server) as driver:
            for name, value in writes.items():
                await driver.write(TAGS[name], value)
            return await driver.read([TAGS[name] for name in writes])

    assert asyncio.run(write()) == list(writes.values())
    held = {name: server.ask(json.dumps(["value", name])) for name in writes}
    assert {name: str(value) for name, value in held.items()} == {name: str(value) for name, value in writes.items()}


def test_a_server_that_is_killed_and_started_anew_is_live_within_five_seconds(server):
    async def outlive():
        clock = asyncio.get_running_loop().time
        async with driving(server) as driver, aclosing(driver.events()) as events:
            await next_of(events, "Name")
            server.kill()
            down = await anext(event async for event in events if isinstance(event, LinkDown))
            await asyncio.to_thread(server.start().wait_until_ready)
            back_at = clock()
            await anext(event async for event in events if isinstance(event, LinkUp))
            return down, await next_of(events, "Name"), clock() - back_at

    down, name, back_after = asyncio.run(outlive())
    assert down.code in ("closed", "silent")
    assert name[:2] == ("Prüfkörper", Quality.GOOD)
    assert back_after < BACK_WITHIN_S


def test_a_secured_server_is_driven_by_its_pinned_certificate(tmp_path):
    theirs = made(URI)
    certificate, key = theirs.keep(tmp_path, "server")
    ours = identity(tmp_path / "pki")
    secured = Counterpart("opcua_o6_server", (str(free_port()), str(certificate), str(key), str(ours.certificate))).start()
    security = {"security": "basic256sha256", "pki": str(tmp_path / "pki"), "fingerprint": theirs.fingerprint}

    async def write():
        async with driving(secured, **security) as driver:
            await driver.write(TAGS["LongReal"], 0.25)
            return await driver.read([TAGS["LongReal"], TAGS["Name"]])

    try:
        secured.wait_until_ready()
        assert asyncio.run(write()) == [0.25, "Prüfkörper"]
    finally:
        secured.kill()
