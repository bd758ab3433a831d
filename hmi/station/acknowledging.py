"""A person has seen an alarm: recorded here, and where its machine keeps the alarm itself, told to the machine, once."""

from __future__ import annotations

from dataclasses import replace

from hmi.station.alarms import Alarm, as_seen, put, without
from hmi.station.codes import Code, RefusedError
from hmi.station.commands import AcknowledgeAlarm
from hmi.station.conditions import MARK, is_condition
from hmi.station.decision import AlarmOrder, WriteResult
from hmi.station.legible import legible
from hmi.station.state import Station
from hmi.station.topics import Wants
from hmi.station.turn import Turn
from station_db.records.base import RecordId
from station_db.records.equipment import WriteState

TOLD = {WriteState.REFUSED: Code.ALARM_NOT_TOLD}
"""What is said of a machine that did not hear of it; anything but a clear no is unknown, and only a person repeats it."""


def acknowledge(station: Station, asked: AcknowledgeAlarm, turn: Turn) -> Station:
    """Note who saw it. Raises `RefusedError` where it is over, or its machine can't be told now."""
    alarm = station.alarms.get((asked.source, asked.code))
    if alarm is None:
        raise RefusedError(Code.ALARM_GONE)
    if alarm.view.wants is Wants.NOTHING:
        return station
    if is_condition(asked.code):
        alarm = _pass_on(station, alarm, turn)
    if alarm.view.wants is Wants.ACKNOWLEDGE:
        event = replace(alarm.event, acknowledged_at=turn.now.wall, acknowledged_by=turn.actor)
        turn.keep(event)
        alarm = replace(alarm, event=event, view=as_seen(alarm.view, event))
        if not alarm.view.is_active and not is_condition(asked.code):
            return replace(station, alarms=without(station.alarms, (asked.source, asked.code)))
    return replace(station, alarms=put(station.alarms, replace(alarm, view=replace(alarm.view, wants=Wants.NOTHING))))


def told(station: Station, result: WriteResult, turn: Turn) -> Station:
    """What came of telling the machine. Where it took it, it says so itself, by the alarm."""
    alarm = next((one for one in station.alarms.values() if one.order and one.order.id == result.id), None)
    if alarm is None or alarm.order is None:
        return station
    view = alarm.view
    if result.state == WriteState.CONFIRMED:
        view = replace(view, told_code="", told_args=())
    else:
        code = TOLD.get(WriteState(result.state), Code.ALARM_PERHAPS_TOLD)
        wants = Wants.CONFIRM if alarm.order.is_confirmation else Wants.ACKNOWLEDGE
        view = replace(view, told_code=code, told_args=(_name(station, view.source), legible(result.reason)), wants=wants)
    return replace(station, alarms=put(station.alarms, replace(alarm, view=view, order=None)))


def _pass_on(station: Station, alarm: Alarm, turn: Turn) -> Alarm:
    machine = alarm.view.source
    if not alarm.branch or not station.links[machine].is_live:
        raise RefusedError(Code.ALARM_MACHINE_AWAY, _name(station, machine))
    order = AlarmOrder(
        id=turn.new_id(),
        machine=machine,
        condition=alarm.view.code.removeprefix(MARK),
        branch=alarm.branch,
        comment=_comment(station, turn),
        is_confirmation=alarm.view.wants is Wants.CONFIRM,
    )
    turn.answer_alarm(order)
    view = replace(alarm.view, told_code=Code.ALARM_BEING_TOLD, told_args=(_name(station, machine),))
    return replace(alarm, view=view, order=order)


def _comment(station: Station, turn: Turn) -> str:
    """Who, for the machine's own list."""
    person = station.plant.people.get(RecordId(turn.actor))
    return f"{person.name if person else turn.actor}, {station.setup.name}"


def _name(station: Station, machine: str) -> str:
    return station.wirings[machine].machine.name
