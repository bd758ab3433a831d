"""Going on where the record stopped: what was open stays open, what nobody can know any more becomes unknown."""

from __future__ import annotations

from dataclasses import replace

from hmi.station import (
    backups,
    centre_word,
    clock_checks,
    conditions,
    conflicts,
    equipment,
    machine_orders,
    people,
    scratch,
    timeline,
    unseen,
    written_before,
)
from hmi.station.alarms import Alarm, Alarms, end
from hmi.station.alarms import resumed as resumed_alarm
from hmi.station.commands import Answer
from hmi.station.counters import Positions
from hmi.station.counts import Tally
from hmi.station.hand import remembered as remembered_hand
from hmi.station.liveness import Link, Watch
from hmi.station.machine_alarms import view_of
from hmi.station.plant import remembered
from hmi.station.releases import LIVE, TAKING_BACK, Releases, Withdrawal, doubt
from hmi.station.setup import Setup
from hmi.station.state import Numbers, Station, Wait
from hmi.station.topics import AlarmView, SyncTopic
from hmi.station.turn import Turn
from hmi.station.wiring import Wiring, wire
from hmi.station.work import LAST_UNITS, Work
from station_db.records.base import Instant
from station_db.records.equipment import AlarmEvent, EngineRun, EquipmentState
from station_db.records.orders import JobState, Permit, PermitState, UnitState
from station_db.records.production import Cycle
from station_db.records.resume import Resume

SHORT_SILENCE_US = 1_500_000
"""A machine voids its permit after 2 s without our heartbeat."""
OPEN_ORDER = frozenset({JobState.RUNNING, JobState.INTERRUPTED})


def resumed(setup: Setup, resume: Resume, turn: Turn) -> Station:
    """The station as the record says, before any machine was heard."""
    run = EngineRun(id=turn.new_id(), version=setup.version, started_at=turn.now.wall)
    turn.keep(run)
    wirings = {machine.id: wire(machine) for machine in setup.machines}
    states = {machine: _state(machine, resume, turn) for machine in wirings}
    _sign_out(resume, turn)
    work = _work(resume)
    main = setup.machines[0].id
    since = resume.shift.started_at if resume.shift is not None else turn.now.wall
    station = Station(
        setup=setup,
        run=run,
        plant=remembered(resume),
        wirings=wirings,
        watches={machine: Watch(heard_ns=turn.now.mono, beat_ns=turn.now.mono) for machine in wirings},
        links={machine: _link(machine, resume) for machine in wirings},
        states=states,
        numbers=dict.fromkeys(wirings, Numbers()),
        positions=_positions(wirings, resume),
        tally=Tally.of(since, resume.counts, main, _unexplained(resume, main, since)),
        open_gaps=resume.count_gaps,
        hands={machine.id: remembered_hand(machine.id, resume) for machine in setup.machines if machine.is_manual},
        timeline=_timeline(resume, states[main]),
        shift=resume.shift,
        last_cycle=next((cycle for cycle in _by_end(resume) if cycle.machine == main), None),
        responses={response.job_order: response for response in resume.responses},
        work=work,
        releases=_releases(resume, work, turn),
        wait=Wait(),
        sign_in=None,
        alarms=_alarms(wirings, resume, turn),
        conditions=conditions.remembered(resume.alarms_unseen),
        outcomes={kept.id: Answer(kept.id, kept.done, kept.code, kept.args) for kept in resume.outcomes},
        sync=SyncTopic(
            state="offline" if setup.has_centre else "none", synced_at=resume.centre_seen_at, offline_since=resume.centre_seen_at
        ),
        centre_seen_at=resume.centre_seen_at,
        clock_skew_us=turn.now.wall - turn.now.mono // 1000,
        conflicts=resume.conflicts,
        answers={answer.id: answer for answer in resume.answers},
        setpoints=written_before.setpoints(wirings, resume, turn),
        downloads=written_before.downloads(wirings, resume, turn),
        clock=clock_checks.began(resume.last_at, turn),
        backups=backups.began(setup.backup_every_us, resume.last_backup, turn),
    )
    return centre_word.follow(machine_orders.doubt(station, turn), turn)


def _unexplained(resume: Resume, machine: str, since: Instant) -> int:
    return sum(gap.machine == machine and gap.to_at >= since for gap in resume.count_gaps)


def _sign_out(resume: Resume, turn: Turn) -> None:
    """Nobody is signed in after a restart."""
    if resume.sign_in is not None and resume.sign_in.ended_at is None:
        people.leave(resume.sign_in, "restart", turn)


def _state(machine: str, resume: Resume, turn: Turn) -> EquipmentState:
    mine = (state for state in resume.states if state.machine == machine)
    latest = max(mine, key=lambda state: (state.started_at, state.ended_at is None), default=None)
    return equipment.resume(latest, machine, resume.last_at, turn)


