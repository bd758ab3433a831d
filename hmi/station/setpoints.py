"""Values a person writes to a machine: who may, when, how far, how often; asked once, and true only when read back."""

from __future__ import annotations

import math
from dataclasses import replace

from drivers.scaling import Scaling, whole
from drivers.tag import DataType, Tag, WriteRule
from hmi.station import number
from hmi.station.codes import Code, RefusedError
from hmi.station.decision import WriteOrder, WriteResult
from hmi.station.state import Station
from hmi.station.turn import Turn
from hmi.station.written import Key
from station_db.records.equipment import MachineWrite, WriteState

REAL = frozenset({DataType.FLOAT32, DataType.FLOAT64})


def tags(station: Station, machine: str) -> tuple[Tag, ...]:
    """What people may write at a machine."""
    return tuple(tag for tag in station.wirings[machine].machine.tags if tag.write is not None)


def value_now(station: Station, machine: str, tag: Tag) -> float | None:
    """What the machine says the tag is; None while nobody can tell."""
    value = station.watches[machine].image.get(tag.name) if station.links[machine].is_live else None
    return None if value is None or isinstance(value, str) else float(value)


def parse(tag: Tag, text: str) -> float:
    """A typed value that the tag can have. Raises `RefusedError`; nothing is bent into range."""
    value = number.parse(text)
    check_value(tag, value)
    return value


def check_value(tag: Tag, value: float) -> None:
    """Raise `RefusedError` unless the tag can have the value: within its limits, and a number that its type can say."""
    if tag.data_type is DataType.BOOL and value not in (0, 1):
        raise RefusedError(Code.SETPOINT_NOT_SWITCH, title(tag))
    if tag.low is not None and value < tag.low:
        raise RefusedError(Code.SETPOINT_BELOW, title(tag), f"{tag.low:g}", tag.unit)
    if tag.high is not None and value > tag.high:
        raise RefusedError(Code.SETPOINT_ABOVE, title(tag), f"{tag.high:g}", tag.unit)
    if tag.data_type not in REAL and whole(Scaling.of(tag).to_raw(value)) is None:
        raise RefusedError(Code.SETPOINT_BETWEEN, title(tag), f"{abs(tag.scale):g}", tag.unit)


def check(station: Station, machine: str, tag: Tag, value: float, turn: Turn) -> float:
    """The value that stands there now, if `value` may follow it. Raises `RefusedError` with the reason."""
    rule = check_person(station, tag)
    check_state(station, machine, tag, rule)
    old = value_now(station, machine, tag)
    if old is None:
        raise RefusedError(Code.SETPOINT_VALUE_UNKNOWN, title(tag))
    change = abs(value - old)
    if rule.step is not None and change > rule.step and not is_same(tag, change, rule.step):
        raise RefusedError(Code.SETPOINT_STEP, title(tag), f"{rule.step:g}", tag.unit)
    check_pace(station, (machine, tag.name), tag, rule, turn)
    return old


def check_person(station: Station, tag: Tag) -> WriteRule:
    """The tag's rule, if it lets whoever is signed in write. Raises `RefusedError`."""
    if tag.write is None or not tag.writable:
        raise RefusedError(Code.SETPOINT_NOT_WRITABLE, title(tag))
    if station.role is None or station.role.value not in tag.write.roles:
        raise RefusedError(Code.SETPOINT_ROLE, title(tag), ", ".join(tag.write.roles))
    return tag.write


def check_state(station: Station, machine: str, tag: Tag, rule: WriteRule) -> None:
    """Raise `RefusedError` unless the machine is there, and in a state in which the tag may be written."""
    name = station.wirings[machine].machine.name
    if not station.links[machine].is_live:
        raise RefusedError(Code.SETPOINT_MACHINE_AWAY, name)
    state = station.states[machine]
    allowed = {wanted.lower() for wanted in rule.states}
    if allowed and state.packml.lower() not in allowed and state.state.value not in allowed:
        raise RefusedError(Code.SETPOINT_STATE, title(tag), ", ".join(rule.states), state.packml or state.state.value)


def check_pace(station: Station, key: Key, tag: Tag, rule: WriteRule, turn: Turn) -> None:
    """Raise `RefusedError` while the last write is under way or too young."""
    check_idle(station, key, tag)
    asked_ns = station.setpoints.asked_ns.get(key)
    if asked_ns is not None and turn.now.mono - asked_ns < rule.interval_ms * 1_000_000:
        raise RefusedError(Code.SETPOINT_TOO_SOON, title(tag), f"{rule.interval_ms / 1000:g}")


def check_idle(station: Station, key: Key, tag: Tag) -> None:
    """Raise `RefusedError` while a write of the tag is not answered."""
    if any((write.machine, write.tag) == key for write in station.setpoints.pending.values()):
        raise RefusedError(Code.SETPOINT_UNDER_WAY, title(tag))


def is_same(tag: Tag, one: float, other: float) -> bool:
    """Whether two values of a tag are the same number in the machine."""
    if tag.data_type in REAL:
        return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-6 * abs(tag.offset))
    return abs(one - other) < abs(tag.scale) / 2


def title(tag: Tag) -> str:
    """What people call it."""
    return tag.title or tag.name


def ask(station: Station, write: MachineWrite, turn: Turn, actor: str = "") -> Station:
    """Keep the write's record, and write once it is committed."""
    turn.keep(write, actor)
    turn.write(WriteOrder(write.id, write.machine, write.tag, write.value))
    key, state = (write.machine, write.tag), station.setpoints
    asked = replace(
        state,
        pending={**state.pending, write.id: write},
        last={**state.last, key: write},
        asked_ns={**state.asked_ns, key: turn.now.mono},
    )
    return replace(station, setpoints=asked)


def answered(station: Station, result: WriteResult, turn: Turn) -> tuple[Station, MachineWrite | None]:
    """A write ended; None for one no person asked for in this life."""
    state = station.setpoints
    write = state.pending.get(result.id)
    if write is None:
        return station, None
    ended = replace(write, state=WriteState(result.state), ended_at=turn.not_before(write.asked_at), reason=result.reason)
    turn.keep(ended)
    rest = {key: other for key, other in state.pending.items() if key != result.id}
    last = {**state.last, (write.machine, write.tag): ended}
    return replace(station, setpoints=replace(state, pending=rest, last=last)), ended
