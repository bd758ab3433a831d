"""A driver with made tags can all that the driver inside can, and no more."""

import asyncio

import pytest

from drivers.derived.driver import deriving
from drivers.derived.setup import BOOT, Derivation, Edges, Running
from drivers.driver import ConditionKeeper, MachineSetupError, MethodCaller
from drivers.reading import Batch, LinkUp, Refreshed
from drivers.tag import DataType, Role, Tag

MADE = Derivation((Running("runs", "current", 3.0, 0.5),), groups={"runs": "fast"})
CURRENT = Tag("current", "input:0", DataType.FLOAT64, Role.SIGNAL, group="fast")
RUNS = Tag("runs", "", DataType.BOOL, Role.SIGNAL, group="fast")


class Plain:
    """A driver that says one thing and keeps what it is told."""

    def __init__(self):
        self.told = []

    async def events(self):
        yield LinkUp("m", 1, 1)
        yield Batch("m", "fast", ("current",), (5.0,), 2, 2)
        yield Refreshed("m", 3, 3)

    async def read(self, tags):
        self.told.append(tuple(tag.name for tag in tags))
        return [5.0 for _ in tags]

    async def write(self, tag, value):
        self.told.append((tag.name, value))

    async def close(self):
        self.told.append("closed")


class Able(Plain):
    async def call(self, method, arguments):
        return [method, *arguments]

    async def acknowledge(self, condition, branch, comment):
        self.told.append(comment)

    async def confirm(self, condition, branch, comment):
        self.told.append(comment)


def made_of(inner):
    return deriving(inner, "m", MADE, {"fast": 100}, lambda: 1)


def test_it_can_what_the_driver_inside_can():
    driver = made_of(Able())
    assert isinstance(driver, MethodCaller)
    assert isinstance(driver, ConditionKeeper)
    assert asyncio.run(driver.call("m", [1])) == ["m", 1]


def test_it_promises_no_more_than_the_driver_inside():
    assert not isinstance(made_of(Plain()), MethodCaller | ConditionKeeper)


def test_only_what_the_machine_has_is_read_written_and_closed_there():
    async def use(inner):
        driver = made_of(inner)
        before = await driver.read([RUNS])
        events = [event async for event in driver.events()]
        values = await driver.read([RUNS, CURRENT])
        await driver.write(CURRENT, 2.0)
        await driver.close()
        return before, events, values

    inner = Plain()
    before, events, values = asyncio.run(use(inner))
    assert (before, values) == ([None], [True, 5.0])
    assert inner.told == [("current",), ("current", 2.0), "closed"]
    assert [type(event) for event in events] == [LinkUp, Batch, Refreshed]
    assert (events[1].tags, events[1].values) == (("current", "runs"), (5.0, True))


def test_what_its_link_can_never_tell_is_refused():
    counts = Derivation((Edges("good", "part", 100),), groups={"good": "fast", BOOT: "fast"})
    with pytest.raises(MachineSetupError, match="at least every 50 ms"):
        deriving(Plain(), "m", counts, {"fast": 100}, lambda: 1)
