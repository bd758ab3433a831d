"""The whole station as it stands: one frozen value, each part owned by one activity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from hmi.station.alarms import Alarms
from hmi.station.backups import Backups
from hmi.station.centre_standing import Waiting
from hmi.station.clock_checks import Standing as ClockStanding
from hmi.station.codes import Code
from hmi.station.commands import Answer
from hmi.station.conditions import Conditions
from hmi.station.counters import Positions
from hmi.station.counts import Tally
from hmi.station.evidence_state import Evidence
from hmi.station.hand import Hand
from hmi.station.liveness import Link, Watch
from hmi.station.losses import Loss, Losses
from hmi.station.orders import Responses
from hmi.station.plant import Plant
from hmi.station.releases import Releases
from hmi.station.remarks import Remarks, Standing
from hmi.station.setup import Setup
from hmi.station.timeline import Spans
from hmi.station.topics import SyncTopic
from hmi.station.wiring import Wiring
from hmi.station.work import Work
from hmi.station.written import Download, Setpoints
from station_db.records.base import Instant, RecordId
from station_db.records.equipment import EngineRun, EquipmentState
from station_db.records.keeping import OrderConflict, RequestAnswer
from station_db.records.people import PersonRole, ShiftOccurrence, SignIn
from station_db.records.production import CountGap, Cycle

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Wait:
    """What the open machine step waits for; no code: for nothing."""

    code: Code | None = None
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbers:
    """A machine's cycle numbers: the one that runs (None between cycles) and the last."""

    running: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Station:
    """Everything the core knows. Mappings are by machine id unless their type says otherwise."""

    setup: Setup
    run: EngineRun
    plant: Plant
    wirings: Mapping[str, Wiring]
    watches: Mapping[str, Watch]
    links: Mapping[str, Link]
    states: Mapping[str, EquipmentState]
    numbers: Mapping[str, Numbers]
    positions: Mapping[str, Positions]
    tally: Tally
    timeline: Spans
    shift: ShiftOccurrence | None
    """Nameless outside any; None only before the first is known."""
    last_cycle: Cycle | None
    responses: Responses
    work: Work | None
    releases: Releases
    wait: Wait
    sign_in: SignIn | None
    alarms: Alarms
    outcomes: Mapping[str, Answer]
    sync: SyncTopic
    centre_seen_at: Instant | None
    clock_skew_us: int
    """Wall clock minus monotonic clock, as of the last tick: a jump shows a clock step."""
    clock_stepped_ns: int = 0
    open_gaps: tuple[CountGap, ...] = ()
    """Gaps in the counting of any machine that nobody settled yet."""
    hands: Mapping[str, Hand] = field(default_factory=dict[str, Hand])
    """What people counted last, at each machine without counters."""
    evidence: Evidence = field(default_factory=Evidence)
    setpoints: Setpoints = field(default_factory=Setpoints)
    conditions: Conditions = field(default_factory=Conditions)
    remarks: Remarks = field(default_factory=dict[str, Mapping[str, Standing]])
    losses: Losses = field(default_factory=dict[str, Loss])
    downloads: Mapping[str, Download] = field(default_factory=dict[str, Download])
    """The recipe under way at each machine, or how the last one ended."""
    conflicts: tuple[OrderConflict, ...] = ()
    """Those of the order under work, decided ones too, oldest first."""
    answers: Mapping[RecordId, RequestAnswer] = field(default_factory=dict[RecordId, RequestAnswer])
    """To what leads asked, by the request's id."""
    clock: ClockStanding = field(default_factory=ClockStanding)
    backups: Backups = field(default_factory=Backups)
    waiting: Waiting = field(default_factory=Waiting)
    """The oldest record that the centre has not got although it answers."""

    @property
    def main(self) -> str:
        """The main machine's id."""
        return self.setup.machines[0].id

    @property
    def role(self) -> PersonRole | None:
        """The role of whoever is signed in."""
        return None if self.sign_in is None else self.sign_in.role


def with_work(station: Station, work: Work) -> Station:
    """The order went on; one that ended is no longer worked on."""
    responses = station.responses
    if responses.get(work.response.job_order) != work.response:
        responses = {**responses, work.response.job_order: work.response}
    return replace(station, work=work if work.is_open else None, responses=responses)


def with_watch(station: Station, machine: str, watch: Watch) -> Station:
    """A machine was heard."""
    return replace(station, watches=put(station.watches, machine, watch))


def put(parts: Mapping[str, Part], machine: str, part: Part) -> Mapping[str, Part]:
    """The parts of all machines with that of one replaced."""
    return {**parts, machine: part}
