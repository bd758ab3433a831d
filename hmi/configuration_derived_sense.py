"""What the tables of made tags allow and all together do not: references to nothing, two groups, counts that can't be mixed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drivers.derived.setup import BOOT, TIME
from drivers.tag import DataType, Purpose, Role
from hmi.configuration_derived import (
    CycleTable,
    EdgesTable,
    LampsTable,
    Made,
    MappingTable,
    RunningTable,
    inputs_of,
    is_state,
    made_by_cycle,
)
from hmi.toml_lines import Path as KeyPath

if TYPE_CHECKING:
    from hmi.configuration_file import MachineTable

Found = tuple[KeyPath, str, tuple[str, ...]]
COUNTED = (Purpose.GOOD, Purpose.BAD, Purpose.CYCLE, Purpose.BOOT)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What tags can be made from: the group each is told in, and which of them are text."""

    groups: Mapping[str, str]
    texts: frozenset[str]

    def group(self, tags: tuple[str, ...]) -> str:
        """The group of the first of `tags` that is there."""
        return next((self.groups[tag] for tag in tags if tag in self.groups), "")

    def wrong(self, key: KeyPath, tags: tuple[str, ...], *, may_be_text: bool = False) -> Iterator[Found]:
        """They must be there, be told together, and be numbers where they are calculated with."""
        for tag in tags:
            if tag not in self.groups:
                yield key, "derived.input_unknown", (tag,)
            elif tag in self.texts and not may_be_text:
                yield key, "derived.input_text", (tag,)
        groups = sorted({self.groups[tag] for tag in tags if tag in self.groups})
        if len(groups) > 1:
            yield key, "derived.groups", (", ".join(groups),)


def in_derived(where: KeyPath, machine: MachineTable) -> Iterator[Found]:
    """All about made tags that their types can't see; each may be made from those before it."""
    inputs = Inputs(
        {name: tag.group for name, tag in machine.tags.items() if tag.count is None},
        frozenset(name for name, tag in machine.tags.items() if tag.type is DataType.STRING),
    )
    for name, made in machine.derived.items():
        key = (*where, "derived", name)
        if name in machine.tags:
            yield key, "derived.name_taken", (name,)
        yield from inputs.wrong(key, inputs_of(made), may_be_text=isinstance(made, MappingTable))
        yield from in_made(key, made)
        inputs = Inputs({**inputs.groups, name: inputs.group(inputs_of(made))}, inputs.texts)
    if machine.cycle is not None:
        yield from in_cycle((*where, "cycle"), machine.cycle, machine, inputs)
    yield from in_counts(where, machine, inputs)
    yield from in_purposes(where, machine)
    yield from in_states(where, machine)


def in_made(key: KeyPath, made: Made) -> Iterator[Found]:
    """Within one made tag."""
    match made:
        case LampsTable():
            yield from in_lamps(key, made)
        case RunningTable() if (made.running is None) is not (made.standing is None):
            yield key, "derived.both_states", ()
        case MappingTable():
            yield from in_mapping(key, made)
        case _:
            return


def in_lamps(key: KeyPath, lamps: LampsTable) -> Iterator[Found]:
    """Every row speaks of lamps that are there; there is one; it blinks at some pace."""
    there = {colour for colour, tag in lamps.lamps.model_dump().items() if tag is not None}
    if not there:
        yield (*key, "lamps"), "derived.no_lamp", ()
    for row in lamps.rows:
        looks = {colour for colour, look in row.model_dump(exclude={"state"}).items() if look is not None}
        if not looks or looks - there:
            yield (*key, "rows"), "derived.lamp_row", (row.state, ", ".join(sorted(there)))
    slowest, fastest = lamps.blink_hz
    if not 0.05 <= slowest < fastest <= 20:
        yield (*key, "blink_hz"), "derived.blink", ()


def in_mapping(key: KeyPath, table: MappingTable) -> Iterator[Found]:
    """Every row says one thing: a state where the tag is one, else a value, all of one type."""
    is_state = table.role == "state"
    for row in table.rows:
        if (row.state is not None) is not is_state or (row.value is not None) is is_state:
            yield (*key, "rows"), "derived.row_value", ("state" if is_state else "value",)
        unclear = (tag for tag, condition in row.when.items() if not condition.is_one)
        yield from (((*key, "rows"), "derived.condition", (tag,)) for tag in unclear)
    if len({type(row.value) for row in table.rows if row.value is not None}) > 1:
        yield (*key, "rows"), "derived.row_types", ()


