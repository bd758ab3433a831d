"""Alarms that a machine keeps itself (OPC UA conditions), held as it tells them.

Raised while active; over at the machine but still kept there until somebody has seen it (`is_active` false); gone when the
machine lets go of it. While the link is down they stand as they were; after it the machine tells them all anew, and what it
then does not tell is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from drivers.reading import Condition
from hmi.station.alarms import Alarm, Alarms, Key, as_seen, clear, event_of, put, without
from hmi.station.legible import legible
from hmi.station.topics import AlarmView, Wants
from hmi.station.turn import Turn
from station_db.records.equipment import AlarmEvent

MARK = "@"
"""Before the condition's id in the code of its alarm; no tag's name begins with it."""
PRIORITIES = ((801, "urgent"), (601, "high"), (401, "medium"), (1, "low"))
"""Least severity of each, as part 5 of the standard divides 1 to 1000."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Which of a machine's conditions were told since its link began, and those that ended unseen before we did."""

    told: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    past: Mapping[Key, AlarmEvent] = field(default_factory=dict[Key, AlarmEvent])


def remembered(over: Iterable[AlarmEvent]) -> Conditions:
    """What a station that begins must know of `over`, the conditions that nobody had acknowledged when they went."""
    newest = sorted(over, key=lambda event: event.came_at)
    return Conditions(past={(event.source, event.code): event for event in newest})


def is_condition(code: str) -> bool:
    """Whether an alarm's code is that of a machine's own condition."""
    return code.startswith(MARK)


def begin(state: Conditions, machine: str) -> Conditions:
    """The machine's link is new: all that stands will be told anew."""
    return replace(state, told={**state.told, machine: frozenset()})


def note(state: Conditions, condition: Condition) -> Conditions:
    """This one was told."""
    told = state.told.get(condition.device, frozenset())
    return replace(state, told={**state.told, condition.device: told | {condition.id}})


def refreshed(state: Conditions, alarms: Alarms, machine: str, turn: Turn) -> Alarms:
    """All that stand were told: any other is over."""
    told = state.told.get(machine, frozenset())
    for source, code in list(alarms):
        if source == machine and is_condition(code) and code.removeprefix(MARK) not in told:
            alarms = clear(alarms, (source, code), turn)
    return alarms


def take(state: Conditions, alarms: Alarms, condition: Condition, turn: Turn) -> Alarms:
    """Bring one alarm in line with what its machine says of it."""
    key = (condition.device, MARK + condition.id)
    known = alarms.get(key)
    is_new = known is None or (condition.is_active and not known.view.is_active)
    if not condition.is_active and not condition.is_retained:
        return _gone(alarms, known, condition, turn)
    if known is None or is_new:
        known = _came(state.past.get(key), condition, turn)
    return put(alarms, _told(known, condition, turn))


def view_of(event: AlarmEvent) -> AlarmView:
    """A condition of the record, before its machine told it again."""
    return AlarmView(event.source, event.code, event.priority, event.came_at, event.text)


def _came(past: AlarmEvent | None, condition: Condition, turn: Turn) -> Alarm:
    """A new one; one that is over already is the one that ended before we began, where there is such a record."""
    came_at = min(condition.came_at, turn.now.wall)
    view = AlarmView(condition.device, MARK + condition.id, _priority(condition), came_at, _text(condition))
    if not condition.is_active and past is not None:
        return Alarm(past, replace(view, came_at=past.came_at))
    event = event_of(view, turn)
    turn.keep(event)
    return Alarm(event, view)


def _told(known: Alarm, condition: Condition, turn: Turn) -> Alarm:
    event = _recorded(known.event, condition, turn)
    is_told = condition.is_acknowledged or known.order is not None
    view = replace(
        known.view,
        priority=event.priority,
        text=_text(condition),
        is_active=condition.is_active,
        wants=Wants.NOTHING if is_told else Wants.ACKNOWLEDGE,
        acknowledged_at=None,
        acknowledged_by="",
    )
    if condition.is_acknowledged:
        view = replace(as_seen(view, event), told_code="", told_args=())
    if condition.is_acknowledged and not condition.is_active and not condition.is_confirmed and known.order is None:
        view = replace(view, wants=Wants.CONFIRM)
    return replace(known, event=event, view=view, branch=condition.branch)


def _recorded(event: AlarmEvent, condition: Condition, turn: Turn) -> AlarmEvent:
    """The record of the alarm as the machine's word makes it; one who acknowledged it here stays its acknowledger."""
    now = replace(event, priority=_priority(condition))
    if condition.is_acknowledged and event.acknowledged_at is None:
        now = replace(now, acknowledged_at=turn.now.wall, acknowledged_by=condition.device)
    if not condition.is_active and event.went_at is None:
        now = replace(now, went_at=turn.not_before(event.came_at))
    if now != event:
        turn.keep(now)
    return now


def _gone(alarms: Alarms, known: Alarm | None, condition: Condition, turn: Turn) -> Alarms:
    """The machine let go of it."""
    if known is None:
        return alarms
    _recorded(known.event, condition, turn)
    return without(alarms, (known.view.source, str(known.view.code)))


def _text(condition: Condition) -> str:
    """Where it comes from and what it says; its name at the machine where it says nothing at all."""
    source, text = legible(condition.source), legible(condition.text)
    return text if text.startswith(source) and text else ": ".join(filter(None, (source, text))) or legible(condition.id)


def _priority(condition: Condition) -> str:
    return next((word for least, word in PRIORITIES if condition.severity >= least), "low")
