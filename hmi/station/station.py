"""The core's door: readings, commands, time and answers go in; a new station and a decision come out.

It only conducts: each input is handed to the activities that care, then permits are brought in line with the work, then
what changed is gathered. The same inputs from the same record give the same decisions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from drivers.reading import Event
from hmi.clock import Moment
from hmi.station import (
    acknowledging,
    alarms,
    backups,
    calendar_turn,
    centre_standing,
    centre_word,
    clock_checks,
    conflicts,
    evidence,
    losses,
    machine_orders,
    machines,
    outcomes,
    permissions,
    permits,
    plant,
    releases,
    views,
    wishes,
)
from hmi.station import begin as beginning
from hmi.station.codes import Code, RefusedError
from hmi.station.commands import Command
from hmi.station.decision import Decision, WriteResult
from hmi.station.making import Curves
from hmi.station.setup import Setup
from hmi.station.state import Station
from hmi.station.topics import TOPICS, AlarmView, SyncTopic, Topic
from hmi.station.turn import STATION, Turn
from station_db.records.base import RecordId
from station_db.records.changes import Changes
from station_db.records.keeping import Backup
from station_db.records.resume import Resume

Outcome = tuple[Station, Decision]


def begin(setup: Setup, resume: Resume, now: Moment) -> Outcome:
    """Go on where the record stopped."""
    turn = Turn(now)
    station = calendar_turn.follow(beginning.resumed(setup, resume, turn), turn)
    station, decision = _decide(station, station, turn)
    return station, replace(decision, topics=frozenset(TOPICS.values()))


def hear(station: Station, event: Event, curves: Curves, now: Moment) -> Outcome:
    """A machine spoke (or fell silent). `curves` are its completed curves by cycle number."""
    turn = Turn(now)
    after = machines.hear(calendar_turn.keep_up(station, turn), event, curves, turn)
    after = evidence.follow(after, event.device, turn) if event.device in after.wirings else after
    return _decide(station, after, turn)


def obey(station: Station, command: Command, now: Moment) -> Outcome:
    """A person asked for something; the same id twice is one command and gets the same answer."""
    known = station.outcomes.get(command.id)
    if known is not None:
        return station, Decision(answer=known)
    actor = STATION if station.sign_in is None else station.sign_in.person
    turn = Turn(now, actor, command.id)
    after, turn = _try(station, command, turn)
    answer = outcomes.answer(command.id, turn.refusal)
    after = replace(after, outcomes=outcomes.keep(after.outcomes, answer))
    after, decision = _decide(station, after, turn)
    kept = Changes(outcomes=(outcomes.row(answer, now.wall),))
    return after, replace(decision, changes=decision.changes + kept, answer=answer)


def tick(station: Station, now: Moment) -> Outcome:
    """Time went by; call it at least every 250 ms."""
    turn = Turn(now)
    after = calendar_turn.follow(calendar_turn.watch_clock(station, turn), turn)
    for machine in after.wirings:
        after = evidence.follow(machines.look(after, machine, turn), machine, turn)
    active = centre_standing.tell_stalled(after.alarms, after.waiting, turn)
    active = backups.tell(active, after.backups, turn)
    after = replace(after, losses=losses.settle(after.losses, turn), alarms=active)
    return _decide(station, after, turn)


def learn(station: Station, records: Iterable[Any], now: Moment) -> Outcome:
    """Master data came down; it is in the record already."""
    turn = Turn(now)
    after = replace(station, plant=plant.learn(station.plant, records))
    return _decide(station, calendar_turn.follow(after, turn), turn)


def order_shared(station: Station, order: RecordId, stations: tuple[str, ...], now: Moment) -> Outcome:
    """Which other stations work on an order, as the centre knows; none where nobody does."""
    turn = Turn(now)
    return _decide(station, conflicts.shared(station, order, stations, turn), turn)


def wrote(station: Station, result: WriteResult, now: Moment) -> Outcome:
    """A machine write ended."""
    turn = Turn(now)
    return _decide(station, machine_orders.wrote(permits.wrote(station, result, turn), result, turn), turn)


def answered_alarm(station: Station, result: WriteResult, now: Moment) -> Outcome:
    """A machine was told (or not) that a person saw its alarm."""
    turn = Turn(now)
    return _decide(station, acknowledging.told(station, result, turn), turn)


def heartbeat_paused(station: Station, machine_id: str, now: Moment) -> Outcome:
    """Our heartbeat at a machine stood so long that it may have dropped its permit: as after a lost link."""
    turn = Turn(now)
    return _decide(station, replace(station, releases=releases.doubt(station.releases, machine_id)), turn)


def heard_centre(station: Station, sync: SyncTopic, now: Moment) -> Outcome:
    """How the centre stands now."""
    turn = Turn(now)
    sync = centre_standing.seen(sync, station.sync, station.centre_seen_at, turn)
    seen_at = now.wall if sync.state in centre_standing.UP else station.centre_seen_at
    active = alarms.clear(station.alarms, (STATION, Code.SYNC_REFUSED), turn)
    if sync.state == "refused":
        refused = alarms.own(STATION, Code.SYNC_REFUSED, turn, priority="medium")
        active = alarms.raise_alarm(station.alarms, refused, turn)
    waiting = centre_standing.waiting(station.waiting, sync, turn)
    active = centre_standing.tell_stalled(active, waiting, turn)
    return _decide(station, replace(station, sync=sync, centre_seen_at=seen_at, waiting=waiting, alarms=active), turn)


def measured_clock(station: Station, offset_us: int, within_us: int, now: Moment) -> Outcome:
    """The centre's clock was read: what must be added to ours to have it, known to `within_us`."""
    turn = Turn(now)
    clock = clock_checks.measured(station.clock, offset_us, within_us, turn)
    active = clock_checks.tell(station.alarms, clock, turn)
    return _decide(station, replace(station, clock=clock, alarms=active), turn)


