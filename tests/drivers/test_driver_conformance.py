"""Our own drivers held to what docs/drivers.md promises, and the kit held to finding what is not kept."""

import asyncio
import time
from dataclasses import replace
from importlib.metadata import entry_points

import pytest

from drivers.conformance import broken_promises
from drivers.derived.driver import deriving
from drivers.derived.setup import BOOT, Derivation, Edges
from drivers.driver import DeviceSetup
from drivers.reading import Batch, Heard, LinkUp, Quality
from drivers.tag import DataType, Role, Tag
from tests.drivers.derived.io_module import io_module, port_of


def stamp():
    return time.time_ns() // 1000, time.monotonic_ns()


def factory(name):
    return next(iter(entry_points(group="lineside.drivers", name=name))).load()


MODBUS_TAGS = (
    Tag("part", "discrete:3", DataType.BOOL, Role.SIGNAL),
    Tag("force", "holding:1", DataType.INT16, Role.SIGNAL, scale=0.1),
    Tag("oil", "input:0", DataType.FLOAT32, Role.PROCESS_VALUE, group="slow"),
)


def test_modbus_keeps_every_promise():
    with io_module() as server:
        options = {"host": "127.0.0.1", "port": port_of(server)}
        setup = DeviceSetup("io", options, MODBUS_TAGS, {"normal": 50, "slow": 700}, stamp)
        assert asyncio.run(broken_promises(factory("modbus"), setup, 0.8)) == []


def test_a_manual_station_keeps_them_all():
    assert asyncio.run(broken_promises(factory("manual"), DeviceSetup("hand", {}, (), {"normal": 500}, stamp), 0.5)) == []


def test_what_is_made_of_a_machine_keeps_them_too():
    made = Derivation((Edges("good", "part", 200),), groups={"good": "normal", BOOT: "normal"})

    def create(setup):
        return deriving(factory("modbus")(replace(setup, tags=MODBUS_TAGS)), "io", made, setup.groups, lambda: 7)

    counter = Tag("good", "", DataType.UINT32, Role.COUNTER)
    with io_module() as server:
        options = {"host": "127.0.0.1", "port": port_of(server)}
        tags = (*MODBUS_TAGS, counter, replace(counter, name=BOOT))
        assert (
            asyncio.run(broken_promises(create, DeviceSetup("io", options, tags, {"normal": 50, "slow": 700}, stamp), 0.8)) == []
        )


class Liar:
    """Breaks one promise after another."""

    def __init__(self, batches):
        self.batches = batches
        self.closed = asyncio.Event()

    async def events(self):
        yield LinkUp("io", *stamp())
        for batch in self.batches:
            yield batch
        while not self.closed.is_set():
            yield Heard("io", *stamp())
            await asyncio.sleep(0.02)

    async def read(self, tags):
        return [0]

    async def write(self, tag, value):
        """Takes anything."""

    async def close(self):
        self.closed.set()


def batch(tags=("part",), values=(True,), group="normal", qualities=None):
    return Batch("io", group, tags, values, *stamp(), qualities)


LIES = [
    (batch(values=(1,)), "'part' is 1, which is no bool"),
    (batch(values=(None,)), "'part' is None and good"),
    (batch(qualities=(Quality.BAD,)), "'part' is True and bad"),
    (batch(group="slow"), "'part' is of group 'normal', not 'slow'"),
    (batch(tags=("other",)), "'other' is no tag of the setup"),
    (batch(values=(True, False)), "must be as many"),
    (batch(tags=("force",), values=(float("nan"),)), "'force' is nan"),
]


@pytest.mark.parametrize(("lie", "sentence"), LIES)
def test_the_kit_finds_a_lie(lie, sentence):
    setup = DeviceSetup("io", {}, MODBUS_TAGS, {"normal": 50, "slow": 700}, stamp)
    broken = "\n".join(asyncio.run(broken_promises(lambda _: Liar([lie]), setup, 0.05)))
    assert sentence in broken
    for other in ("'oil' was never told", "unknown option", "one value for each tag", "must be refused", "after close"):
        assert other in broken
