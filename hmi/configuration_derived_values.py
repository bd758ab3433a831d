"""Values that a machine's tags are compared with must be some that they can have: what never fits is a mistake in the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from drivers.tag import DataType
from hmi.configuration_derived import ConditionTable, CycleTable, Exact, MappingTable
from hmi.toml_lines import Path as KeyPath

if TYPE_CHECKING:
    from hmi.configuration_file import MachineTable

Found = tuple[KeyPath, str, tuple[str, ...]]
ON_OR_OFF = (0, 1)


def in_values(where: KeyPath, machine: MachineTable) -> Iterator[Found]:
    """Every condition and every moment, as far as it speaks of a tag of the machine itself."""
    kinds = {name: tag.type for name, tag in machine.tags.items() if tag.count is None}
    for name, made in machine.derived.items():
        for row in made.rows if isinstance(made, MappingTable) else ():
            for tag, condition in row.when.items():
                yield from in_condition((*where, "derived", name, "rows"), tag, condition, kinds.get(tag))
    if machine.cycle is not None:
        yield from in_moments((*where, "cycle"), machine.cycle, kinds)
        yield from in_ranges((*where, "cycle"), machine.cycle)


def in_condition(key: KeyPath, tag: str, condition: ConditionTable, kind: DataType | None) -> Iterator[Found]:
    """Its values are of the tag's type, its range begins before it ends."""
    for value in (*condition.among, *condition.other_than):
        if not can_be(kind, value):
            yield key, "derived.never", (tag, str(kind), repr(value))
    low, high = condition.min, condition.max
    if low is not None and high is not None and low > high:
        yield key, "tag.limits", (str(low), str(high))
    if kind is DataType.STRING and (low, high) != (None, None):
        yield key, "derived.input_text", (tag,)


def in_moments(key: KeyPath, cycle: CycleTable, kinds: dict[str, DataType]) -> Iterator[Found]:
    """What a tag becomes is a value it can have."""
    for name, trigger in (("start", cycle.start), ("end", cycle.end)):
        if trigger is not None and trigger.becomes is not None and not can_be(kinds.get(trigger.tag), trigger.becomes):
            yield (*key, name), "derived.never", (trigger.tag, str(kinds[trigger.tag]), repr(trigger.becomes))


def in_ranges(key: KeyPath, cycle: CycleTable) -> Iterator[Found]:
    """Limits and axes begin before they end."""
    for channel in cycle.channels:
        if channel.low >= channel.high:
            yield (*key, "channels"), "tag.limits", (str(channel.low), str(channel.high))
    for name, result in cycle.results.items():
        if result.low is not None and result.high is not None and result.low > result.high:
            yield (*key, "results", name), "tag.limits", (str(result.low), str(result.high))


def can_be(kind: DataType | None, value: Exact) -> bool:
    """Whether a tag of this type can ever have the value; of a tag that is made nobody says."""
    match kind:
        case None:
            return True
        case DataType.BOOL:
            return value in ON_OR_OFF
        case DataType.STRING:
            return isinstance(value, str)
        case _:
            return not isinstance(value, bool | str)
