"""Whether every machine's driver can work with what a station.toml says of it, told at its line where not."""

from __future__ import annotations

import sys
from pathlib import Path

from drivers.driver import Driver, MachineSetupError
from hmi.clock import SystemClock
from hmi.commands.configured import complaint
from hmi.configuration import Problem, locate
from hmi.engine.links import make_driver
from hmi.settings import Settings


def build_drivers(settings: Settings) -> list[Driver] | None:
    """A driver a machine, not connected; or None after saying at which line what does not fit."""
    built: list[Driver] = []
    problems: list[Problem] = []
    for index, machine in enumerate(settings.machines):
        try:
            built.append(make_driver(machine, stamp))
        except MachineSetupError as error:
            problems.append(misfit(settings.path, index, error))
    for problem in problems:
        print(complaint(settings.path, problem), file=sys.stderr)
    return None if problems else built


def misfit(path: Path, machine: int, error: MachineSetupError) -> Problem:
    """What a driver can't work with, at its place in the file."""
    if error.tag:
        return locate(path, ("machine", machine), ("tags", error.tag), "tag.setup", error.reason)
    return locate(path, ("machine", machine), ("options",), "machine.setup", error.reason)


def stamp() -> tuple[int, int]:
    """Now, as drivers want it."""
    moment = SystemClock().moment()
    return moment.wall, moment.mono
