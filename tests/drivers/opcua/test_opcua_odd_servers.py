"""A real server that limits, forgets, falls silent, keeps history, or has another clock and name than ours."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from asyncua import ua
from asyncua.server.internal_session import InternalSession
from asyncua.server.internal_subscription import InternalSubscription
from asyncua.server.monitored_item_service import MonitoredItemService
from opcua_following import believed, follow, is_past, says, signal, stamp, told, until

from drivers.driver import MachineSetupError
from drivers.link import RemarkCode
from drivers.opcua import listening
from drivers.opcua.history import History
from drivers.reading import Batch, Heard, LinkDown, LinkUp, Remark
from tests.faults.proxy import Mode, proxy

pytestmark = [pytest.mark.timeout(60), pytest.mark.xdist_group("opcua")]  # a silence is waited for in real time

STALE_S = 2.0
LIVE_AGAIN_S = 5.0
GOOD, VERDICT, TORQUE = signal("Good", "uint16"), signal("Verdict", "uint16"), signal("Torque", "float64")
FEW = (GOOD, VERDICT, TORQUE, signal("Name", "string"), signal("State", "int32"), signal("Permit", "uint16"))


def has(code):
    return lambda event: isinstance(event, Remark) and event.code is code


def is_down(event):
    return isinstance(event, LinkDown)


def too_many():
    return ua.UaStatusCodeError(ua.StatusCodes.BadTooManyOperations)


def test_every_kind_of_value_is_right_or_says_why_it_is_none(opcua_server):
    values = {
        ("Lowest", "int64"): -(2**63),
        ("Highest", "uint64"): 2**64 - 1,
        ("Greeting", "string"): "Läuft",
        ("State", "int32"): 1,
        ("Values[0]", "uint16"): 10,
        ("Values[2]", "uint16"): 30,
        ("Screws[1]/Torque", "float64"): 1.0,
        ("Last/Screw/Screw", "uint16"): 2,
        ("Nothing", "float64"): None,
        ("Endless", "float64"): None,
    }
    refused = {
        ("Made", "string"): "holds a date",
        ("Raw", "string"): "holds bytes",
        ("Id", "string"): "holds a GUID",
        ("Values", "uint16"): "name an element",
        ("Values[9]", "uint16"): "no such part",
        ("Result", "float64"): "name a field",
        ("Name", "float64"): "holds text",
        ("Nowhere", "bool"): "no such node",
    }
    tags = {place: signal(*place) for place in (*values, *refused)}

    async def scenario(driver, events):
        first = await until(events, has(RemarkCode.ADDRESS_REFUSED))
        for place, why in refused.items():
            with pytest.raises(MachineSetupError, match=why):
                await driver.read([tags[place]])
        return first

    first = follow(opcua_server.port, tags.values(), scenario)
    assert believed(first) == {name: value for (name, _), value in values.items()} | {name: None for name, _ in refused}
    assert "and 5 more; 10 others are read" in told(first)[RemarkCode.ADDRESS_REFUSED]


def test_limits_are_obeyed_those_that_are_told_and_those_that_only_show(opcua_server, monkeypatch):
    reads, creates = [], []
    read, create = InternalSession.read, InternalSession.create_monitored_items

    async def limited_read(self, asked):
        if not self.external:
            return await read(self, asked)  # the server's own clock
        reads.append(len(asked.NodesToRead))
        if len(asked.NodesToRead) > 2:
            raise too_many()
        return await read(self, asked)

    async def limited_create(self, asked):
        creates.append(len(asked.ItemsToCreate))
        if len(asked.ItemsToCreate) > 2:
            raise too_many()
        return await create(self, asked)

    monkeypatch.setattr(InternalSession, "read", limited_read)
    monkeypatch.setattr(InternalSession, "create_monitored_items", limited_create)
    limit = opcua_server.server.get_node("i=11705")
    before = opcua_server.run(limit.read_data_value())
    opcua_server.run(limit.write_value(2, ua.VariantType.UInt32))
    reads.clear()

    async def scenario(driver, events):
        first = await until(events, lambda event: isinstance(event, Heard))
        await until(events, lambda event: isinstance(event, Batch))
        await asyncio.to_thread(opcua_server.show, Permit=17)
        return first, await until(events, says("Permit", 17))

    first, _ = follow(opcua_server.port, FEW, scenario)
    opcua_server.run(limit.write_value(before))
    opcua_server.show(Permit=0)
    assert believed(first).keys() == {tag.name for tag in FEW}
    assert reads[:7] == [1, 3, 1, 1, 1, 2, 2]  # namespaces, limits, in halves, then all values
    assert creates == [6, 3, 1, 1, 1, 1, 1, 1]


def test_what_a_server_does_not_watch_is_read_in_turn_and_said(opcua_server, monkeypatch):
    create = MonitoredItemService.create_monitored_items

    async def four_at_most(self, asked):
        results = await create(self, asked)
        for result in results[4:]:
            result.StatusCode = ua.StatusCode(ua.StatusCodes.BadTooManyMonitoredItems)
        self.delete_monitored_items([result.MonitoredItemId for result in results[4:]])
        return results

    monkeypatch.setattr(MonitoredItemService, "create_monitored_items", four_at_most)

    async def scenario(driver, events):
        first = await until(events, has(RemarkCode.NOT_ALL_WATCHED))
        await asyncio.to_thread(opcua_server.show, Permit=18)
        return first, await until(events, says("Permit", 18))

    first, _ = follow(opcua_server.port, FEW, scenario)
    opcua_server.show(Permit=0)
    assert "4 of 6 items" in told(first)[RemarkCode.NOT_ALL_WATCHED]


def test_a_server_that_keeps_one_value_is_asked_no_faster_than_it_publishes(opcua_server, monkeypatch):
    create, modify = InternalSession.create_monitored_items, InternalSession.modify_monitored_items
    asked_later = []

    async def short(self, asked):
        results = await create(self, asked)
        for result in results:
            result.RevisedQueueSize, result.RevisedSamplingInterval = 1, 10.0
        return results

    async def listen(self, asked):
        asked_later.extend(item.RequestedParameters.SamplingInterval for item in asked.ItemsToModify)
        return await modify(self, asked)

    monkeypatch.setattr(InternalSession, "create_monitored_items", short)
    monkeypatch.setattr(InternalSession, "modify_monitored_items", listen)

    async def scenario(driver, events):
        return await until(events, has(RemarkCode.SAMPLED_SLOWER))

    first = follow(opcua_server.port, FEW, scenario, sampling_ms=10)
    assert asked_later == [50.0] * len(FEW)
    assert "every 50 ms, 10 were asked" in told(first)[RemarkCode.SAMPLED_SLOWER]


def test_a_server_that_answers_but_no_longer_tells_is_silent(opcua_server, monkeypatch):
    async def nothing(self, requestdata=None):
        return False

    async def scenario(driver, events):
        await until(events, lambda event: isinstance(event, Heard))
        await until(events, lambda event: isinstance(event, Batch))
        monkeypatch.setattr(InternalSubscription, "publish_results", nothing)
        began = time.monotonic()
        down = (await until(events, is_down))[-1]
        stale_s = time.monotonic() - began
        monkeypatch.undo()
        return down, stale_s, await until(events, lambda event: isinstance(event, Batch))

    down, stale_s, back = follow(opcua_server.port, FEW, scenario)
    assert (down.code, "stopped telling" in down.reason) == ("silent", True)
    assert stale_s < STALE_S + 0.5  # up to half a second of it the server still told
    assert [type(event) for event in back if not isinstance(event, Heard | Remark)] == [LinkUp, Batch]


@pytest.mark.parametrize("history", [True, False])
def test_a_server_that_forgets_the_session_is_asked_for_a_new_one_and_for_its_history_where_that_is_wanted(
    opcua_server, monkeypatch, history
):
    asked = []
    monkeypatch.setattr(History, "_kept", lambda _self, nodes: _noted(asked, nodes))

    async def scenario(driver, events):
        await until(events, lambda event: isinstance(event, Heard))
        for client in opcua_server.server.bserver.clients:
            client.processor.session.state = client.processor.session.state.__class__.Closed
        began = time.monotonic()
        down = (await until(events, is_down))[-1]
        back = await until(events, lambda event: isinstance(event, Batch))
        seconds = time.monotonic() - began
        await until(events, lambda event: isinstance(event, Batch))  # by then what goes on aside has begun
        return down, back, seconds

    down, back, seconds = follow(opcua_server.port, FEW, scenario, history=history)
    assert down.code == "closed"
    assert [type(event) for event in back] == [LinkUp, Batch]
    assert seconds < LIVE_AGAIN_S
    assert len(asked) == (len(FEW) if history else 0)


async def _noted(asked, nodes):
    asked.extend(nodes)
    return []


def test_a_node_that_a_program_makes_late_is_watched_once_it_is_there(opcua_server, monkeypatch):
    monkeypatch.setattr(listening, "_LOOK_AGAIN_S", 0.2)
    late = signal("Late", "uint16")

    async def scenario(driver, events):
        first = await until(events, lambda event: isinstance(event, Heard))
        index, objects = opcua_server.index, opcua_server.server.nodes.objects
        making = objects.add_variable(ua.NodeId("Late", index), "Late", 5, ua.VariantType.UInt16)
        await asyncio.to_thread(opcua_server.run, making)
        opcua_server.kinds["Late"] = ua.VariantType.UInt16
        there = await until(events, says("Late", 5))
        await asyncio.to_thread(opcua_server.show, Late=6)
        return first, there + await until(events, says("Late", 6))

    first, after = follow(opcua_server.port, (GOOD, late), scenario)
    opcua_server.run(opcua_server.server.delete_nodes([opcua_server.node("Late")]))
    assert "'Late': the server has no such node" in told(first)[RemarkCode.ADDRESS_REFUSED]
    assert any(event.code is RemarkCode.ADDRESS_REFUSED and event.is_over for event in after if isinstance(event, Remark))


def test_a_structure_that_a_program_makes_late_is_read_once_it_is_there(opcua_server, monkeypatch):
    monkeypatch.setattr(listening, "_LOOK_AGAIN_S", 0.2)
    late = signal("LateResult/Screw", "uint16")
    for kind in [kind for kind, made in ua.extension_objects_by_typeid.items() if made is ua.ScrewResult]:
        monkeypatch.delitem(ua.extension_objects_by_typeid, kind)  # the test's own server told asyncua of it in this process

    async def scenario(driver, events):
        await until(events, lambda event: isinstance(event, Heard))
        kind = (await opcua_data_type(opcua_server, "Result"),)
        made = ua.ScrewResult(Screw=8, Torque=1.0)
        where = ua.NodeId("LateResult", opcua_server.index)
        adding = opcua_server.server.nodes.objects.add_variable(where, "LateResult", made, ua.VariantType.ExtensionObject, *kind)
        await asyncio.to_thread(opcua_server.run, adding)
        return await until(events, says("LateResult/Screw", 8))

    follow(opcua_server.port, (GOOD, late), scenario)
    opcua_server.run(opcua_server.server.delete_nodes([opcua_server.node("LateResult")]))


async def opcua_data_type(counterpart, name):
    return await asyncio.to_thread(counterpart.run, counterpart.node(name).read_data_type())


def test_a_value_that_was_never_asked_for_ends_the_session_and_nothing_of_it_is_believed(opcua_server, monkeypatch):
    create = InternalSession.create_monitored_items

    async def misnumber(self, asked):
        for item in asked.ItemsToCreate:
            item.RequestedParameters.ClientHandle += 100
        return await create(self, asked)

    async def scenario(driver, events):
        await until(events, lambda event: isinstance(event, Heard))
        monkeypatch.setattr(InternalSession, "create_monitored_items", misnumber)
        for client in opcua_server.server.bserver.clients:
            client.processor.session.state = client.processor.session.state.__class__.Closed
        await until(events, is_down)
        lied = await until(events, is_down)
        monkeypatch.undo()
        await until(events, lambda event: isinstance(event, LinkUp))
        return lied

    lied = follow(opcua_server.port, FEW, scenario)
    assert "BadMonitoredItemIdInvalid" in lied[-1].reason
    assert [len(event.tags) for event in lied if isinstance(event, Batch)] == [len(FEW)]  # read, not told


def test_small_moves_stay_where_they_are_whether_the_server_keeps_them_or_we_do(opcua_server, monkeypatch):
    filters = []
    create = MonitoredItemService.create_monitored_items

    async def refuses_filters(self, asked):
        filters.append([item.RequestedParameters.Filter for item in asked.ItemsToCreate])
        results = await create(self, asked)
        for item, result in zip(asked.ItemsToCreate, results, strict=True):
            if item.RequestedParameters.Filter is not None:
                self.delete_monitored_items([result.MonitoredItemId])
                result.StatusCode = ua.StatusCode(ua.StatusCodes.BadMonitoredItemFilterUnsupported)
        return results

    monkeypatch.setattr(MonitoredItemService, "create_monitored_items", refuses_filters)
    calm = signal("Torque", "float64", deadband=1.0)

    async def scenario(driver, events):
        await until(events, lambda event: isinstance(event, Heard))
        await until(events, lambda event: isinstance(event, Batch))
        heard = []
        for torque in (0.5, 0.9, 1.2):
            await asyncio.to_thread(opcua_server.show, Torque=torque)
            heard += await until(events, lambda event: isinstance(event, Batch))
        return [value for event in heard if isinstance(event, Batch) for value in event.values]

    values = follow(opcua_server.port, (calm,), scenario)
    opcua_server.show(Torque=0.0)
    assert [[each.DeadbandValue if each else None for each in asked] for asked in filters] == [[1.0], [None]]
    assert values == [0.0, 0.0, 1.2]


def test_a_gap_is_closed_from_the_servers_own_history_once_and_live_values_do_not_wait(opcua_server):
    opcua_server.show(at=datetime.fromtimestamp(stamp()[0] / 1e6, UTC), Torque=0.0)  # asyncua's history must have a time
    opcua_server.run(opcua_server.server.historize_node_data_change(opcua_server.node("Torque"), timedelta(hours=1), 100))
    made = []

    async def scenario(driver, events, link):
        await until(events, lambda event: isinstance(event, Heard))
        await until(events, lambda event: isinstance(event, Batch))
        link.set_mode(Mode.HALF_OPEN)
        began = time.monotonic()
        await until(events, is_down)
        stale_s = time.monotonic() - began
        for value in (1.5, 2.5, 3.5):
            made.append(datetime.fromtimestamp(stamp()[0] / 1e6, UTC))
            await asyncio.to_thread(opcua_server.show, at=made[-1], Torque=value)
        link.set_mode(Mode.PASS)
        began = time.monotonic()
        back = await until(events, says("Torque", 3.5))
        live_s = time.monotonic() - began
        past = [event for event in await until(events, lambda event: is_past(event) and 3.5 in event.values) if is_past(event)]
        return stale_s, live_s, back, past

    with proxy(("127.0.0.1", opcua_server.port)) as link:
        found = follow(link.port, FEW, lambda driver, events: scenario(driver, events, link))
    stale_s, live_s, back, past = found
    opcua_server.run(opcua_server.server.dehistorize_node_data_change(opcua_server.node("Torque")))
    opcua_server.show(Torque=0.0)
    assert stale_s < STALE_S
    assert live_s < LIVE_AGAIN_S
    assert not any(is_past(event) for event in back)
    assert [(event.tags, event.values) for event in past] == [(("Torque",), [value]) for value in (1.5, 2.5, 3.5)]
    assert [event.at for event in past] == [round(at.timestamp() * 1e6) for at in made]


@pytest.mark.parametrize(("hours", "words"), [(1, "1 hour behind ours"), (-24, "1 day ahead of ours")])
def test_a_clock_that_is_off_is_said_and_makes_no_value_old(opcua_server, hours, words):
    def shifted():
        at, heard_ns = stamp()
        return at + hours * 3_600_000_000, heard_ns

    async def scenario(driver, events):
        first = await until(events, has(RemarkCode.CLOCK_OFF))
        await asyncio.to_thread(opcua_server.show, Good=5)
        live = (await until(events, says("Good", 5)))[-1]
        await asyncio.to_thread(opcua_server.show, Good=0)
        return first, live

    first, live = follow(opcua_server.port, FEW, scenario, clock=shifted)
    assert words in told(first)[RemarkCode.CLOCK_OFF]
    assert live.qualities is None


def test_a_server_with_a_name_that_is_not_known_here_is_reached_by_the_typed_one_and_that_is_said(opcua_server, monkeypatch):
    named = lambda *_args, **_more: "opc.tcp://plc-17.invalid:4840"  # noqa: E731  # a method stands there
    monkeypatch.setattr(opcua_server.server.iserver, "_mangle_endpoint_url", named)

    async def scenario(driver, events):
        return await until(events, has(RemarkCode.HOST_REPLACED))

    found = follow(opcua_server.port, FEW, scenario)
    assert "calls itself plc-17.invalid" in told(found)[RemarkCode.HOST_REPLACED]
    assert believed(found).keys() == {tag.name for tag in FEW}
