"""What each value allows and all together do not: names twice, references to nothing, limits the wrong way round."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import available_timezones

from drivers.tag import DataType, Purpose, Role
from hmi.configuration_derived_sense import in_derived
from hmi.configuration_derived_values import in_values
from hmi.configuration_file import MachineTable, RecipeTable, StationFile, TagTable
from hmi.configuration_waveform_sense import in_waveforms
from hmi.settings import MANUAL
from hmi.toml_lines import Path as KeyPath
from station_db.records.base import CENTRE
from station_db.retention import LETTABLE

CODES = frozenset(DataType) - {DataType.BOOL, DataType.FLOAT32, DataType.FLOAT64, DataType.STRING}
"""What an alarm's number can stand as."""
OF_THE_STATION = frozenset({Purpose.PERMIT_REQUIRED, Purpose.PERMITTED_CYCLE, Purpose.STATION_HEARTBEAT})
"""What the station itself says to a machine, and nobody else."""
Found = tuple[KeyPath, str, tuple[str, ...]]
"""Where, as a key's path; what, as a code; the code's args."""


def contradictions(station: StationFile) -> Iterator[Found]:
    """Everything about a file that its types can't see."""
    if station.station.zone not in available_timezones():
        yield ("station", "zone"), "zone.unknown", (station.station.zone,)
    if station.station.id == CENTRE:
        yield ("station", "id"), "station.reserved", (CENTRE,)
    yield from in_retention(station)
    seen: set[str] = set()
    for at, machine in enumerate(station.machine):
        if machine.id in seen:
            yield ("machine", at, "id"), "machine.twice", (machine.id,)
        seen.add(machine.id)
        yield from in_machine(("machine", at), machine)


def in_retention(station: StationFile) -> Iterator[Found]:
    """Only what may be let go at all has a time, and none shorter than the journal's own."""
    table = station.retention
    if table is None:
        return
    if station.centre is None:
        yield ("retention",), "retention.no_centre", ()
    least = max(table.days, table.recovery_days)
    for kind, days in table.kinds.items():
        if kind not in LETTABLE:
            yield ("retention", "kinds", kind), "retention.stays", (kind, ", ".join(sorted(LETTABLE)))
        elif days < least:
            yield ("retention", "kinds", kind), "retention.shorter", (kind, str(least))


def in_machine(where: KeyPath, machine: MachineTable) -> Iterator[Found]:
    """Between the tags of one machine."""
    if machine.protocol == MANUAL:
        yield from in_manual(where, machine)
        return
    if not machine.tags:
        yield (*where, "tags"), "key.missing", ()
    purposes: dict[str, str] = {}
    for name, tag in machine.tags.items():
        key = (*where, "tags", name)
        if tag.group not in machine.groups:
            yield key, "tag.group_unknown", (tag.group, ", ".join(machine.groups))
        if tag.purpose and (first := purposes.setdefault(tag.purpose, name)) != name:
            yield key, "tag.purpose_twice", (tag.purpose, first)
        yield from in_tag(key, tag)
    yield from in_derived(where, machine)
    yield from in_values(where, machine)
    yield from in_curve(where, machine)
    yield from in_waveforms(where, machine)
    for name, recipe in machine.recipes.items():
        yield from in_recipe((*where, "recipes", name), machine, recipe)


def in_manual(where: KeyPath, machine: MachineTable) -> Iterator[Found]:
    """A station without a machine has nothing to set but its names."""
    for key in sorted(machine.model_fields_set - {"id", "name", "protocol", "tags"}):
        yield (*where, key), "machine.manual", (key,)
    for name in machine.tags:
        yield (*where, "tags", name), "machine.manual", (name,)


def in_curve(where: KeyPath, machine: MachineTable) -> Iterator[Found]:
    """Within the channels of a curve."""
    for number, channel in enumerate(machine.curve.channels if machine.curve else ()):
        if channel.scale == 0:
            yield (*where, "curve", "channels", number, "scale"), "tag.scale", ()


def in_recipe(where: KeyPath, machine: MachineTable, recipe: RecipeTable) -> Iterator[Found]:
    """Between a recipe and the tags it writes."""
    for name, value in recipe.values.items():
        tag, key = machine.tags.get(name), (*where, "values", name)
        if tag is None or tag.write is None:
            yield key, "recipe.tag", (name,)
        elif (tag.low is not None and value < tag.low) or (tag.high is not None and value > tag.high):
            yield key, "recipe.value", (f"{value:g}", str(tag.low), str(tag.high))


def in_tag(key: KeyPath, tag: TagTable) -> Iterator[Found]:
    """Within one tag."""
    if tag.low is not None and tag.high is not None and tag.low > tag.high:
        yield key, "tag.limits", (str(tag.low), str(tag.high))
    if tag.scale == 0:
        yield key, "tag.scale", ()
    if tag.span is not None and tag.span[0] >= tag.span[1]:
        yield key, "tag.limits", (str(tag.span[0]), str(tag.span[1]))
    if tag.write is not None and not tag.writable:
        yield key, "tag.write_not_writable", ()
    if tag.write is not None and tag.purpose in OF_THE_STATION:
        yield key, "tag.write_purpose", (str(tag.purpose),)
    if tag.write is not None and tag.type is DataType.STRING:
        yield key, "tag.write_text", ()
    elif tag.write is not None and tag.type is not DataType.BOOL and (tag.low is None or tag.high is None):
        yield key, "tag.write_limits", ()
    if tag.count is not None and tag.purpose:
        yield key, "tag.array_purpose", (tag.purpose,)
    if tag.role is Role.ALARM and tag.texts and tag.type not in CODES:
        yield key, "tag.alarm_code", (tag.type,)
