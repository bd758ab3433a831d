"""Checked tables of made tags as the declarations they stand for, and the tags they make."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.derived.setup import (
    BOOT,
    CYCLE,
    DURATION,
    RUNNING_CYCLE,
    TIME,
    Condition,
    CycleMade,
    Derivation,
    Edges,
    LampRow,
    Lamps,
    Mapped,
    MapRow,
    Running,
    TakenResult,
    Trigger,
)
from drivers.derived.setup import Made as MadeTag
from drivers.tag import DataType, Purpose, Role, Tag, Value
from hmi.configuration_derived import (
    CycleTable,
    EdgesTable,
    LampsTable,
    Made,
    MappingTable,
    RunningTable,
    TriggerTable,
    inputs_of,
    made_by_cycle,
)
from hmi.settings import Chart

MODULI = {
    DataType.UINT16: 1 << 16,
    DataType.INT16: 1 << 16,
    DataType.BCD16: 10_000,
    DataType.BCD32: 100_000_000,
    DataType.UINT64: 1 << 64,
    DataType.INT64: 1 << 64,
}
TYPES: Mapping[type, DataType] = {bool: DataType.BOOL, int: DataType.INT64, float: DataType.FLOAT64, str: DataType.STRING}


def derivation_from(
    derived: Mapping[str, Made], cycle: CycleTable | None, tags: tuple[Tag, ...]
) -> tuple[Derivation, tuple[Tag, ...]]:
    """All that is made of a machine's `tags`, and the tags it makes."""
    groups = {tag.name: tag.group for tag in tags}
    made_tags: list[Tag] = []
    for name, table in derived.items():
        groups[name] = groups[inputs_of(table)[0]]
        made_tags.append(tag_of(name, table, groups[name]))
    if cycle is not None:
        made_tags += tags_of_cycle(cycle, tags, groups[cycle.end.tag])
    counted = [tag.group for tag in made_tags if tag.role is Role.COUNTER]
    if counted:
        made_tags.append(Tag(BOOT, "", DataType.UINT32, Role.IDENTITY, Purpose.BOOT, group=counted[0]))
    setup = None if cycle is None else cycle_from(cycle, {tag.name: tag for tag in (*tags, *made_tags)}, groups)
    made = tuple(made_from(name, table) for name, table in derived.items())
    return Derivation(made, setup, {tag.name: tag.group for tag in made_tags}), tuple(made_tags)


def states_of(table: LampsTable | MappingTable) -> dict[str, int]:
    """The states a table speaks of, each with its number."""
    return {state: number for number, state in enumerate(dict.fromkeys(row.state for row in table.rows if row.state), 1)}


def named(states: Mapping[str, int]) -> dict[int, str]:
    """Numbers to names, as a tag of role state tells them."""
    return {number: state for state, number in states.items()}


def tag_of(name: str, table: Made, group: str) -> Tag:
    """The tag that a table makes."""
    title = table.title or name.replace("_", " ")
    match table:
        case LampsTable():
            return Tag(name, "", DataType.UINT16, Role.STATE, group=group, title=title, states=named(states_of(table)))
        case EdgesTable():
            purpose = Purpose(table.purpose) if table.purpose else None
            return Tag(name, "", DataType.UINT32, Role.COUNTER, purpose, group=group, title=title)
        case RunningTable():
            states = {1: table.running, 0: table.standing} if table.running and table.standing else {}
            return Tag(name, "", DataType.BOOL, Role.STATE if states else Role.SIGNAL, group=group, title=title, states=states)
        case MappingTable():
            return mapped_tag(name, table, group, title)


def mapped_tag(name: str, table: MappingTable, group: str, title: str) -> Tag:
    """The tag of a mapping: a state by number, or a value of its rows' type."""
    role = Role(table.role)
    if role is Role.STATE:
        return Tag(name, "", DataType.UINT16, role, table.purpose, group=group, title=title, states=named(states_of(table)))
    kind = TYPES[type(table.rows[0].value)]
    return Tag(name, "", kind, role, table.purpose, table.unit, group=group, low=table.low, high=table.high, title=title)


