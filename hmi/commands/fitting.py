"""Whether every machine's driver can work with what a station.toml says of it, told at its line where not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from drivers.driver import Driver, MachineSetupError
from hmi.clock import SystemClock
from hmi.commands.configured import complaint
from hmi.configuration import Problem, locate
from hmi.engine.links import make_driver
from hmi.settings import Machine, Settings
from hmi.station.packml import NAMES, item_state
from station_db.records.equipment import ItemState


def build_drivers(settings: Settings) -> list[Driver] | None:
    """A driver a machine, not connected; or None after saying at which lines what does not fit."""
    problems = [problem for at, machine in enumerate(settings.machines) for problem in misfits(settings.path, at, machine)]
    if not problems:
        shared: dict[str, Any] = {}
        return [make_driver(machine, stamp, shared) for machine in settings.machines]
    for problem in problems:
        print(complaint(settings.path, problem), file=sys.stderr)
    print("Nothing was started or changed.", file=sys.stderr)
    return None


def misfits(path: Path, at: int, machine: Machine) -> Iterator[Problem]:
    """All that is wrong with a machine: a tag that its driver refuses is put aside, so that the next one is heard too."""
    for tag in machine.tags:
        for state in sorted(set(tag.states.values())):
            if item_state(state) is ItemState.UNKNOWN:
                yield locate(path, ("machine", at), ("tags", tag.name), "tag.state", state, ", ".join(NAMES.values()))
    tags = machine.tags
    while True:
        try:
            make_driver(replace(machine, tags=tags), stamp, {})
        except MachineSetupError as error:
            yield misfit(path, at, error)
            rest = tuple(tag for tag in tags if tag.name != error.tag)
            if len(rest) == len(tags) or not rest:
                return
            tags = rest
        else:
            return


def misfit(path: Path, machine: int, error: MachineSetupError) -> Problem:
    """What a driver can't work with, at its place in the file."""
    if error.tag:
        return locate(path, ("machine", machine), ("tags", error.tag), "tag.setup", error.reason)
    return locate(path, ("machine", machine), ("options",), "machine.setup", error.reason)


def stamp() -> tuple[int, int]:
    """Now, as drivers want it."""
    moment = SystemClock().moment()
    return moment.wall, moment.mono
