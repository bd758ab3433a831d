"""Modbus servers that others wrote, over TCP, RTU on a serial line and RTU over TCP: read, write, refuse, die and come back."""

import asyncio
import ctypes
import itertools
from contextlib import ExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass

import pytest

from drivers.driver import DeviceSetup
from drivers.modbus.driver import create
from drivers.reading import Batch, LinkDown, LinkUp
from drivers.tag import DataType, Role, Tag
from tests.drivers.counterparts.counterpart import Counterpart, carried, free_port, two_ends
from tests.drivers.counterparts.modbus_image import BITS, ORDERS, SIZE, WRITTEN_TO, decoded, image

BACK_WITHIN_S = 5.0
TRANSPORTS = {
    "pymodbus": ("tcp", "rtu_over_tcp", "rtu"),
    "pyModbusTCP": ("tcp",),
    "modbus-tk": ("tcp", "rtu"),
    "libmodbus": ("tcp", "rtu"),
}
LINES = [(kind, transport) for kind, transports in TRANSPORTS.items() for transport in transports]
EVERY_LINE = pytest.mark.parametrize(("kind", "transport"), LINES, ids=["-".join(line) for line in LINES])
pytestmark = [pytest.mark.timeout(20), pytest.mark.xdist_group("modbus_counterparts")]

WRITES = [
    ("int16", -7),
    ("uint16", 65535),
    ("int32", -70000),
    ("uint32", 4_000_000_000),
    ("int64", -(2**60) - 1),
    ("uint64", 2**63 + 1),
    ("float32", 0.15625),
    ("float64", -1e-3),
]


@dataclass
class Served:
    """One running counterpart: where each of its transports is."""

    counterpart: Counterpart
    addresses: dict[str, str]
    ends: tuple[int, int] | None

    def options(self, transport):
        timeout = {"timeout_ms": 300, "transport": transport}
        if transport == "rtu":
            return {"serial": self.addresses["rtu"], "baud": 115_200, **timeout}
        return {"host": "127.0.0.1", "port": int(self.addresses[transport]), **timeout}

    @asynccontextmanager
    async def driver(self, transport, tags):
        """Drive it; on a serial line somebody must carry the bytes."""
        async with carried(self.ends) if transport == "rtu" else aclosing(_nothing()):
            ticks = itertools.count(1)
            setup = DeviceSetup(
                "counterpart", self.options(transport), tuple(tags), {"normal": 50}, lambda: (tick := next(ticks), tick)
            )
            driver = create(setup)
            try:
                yield driver
            finally:
                await driver.close()


async def _nothing():
    yield


def is_there(kind):
    if kind != "libmodbus":
        return True
    try:
        ctypes.CDLL("libmodbus.so.5")
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def counterparts(tmp_path_factory):
    """All servers at once, each in a process of its own."""
    folder = tmp_path_factory.mktemp("lines")
    with ExitStack() as stack:
        served = {kind: _serve(kind, folder, stack) for kind in TRANSPORTS if is_there(kind)}
        for each in served.values():
            each.counterpart.wait_until_ready()
        yield served


def _serve(kind, folder, stack):
    transports = TRANSPORTS[kind]
    ends = stack.enter_context(two_ends(folder / f"{kind}-theirs", folder / f"{kind}-ours")) if "rtu" in transports else None
    theirs = {each: str(folder / f"{kind}-theirs") if each == "rtu" else str(free_port()) for each in transports}
    arguments = (kind, *(f"{transport}={address}" for transport, address in theirs.items()))
    ours = {**theirs, "rtu": str(folder / f"{kind}-ours")}
    counterpart = Counterpart("modbus_server", arguments).start()
    stack.callback(counterpart.kill)
    return Served(counterpart, ours, ends)


@pytest.fixture
def served(kind, counterparts):
    if kind not in counterparts:
        pytest.skip("libmodbus is not installed (Debian: apt-get install libmodbus5)")
    return counterparts[kind]


