"""A station without a machine: there at once, heard all the time, and nothing to set that would have no effect."""

import asyncio
import time
from dataclasses import replace
from importlib.metadata import entry_points

import pytest

from drivers.conformance import broken_promises
from drivers.driver import CurveSetup, DeviceSetup, MachineSetupError, UnreachableError
from drivers.reading import Heard, LinkUp
from drivers.tag import DataType, Role, Tag


def stamp():
    return time.time_ns() // 1000, time.monotonic_ns()


SETUP = DeviceSetup("bench", {}, (), {"normal": 500}, stamp)
TAG = Tag("good", "holding:0", DataType.UINT16, Role.COUNTER)


@pytest.fixture(scope="module")
def create():
    return next(iter(entry_points(group="lineside.drivers", name="manual"))).load()


def test_it_keeps_every_promise(create):
    assert asyncio.run(broken_promises(create, SETUP, 0.9)) == []


def test_it_is_there_at_once_and_ends_when_it_is_closed(create):
    async def run():
        driver, heard = create(SETUP), []
        async with asyncio.timeout(3):
            async for event in driver.events():
                heard.append(event)
                if len(heard) == 3:
                    await driver.close()
        return heard

    heard = asyncio.run(run())
    assert [type(event) for event in heard] == [LinkUp, Heard, Heard]
    assert heard[2].heard_ns - heard[1].heard_ns < 500_000_000 + 300_000_000  # a busy machine is late


def test_nothing_is_read_or_written(create):
    async def run():
        driver = create(SETUP)
        assert list(await driver.read(())) == []
        with pytest.raises(UnreachableError):
            await driver.read((TAG,))
        with pytest.raises(UnreachableError):
            await driver.write(TAG, 1)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("more", "tag"),
    [
        ({"options": {"host": "10.0.0.1"}}, None),
        ({"tags": (TAG,)}, "good"),
        ({"curve": CurveSetup("holding:100", 8, ("x", "y"), ("mm", "kN"), (1.0, 1.0))}, None),
    ],
)
def test_what_could_have_no_effect_is_refused(create, more, tag):
    with pytest.raises(MachineSetupError, match="a manual station has no") as refused:
        create(replace(SETUP, **more))
    assert refused.value.tag == tag
