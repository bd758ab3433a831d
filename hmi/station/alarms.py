"""What is wrong now: the machine's alarm bits and fault code, and the station's own faults. Came and went are records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from drivers.tag import AlarmText, Purpose
from hmi.station.codes import Code
from hmi.station.topics import AlarmView
from hmi.station.turn import Turn
from hmi.station.wiring import Image, Wiring
from station_db.records.base import Instant
from station_db.records.equipment import AlarmEvent

RANKS: Mapping[str, int] = {"critical": 0, "urgent": 0, "high": 1, "medium": 2, "low": 3}
SERIOUS = "high"

Key = tuple[str, str]
"""Source and code."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An active alarm: its record and its words."""

    event: AlarmEvent
    view: AlarmView


Alarms = Mapping[Key, Alarm]


def raise_alarm(alarms: Alarms, view: AlarmView, turn: Turn) -> Alarms:
    """An alarm came; one that is there already stays as it came."""
    key = (view.source, view.code)
    if key in alarms:
        return alarms
    event = AlarmEvent(
        id=turn.new_id(),
        source=view.source,
        code=str(view.code),
        priority=view.priority,
        text=view.text,
        came_at=Instant(view.came_at),
    )
    turn.keep(event)
    return {**alarms, key: Alarm(event, view)}


def clear(alarms: Alarms, key: Key, turn: Turn) -> Alarms:
    """An alarm went."""
    if key not in alarms:
        return alarms
    end(alarms[key].event, turn)
    return {other: alarm for other, alarm in alarms.items() if other != key}


def end(event: AlarmEvent, turn: Turn) -> None:
    """Close the record of an alarm."""
    turn.keep(replace(event, went_at=turn.not_before(event.came_at)))


def own(source: str, code: Code, turn: Turn, *args: str, priority: str = SERIOUS) -> AlarmView:
    """A fault of the station's own, said by code and args."""
    return AlarmView(source=source, code=code, priority=priority, came_at=turn.now.wall, args=args)


def follow_machine(alarms: Alarms, wiring: Wiring, image: Image, turn: Turn) -> Alarms:
    """Bring the machine's alarms in line with its bits and its fault code."""
    machine = wiring.machine
    wanted = {
        (machine.id, tag.name): machine_view(wiring, tag.name, turn.now.wall) for tag in wiring.alarms if image.get(tag.name)
    }
    fault = wiring.number(image, Purpose.FAULT)
    if fault and not wanted:
        view = own(machine.id, Code.MACHINE_FAULT, turn, machine.name, str(fault))
        wanted[machine.id, view.code] = view
    watched = {(machine.id, tag.name) for tag in wiring.alarms} | {(machine.id, str(Code.MACHINE_FAULT))}
    for key in [key for key in alarms if key in watched and key not in wanted]:
        alarms = clear(alarms, key, turn)
    for view in wanted.values():
        alarms = raise_alarm(alarms, view, turn)
    return alarms


def machine_view(wiring: Wiring, tag_name: str, came_at: int) -> AlarmView:
    """A machine's alarm in the words of the settings."""
    tag = next(tag for tag in wiring.alarms if tag.name == tag_name)
    words = tag.alarm or AlarmText(tag.title or tag.name)
    return AlarmView(wiring.machine.id, tag.name, words.priority, came_at, words.text, words.consequence, words.action)


def worst_first(alarms: Alarms) -> tuple[AlarmView, ...]:
    """By priority, then the newest first."""
    views = (alarm.view for alarm in alarms.values())
    return tuple(sorted(views, key=lambda view: (RANKS.get(view.priority, len(RANKS)), -view.came_at)))