def tag(held, table):
    options = {"order": held.order, **held.options}
    return Tag(f"{table}_{held.name}", f"{table}:{held.number}", DataType(held.kind), Role.PROCESS_VALUE, options=options)


@EVERY_LINE
def test_every_type_in_every_order_is_read_as_it_stands_there(served, transport):
    expected = [(tag(held, table), held.value) for table in ("holding", "input") for held in image()]
    tags = [each for each, _ in expected]
    bits = [Tag(f"{table}_{n}", f"{table}:{n}", DataType.BOOL, Role.SIGNAL) for table in ("coil", "discrete") for n in range(40)]

    async def read():
        async with served.driver(transport, [*tags, *bits]) as driver:
            return await driver.read(tags), await driver.read(bits)

    numbers, places = asyncio.run(read())
    assert [(each.name, read) for each, read in zip(tags, numbers, strict=True)] == [
        (each.name, value) for each, value in expected
    ]
    assert places == [*BITS[:40], *BITS[:40]]


@EVERY_LINE
def test_what_is_written_stands_there_and_is_read_back(served, transport):
    places = itertools.count(WRITTEN_TO, 4)
    writes = [(number, kind, order, value) for order in ORDERS for kind, value in WRITES if (number := next(places))]
    tags = [
        Tag(f"w{number}", f"holding:{number}", DataType(kind), Role.SETPOINT, writable=True, options={"order": order})
        for number, kind, order, _ in writes
    ]
    switch = Tag("switch", f"coil:{SIZE - 1}", DataType.BOOL, Role.COMMAND, writable=True)

    async def write():
        async with served.driver(transport, [*tags, switch]) as driver:
            for each, (_, _, _, value) in zip(tags, writes, strict=True):
                await driver.write(each, value)
            await driver.write(switch, not BITS[SIZE - 1])
            return await driver.read([*tags, switch])

    *read, is_on = asyncio.run(write())
    assert read == [value for _, _, _, value in writes]
    assert is_on is not BITS[SIZE - 1]
    widths = {"16": 1, "32": 2, "64": 4}
    for number, kind, order, value in writes:
        words = served.counterpart.ask(f"{transport} holding {number} {widths[kind[-2:]]}")
        assert decoded(words, kind, order) == value


@EVERY_LINE
def test_an_address_the_server_refuses_is_bad_alone(served, transport):
    known = {held.name: held.value for held in image()[:6]}
    beyond = Tag("beyond", f"holding:{SIZE + 200}", DataType.UINT16, Role.PROCESS_VALUE)
    tags = [*(tag(held, "holding") for held in image()[:6]), beyond]

    async def read():
        async with served.driver(transport, tags) as driver:
            return await driver.read(tags)

    assert asyncio.run(read()) == [*known.values(), None]


@EVERY_LINE
def test_a_server_that_dies_and_comes_back_is_live_within_five_seconds(served, transport):
    tags = [tag(held, "input") for held in image()]

    async def outlive():
        clock = asyncio.get_running_loop().time
        async with served.driver(transport, tags) as driver, aclosing(driver.events()) as events:
            await anext(event async for event in events if isinstance(event, Batch))
            served.counterpart.kill()
            down = await anext(event async for event in events if isinstance(event, LinkDown))
            await asyncio.to_thread(served.counterpart.start().wait_until_ready)
            back_at = clock()
            told = []
            async for event in events:
                told.append(event)
                if isinstance(event, Batch):
                    return down, told, clock() - back_at

    down, told, back_after = asyncio.run(outlive())
    assert down.code in ("closed", "silent")
    assert any(isinstance(event, LinkUp) for event in told)
    assert dict(zip(told[-1].tags, told[-1].values, strict=True)) == {
        each.name: held.value for each, held in zip(tags, image(), strict=True)
    }
    assert back_after < BACK_WITHIN_S
