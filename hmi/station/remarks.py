"""What a person should know of a link that works: kept by machine and code until the driver says it is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.reading import Remark
from hmi.station import alarms
from hmi.station.legible import legible
from hmi.station.topics import RemarkView
from hmi.station.turn import Turn
from station_db.records.base import Instant
from station_db.records.equipment import AlarmEvent

RECORDED = frozenset({"clock_off", "values_lost", "not_all_watched", "certificate_expires"})
"""What somebody who reads the record later must know, of the codes of `drivers.link.RemarkCode`."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A remark that stands, and its record where it has one."""

    view: RemarkView
    event: AlarmEvent | None = None


Remarks = Mapping[str, Mapping[str, Standing]]
"""By machine and code."""


def take(remarks: Remarks, remark: Remark, turn: Turn) -> Remarks:
    """A remark came, says more, or is over."""
    of_machine = remarks.get(remark.device, {})
    known = of_machine.get(remark.code)
    if remark.is_over:
        return remarks if known is None else {**remarks, remark.device: _without(of_machine, known, turn)}
    if known is not None and known.view.reason == legible(remark.reason):
        return remarks
    return {**remarks, remark.device: {**of_machine, remark.code: _standing(known, remark, turn)}}


def of(remarks: Remarks, machine: str) -> tuple[RemarkView, ...]:
    """Those of one machine, the oldest first."""
    return tuple(sorted((one.view for one in remarks.get(machine, {}).values()), key=lambda view: (view.since, view.code)))


def _standing(known: Standing | None, remark: Remark, turn: Turn) -> Standing:
    since = known.view.since if known else turn.now.wall
    view = RemarkView(remark.code, legible(remark.reason), since)
    event = known.event if known else None
    if event is None and remark.code in RECORDED:
        event = AlarmEvent(
            id=turn.new_id(), source=remark.device, code=remark.code, priority="low", text=view.reason, came_at=Instant(since)
        )
        turn.keep(event)
    return Standing(view, event)


def _without(of_machine: Mapping[str, Standing], known: Standing, turn: Turn) -> Mapping[str, Standing]:
    if known.event is not None:
        alarms.end(known.event, turn)
    return {code: standing for code, standing in of_machine.items() if code != known.view.code}
