"""A simulated machine as a process: starts the servers, says that it is ready, and ends when it is told to."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sys
import threading
from contextlib import ExitStack, closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from drivers.simulation.control import ControlServer
from drivers.simulation.counts import WORD
from drivers.simulation.disturbances import Rates
from drivers.simulation.gate import Gate
from drivers.simulation.machine import MachineSetup
from drivers.simulation.modbus_server import ModbusServer
from drivers.simulation.pace import Pace
from drivers.simulation.press import Press
from drivers.simulation.press_image import image_of
from drivers.simulation.screwdriver import Screwdriver
from drivers.simulation.simulation import Simulation
from drivers.simulation.truth import TruthLog
from drivers.simulation.verbs import Verbs


class Kind(StrEnum):
    """Which machine."""

    PRESS = "press"
    SCREWDRIVER = "screwdriver"


@dataclass(frozen=True, slots=True)
class ProcessSetup:
    """All a simulator process is told; a port of 0 is any free one, `boot` None a number of chance."""

    kind: Kind
    port: int
    control_port: int
    truth: Path | None
    seed: int
    speed: float
    is_calm: bool
    is_child: bool
    boot: int | None
    stop_after: int | None


def run(setup: ProcessSetup) -> None:
    """Run the machine until SIGTERM, Ctrl-C or, for a child, the end of standard input."""
    asyncio.run(_run(setup))


async def _run(setup: ProcessSetup) -> None:
    gate, ended = Gate(asyncio.get_running_loop()), asyncio.Event()
    _end_on_signals(gate, ended)
    if setup.is_child:
        _end_with_parent(gate, ended)
    with ExitStack() as stack:
        truth = stack.enter_context(TruthLog(setup.truth)) if setup.truth else None
        simulation = _simulation(setup, truth)
        port = await simulation.wire.start()
        control = stack.enter_context(closing(ControlServer(Verbs(simulation, gate).respond, setup.control_port)))
        ready = {"ready": True, "port": port, "control_port": control.port, **simulation.wire.ready_facts()}
        print(json.dumps(ready), flush=True)
        await _until(ended, simulation)


async def _until(ended: asyncio.Event, simulation: Simulation) -> None:
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(simulation.run())
        await ended.wait()
        running.cancel()
    await simulation.wire.close()


def _simulation(setup: ProcessSetup, truth: TruthLog | None) -> Simulation:
    rates = None if setup.is_calm else Rates()
    boot = secrets.randbelow(WORD) + 1 if setup.boot is None else setup.boot
    machine = MachineSetup(setup.seed, rates, boot, truth.last_part() if truth else 0, setup.stop_after)
    make = {Kind.PRESS: _press, Kind.SCREWDRIVER: _screwdriver}[setup.kind]
    return make(setup, machine, truth)


def _press(setup: ProcessSetup, machine: MachineSetup, truth: TruthLog | None) -> Simulation:
    press = Press(machine)
    pace = Pace(press, setup.speed)
    return Simulation(press, pace, ModbusServer(image_of(press, pace.now_ms), setup.port), truth)


def _screwdriver(setup: ProcessSetup, machine: MachineSetup, truth: TruthLog | None) -> Simulation:
    from drivers.simulation.opcua_server import OpcUaServer  # asyncua takes a second to import: not for the press

    screwdriver = Screwdriver(machine)
    pace = Pace(screwdriver, setup.speed)
    return Simulation(screwdriver, pace, OpcUaServer(screwdriver, setup.port, pace.now_ms), truth)


def _end_on_signals(gate: Gate, ended: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def end(*_: object) -> None:
        gate.release()
        loop.call_soon_threadsafe(ended.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def _end_with_parent(gate: Gate, ended: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def wait_for_end() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        gate.release()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait_for_end, name="parent", daemon=True).start()
