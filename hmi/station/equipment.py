"""The machine over time: one open interval each, closed and followed in the same decision, so there is no gap or overlap."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hmi.station.liveness import Link, Watch
from hmi.station.packml import item_state, name_of
from hmi.station.turn import Turn
from hmi.station.wiring import Wiring
from station_db.records.base import Instant
from station_db.records.equipment import EquipmentState, ItemState


@dataclass(frozen=True, slots=True)
class Condition:
    """What a machine is seen to do."""

    state: ItemState
    packml: str = ""
    reason: str = ""


def see(wiring: Wiring, link: Link, watch: Watch) -> Condition:
    """What the machine does, as far as it can be known now."""
    if not link.is_live:
        return Condition(ItemState.UNKNOWN, reason=link.code or "not_heard_yet")
    tag = wiring.state
    raw = None if tag is None else watch.image.get(tag.name)
    if tag is None or raw is None:
        return Condition(ItemState.UNKNOWN, reason="no_state")
    name = name_of(raw, tag.states)
    return Condition(item_state(name), name, "" if name else f"state_{raw}")


def enter(current: EquipmentState | None, machine: str, condition: Condition, turn: Turn) -> EquipmentState:
    """Go over into a condition now; the same condition again changes nothing."""
    if current is not None and condition == Condition(current.state, current.packml, current.reason):
        return current
    since = turn.now.wall
    if current is not None:
        since = turn.not_before(current.started_at)
        turn.keep(replace(current, ended_at=since), f"machine:{machine}")
    return _open(machine, condition, since, turn)


def resume(current: EquipmentState | None, machine: str, last_at: Instant | None, turn: Turn) -> EquipmentState:
    """After a restart: what the machine did since the last record is unknown."""
    unknown = Condition(ItemState.UNKNOWN, reason="not_heard_yet")
    if current is None or current.ended_at is not None:
        since = turn.now.wall if current is None or current.ended_at is None else current.ended_at
        return _open(machine, unknown, since, turn)
    since = max(current.started_at, min(last_at or turn.now.wall, turn.now.wall))
    turn.keep(replace(current, ended_at=since))
    return _open(machine, unknown, since, turn)


def _open(machine: str, condition: Condition, since: Instant, turn: Turn) -> EquipmentState:
    state = EquipmentState(
        id=turn.new_id(),
        machine=machine,
        state=condition.state,
        packml=condition.packml,
        started_at=since,
        reason=condition.reason,
    )
    turn.keep(state, f"machine:{machine}")
    return state
