"""A real OPC UA server, heard, written to, frozen, restarted with its namespaces moved, and mistrusted."""

import asyncio
import socket
import time
from contextlib import aclosing
from datetime import UTC, datetime

import opcua_counterpart
import pytest
from asyncua import ua

from drivers.driver import DeviceSetup, MachineSetupError, UnreachableError, WriteRefusedError
from drivers.link import RemarkCode
from drivers.opcua.driver import create
from drivers.reading import Batch, Heard, LinkDown, LinkUp, Lost, Quality, Remark
from drivers.tag import DataType, Role, Tag

pytestmark = [
    pytest.mark.timeout(60),  # making an address space takes the server seconds on a busy machine
    pytest.mark.xdist_group("opcua"),  # one server for all of them
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return tmp_path_factory.mktemp("server-pki")


@pytest.fixture(scope="module")
def server(pki):
    """Serve until the last test, which stops it and its successor."""
    running = list(opcua_counterpart.serve(free_port(), pki))
    yield running
    if running:
        opcua_counterpart.stop(*running)


def signal(name, kind, **more):
    return Tag(name, f"nsu={opcua_counterpart.URI};s={name}", DataType(kind), Role.SIGNAL, **more)


TAGS = (
    signal("Good", "uint16"),
    signal("Verdict", "uint16"),
    signal("Torque", "float64", scale=0.5),
    signal("Name", "string"),
    signal("State", "int32"),
    signal("Result/Torque", "float64"),
    signal("Result/Screw", "uint16"),
    signal("Permit", "uint16", writable=True, high=100),
    signal("Setpoint", "float64", writable=True),
    signal("Nowhere", "uint16"),
)
BY_NAME = {tag.name: tag for tag in TAGS}
FIRST = {"Name": "M6", "State": 1, "Result/Torque": 4.0, "Result/Screw": 1, "Nowhere": None}


def driver_for(port, **options):
    given = {"url": f"opc.tcp://127.0.0.1:{port}", "security": "none", **options}
    return create(DeviceSetup("screwdriver", given, TAGS, {"normal": 50}, stamp))


def stamp():
    return time.time_ns() // 1000, time.monotonic_ns()


def believed(events):
    return {
        name: value for event in events if isinstance(event, Batch) for name, value in zip(event.tags, event.values, strict=True)
    }


async def until(events, found):
    """Return the events up to the first one that is `found`."""
    heard = []
    async for event in events:
        heard.append(event)
        if found(event):
            return heard
    return heard


def follow(port, scenario, **options):
    """Run `scenario(driver, events)` and close the driver; no task may be left."""

    async def whole():
        driver = driver_for(port, **options)
        async with aclosing(driver.events()) as events:
            told = await scenario(driver, events)
            await driver.close()
        assert len(asyncio.all_tasks()) == 1
        return told

    return asyncio.run(whole())


def test_all_tags_come_once_and_then_what_changes_with_the_machines_own_time(server):
    counterpart = server[0]
    at = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)

    async def scenario(driver, events):
        first = await until(events, lambda event: isinstance(event, Batch))
        await until(events, lambda event: isinstance(event, Batch))  # the subscription's own first values
        await asyncio.to_thread(counterpart.show, at=at, Good=7, Verdict=2, Torque=3.0)
        return first, (await until(events, lambda event: isinstance(event, Batch)))[-1]

    (up, first), change = follow(counterpart.port, scenario)
    assert isinstance(up, LinkUp)
    assert first.tags == tuple(BY_NAME)
    assert believed([first]) == {"Good": 0, "Verdict": 1, "Torque": 0.0, "Permit": 0, "Setpoint": 0.0, **FIRST}
    assert first.qualities == (*[Quality.GOOD] * 9, Quality.BAD)
    assert believed([change]) == {"Good": 7, "Verdict": 2, "Torque": 1.5}
    assert set(change.source_times) == {int(at.timestamp()) * 1_000_000}


