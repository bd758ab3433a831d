"""What confirms a step without a touch: a two-hand start, a pedal, a light barrier (tags of role `confirm`).

Only a press seen from its beginning counts: the tag was off for a while after the step opened, then came on, on a living link,
with somebody signed in who may confirm. It confirms in that person's name; the tag is kept as what confirmed it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from drivers.tag import Role, Tag
from hmi.station import checks, commands, permissions
from hmi.station.evidence_state import Evidence
from hmi.station.state import Station, with_work
from hmi.station.turn import Turn

REST_NS = 200_000_000
"""On top of two of its periods: so long a tag must be off after the step opened before its coming on means anything."""
MS_NS = 1_000_000


def follow(station: Station, machine: str, turn: Turn) -> Station:
    """The machine spoke, or time went by: note what is at rest, confirm by what came on."""
    if not any(True for _ in _tags(station, machine)):
        return station
    station = _at_open_step(station, turn)
    if not station.links[machine].is_live:
        return _with(station, frozenset(key for key in station.evidence.rested if key[0] != machine))
    for tag in _tags(station, machine):
        station = _look(station, machine, tag, turn)
    return station


def _look(station: Station, machine: str, tag: Tag, turn: Turn) -> Station:
    key, rested = (machine, tag.name), station.evidence.rested
    value = station.watches[machine].image.get(tag.name)
    is_on = bool(value) and not isinstance(value, str)
    if value is not None and not is_on:
        return _with(station, rested | {key}) if _has_waited(station, machine, tag, turn) else station
    if key not in rested:
        return station
    station = _with(station, rested - {key})
    return _confirm(station, machine, tag, turn) if is_on else station


def _confirm(station: Station, machine: str, tag: Tag, turn: Turn) -> Station:
    work, sign_in = station.work, station.sign_in
    step, spec = (None, None) if work is None else (work.open_step, work.open_spec)
    if work is None or step is None or spec is None or sign_in is None:
        return station
    if spec.kind not in checks.BY_HAND or not work.is_running or not permissions.may(commands.ConfirmStep, sign_in.role):
        return station
    source = f"tag:{machine}/{tag.name}"
    by_person = Turn(turn.now, sign_in.person, source)
    confirmed = checks.confirm(work, commands.ConfirmStep(step.id), by_person, source)
    turn.take(by_person)
    return with_work(station, confirmed)


def _at_open_step(station: Station, turn: Turn) -> Station:
    """Begin anew with each step: what was at rest before it opened says nothing about it."""
    step = None if station.work is None or station.work.open_step is None else station.work.open_step.id
    if step == station.evidence.step:
        return station
    return replace(station, evidence=Evidence(step, turn.now.mono))


def _has_waited(station: Station, machine: str, tag: Tag, turn: Turn) -> bool:
    period_ns = station.wirings[machine].machine.groups.get(tag.group, 0) * MS_NS
    return turn.now.mono - station.evidence.since_ns >= 2 * period_ns + REST_NS


def _with(station: Station, rested: frozenset[tuple[str, str]]) -> Station:
    if rested == station.evidence.rested:
        return station
    return replace(station, evidence=replace(station.evidence, rested=rested))


def _tags(station: Station, machine: str) -> Iterator[Tag]:
    return (tag for tag in station.wirings[machine].machine.tags if tag.role is Role.CONFIRM)