def made_from(name: str, table: Made) -> MadeTag:
    """How a tag is made."""
    match table:
        case LampsTable():
            return lamps_from(name, table)
        case EdgesTable():
            on, off, falls = table.min_on_ms, table.min_off_ms, table.edge == "falling"
            return Edges(name, table.tag, table.shortest_ms, is_falling=falls, per=table.per, min_on_ms=on, min_off_ms=off)
        case RunningTable():
            delays = table.on_delay_ms, table.off_delay_ms
            return Running(name, table.tag, table.threshold, table.hysteresis, *delays)
        case MappingTable():
            states = states_of(table)
            rows = tuple(MapRow(conditions(row.when), states[row.state] if row.state else row.value) for row in table.rows)
            return Mapped(name, rows)


def lamps_from(name: str, table: LampsTable) -> Lamps:
    """A stack light."""
    states = states_of(table)
    rows = tuple(LampRow(row.model_dump(exclude={"state"}, exclude_none=True), states[row.state]) for row in table.rows)
    return Lamps(name, table.lamps.model_dump(exclude_none=True), rows, table.blink_hz)


def conditions(when: Mapping[str, object]) -> tuple[Condition, ...]:
    """What a row asks of its tags."""
    return tuple(
        Condition(tag, one.among or one.other_than, one.min, one.max, is_not=bool(one.other_than)) for tag, one in when.items()
    )


def tags_of_cycle(cycle: CycleTable, tags: tuple[Tag, ...], group: str) -> list[Tag]:
    """The tags a cycle makes: its numbers, how long it took, its results."""
    units = {tag.name: tag.unit for tag in tags}
    numbers = {
        CYCLE: Tag(CYCLE, "", DataType.UINT32, Role.COUNTER, Purpose.CYCLE, group=group),
        RUNNING_CYCLE: Tag(RUNNING_CYCLE, "", DataType.UINT32, Role.IDENTITY, Purpose.RUNNING_CYCLE, group=group),
        DURATION: Tag(DURATION, "", DataType.UINT32, Role.RESULT, Purpose.DURATION, "ms", group=group),
    }
    results = {
        name: Tag(
            name,
            "",
            DataType.FLOAT64,
            Role.RESULT,
            unit=units.get(one.channel, ""),
            group=group,
            low=one.low,
            high=one.high,
            title=one.title or name.replace("_", " "),
        )
        for name, one in cycle.results.items()
    }
    return [(numbers | results)[name] for name in made_by_cycle(cycle, [tag.purpose for tag in tags])]


def cycle_from(cycle: CycleTable, tags: Mapping[str, Tag], groups: Mapping[str, str]) -> CycleMade:
    """How a cycle is seen."""
    own = next((tag for tag in tags.values() if tag.purpose is Purpose.CYCLE and tag.name in groups), None)
    return CycleMade(
        end=trigger_from(cycle.end),
        channels=tuple(channel.tag for channel in cycle.channels),
        units=units_of(cycle, tags),
        typical_ms=cycle.typical_ms,
        group=groups[cycle.end.tag],
        start=None if cycle.start is None else trigger_from(cycle.start),
        counter=None if own is None else own.name,
        modulus=1 << 32 if own is None else modulus_of(own),
        results=tuple(TakenResult(name, one.channel, one.take) for name, one in cycle.results.items()),
        min_rate_hz=cycle.min_rate_hz,
    )


def modulus_of(counter: Tag) -> int:
    """Where the machine's own counter begins again at 0."""
    if counter.span is not None:
        return int(counter.span[1]) + 1
    return MODULI.get(counter.data_type, 1 << 32)


def trigger_from(table: TriggerTable) -> Trigger:
    """A moment."""
    becomes: Value = table.becomes
    return Trigger(table.tag, becomes)


def units_of(cycle: CycleTable, tags: Mapping[str, Tag]) -> tuple[str, ...]:
    """The unit of each channel: its tag's, seconds for the time."""
    return tuple("s" if channel.tag == TIME else tags[channel.tag].unit for channel in cycle.channels)


def cycle_chart(cycle: CycleTable, tags: Mapping[str, Tag]) -> Chart:
    """How a cycle's curve is drawn."""
    titles = tuple(channel.title or title_of(channel.tag, tags) for channel in cycle.channels)
    lows, highs = tuple(one.low for one in cycle.channels), tuple(one.high for one in cycle.channels)
    return Chart(titles, units_of(cycle, tags), lows, highs, cycle.window)


def title_of(channel: str, tags: Mapping[str, Tag]) -> str:
    """What people call a channel."""
    return channel if channel == TIME else tags[channel].title
