"""Alarms by bit and number that went before anybody saw them (ISA-18.2: returned to normal, unacknowledged).

They stay listed as over until a person acknowledges them, also over a restart. A machine's own conditions are not here: their
machine says itself how long it keeps them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from hmi.station.alarms import Alarm, Alarms, Key, clear, end, put, resumed, without
from hmi.station.conditions import is_condition
from hmi.station.topics import AlarmView, Wants
from hmi.station.turn import Turn
from station_db.records.equipment import AlarmEvent

MOST = 100
"""So many stay listed, the newest; all are in the record. A number that jumps about must not fill the list."""


def leave(alarms: Alarms, key: Key, turn: Turn) -> Alarms:
    """An alarm went: it is over, and out of the list where somebody had seen it."""
    known = alarms.get(key)
    if known is None or not known.view.is_active:
        return alarms
    if known.view.wants is Wants.NOTHING:
        return clear(alarms, key, turn)
    over = replace(known, event=end(known.event, turn), view=replace(known.view, is_active=False))
    return _listed(alarms, over)


def remembered(alarms: Alarms, over: Iterable[AlarmEvent], view_of: Callable[[AlarmEvent], AlarmView | None]) -> Alarms:
    """The alarms a station begins with, and those of the record that are `over`, as far as a machine still tells them."""
    for event in sorted(over, key=lambda event: event.came_at):
        view = None if is_condition(event.code) or (event.source, event.code) in alarms else view_of(event)
        alarms = alarms if view is None else _listed(alarms, resumed(event, view))
    return alarms


def _listed(alarms: Alarms, over: Alarm) -> Alarms:
    others = without(alarms, (over.view.source, over.view.code))
    unseen = [key for key, alarm in others.items() if not alarm.view.is_active and not is_condition(key[1])]
    return put(without(others, unseen[0]) if len(unseen) >= MOST else others, over)
