"""A real server's own alarms: told, refreshed, answered once; and its methods, called once."""

import asyncio
import socket
import time
from contextlib import aclosing

import opcua_counterpart
import pytest
from asyncua import ua
from opcua_alarm_keeper import CAME, GUARD, PRESSURE, AlarmKeeper

from drivers.driver import (
    ConditionKeeper,
    DeviceSetup,
    MachineSetupError,
    MethodCaller,
    UnreachableError,
    WriteRefusedError,
    WriteUnknownError,
)
from drivers.link import RemarkCode
from drivers.opcua.driver import create
from drivers.reading import Batch, Condition, LinkDown, LinkUp, Refreshed, Remark
from drivers.tag import DataType, Role, Tag

pytestmark = [
    pytest.mark.timeout(60),  # making an address space takes the server seconds on a busy machine
    pytest.mark.xdist_group("opcua"),  # one worker loads asyncua's server, once
]
URI = opcua_counterpart.URI
GUARD_ID, PRESSURE_ID = f"nsu={URI};s={GUARD}", f"nsu={URI};s={PRESSURE}"
PRESS = f"nsu={URI};s=Press"
TAGS = (Tag("Good", f"nsu={URI};s=Good", DataType.UINT16, Role.SIGNAL),)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    counterpart, thread = opcua_counterpart.serve(port, tmp_path_factory.mktemp("server-pki"))
    yield AlarmKeeper(counterpart)
    opcua_counterpart.stop(counterpart, thread)


@pytest.fixture
def keeper(kept):
    """The server with nothing standing."""
    kept.forget()
    kept.answers, kept.can_refresh = None, True
    kept.called.clear()
    return kept


def stamp():
    return time.time_ns() // 1000, time.monotonic_ns()


def follow(keeper, scenario, **options):
    """Run `scenario(driver, hear)`; `hear(kind)` is the next event of a kind."""

    async def whole():
        given = {"url": f"opc.tcp://127.0.0.1:{keeper.counterpart.port}", "security": "none", "alarms": True, **options}
        driver = create(DeviceSetup("cell", given, TAGS, {"normal": 100}, stamp))
        async with aclosing(driver.events()) as events:

            async def hear(kind, claim=lambda _: True):
                async for event in events:
                    if isinstance(event, kind) and claim(event):
                        return event
                raise AssertionError("the driver ended")

            async with asyncio.timeout(8):
                await scenario(driver, hear)
            await driver.close()
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(whole())


def in_thread(work, *arguments, **more):
    return asyncio.to_thread(work, *arguments, **more)


def test_what_stands_is_told_when_the_link_begins_then_every_change(keeper):
    keeper.raise_alarm(GUARD)

    async def scenario(driver, hear):
        told = await hear(Condition)
        assert (told.id, told.source, told.text, told.severity) == (GUARD_ID, "Cell", "guard door open", 700)
        assert (told.is_active, told.is_acknowledged, told.is_confirmed, told.is_retained) == (True, False, False, True)
        assert told.came_at == int(CAME.timestamp() * 1_000_000)
        await hear(Refreshed)
        await in_thread(keeper.happen)
        await in_thread(keeper.raise_alarm, PRESSURE, severity=300)
        told = await hear(Condition)
        assert (told.id, told.severity) == (PRESSURE_ID, 300)
        await in_thread(keeper.clear, GUARD)
        told = await hear(Condition)
        assert (told.id, told.is_active, told.is_retained) == (GUARD_ID, False, True)

    follow(keeper, scenario)


def test_acknowledged_and_confirmed_with_a_persons_words_it_is_over(keeper):
    keeper.raise_alarm(GUARD)

    async def scenario(driver, hear):
        assert isinstance(driver, ConditionKeeper)
        told = await hear(Condition)
        await driver.acknowledge(told.id, told.branch, "Maria, Cell 4")
        told = await hear(Condition, lambda one: one.is_acknowledged)
        assert told.is_active
        await in_thread(keeper.clear, GUARD)
        told = await hear(Condition, lambda one: not one.is_active)
        assert told.is_retained
        await driver.confirm(told.id, told.branch, "Maria, Cell 4")
        told = await hear(Condition, lambda one: one.is_confirmed)
        assert not told.is_retained
        assert keeper.conditions[GUARD].comments[-2:] == ["Maria, Cell 4"] * 2

    follow(keeper, scenario)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (ua.StatusCodes.BadConditionBranchAlreadyAcked, None),
        (ua.StatusCodes.BadUserAccessDenied, WriteRefusedError),
        (ua.StatusCodes.BadTimeout, WriteUnknownError),
    ],
)
def test_what_a_server_says_to_an_acknowledgement(keeper, status, error):
    keeper.raise_alarm(GUARD)
    keeper.answers = status

    async def scenario(driver, hear):
        told = await hear(Condition)
        if error is None:
            await driver.acknowledge(told.id, told.branch, "Maria")
            return
        with pytest.raises(error):
            await driver.acknowledge(told.id, told.branch, "Maria")

    follow(keeper, scenario)