def test_a_bad_value_is_no_value_and_an_uncertain_or_gapped_one_says_so(server):
    counterpart = server[0]

    async def scenario(driver, events):
        await until(events, lambda event: isinstance(event, Heard))
        await until(events, lambda event: isinstance(event, Batch))
        values = [("Good", 9, ua.StatusCodes.BadSensorFailure), ("Verdict", 1, ua.StatusCodes.UncertainLastUsableValue)]
        odd = {name: counterpart.typed(name, value, status=status) for name, value, status in values}
        odd |= {"Torque": counterpart.typed("Torque", float("nan")), "Setpoint": counterpart.typed("Setpoint", 2.5, status=0x480)}
        await asyncio.to_thread(counterpart.show, **odd)
        *before, told = await until(events, lambda event: isinstance(event, Batch))
        await asyncio.to_thread(counterpart.show, Good=9, Verdict=1, Torque=0.0, Setpoint=2.5)
        values = {name: (value, quality) for name, value, quality in zip(told.tags, told.values, told.qualities, strict=True)}
        return values, [event for event in before if isinstance(event, Lost)], before

    values, (lost,), before = follow(counterpart.port, scenario)
    assert "1 gap" in lost.reason
    assert lost.since < lost.at
    assert RemarkCode.VALUES_LOST in [event.code for event in before if isinstance(event, Remark)]
    assert values == {
        "Good": (None, Quality.BAD),
        "Verdict": (1, Quality.UNCERTAIN),
        "Torque": (None, Quality.BAD),
        "Setpoint": (2.5, Quality.UNCERTAIN),
    }


def test_a_write_is_typed_as_the_server_holds_it_and_a_refused_one_says_why(server):
    counterpart = server[0]

    async def scenario():
        driver = driver_for(counterpart.port)
        await driver.write(BY_NAME["Permit"], 41)
        await driver.write(BY_NAME["Setpoint"], 3)
        with pytest.raises(WriteRefusedError, match="above its maximum"):
            await driver.write(BY_NAME["Permit"], 101)
        with pytest.raises(WriteRefusedError, match="not marked writable"):
            await driver.write(BY_NAME["Good"], 1)
        counterpart.run(counterpart.node("Permit").set_writable(False))
        with pytest.raises(WriteRefusedError, match="does not let"):
            await driver.write(BY_NAME["Permit"], 42)
        values = await driver.read([BY_NAME["Permit"], BY_NAME["Setpoint"]])
        with pytest.raises(MachineSetupError, match="'Nowhere': the server has no such node"):
            await driver.read([BY_NAME["Nowhere"]])
        await driver.close()
        return values, asyncio.all_tasks()

    values, tasks = asyncio.run(scenario())
    assert values == [41, 3.0]
    assert len(tasks) == 1


def test_a_frozen_server_is_silent_and_live_again_when_it_thaws(server):
    counterpart = server[0]

    async def scenario(driver, events):
        await until(events, lambda event: isinstance(event, Heard))
        with counterpart.frozen():
            down = (await until(events, lambda event: isinstance(event, LinkDown)))[-1]
            with pytest.raises(UnreachableError, match="did not answer"):
                await driver.write(BY_NAME["Setpoint"], 9)
        back = await until(events, lambda event: isinstance(event, Batch))
        return down.code, [type(event) for event in back if not isinstance(event, Heard)]

    assert follow(counterpart.port, scenario) == ("silent", [LinkUp, Batch])


def test_only_the_pinned_certificate_is_trusted_and_a_stranger_is_named(server, tmp_path):
    counterpart = server[0]
    secured = {"security": "basic256sha256", "pki": str(tmp_path / "pki")}

    async def first(driver, events):
        return (await until(events, lambda event: isinstance(event, LinkDown | Batch)))[-1]

    unpinned = follow(counterpart.port, first, **secured)
    strange = follow(counterpart.port, first, fingerprint="ab" * 32, **secured)
    pinned = follow(counterpart.port, first, fingerprint=counterpart.fingerprint.upper(), **secured)
    assert (unpinned.code, strange.code) == ("not_admitted", "not_admitted")
    assert f"if it is {counterpart.fingerprint}, write that" in unpinned.reason
    assert "another certificate" in strange.reason
    assert believed([pinned]).items() >= FIRST.items()


def test_a_restarted_server_with_moved_namespaces_changes_nothing(server, pki):
    async def scenario(driver, events):
        await until(events, lambda event: isinstance(event, Heard))
        await asyncio.to_thread(opcua_counterpart.stop, *server)
        down = (await until(events, lambda event: isinstance(event, LinkDown)))[-1]
        server[:] = await asyncio.to_thread(opcua_counterpart.serve, server[0].port, pki, earlier_namespaces=3)
        back = await until(events, lambda event: isinstance(event, Batch))
        return down.code, believed(back)

    before = server[0].index
    code, values = follow(server[0].port, scenario)
    after = server[0].index
    opcua_counterpart.stop(*server)
    server.clear()
    assert after == before + 3
    assert code == "closed"
    assert values.items() >= FIRST.items()
