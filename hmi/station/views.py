"""The pictures a screen draws of the station, and which parts each is drawn from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from drivers.tag import Purpose, Role, Tag
from hmi.settings import Chart, Machine
from hmi.station import alarms, permissions, remarks
from hmi.station.people import needs_pin
from hmi.station.shifts import is_named
from hmi.station.state import Station
from hmi.station.topics import (
    AlarmsTopic,
    ChannelView,
    ConflictsTopic,
    CountsTopic,
    CycleTopic,
    HandworkTopic,
    MachinesTopic,
    MachineView,
    OrdersTopic,
    PeopleTopic,
    PersonView,
    QuestionsTopic,
    RequestsTopic,
    SetpointsTopic,
    ShiftView,
    StationTopic,
    SyncTopic,
    TimelineTopic,
    Topic,
    ValueSpec,
    WorkTopic,
)
from hmi.station.views_centre import conflicts_topic, requests_topic
from hmi.station.views_counts import handwork_topic, questions_topic
from hmi.station.views_orders import orders, work
from hmi.station.views_setpoints import setpoints_topic
from hmi.station.views_sync import sync_topic
from station_db.records.people import Person

LIVE_ROLES = frozenset({Role.PROCESS_VALUE, Role.SIGNAL})
MOST_VALUES = 24
"""The first of the settings; a screen shows fewer, and what is said of a machine stays small though it has thousands of tags."""


def station_topic(station: Station) -> StationTopic:
    """Who this station is."""
    setup, shift = station.setup, station.shift
    running = None
    if shift is not None and is_named(shift):
        running = ShiftView(shift.name, shift.business_date, shift.started_at, shift.ended_at, shift.planned)
    return StationTopic(
        setup.id, setup.name, setup.area, setup.zone, bool(station.plant.orders), setup.has_centre, running, setup.version
    )


def machines_topic(station: Station) -> MachinesTopic:
    """All machines as they stand."""
    return MachinesTopic(tuple(_machine(station, machine) for machine in station.setup.machines))


def counts_topic(station: Station) -> CountsTopic:
    """The shift's parts."""
    tally = station.tally
    planned = 0 if station.shift is None else station.shift.planned
    told = station.wirings[station.main].by_purpose if station.main in station.wirings else {}
    tells_good, tells_bad = (not told.keys().isdisjoint({split, Purpose.VERDICT}) for split in (Purpose.GOOD, Purpose.BAD))
    if _is_by_hand(station):
        tells_good = tells_bad = True
    return CountsTopic(tally.good, tally.bad, tally.cycles, planned, tally.unexplained, tells_good, tells_bad)


def _is_by_hand(station: Station) -> bool:
    return station.main in station.wirings and station.wirings[station.main].machine.is_manual


def timeline_topic(station: Station) -> TimelineTopic:
    """The shift's states of the main machine."""
    return TimelineTopic(station.main, station.timeline)


def people_topic(station: Station) -> PeopleTopic:
    """Who is here and who may come."""
    here = None if station.sign_in is None else station.plant.people.get(station.sign_in.person)
    people = sorted((person for person in station.plant.people.values() if person.active), key=lambda person: person.name)
    return PeopleTopic(
        None if here is None else _person(here),
        tuple(_person(person) for person in people),
        permissions.allowed_to(station.role, has_people=station.plant.has_people),
    )


def cycle_topic(station: Station) -> CycleTopic:
    """The main machine's last cycle."""
    cycle = station.last_cycle
    if cycle is None:
        return CycleTopic()
    units = () if station.work is None else (*station.work.finished, station.work.unit)
    number = next((unit.number for unit in units if unit is not None and unit.id == cycle.unit), None)
    digest = cycle.curve_digest or ""
    return CycleTopic(cycle.id, cycle.machine, cycle.number, cycle.verdict, cycle.ended_at, digest, number)


