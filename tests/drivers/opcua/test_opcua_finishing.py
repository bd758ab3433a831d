"""What the instrument can't measure is no value, on every way a value comes; what went missing on its way is said."""

import asyncio

import pytest
from asyncua import ua
from asyncua.server.monitored_item_service import MonitoredItemService
from opcua_following import follow, is_past, signal, stamp, until

from drivers.driver import DeviceSetup
from drivers.opcua.arrivals import Arrivals, Ears
from drivers.opcua.gaps import Gap
from drivers.opcua.groups import groups
from drivers.opcua.history import History
from drivers.opcua.notification import Notification
from drivers.opcua.published import Published
from drivers.opcua.watching import Watch
from drivers.reading import Batch, Heard, Quality

pytestmark = [pytest.mark.timeout(60), pytest.mark.xdist_group("opcua")]  # the group's server takes seconds to be made

MEASURED = signal("Torque", "float64", span=(0.0, 100.0))
GOOD = signal("Good", "uint16")
BEYOND = 500.0


@pytest.fixture
def beyond(opcua_server):
    """The server with a torque that can't be true."""
    opcua_server.show(Torque=BEYOND)
    yield opcua_server
    opcua_server.show(Torque=0.0)


def qualities(batch):
    return dict(zip(batch.tags, zip(batch.values, batch.qualities or [Quality.GOOD] * 9, strict=False), strict=True))


def test_a_value_out_of_its_span_is_none_when_read_first_when_told_and_when_asked_for(beyond):
    async def scenario(driver, events):
        _, first = await until(events, lambda event: isinstance(event, Batch))
        await until(events, lambda event: isinstance(event, Heard))
        await until(events, lambda event: isinstance(event, Batch))
        await asyncio.to_thread(beyond.show, Torque=BEYOND + 1)
        told = (await until(events, lambda event: isinstance(event, Batch)))[-1]
        return first, told, await driver.read([MEASURED])

    first, told, read = follow(beyond.port, (MEASURED, GOOD), scenario)
    assert qualities(first)["Torque"] == (None, Quality.BAD)
    assert qualities(first)["Good"][1] is Quality.GOOD
    assert qualities(told) == {"Torque": (None, Quality.BAD)}
    assert read == [None]


def test_a_value_out_of_its_span_is_none_when_it_is_polled(beyond, monkeypatch):
    create = MonitoredItemService.create_monitored_items

    async def watches_none(self, asked):
        results = await create(self, asked)
        for result in results:
            result.StatusCode = ua.StatusCode(ua.StatusCodes.BadTooManyMonitoredItems)
        self.delete_monitored_items([result.MonitoredItemId for result in results])
        return results

    monkeypatch.setattr(MonitoredItemService, "create_monitored_items", watches_none)

    async def scenario(driver, events):
        await until(events, lambda event: isinstance(event, Heard))
        polled = [(await until(events, lambda event: isinstance(event, Batch)))[-1] for _ in range(3)]
        return [qualities(batch)["Torque"] for batch in polled]

    assert follow(beyond.port, (MEASURED,), scenario) == [(None, Quality.BAD)] * 3


def test_a_value_out_of_its_span_is_none_when_it_comes_from_history_and_each_gap_is_read_once(opcua_server, monkeypatch):
    begun = []
    monkeypatch.setattr(Gap, "holds", lambda _self, _each: True)  # what falls into a gap is held in test_opcua_gaps.py

    async def kept(self, nodes):
        begun.append(self)
        at = stamp()[0]
        yield [Notification(nodes[0], value, 0, at - 20_000 * back) for back, value in ((2, BEYOND), (1, 50.0), (0, 99.0))]

    monkeypatch.setattr(History, "read", kept)

    async def scenario(driver, events):
        await until(events, lambda event: isinstance(event, Heard))
        await until(events, lambda event: isinstance(event, Batch))
        told = []
        for _ in range(2):
            for client in opcua_server.server.bserver.clients:
                client.processor.session.state = client.processor.session.state.__class__.Closed
            past = await until(events, lambda event: is_past(event) and 99.0 in event.values)
            told.append([qualities(event)["Torque"] for event in past if is_past(event)])
        return told

    told = follow(opcua_server.port, (MEASURED,), scenario)
    assert told == [[(None, Quality.BAD), (50.0, Quality.GOOD), (99.0, Quality.GOOD)]] * 2
    assert len(begun) == 2


def watch_of(heard):
    setup = DeviceSetup("m", {}, (GOOD,), {"normal": 100}, lambda: (0, 0))
    ears = Ears(heard.append, lambda count: heard.append(("missed", count)), lambda name: heard.append(("ended", name)))
    return Watch(None, groups(setup)[0], 50.0, ears)


def hear(*told):
    heard = []

    async def whole():
        watch = watch_of(heard)
        for each in told:
            watch._hear(7, each)

    asyncio.run(whole())
    return heard


def test_messages_that_never_came_are_counted_also_by_a_keep_alive():
    whole = hear(Published(7, 4, is_keep_alive=True), Published(7, 4, is_keep_alive=False), Published(7, 5, is_keep_alive=True))
    assert whole == []
    assert hear(Published(7, 4, is_keep_alive=False), Published(7, 7, is_keep_alive=False)) == [("missed", 2)]
    assert hear(Published(7, 4, is_keep_alive=False), Published(7, 6, is_keep_alive=True)) == [("missed", 1)]
    assert hear(Published(7, 2**32 - 1, is_keep_alive=False), Published(7, 1, is_keep_alive=False)) == []


def test_a_server_that_ends_a_subscription_is_heard_at_once():
    end = ua.StatusChangeNotification(Status=ua.StatusCode(ua.StatusCodes.BadTimeout))
    result = ua.PublishResult(NotificationMessage=ua.NotificationMessage(NotificationData=[end]))
    assert hear(Published(7, 4, is_keep_alive=False, other=result)) == [("ended", "BadTimeout")]
    assert hear(Published(7, 4, is_keep_alive=False, arrivals=Arrivals([1], [5], [0], [None])))[0] == (
        "ended",
        "BadMonitoredItemIdInvalid",
    )
