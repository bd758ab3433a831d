"""Whether every machine's driver can work with what a station.toml says of it, told at its line where not."""

from __future__ import annotations

import sys
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from drivers.derived.setup import CYCLE_TABLE
from drivers.driver import Driver, MachineSetupError, WriteRefusedError
from drivers.writing import raw_to_write
from hmi.clock import SystemClock
from hmi.commands.configured import complaint
from hmi.configuration import Problem, locate
from hmi.engine.links import make_driver
from hmi.settings import Machine, Settings
from hmi.station.packml import NAMES, item_state
from station_db.records.equipment import ItemState


def build_drivers(settings: Settings) -> list[Driver] | None:
    """A driver a machine, not connected; or None after saying at which lines what does not fit."""
    tried: dict[str, Any] = {}
    problems = [problem for at, machine in enumerate(settings.machines) for problem in misfits(settings.path, at, machine, tried)]
    if not problems:
        shared: dict[str, Any] = {}
        return [make_driver(machine, stamp, shared) for machine in settings.machines]
    for problem in problems:
        print(complaint(settings.path, problem), file=sys.stderr)
    print("Nothing was started or changed.", file=sys.stderr)
    return None


def misfits(path: Path, at: int, machine: Machine, shared: MutableMapping[str, Any]) -> Iterator[Problem]:
    """All that is wrong with a machine, also beside those tried with the same `shared` before.

    A tag that its driver refuses is put aside, so that the next one is heard too.
    """
    yield from unwritable(path, at, machine)
    for tag in machine.tags:
        for state in sorted({*tag.states.values(), *(tag.write.states if tag.write else ())}):
            if item_state(state) is ItemState.UNKNOWN:
                yield locate(path, ("machine", at), place_of(tag.name, machine), "tag.state", state, ", ".join(NAMES.values()))
    while True:
        try:
            make_driver(machine, stamp, shared)
        except MachineSetupError as error:
            yield misfit(path, at, machine, error)
            rest = without(machine, error.tag)
            if rest == machine or not rest.tags:
                return
            machine = rest
        else:
            return


def unwritable(path: Path, at: int, machine: Machine) -> Iterator[Problem]:
    """Values of recipes that their tags can't have."""
    tags = {tag.name: tag for tag in machine.wired}
    for recipe in machine.recipes:
        for name, value in recipe.values:
            try:
                raw_to_write(machine.id, tags[name], value)
            except WriteRefusedError as refusal:
                yield locate(path, ("machine", at), ("recipes", recipe.name, "values", name), "recipe.refused", refusal.reason)


def without(machine: Machine, tag: str | None) -> Machine:
    """The machine without what is wrong with it."""
    made = tuple(one for one in machine.derivation.made if one.name != tag)
    cycle = None if tag == CYCLE_TABLE else machine.derivation.cycle
    channels = tuple(one for one in machine.waveforms if one.name != tag)
    gone = {one.name for one in machine.waveforms} - {one.name for one in channels}
    tags = tuple(one for one in machine.tags if one.name != tag and one.group not in gone)
    return replace(machine, tags=tags, waveforms=channels, derivation=replace(machine.derivation, made=made, cycle=cycle))


def misfit(path: Path, at: int, machine: Machine, error: MachineSetupError) -> Problem:
    """What a driver can't work with, at its place in the file."""
    if error.tag in {channel.name for channel in machine.waveforms}:
        return locate(path, ("machine", at), ("waveforms", str(error.tag)), "waveform.setup", error.reason)
    if error.tag:
        code = "derived.setup" if error.tag not in {tag.name for tag in machine.wired} else "tag.setup"
        return locate(path, ("machine", at), place_of(error.tag, machine), code, error.reason)
    option = ("options", error.option) if error.option else ("options",)
    return locate(path, ("machine", at), option, "machine.setup", error.reason)


def place_of(tag: str, machine: Machine) -> tuple[str, ...]:
    """Where a tag is written: its own line, or that of what makes it."""
    if tag == CYCLE_TABLE:
        return ("cycle",)
    return ("derived" if any(made.name == tag for made in machine.derivation.made) else "tags", tag)


def stamp() -> tuple[int, int]:
    """Now, as drivers want it."""
    moment = SystemClock().moment()
    return moment.wall, moment.mono
