"""A real OPC UA server, heard, written to and mistrusted."""

import asyncio
from datetime import UTC, datetime

import pytest
from asyncua import ua
from opcua_following import believed, driver_for, follow, signal, until

from drivers.driver import MachineSetupError, WriteRefusedError
from drivers.link import RemarkCode
from drivers.reading import Batch, Heard, LinkDown, LinkUp, Lost, Quality, Remark

pytestmark = [
    pytest.mark.timeout(60),  # making an address space takes the server seconds on a busy machine
    pytest.mark.xdist_group("opcua"),  # one server for all of them
]


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


def test_all_tags_come_once_and_then_what_changes_with_the_machines_own_time(opcua_server):
    counterpart = opcua_server
    at = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)

    async def scenario(driver, events):
        first = await until(events, lambda event: isinstance(event, Batch))
        await until(events, lambda event: isinstance(event, Batch))  # the subscription's own first values
        await asyncio.to_thread(counterpart.show, at=at, Good=7, Verdict=2, Torque=3.0)
        return first, (await until(events, lambda event: isinstance(event, Batch)))[-1]

    (up, first), change = follow(counterpart.port, TAGS, scenario)
    assert isinstance(up, LinkUp)
    assert first.tags == tuple(BY_NAME)
    assert believed([first]) == {"Good": 0, "Verdict": 1, "Torque": 0.0, "Permit": 0, "Setpoint": 0.0, **FIRST}
    assert first.qualities == (*[Quality.GOOD] * 9, Quality.BAD)
    assert believed([change]) == {"Good": 7, "Verdict": 2, "Torque": 1.5}
    assert set(change.source_times) == {int(at.timestamp()) * 1_000_000}


def test_a_bad_value_is_no_value_and_an_uncertain_or_gapped_one_says_so(opcua_server):
    counterpart = opcua_server

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

    values, (lost,), before = follow(counterpart.port, TAGS, scenario)
    assert "1 gap" in lost.reason
    assert lost.since < lost.at
    assert RemarkCode.VALUES_LOST in [event.code for event in before if isinstance(event, Remark)]
    assert values == {
        "Good": (None, Quality.BAD),
        "Verdict": (1, Quality.UNCERTAIN),
        "Torque": (None, Quality.BAD),
        "Setpoint": (2.5, Quality.UNCERTAIN),
    }


def test_a_write_is_typed_as_the_server_holds_it_and_a_refused_one_says_why(opcua_server):
    counterpart = opcua_server

    async def scenario():
        driver = driver_for(counterpart.port, TAGS)
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


def test_only_the_pinned_certificate_is_trusted_and_a_stranger_is_named(opcua_server, tmp_path):
    counterpart = opcua_server
    secured = {"security": "basic256sha256", "pki": str(tmp_path / "pki")}

    async def first(driver, events):
        return (await until(events, lambda event: isinstance(event, LinkDown | Batch)))[-1]

    unpinned = follow(counterpart.port, TAGS, first, **secured)
    strange = follow(counterpart.port, TAGS, first, fingerprint="ab" * 32, **secured)
    pinned = follow(counterpart.port, TAGS, first, fingerprint=counterpart.fingerprint.upper(), **secured)
    assert (unpinned.code, strange.code) == ("not_admitted", "not_admitted")
    assert f"if it is {counterpart.fingerprint}, write that" in unpinned.reason
    assert "another certificate" in strange.reason
    assert believed([pinned]).items() >= FIRST.items()
