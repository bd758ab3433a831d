"""From the settings of a machine to its driver, found by name among the entry points `lineside.drivers`."""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from importlib.metadata import entry_points
from typing import Any

from drivers.derived.driver import deriving
from drivers.driver import DeviceSetup, Driver, MachineSetupError, Stamp
from hmi.settings import Machine

GROUP = "lineside.drivers"


def make_driver(machine: Machine, stamp: Stamp, shared: MutableMapping[str, Any]) -> Driver:
    """The driver of one machine, not yet connected; `shared` is the one mapping of all drivers. Raises `MachineSetupError`."""
    found = tuple(entry_points(group=GROUP, name=machine.protocol))
    if not found:
        raise MachineSetupError(machine.id, f"no driver is installed for the protocol '{machine.protocol}'")
    setup = DeviceSetup(
        device=machine.id,
        options=machine.options,
        tags=machine.wired,
        groups=machine.groups,
        stamp=stamp,
        curve=machine.curve,
        shared=shared,
    )
    driver = found[0].load()(setup)
    if not machine.derivation.groups:
        return driver
    return deriving(driver, machine.id, machine.derivation, machine.groups, _new_boot)


def _new_boot() -> int:
    return secrets.randbits(31)
