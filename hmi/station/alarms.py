"""What is wrong now: the machines' alarms and the station's own faults. Came, went and seen by whom are records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hmi.station.codes import Code
from hmi.station.decision import AlarmOrder
from hmi.station.topics import AlarmView, Wants
from hmi.station.turn import Turn
from station_db.records.base import Instant
from station_db.records.equipment import AlarmEvent

RANKS: Mapping[str, int] = {"critical": 0, "urgent": 0, "high": 1, "medium": 2, "low": 3}
SERIOUS = "high"
OF_THE_LINK = frozenset({Code.LINK_DOWN, Code.MACHINE_SILENT, Code.MACHINE_FROZEN})
"""While one of these stands, what its machine said before is only what it last said: they are told first."""

Key = tuple[str, str]
"""Source and code."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that stands: its record and its words.

    `branch` is the one occurrence that a machine which keeps the alarm itself wants to hear of, empty as long as it is not
    known; `order` is the telling under way.
    """

    event: AlarmEvent
    view: AlarmView
    branch: str = ""
    order: AlarmOrder | None = None


Alarms = Mapping[Key, Alarm]


def raise_alarm(alarms: Alarms, view: AlarmView, turn: Turn) -> Alarms:
    """An alarm came; one that is there already stays as it came."""
    known = alarms.get((view.source, str(view.code)))
    if known is not None and known.view.is_active:
        return alarms
    event = event_of(view, turn)
    turn.keep(event)
    return put(alarms, Alarm(event, replace(view, wants=Wants.ACKNOWLEDGE)))


def renamed(alarms: Alarms, key: Key, view: AlarmView, turn: Turn) -> Alarms:
    """An alarm that stands has another cause than was said: it is the same one in other words."""
    known = alarms[key]
    said = replace(known.view, code=view.code, text=view.text, args=view.args)
    if said == known.view:
        return alarms
    event = replace(known.event, code=str(view.code), text=_recorded_text(view))
    if event != known.event:
        turn.keep(event)
    return put(without(alarms, key), replace(known, event=event, view=said))


def event_of(view: AlarmView, turn: Turn) -> AlarmEvent:
    """The record of an alarm that came."""
    return AlarmEvent(
        id=turn.new_id(),
        source=view.source,
        code=str(view.code),
        priority=view.priority,
        text=_recorded_text(view),
        came_at=Instant(view.came_at),
    )


def _recorded_text(view: AlarmView) -> str:
    """A machine's own words, or those the station's own code is said with, after the machine's name: a number, a reason."""
    return view.text or " · ".join(view.args[1:])


def resumed(event: AlarmEvent, view: AlarmView) -> Alarm:
    """An alarm as the record has it, as far as it was seen."""
    view = replace(view, is_active=event.went_at is None)
    if event.acknowledged_at is None:
        return Alarm(event, replace(view, wants=Wants.ACKNOWLEDGE))
    return Alarm(event, as_seen(view, event))


def as_seen(view: AlarmView, event: AlarmEvent) -> AlarmView:
    """An alarm's view once a person saw it."""
    by = event.acknowledged_by or ""
    return replace(view, wants=Wants.NOTHING, acknowledged_at=event.acknowledged_at, acknowledged_by=by)


def put(alarms: Alarms, alarm: Alarm) -> Alarms:
    """The alarms with this one as it stands now."""
    return {**alarms, (alarm.view.source, str(alarm.view.code)): alarm}


def clear(alarms: Alarms, key: Key, turn: Turn) -> Alarms:
    """An alarm went."""
    if key not in alarms:
        return alarms
    if alarms[key].event.went_at is None:
        end(alarms[key].event, turn)
    return without(alarms, key)


def without(alarms: Alarms, key: Key) -> Alarms:
    """The alarms but one."""
    return {other: alarm for other, alarm in alarms.items() if other != key}


def end(event: AlarmEvent, turn: Turn) -> AlarmEvent:
    """Close the record of an alarm."""
    ended = replace(event, went_at=turn.not_before(event.came_at))
    turn.keep(ended)
    return ended


def own(source: str, code: Code, turn: Turn, *args: str, priority: str = SERIOUS) -> AlarmView:
    """A fault of the station's own, said by code and args."""
    return AlarmView(source=source, code=code, priority=priority, came_at=turn.now.wall, args=args)


def worst_first(alarms: Alarms) -> tuple[AlarmView, ...]:
    """Lost links, then by priority, those nobody has seen first, then the newest; what is over comes last."""
    return tuple(sorted((alarm.view for alarm in alarms.values()), key=_rank))


def _rank(view: AlarmView) -> tuple[bool, int, bool, int]:
    rank = -1 if view.code in OF_THE_LINK else RANKS.get(view.priority, len(RANKS))
    return not view.is_active, rank, view.acknowledged_at is not None, -view.came_at