def in_cycle(key: KeyPath, cycle: CycleTable, machine: MachineTable, inputs: Inputs) -> Iterator[Found]:
    """Between the cycle and its machine."""
    if machine.curve is not None:
        yield key, "cycle.curve_too", ()
    own = next((name for name, tag in machine.tags.items() if tag.purpose is Purpose.CYCLE), None)
    if own is not None and (cycle.end.tag != own or not cycle.end.moves):
        yield (*key, "end"), "cycle.own_counter", (own,)
    for name in made_by_cycle(cycle, [tag.purpose for tag in machine.tags.values()]):
        if name in machine.tags or name in machine.derived:
            yield key, "derived.name_taken", (name,)
    yield from in_triggers(key, cycle, inputs)
    yield from in_channels(key, cycle, inputs)


def in_triggers(key: KeyPath, cycle: CycleTable, inputs: Inputs) -> Iterator[Found]:
    """Each moment is one, and told together with the channels."""
    for name, trigger in (("start", cycle.start), ("end", cycle.end)):
        if trigger is not None and (trigger.becomes is None) is (trigger.moves is None):
            yield (*key, name), "cycle.trigger", ()
    triggers = (cycle.end.tag,) if cycle.start is None else (cycle.start.tag, cycle.end.tag)
    sampled = tuple(channel.tag for channel in cycle.channels if channel.tag in inputs.groups)
    yield from inputs.wrong(key, (*triggers, *sampled), may_be_text=True)


def in_channels(key: KeyPath, cycle: CycleTable, inputs: Inputs) -> Iterator[Found]:
    """Time first if at all, each channel once and a number; results are those of channels."""
    channels = [channel.tag for channel in cycle.channels]
    if TIME in channels[1:] or len(set(channels)) < len(channels):
        yield (*key, "channels"), "cycle.channels", ()
    for tag in channels:
        if tag in inputs.texts:
            yield (*key, "channels"), "derived.input_text", (tag,)
        elif tag != TIME and tag not in inputs.groups:
            yield (*key, "channels"), "derived.input_unknown", (tag,)
    for name, result in cycle.results.items():
        if result.channel not in channels or result.channel == TIME:
            yield (*key, "results", name), "cycle.result_channel", (result.channel,)


def in_counts(where: KeyPath, machine: MachineTable, inputs: Inputs) -> Iterator[Found]:
    """What is counted here has one boot id: it can't be mixed with the machine's counts, and is told in one group."""
    groups = {name: inputs.groups[name] for name, made in machine.derived.items() if isinstance(made, EdgesTable)}
    own = {tag.purpose: name for name, tag in machine.tags.items() if tag.purpose in COUNTED}
    if machine.cycle is not None and Purpose.CYCLE not in own:
        groups["cycle"] = inputs.group((machine.cycle.end.tag,))
    if not groups:
        return
    first = next(iter(groups))
    key = (*where, "cycle") if first == "cycle" else (*where, "derived", first)
    if own:
        yield key, "derived.counts_mixed", (", ".join(own.values()),)
    if len(set(groups.values())) > 1:
        yield key, "derived.counts_groups", (", ".join(groups),)
    if BOOT in machine.tags or BOOT in machine.derived:
        yield key, "derived.name_taken", (BOOT,)


def in_purposes(where: KeyPath, machine: MachineTable) -> Iterator[Found]:
    """A purpose is that of one tag, made or not."""
    purposes = {tag.purpose: name for name, tag in machine.tags.items() if tag.purpose}
    if machine.cycle is not None:
        purposes.setdefault(Purpose.CYCLE, "cycle")
    for name, made in machine.derived.items():
        purpose = None if isinstance(made, LampsTable | RunningTable) else made.purpose
        if purpose and (first := purposes.setdefault(Purpose(purpose), name)) != name:
            yield (*where, "derived", name), "tag.purpose_twice", (purpose, first)


def in_states(where: KeyPath, machine: MachineTable) -> Iterator[Found]:
    """A machine is in one state at a time, so one tag tells it."""
    states = [name for name, tag in machine.tags.items() if tag.role is Role.STATE]
    for name, made in machine.derived.items():
        if not is_state(made):
            continue
        if states:
            yield (*where, "derived", name), "derived.state_twice", (states[0],)
        states.append(name)