def backed_up(station: Station, backup: Backup, now: Moment) -> Outcome:
    """A backup was made, or was not."""
    turn = Turn(now)
    return _decide(station, replace(station, backups=backups.made(station.backups, backup, turn)), turn)


def fault(station: Station, alarm: AlarmView, now: Moment) -> Outcome:
    """Something of the engine's own is wrong (store, disk, process); it stays until `fault_over`."""
    turn = Turn(now)
    return _decide(station, replace(station, alarms=alarms.raise_alarm(station.alarms, alarm, turn)), turn)


def fault_over(station: Station, source: str, code: str, now: Moment) -> Outcome:
    """It is well again."""
    turn = Turn(now)
    return _decide(station, replace(station, alarms=alarms.clear(station.alarms, (source, code), turn)), turn)


def end(station: Station, now: Moment) -> Outcome:
    """The engine stops by itself, which a kill never does."""
    turn = Turn(now)
    turn.keep(replace(station.run, ended_at=turn.not_before(station.run.started_at)))
    return station, Decision(turn.changes)


def view(station: Station, topic: type[Topic]) -> Topic:
    """The picture of one topic."""
    return views.VIEWS[topic](station)


def _try(station: Station, command: Command, turn: Turn) -> tuple[Station, Turn]:
    """Do it, or leave all as it was with the reason."""
    try:
        permissions.check(type(command.body), station.role, has_people=station.plant.has_people)
        return wishes.do(calendar_turn.keep_up(station, turn), command, turn), turn
    except RefusedError as refusal:
        untouched = Turn(turn.now, turn.actor, command.id)
        untouched.refuse(refusal.code, *refusal.words)
        return station, untouched


def _decide(before: Station, after: Station, turn: Turn) -> Outcome:
    after = centre_word.keep_up(before, after, turn)
    after = machines.follow_work(after, turn) if after.work is not before.work else after
    after = machine_orders.settle(permits.advance(after, turn), turn)
    topics = views.redrawn(before, after)
    return after, Decision(turn.changes, turn.writes, topics=topics, alarms=turn.alarms, errands=turn.errands)
