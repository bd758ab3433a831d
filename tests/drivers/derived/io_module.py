"""A Modbus I/O module by others (pyModbusTCP's server) whose inputs a test turns, and a station that looks at it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pyModbusTCP.server import ModbusServer

from drivers.reading import Batch, Event
from hmi.clock import Moment
from hmi.configuration import load
from hmi.engine.links import make_driver
from hmi.settings import Machine
from hmi.station import station as core
from hmi.station.setup import Setup
from hmi.station.state import Station
from resources.templates import templates
from station_db.records.resume import Resume

FASTEST_MS = 3
START_US = 1_790_000_000_000_000


@contextmanager
def io_module() -> Iterator[ModbusServer]:
    """The module, its server in threads of its own."""
    server = ModbusServer("127.0.0.1", 0, no_block=True)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def port_of(server: ModbusServer) -> int:
    return server._service.server_address[1]


def machine_of(template: str, folder: Path, port: int) -> Machine:
    """A template's machine, its module here and looked at as fast as it goes: the test's time passes with each look."""
    text = next(one.text for one in templates() if one.name == template)
    file = folder / "station.toml"
    file.write_text(text, encoding="utf-8")
    machine = load(file).machines[0]
    options = {**machine.options, "host": "127.0.0.1", "port": port}
    return replace(machine, options=options, groups={**machine.groups, next(iter(machine.groups)): FASTEST_MS})


class Watched:
    """One machine over looks `period_ms` apart; before each one `inputs(second)` says what stands at the module."""

    def __init__(self, machine: Machine, server: ModbusServer, period_ms: int) -> None:
        self.looks = 0
        self._period_ms = period_ms
        self._server = server
        self._driver = make_driver(machine, self.stamp, {})

    def stamp(self) -> tuple[int, int]:
        ms = self.looks * self._period_ms
        return START_US + ms * 1000, ms * 1_000_000

    async def events(self, seconds: float, inputs: Callable[[float], tuple[list[bool], list[int]]]) -> AsyncIterator[Event]:
        """What is said in so long."""
        self._show(inputs)
        async for event in self._driver.events():
            yield event
            if isinstance(event, Batch):
                self.looks += 1
                self._show(inputs)
            if self.looks * self._period_ms >= seconds * 1000:
                await self._driver.close()

    def _show(self, inputs: Callable[[float], tuple[list[bool], list[int]]]) -> None:
        switches, numbers = inputs(self.looks * self._period_ms / 1000)
        self._server.data_bank.set_discrete_inputs(0, switches)
        self._server.data_bank.set_input_registers(0, numbers)


class Core:
    """The real core, told what a machine says."""

    def __init__(self, machine: Machine) -> None:
        self._ids = itertools.count()
        self.kept: list[object] = []
        setup = Setup("ST-1", "Station", "", "UTC", (machine,), has_centre=False, version="1")
        self.station: Station
        self._follow(core.begin(setup, Resume(), self._moment(START_US, 0)))

    def hear(self, event: Event) -> None:
        self._follow(core.hear(self.station, event, {}, self._moment(event.at, event.heard_ns)))

    def _follow(self, outcome) -> None:
        self.station, decision = outcome
        self.kept += [entry.record for entry in decision.changes.entries]

    def _moment(self, wall: int, mono: int) -> Moment:
        return Moment(wall, mono, lambda: f"id-{next(self._ids)}")