def test_an_occurrence_that_is_past_and_an_alarm_nobody_told_are_refused(keeper):
    keeper.raise_alarm(GUARD)

    async def scenario(driver, hear):
        with pytest.raises(UnreachableError):
            await driver.acknowledge(GUARD_ID, "00", "Maria")
        told = await hear(Condition)
        with pytest.raises(WriteRefusedError, match="BadEventIdUnknown"):
            await driver.acknowledge(told.id, "00", "Maria")
        with pytest.raises(UnreachableError):
            await driver.acknowledge("nsu=urn:other;s=X", told.branch, "Maria")

    follow(keeper, scenario)


def test_a_server_that_lost_sight_of_its_alarms_is_asked_for_all_of_them_again(keeper):
    keeper.raise_alarm(GUARD)

    async def scenario(driver, hear):
        await hear(Refreshed)
        before = keeper.refreshes
        await in_thread(keeper.demand_refresh)
        await hear(LinkDown)
        await hear(LinkUp)
        assert (await hear(Condition)).id == GUARD_ID
        await hear(Refreshed)
        assert keeper.refreshes == before + 1

    follow(keeper, scenario)


def test_a_server_that_can_not_refresh_is_said_and_tells_what_comes(keeper):
    keeper.can_refresh = False

    async def scenario(driver, hear):
        remark = await hear(Remark, lambda one: one.code == RemarkCode.ALARMS_INCOMPLETE)
        assert "from now on" in remark.reason
        await in_thread(keeper.raise_alarm, PRESSURE)
        assert (await hear((Condition, Refreshed))).id == PRESSURE_ID

    follow(keeper, scenario)


def test_a_node_that_tells_no_events_is_said_and_values_go_on(keeper):
    async def scenario(driver, hear):
        remark = await hear(Remark, lambda one: one.code == RemarkCode.ALARMS_INCOMPLETE)
        assert "does not tell its alarms" in remark.reason
        await in_thread(keeper.counterpart.show, Good=77)
        await hear(Batch, lambda batch: 77 in batch.values)

    follow(keeper, scenario, alarms=f"nsu={URI};s=Good")


def test_without_the_option_no_alarm_is_told_and_none_stands(keeper):
    keeper.raise_alarm(GUARD)

    async def scenario(driver, hear):
        assert isinstance(await hear((Condition, Refreshed)), Refreshed)

    follow(keeper, scenario, alarms=False)


@pytest.mark.parametrize("given", ["ns=2;s=Alarms", "nonsense", f"nsu={URI};s=Area/Field", 3])
def test_a_notifier_that_is_no_node_is_refused(given):
    with pytest.raises(MachineSetupError, match="alarms"):
        create(DeviceSetup("cell", {"url": "opc.tcp://cell", "security": "none", "alarms": given}, TAGS, {"normal": 100}, stamp))


def test_a_method_is_called_with_arguments_of_its_own_types(keeper):
    async def scenario(driver, hear):
        assert isinstance(driver, MethodCaller)
        await hear(LinkUp)
        told = await driver.call(f"{PRESS}#nsu={URI};s=Adjust", (3, 2, "after the change"))
        assert list(told) == [6.0, "done"]
        kinds = [ua.VariantType.UInt16, ua.VariantType.Double, ua.VariantType.String]
        assert keeper.called == [list(zip(kinds, (3, 2.0, "after the change"), strict=True))]

    follow(keeper, scenario)


def test_what_can_not_be_called_is_refused_and_not_called(keeper):
    async def scenario(driver, hear):
        await hear(LinkUp)
        refusals = [
            (f"{PRESS}#nsu={URI};s=Adjust", (3, 2.0), "BadArgumentsMissing"),
            (f"{PRESS}#nsu={URI};s=Adjust", (3, 2.0, "a", 1), "BadTooManyArguments"),
            (f"{PRESS}#nsu={URI};s=Adjust", (70_000, 2.0, "a"), "BadTypeMismatch"),
            (f"{PRESS}#nsu=urn:nowhere;s=Adjust", (), "BadNodeIdUnknown"),
            (f"{PRESS}#nsu={URI};s=Refuse", (), "BadUserAccessDenied"),
        ]
        for method, arguments, name in refusals:
            with pytest.raises(WriteRefusedError, match=name):
                await driver.call(method, arguments)
        with pytest.raises(ValueError, match="an object, then its method"):
            await driver.call("Adjust", ())
        assert keeper.called == []

    follow(keeper, scenario)
