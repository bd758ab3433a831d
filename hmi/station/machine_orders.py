"""What people tell a machine: one value, or a recipe, whose values go one after another and only while each is confirmed."""

from __future__ import annotations

from dataclasses import replace

from drivers.tag import Tag
from hmi.settings import Recipe
from hmi.station import alarms, commands, setpoints
from hmi.station.codes import Code, RefusedError
from hmi.station.decision import WriteResult
from hmi.station.state import Station, put
from hmi.station.turn import Turn
from hmi.station.written import Download
from station_db.records.base import RecordId
from station_db.records.equipment import DownloadState, MachineWrite, RecipeDownload, WriteState


def write(station: Station, asked: commands.WriteSetpoint, turn: Turn) -> Station:
    """Ask the machine for one value. Raises `RefusedError`; what the person saw must still be true."""
    tag = _tag(station, asked.machine, asked.tag)
    value = setpoints.parse(tag, asked.text)
    _check_free(station, asked.machine)
    old = setpoints.check(station, asked.machine, tag, value, turn)
    if not setpoints.is_same(tag, old, asked.shown):
        raise RefusedError(Code.SETPOINT_CHANGED, setpoints.title(tag), f"{old:g}", tag.unit)
    return setpoints.ask(station, _write(asked.machine, tag, value, old, turn), turn)


def download(station: Station, asked: commands.DownloadRecipe, turn: Turn) -> Station:
    """Begin a recipe; every value is checked before the first is written. Raises `RefusedError`."""
    recipe = _recipe(station, asked.machine, asked.recipe)
    _check_free(station, asked.machine)
    for name, value in recipe.values:
        tag = _tag(station, asked.machine, name)
        rule = setpoints.check_person(station, tag)
        setpoints.check_state(station, asked.machine, tag, rule)
        setpoints.check_value(tag, value)
        setpoints.check_idle(station, (asked.machine, name), tag)
    record = RecipeDownload(
        id=turn.new_id(), machine=asked.machine, recipe=recipe.name, total=len(recipe.values), started_at=turn.now.wall
    )
    turn.keep(record)
    return _next(_with(station, Download(record, recipe, turn.actor)), asked.machine, turn)


def wrote(station: Station, result: WriteResult, turn: Turn) -> Station:
    """A write ended: a confirmed one lets its recipe go on, anything else ends it and is said."""
    station, ended = setpoints.answered(station, result, turn)
    if ended is None:
        return station
    station = _tell(station, ended, turn)
    under_way = station.downloads.get(ended.machine)
    if under_way is None or ended.group_id != under_way.record.id or not under_way.is_running:
        return station
    if ended.state is not WriteState.CONFIRMED:
        return _end(station, under_way, DownloadState.NOT_DONE, f"{ended.tag}: {ended.reason or ended.state}", turn)
    confirmed = replace(under_way.record, confirmed=under_way.record.confirmed + 1)
    if confirmed.confirmed < confirmed.total:
        turn.keep(confirmed, under_way.actor)
    return _next(_with(station, replace(under_way, record=confirmed)), ended.machine, turn)


def doubt(station: Station, turn: Turn) -> Station:
    """The last writes as they were found after a restart: what nobody can vouch for is an alarm."""
    for last in station.setpoints.last.values():
        station = _tell(station, last, turn)
    return station


def settle(station: Station, turn: Turn) -> Station:
    """A value that was not confirmed and is now what was asked for worries nobody any longer."""
    active = station.alarms
    for last in station.setpoints.last.values():
        if _alarm(last) in active and _is_there(station, last):
            active = alarms.clear(active, _alarm(last), turn)
    return station if active is station.alarms else replace(station, alarms=active)


def _is_there(station: Station, write: MachineWrite) -> bool:
    """Whether the machine says what was written."""
    tag = _tag(station, write.machine, write.tag)
    value = setpoints.value_now(station, write.machine, tag)
    return value is not None and setpoints.is_same(tag, value, write.value)


def _next(station: Station, machine: str, turn: Turn) -> Station:
    """Write the recipe's next value, or say that all are confirmed."""
    under_way = station.downloads[machine]
    record = under_way.record
    if record.confirmed == record.total:
        return _end(station, under_way, DownloadState.CONFIRMED, "", turn)
    name, value = under_way.recipe.values[record.confirmed]
    tag = _tag(station, machine, name)
    try:
        setpoints.check_state(station, machine, tag, setpoints.check_person(station, tag))
    except RefusedError as refusal:
        return _end(station, under_way, DownloadState.NOT_DONE, f"{name}: {refusal.code}", turn)
    old = setpoints.value_now(station, machine, tag)
    order = _write(machine, tag, value, old, turn, group=record.id)
    return setpoints.ask(station, order, turn, under_way.actor)


def _end(station: Station, under_way: Download, state: DownloadState, reason: str, turn: Turn) -> Station:
    record = replace(under_way.record, state=state, reason=reason, ended_at=turn.not_before(under_way.record.started_at))
    turn.keep(record, under_way.actor)
    return _with(station, replace(under_way, record=record))


def _with(station: Station, under_way: Download) -> Station:
    return replace(station, downloads=put(station.downloads, under_way.record.machine, under_way))


def _tell(station: Station, ended: MachineWrite, turn: Turn) -> Station:
    """A write nobody can vouch for is an alarm; one that is confirmed, or was refused with nothing changed, ends it."""
    if ended.state is not WriteState.UNKNOWN:
        return replace(station, alarms=alarms.clear(station.alarms, _alarm(ended), turn))
    tag = _tag(station, ended.machine, ended.tag)
    words = (station.wirings[ended.machine].machine.name, setpoints.title(tag), f"{ended.value:g} {tag.unit}".strip())
    view = alarms.own(_alarm(ended)[0], Code.SETPOINT_NOT_CONFIRMED, turn, *words)
    return replace(station, alarms=alarms.raise_alarm(station.alarms, view, turn))


def _alarm(write: MachineWrite) -> alarms.Key:
    """Each tag has its own alarm of this kind."""
    return f"{write.machine}.{write.tag}", Code.SETPOINT_NOT_CONFIRMED


def _write(machine: str, tag: Tag, value: float, old: float | None, turn: Turn, group: RecordId | None = None) -> MachineWrite:
    return MachineWrite(
        id=turn.new_id(),
        machine=machine,
        tag=tag.name,
        value=value,
        state=WriteState.ASKED,
        asked_at=turn.now.wall,
        old_value=old,
        group_id=group,
    )


def _check_free(station: Station, machine: str) -> None:
    under_way = station.downloads.get(machine)
    if under_way is not None and under_way.is_running:
        raise RefusedError(Code.RECIPE_UNDER_WAY, under_way.recipe.title)


def _tag(station: Station, machine: str, name: str) -> Tag:
    if machine not in station.wirings:
        raise RefusedError(Code.MACHINE_MISSING, machine)
    tag = next((tag for tag in setpoints.tags(station, machine) if tag.name == name), None)
    if tag is None:
        raise RefusedError(Code.SETPOINT_NOT_WRITABLE, name)
    return tag


def _recipe(station: Station, machine: str, name: str) -> Recipe:
    if machine not in station.wirings:
        raise RefusedError(Code.MACHINE_MISSING, machine)
    found = next((recipe for recipe in station.wirings[machine].machine.recipes if recipe.name == name), None)
    if found is None:
        raise RefusedError(Code.RECIPE_UNKNOWN, name)
    return found
