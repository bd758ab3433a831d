"""What is known of a Modbus machine before anything is asked: its groups, blocks and curve. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from drivers.driver import DeviceSetup, MachineSetupError
from drivers.modbus.address import Place, place
from drivers.modbus.asker import Read
from drivers.modbus.codec import Decoder
from drivers.modbus.options import ModbusOptions
from drivers.modbus.plan import Block, plan
from drivers.modbus.ring import Ring, ring
from drivers.modbus.words import Words
from drivers.tag import Purpose, Tag


@dataclass(frozen=True, eq=False)
class PlannedGroup:
    """The block reads of one group, in the order they are asked, and what decodes them. Each is itself and equal to no other."""

    blocks: tuple[Block, ...]

    @cached_property
    def decoder(self) -> Decoder:
        """Return what decodes all of its blocks in one go."""
        return Decoder(self.blocks)

    @cached_property
    def reads(self) -> Sequence[Read]:
        """Return what to ask for all of its blocks."""
        return [(block.table, block.start, block.count) for block in self.blocks]

    @property
    def tags(self) -> tuple[str, ...]:
        """Return the names of its tags, in the decoder's order."""
        return self.decoder.tags

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Return where in `tags` each name stands."""
        return {name: at for at, name in enumerate(self.tags)}

    @cached_property
    def silence(self) -> tuple[Words, ...]:
        """Return words that stand in for each block that was not told."""
        return tuple(np.zeros(block.count, np.uint16) for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Machine:
    """One device: `groups` are read by `periods_s`, each in its blocks."""

    device: str
    places: dict[str, Place]
    groups: dict[str, PlannedGroup]
    periods_s: dict[str, float]
    curve: Ring | None

    @property
    def any_block(self) -> Block:
        """Return a block to ask for when nothing but a sign of life is wanted."""
        return next(iter(self.groups.values())).blocks[0]


def machine(setup: DeviceSetup, options: ModbusOptions) -> Machine:
    """Plan the device; raises `MachineSetupError` for what can't work."""
    places = [_place(setup.device, tag, options) for tag in setup.tags]
    if not places:
        raise MachineSetupError(setup.device, "it has no tags, so there is nothing to read")
    groups = {name: planned(_of_group(places, name), options) for name in _used_groups(setup)}
    return Machine(
        setup.device,
        {each.tag.name: each for each in places},
        groups,
        {name: setup.groups[name] / 1000 for name in groups},
        ring(setup, options),
    )


def planned(places: Sequence[Place], options: ModbusOptions) -> PlannedGroup:
    """Return the block reads for `places`; the cycle counter first, so that no result is older than its cycle."""
    blocks = plan(places, options.max_registers, options.max_bits)
    return PlannedGroup(tuple(sorted(blocks, key=_has_no_cycle)))


def _place(device: str, tag: Tag, options: ModbusOptions) -> Place:
    where = place(device, tag, options.first_address, options.order)
    if not where.address.table.holds_bits and where.width > options.max_registers:
        too_long = f"it takes {where.width} registers, and this device allows {options.max_registers} in one read"
        raise MachineSetupError(device, too_long, tag.name)
    return where


def _has_no_cycle(block: Block) -> bool:
    return all(place.tag.purpose is not Purpose.CYCLE for place in block.places)


def _of_group(places: Sequence[Place], group: str) -> list[Place]:
    return [place for place in places if place.tag.group == group]


def _used_groups(setup: DeviceSetup) -> list[str]:
    for tag in setup.tags:
        _check_group(setup, tag)
    used = {tag.group for tag in setup.tags}
    return [name for name in setup.groups if name in used]


def _check_group(setup: DeviceSetup, tag: Tag) -> None:
    if tag.group not in setup.groups:
        raise MachineSetupError(setup.device, f"its group '{tag.group}' has no period", tag.name)
    if setup.groups[tag.group] <= 0:
        raise MachineSetupError(setup.device, f"the period of group '{tag.group}' must be longer than 0 ms", tag.name)
