"""What people were writing to machines when the engine ended: unknown, never repeated, and said until the machine says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hmi.station.codes import Code
from hmi.station.turn import Turn
from hmi.station.wiring import Wiring
from hmi.station.written import Download, Key, Setpoints
from station_db.records.equipment import DownloadState, MachineWrite, WriteState
from station_db.records.resume import Resume

RESTART = "restart"


def setpoints(wirings: Mapping[str, Wiring], resume: Resume, turn: Turn) -> Setpoints:
    """End what was asked and not answered; return of each tag the write that is in doubt, also from an earlier life."""
    worries = {(event.source, event.code) for event in resume.alarms}
    in_doubt: dict[Key, MachineWrite] = {}
    for write in resume.writes:
        is_cut = write.state is WriteState.ASKED
        ended = _unknown(write, turn) if is_cut else write
        is_worry = is_cut or (f"{write.machine}.{write.tag}", Code.SETPOINT_NOT_CONFIRMED) in worries
        if is_worry and _may_be_written(wirings, write):
            in_doubt[write.machine, write.tag] = ended
    return Setpoints(last=in_doubt)


def downloads(wirings: Mapping[str, Wiring], resume: Resume, turn: Turn) -> Mapping[str, Download]:
    """End the recipes that were under way: they are not done."""
    ended: dict[str, Download] = {}
    for record in resume.downloads:
        ended_at = turn.not_before(record.started_at)
        not_done = replace(record, state=DownloadState.NOT_DONE, ended_at=ended_at, reason=RESTART)
        turn.keep(not_done)
        recipes = wirings[record.machine].machine.recipes if record.machine in wirings else ()
        recipe = next((recipe for recipe in recipes if recipe.name == record.recipe), None)
        if recipe is not None:
            ended[record.machine] = Download(not_done, recipe, "")
    return ended


def _unknown(write: MachineWrite, turn: Turn) -> MachineWrite:
    ended = replace(write, state=WriteState.UNKNOWN, ended_at=turn.not_before(write.asked_at), reason=RESTART)
    turn.keep(ended)
    return ended


def _may_be_written(wirings: Mapping[str, Wiring], write: MachineWrite) -> bool:
    """Whether people may still write it: the settings may have changed."""
    tags = wirings[write.machine].machine.tags if write.machine in wirings else ()
    return write.permit is None and any(tag.name == write.tag and tag.write is not None for tag in tags)