def _link(machine: str, resume: Resume) -> Link:
    """A gap that was open goes on until the machine is heard."""
    return Link(gap=next((gap for gap in resume.gaps if gap.machine == machine and gap.to_at is None), None))


def _positions(wirings: dict[str, Wiring], resume: Resume) -> dict[str, Positions]:
    found = {
        machine: Positions.of(tuple(row for row in resume.positions if row.machine == machine and row.counter in wiring.counters))
        for machine, wiring in wirings.items()
    }
    return {machine: positions for machine, positions in found.items() if positions is not None}


def _timeline(resume: Resume, now: EquipmentState) -> timeline.Spans:
    """The main machine's states, the one that was open ending where the unknown begins."""
    spans: timeline.Spans = ()
    for state in sorted(resume.states, key=lambda state: state.started_at):
        if state.machine == now.machine:
            spans = timeline.follow(spans, state)
    return timeline.follow(spans, now)


def _by_end(resume: Resume) -> list[Cycle]:
    return sorted(resume.cycles, key=lambda cycle: cycle.ended_at, reverse=True)


def _work(resume: Resume) -> Work | None:
    """The open order at its unit and step."""
    response = next((response for response in resume.responses if response.state in OPEN_ORDER), None)
    if response is None or resume.routing is None:
        return None
    units = sorted((unit for unit in resume.units if unit.response == response.id), key=lambda unit: unit.number)
    unit = next((unit for unit in units if unit.state is UnitState.OPEN), None)
    steps = sorted((step for step in resume.steps if unit and step.unit == unit.id), key=lambda step: step.number)
    draft = next((draft for draft in resume.drafts if steps and draft.key == steps[-1].id), None)
    finished = sorted((one for one in units if one.state is not UnitState.OPEN), key=lambda one: one.number)
    return Work(
        response=response,
        routing=resume.routing,
        unit=unit,
        steps=tuple(steps),
        finished=tuple(finished[-LAST_UNITS:]),
        serials=frozenset(unit.serial for unit in units if unit.serial),
        last_values=_last_values(resume),
        scratch=scratch.read(draft),
        made=max((unit.number for unit in units), default=0),
        called_off=conflicts.called_off(resume.conflicts),
    )


def _last_values(resume: Resume) -> dict[str, float]:
    checks = sorted(resume.checks, key=lambda check: check.at)
    return {check.key: check.value for check in checks if check.value is not None}


def _releases(resume: Resume, work: Work | None, turn: Turn) -> Releases:
    """The permit of the open step, in doubt where our heartbeat may have stood long enough to void it; others are taken back."""
    permit, order = _permit(resume, work, turn), None if work is None else work.response.job_order
    kept = Releases(permit=permit, order=order, withdrawn=_withdrawn(resume, permit))
    was_short = resume.last_at is not None and 0 <= turn.now.wall - resume.last_at <= SHORT_SILENCE_US
    return kept if permit is None or was_short else doubt(kept, permit.machine)


def _withdrawn(resume: Resume, permit: Permit | None) -> dict[str, Withdrawal]:
    """The newest permit a machine may still have and nobody waits for."""
    orders = {unit.id: unit.job_order for unit in resume.units}
    strangers = [one for one in resume.given if permit is None or one.id != permit.id]
    strangers.sort(key=lambda one: (one.asked_at, one.id))
    return {one.machine: Withdrawal(one, orders.get(one.unit), "step_closed") for one in strangers}


def _permit(resume: Resume, work: Work | None, turn: Turn) -> Permit | None:
    """The newest permit of the open step; one whose write was not answered is unknown, and is not asked again."""
    step = None if work is None else work.open_step
    mine = [permit for permit in resume.permits if step is not None and permit.step_run == step.id]
    permit = max(mine, key=lambda permit: (permit.asked_at, permit.id), default=None)
    if permit is not None and permit.state in LIVE and permit.reason == TAKING_BACK:
        return None
    if permit is None or permit.state is not PermitState.ASKED:
        return permit
    unknown = replace(permit, state=PermitState.UNKNOWN, reason="restart")
    turn.keep(unknown)
    return unknown


def _alarms(wirings: dict[str, Wiring], resume: Resume, turn: Turn) -> Alarms:
    """A machine's alarms stay until the machine is heard; every other alarm begins anew if it still holds."""
    kept: dict[tuple[str, str], Alarm] = {}
    for event in resume.alarms:
        view = _machine_view(wirings.get(event.source), event)
        if view is not None:
            kept[event.source, event.code] = resumed_alarm(event, view)
        else:
            end(event, turn)
    return unseen.remembered(kept, resume.alarms_unseen, lambda event: _machine_view(wirings.get(event.source), event))


def _machine_view(wiring: Wiring | None, event: AlarmEvent) -> AlarmView | None:
    if wiring is None:
        return None
    return conditions.view_of(event) if conditions.is_condition(event.code) else view_of(wiring, event.code, event.came_at)
