"""From the settings of a machine to its driver, found by name among the entry points `lineside.drivers`."""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from importlib.metadata import entry_points
from typing import Any

from drivers.derived.driver import deriving
from drivers.driver import DeviceSetup, Driver, MachineSetupError, Stamp
from drivers.waveforms.driver import with_waveforms
from hmi.settings import Machine

GROUP = "lineside.drivers"


def make_driver(machine: Machine, stamp: Stamp, shared: MutableMapping[str, Any]) -> Driver:
    """The driver of one machine, not yet connected; `shared` is the one mapping of all drivers. Raises `MachineSetupError`."""
    found = tuple(entry_points(group=GROUP, name=machine.protocol))
    if not found:
        raise MachineSetupError(machine.id, f"no driver is installed for the protocol '{machine.protocol}'")
    features = {channel.name for channel in machine.waveforms}
    setup = DeviceSetup(
        device=machine.id,
        options=machine.options,
        tags=machine.wired,
        groups={name: period for name, period in machine.groups.items() if name not in features},
        stamp=stamp,
        curve=machine.curve,
        shared=shared,
        waveforms=tuple(channel.link for channel in machine.waveforms if channel.link is not None),
    )
    driver = found[0].load()(setup)
    if machine.derivation.groups:
        driver = deriving(driver, machine.id, machine.derivation, machine.groups, _new_boot)
    return with_waveforms(driver, machine.id, machine.waveforms, stamp) if machine.waveforms else driver


def _new_boot() -> int:
    return secrets.randbits(31)
