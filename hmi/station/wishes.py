"""What a person asked for, handed to the activity that cares. One line a command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hmi.station import (
    acknowledging,
    checks,
    commands,
    conflicts,
    handwork,
    machine_orders,
    orders,
    people,
    permits,
    requests,
    settling,
)
from hmi.station.codes import Code, RefusedError
from hmi.station.commands import Command
from hmi.station.decision import Errand
from hmi.station.state import Station, with_work
from hmi.station.turn import Turn
from hmi.station.work import Work
from station_db.records.base import RecordId
from station_db.records.orders import StepKind

Wish = Callable[[Station, Any, Command, Turn], Station]


def do(station: Station, command: Command, turn: Turn) -> Station:
    """Do what was asked. Raises `RefusedError` with the reason."""
    return WISHES[type(command.body)](station, command.body, command, turn)


def _sign_in(station: Station, asked: commands.SignIn, command: Command, turn: Turn) -> Station:
    came = people.sign_in(station.sign_in, station.plant, asked, turn, verified=command.verified)
    return replace(station, sign_in=came)


def _sign_out(station: Station, _asked: commands.SignOut, _command: Command, turn: Turn) -> Station:
    if station.sign_in is not None:
        people.leave(station.sign_in, "signed_out", turn)
    return replace(station, sign_in=None)


def _start(station: Station, asked: commands.StartOrder, _command: Command, turn: Turn) -> Station:
    order = station.plant.orders.get(RecordId(asked.order))
    if order is None:
        raise RefusedError(Code.ORDER_UNKNOWN, asked.order)
    machines = frozenset(station.wirings)
    why_not = orders.why_not_start(order, station.work, station.responses, station.plant, machines)
    if why_not:
        raise RefusedError(Code(why_not[0]), *why_not[1:])
    return with_work(station, orders.start(order, station.plant, turn))


def _confirm(station: Station, asked: commands.ConfirmStep, command: Command, turn: Turn) -> Station:
    """At a machine step a confirmation means: ask the machine again."""
    work = _under_way(station)
    _, spec = checks.at_step(work, asked.step_run, checks.BY_HAND | {StepKind.MACHINE_CYCLE})
    if spec.kind is StepKind.MACHINE_CYCLE:
        return permits.ask_again(station, turn)
    return with_work(station, checks.confirm(work, asked, turn, command.id))


def _under_way(station: Station) -> Work:
    if station.work is None:
        raise RefusedError(Code.NO_ORDER)
    return station.work


def _at_work(change: Callable[[Work, Any, Turn, str], Work]) -> Wish:
    """A wish that changes the order under way and nothing else."""

    def do_it(station: Station, asked: commands.Body, command: Command, turn: Turn) -> Station:
        return with_work(station, change(_under_way(station), asked, turn, command.id))

    return do_it


def _retry_sync(station: Station, _asked: commands.RetrySync, _command: Command, turn: Turn) -> Station:
    if not station.setup.has_centre:
        raise RefusedError(Code.NO_CENTRE)
    turn.send(Errand.RETRY_SYNC)
    return station


def _export_aside(station: Station, _asked: commands.ExportSetAside, _command: Command, turn: Turn) -> Station:
    if not station.setup.has_centre:
        raise RefusedError(Code.NO_CENTRE)
    turn.send(Errand.EXPORT_ASIDE)
    return station


WISHES: Mapping[type[commands.Body], Wish] = {
    commands.SignIn: _sign_in,
    commands.SignOut: _sign_out,
    commands.StartOrder: _start,
    commands.PauseOrder: _at_work(lambda work, asked, turn, _: orders.pause(work, asked, turn)),
    commands.ResumeOrder: _at_work(lambda work, _asked, turn, _: orders.go_on(work, turn)),
    commands.FinishOrder: _at_work(lambda work, _asked, turn, _: orders.finish(work, turn)),
    commands.ConfirmStep: _confirm,
    commands.ScanSerial: _at_work(checks.scan),
    commands.EnterMeasurement: _at_work(checks.measure),
    commands.JudgeStep: _at_work(checks.judge),
    commands.BadPart: _at_work(orders.bad_part),
    commands.WriteSetpoint: lambda station, asked, _command, turn: machine_orders.write(station, asked, turn),
    commands.DownloadRecipe: lambda station, asked, _command, turn: machine_orders.download(station, asked, turn),
    commands.AcknowledgeAlarm: lambda station, asked, _command, turn: acknowledging.acknowledge(station, asked, turn),
    commands.CountParts: lambda station, asked, command, turn: handwork.count(station, asked, command.id, turn),
    commands.TakeBackCount: lambda station, asked, _command, turn: handwork.take_back(station, asked, turn),
    commands.SettleGap: lambda station, asked, _command, turn: settling.settle(station, asked, turn),
    commands.DecideConflict: lambda station, asked, _command, turn: conflicts.decide(station, asked, turn),
    commands.AnswerRequest: lambda station, asked, _command, turn: requests.answer(station, asked, turn),
    commands.RetrySync: _retry_sync,
    commands.ExportSetAside: _export_aside,
    commands.SaveDraft: _at_work(lambda work, asked, turn, _: checks.draft(work, asked, turn)),
}
