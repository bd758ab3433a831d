"""What a machine says, in order: is it there, what does it do, what did it make, what is wrong with it."""

from __future__ import annotations

from dataclasses import replace

from drivers.reading import Batch, Condition, Event, Heard, LinkDown, LinkUp, Lost, Refreshed, Remark
from drivers.tag import Purpose
from hmi.station import (
    alarms,
    conditions,
    equipment,
    levels,
    liveness,
    losses,
    machine_alarms,
    making,
    manned,
    releases,
    remarks,
    timeline,
)
from hmi.station.codes import Code
from hmi.station.liveness import LinkState
from hmi.station.making import Curves
from hmi.station.state import Numbers, Station, put, with_watch
from hmi.station.turn import Turn

LINK_CODES = (Code.LINK_DOWN, Code.MACHINE_SILENT, Code.MACHINE_FROZEN)


def hear(station: Station, event: Event, curves: Curves, turn: Turn) -> Station:
    """Take an event of a driver."""
    machine = event.device
    if machine not in station.wirings:
        return station
    match event:
        case Batch():
            watch = liveness.scanned(station.watches[machine], station.wirings[machine], event)
            station = _contact(with_watch(station, machine, watch), machine, turn)
            return making.produce(station, machine, curves, turn)
        case LinkUp():
            begun = conditions.begin(station.conditions, machine)
            watch = liveness.heard(station.watches[machine], event.heard_ns)
            return _contact(replace(with_watch(station, machine, watch), conditions=begun), machine, turn)
        case Heard():
            watch = liveness.heard(station.watches[machine], event.heard_ns)
            return _contact(with_watch(station, machine, watch), machine, turn)
        case LinkDown():
            return _lost(station, machine, event, turn)
        case _:
            return _aside(station, event, turn)


def _aside(station: Station, event: Event, turn: Turn) -> Station:
    """What a machine says besides its values."""
    match event:
        case Condition():
            active = conditions.take(station.conditions, station.alarms, event, turn)
            return replace(station, alarms=active, conditions=conditions.note(station.conditions, event))
        case Refreshed():
            return replace(station, alarms=conditions.refreshed(station.conditions, station.alarms, event.device, turn))
        case Remark():
            return replace(station, remarks=remarks.take(station.remarks, event, turn))
        case Lost():
            return replace(station, losses=losses.take(station.losses, event, turn))
        case _:
            return station


def look(station: Station, machine: str, turn: Turn) -> Station:
    """Time went by: is the machine still there, and do counters that contradicted each other agree now?"""
    link, watch = station.links[machine], station.watches[machine]
    state = liveness.judge(link, watch, station.wirings[machine], turn.now.mono)
    if state in liveness.REASONS:
        doubted = liveness.doubt(link, state, machine, turn)
        return _seen(replace(station, links=put(station.links, machine, doubted)), machine, turn)
    return station if watch.unsettled_ns is None else making.produce(station, machine, {}, turn)


def follow_work(station: Station, turn: Turn) -> Station:
    """The order changed, by which people say what a machine without signals does."""
    for machine, wiring in station.wirings.items():
        station = _seen(station, machine, turn) if wiring.machine.is_manual else station
    return station


def _lost(station: Station, machine: str, event: LinkDown, turn: Turn) -> Station:
    """What the machine said before is forgotten: after the link it says everything anew."""
    link = liveness.lose(station.links[machine], event, turn)
    watch = replace(station.watches[machine], image={}, unsettled_ns=None)
    forgotten = levels.forget(station.releases, machine)
    station = replace(with_watch(station, machine, watch), links=put(station.links, machine, link), releases=forgotten)
    return _seen(station, machine, turn)


def _contact(station: Station, machine: str, turn: Turn) -> Station:
    """The machine was heard: unless its program stands, it is there (again)."""
    link, watch = station.links[machine], station.watches[machine]
    if not link.is_live and not _stands(link.state, station, machine, turn):
        regained = liveness.regain(link, turn)
        watch = replace(watch, beat_ns=turn.now.mono)
        doubted = releases.doubt(station.releases, machine) if link.state is not LinkState.NEW else station.releases
        station = replace(with_watch(station, machine, watch), links=put(station.links, machine, regained), releases=doubted)
    return _seen(station, machine, turn)


def _stands(state: LinkState, station: Station, machine: str, turn: Turn) -> bool:
    return state is LinkState.FROZEN and turn.now.mono - station.watches[machine].beat_ns > liveness.SILENT_NS


def _seen(station: Station, machine: str, turn: Turn) -> Station:
    """Bring the machine's state, numbers and alarms in line with what is known of it."""
    wiring, link, watch = station.wirings[machine], station.links[machine], station.watches[machine]
    before = station.states[machine]
    condition = manned.condition(station, machine) or equipment.see(wiring, link, watch)
    state = equipment.enter(before, machine, condition, turn)
    if state is not before:
        spans = timeline.follow(station.timeline, state) if machine == station.main else station.timeline
        station = replace(station, states=put(station.states, machine, state), timeline=spans)
    numbers = _numbers(station, machine)
    if numbers != station.numbers[machine]:
        station = replace(station, numbers=put(station.numbers, machine, numbers))
    active = _link_alarm(station, machine, turn)
    if link.is_live:
        active = machine_alarms.follow(active, wiring, watch.image, turn)
    return station if active is station.alarms else replace(station, alarms=active)


def _numbers(station: Station, machine: str) -> Numbers:
    wiring, image = station.wirings[machine], station.watches[machine].image
    last, running = wiring.number(image, Purpose.CYCLE), wiring.number(image, Purpose.RUNNING_CYCLE)
    return Numbers(None if running == last else running, last)


def _link_alarm(station: Station, machine: str, turn: Turn) -> alarms.Alarms:
    """A machine that is away is one alarm for as long as it is, whatever is known of the cause by and by."""
    link, active = station.links[machine], station.alarms
    standing = [(machine, code) for code in LINK_CODES if (machine, code) in active]
    if link.state.value not in LINK_CODES:
        for key in standing:
            active = alarms.clear(active, key, turn)
        return active
    name = station.wirings[machine].machine.name
    view = alarms.own(machine, Code(link.state.value), turn, name, link.reason)
    return alarms.renamed(active, standing[0], view, turn) if standing else alarms.raise_alarm(active, view, turn)