VIEWS: Mapping[type, Callable[[Station], Topic]] = {
    StationTopic: station_topic,
    MachinesTopic: machines_topic,
    OrdersTopic: orders,
    WorkTopic: work,
    CountsTopic: counts_topic,
    QuestionsTopic: questions_topic,
    HandworkTopic: handwork_topic,
    TimelineTopic: timeline_topic,
    PeopleTopic: people_topic,
    AlarmsTopic: lambda station: AlarmsTopic(alarms.worst_first(station.alarms)),
    SyncTopic: sync_topic,
    CycleTopic: cycle_topic,
    SetpointsTopic: setpoints_topic,
    ConflictsTopic: conflicts_topic,
    RequestsTopic: requests_topic,
}

PARTS: Mapping[type, Callable[[Station], tuple[object, ...]]] = {
    StationTopic: lambda now: (now.shift, now.plant),
    MachinesTopic: lambda now: (now.states, now.links, now.numbers, now.releases, now.remarks),
    OrdersTopic: lambda now: (now.plant, now.work, now.responses, now.centre_seen_at),
    WorkTopic: lambda now: (now.work, now.wait, now.sign_in),
    CountsTopic: lambda now: (now.tally, now.shift),
    QuestionsTopic: lambda now: (now.open_gaps, now.shift),
    HandworkTopic: lambda now: (now.hands, now.work),
    TimelineTopic: lambda now: (now.timeline,),
    PeopleTopic: lambda now: (now.sign_in, now.plant),
    AlarmsTopic: lambda now: (now.alarms,),
    SyncTopic: lambda now: (now.sync, now.clock, now.backups),
    CycleTopic: lambda now: (now.last_cycle, now.work),
    SetpointsTopic: lambda now: (now.setpoints, now.downloads),
    ConflictsTopic: lambda now: (now.conflicts, now.plant),
    RequestsTopic: lambda now: (now.answers, now.plant, now.open_gaps),
}
"""What each topic is drawn from: while these are the same objects, so is the picture."""


def redrawn(before: Station, after: Station) -> frozenset[type]:
    """The topics whose picture may have changed."""
    return frozenset(
        topic for topic, parts in PARTS.items() if any(a is not b for a, b in zip(parts(before), parts(after), strict=True))
    )


def _person(person: Person) -> PersonView:
    return PersonView(person.id, person.name, person.initials, person.role, needs_pin(person))


def _machine(station: Station, machine: Machine) -> MachineView:
    state, link, numbers = station.states[machine.id], station.links[machine.id], station.numbers[machine.id]
    return MachineView(
        id=machine.id,
        name=machine.name,
        state=state.state,
        packml=state.packml,
        since=state.started_at,
        link_up=link.is_live,
        link_code=link.code,
        link_reason=link.reason,
        cycle_running=numbers.running,
        last_cycle=numbers.last,
        permit_required=station.releases.level(machine.id).value == 1,
        channels=_channels(machine),
        values=tuple(_value(tag) for tag in islice(_shown(machine), MOST_VALUES)),
        window=None if machine.chart is None else machine.chart.window,
        remarks=remarks.of(station.remarks, machine.id),
    )


def _channels(machine: Machine) -> tuple[ChannelView, ...]:
    chart = machine.chart
    if chart is None:
        return ()
    names = chart.titles if machine.curve is None else machine.curve.channels
    return tuple(_channel(name, chart, index) for index, name in enumerate(names))


def _channel(name: str, chart: Chart, index: int) -> ChannelView:
    return ChannelView(name, chart.titles[index], chart.units[index], chart.lows[index], chart.highs[index])


def _shown(machine: Machine) -> Iterator[Tag]:
    return (tag for tag in machine.tags if tag.role in LIVE_ROLES and tag.purpose is None)


def _value(tag: Tag) -> ValueSpec:
    return ValueSpec(tag.name, tag.title or tag.name, tag.unit, tag.group, tag.low, tag.high)
