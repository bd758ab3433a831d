"""The steps a person does: read, confirm, scan, measure, judge. Every entry is kept, the verdict comes from the number."""

from __future__ import annotations

import re
from dataclasses import replace

from hmi.station import commands, number, progress, scratch
from hmi.station.codes import Code, RefusedError
from hmi.station.turn import Turn
from hmi.station.work import Work
from station_db.records.base import Verdict
from station_db.records.orders import CheckResult, StepKind, StepRun, StepSpec

BY_HAND = frozenset({StepKind.INSTRUCTION, StepKind.CONFIRM})
USUAL_FACTOR = 10
LONGEST_SERIAL = 64
"""A longer scan is no serial; it also bounds what a clumsy pattern can cost."""


def confirm(work: Work, asked: commands.ConfirmStep, turn: Turn, command: str) -> Work:
    """An instruction is read or a thing is done."""
    at_step(work, asked.step_run, BY_HAND)
    return progress.go_on(progress.close_step(work, Verdict.GOOD, turn, closed_by=command), turn)


def scan(work: Work, asked: commands.ScanSerial, turn: Turn, command: str) -> Work:
    """Give the unit its serial: it fits the pattern and no other unit of the order has it."""
    step, spec = at_step(work, asked.step_run, frozenset({StepKind.SCAN_SERIAL}))
    serial = asked.serial.strip()
    _check_serial(work, spec, serial)
    unit = work.unit
    if unit is None:
        raise RefusedError(Code.STEP_NOT_OPEN)
    named = replace(unit, serial=serial)
    turn.keep(named)
    turn.keep(_result(step, spec, Verdict.GOOD, turn, text=serial, source="scan"))
    known = replace(work, unit=named, serials=work.serials | {serial})
    return progress.go_on(progress.close_step(known, Verdict.GOOD, turn, closed_by=command), turn)


def judge(work: Work, asked: commands.JudgeStep, turn: Turn, command: str) -> Work:
    """Take the answer to a pass/fail check."""
    step, spec = at_step(work, asked.step_run, frozenset({StepKind.PASS_FAIL}))
    verdict = Verdict.GOOD if asked.passed else Verdict.BAD
    turn.keep(_result(step, spec, verdict, turn, text="pass" if asked.passed else "fail", source="judged"))
    return _decided(work, verdict, turn, command)


def measure(work: Work, asked: commands.EnterMeasurement, turn: Turn, command: str) -> Work:
    """Take a typed number: inside the limits the step is good; outside it is refused until a person accepts the fail."""
    step, spec = at_step(work, asked.step_run, frozenset({StepKind.NUMERIC}))
    entries = (*work.scratch.entries, asked.text)
    try:
        value = number.parse(asked.text)
        check_limits(spec, value)
    except RefusedError as refusal:
        if refusal.code not in OUTSIDE or not asked.accept_fail:
            return _remember_entry(work, step, entries, refusal, turn)
        value, verdict = number.parse(asked.text), Verdict.BAD
    else:
        verdict = Verdict.GOOD
    turn.keep(_result(step, spec, verdict, turn, text=asked.text, value=value, entries=entries))
    known = replace(work, last_values={**work.last_values, spec.key: value}, scratch=replace(work.scratch, entries=entries))
    return _decided(known, verdict, turn, command)


def draft(work: Work, asked: commands.SaveDraft, turn: Turn) -> Work:
    """Remember what is half typed at the open step."""
    step, _ = at_step(work, asked.step_run, frozenset(StepKind))
    kept = replace(work.scratch, typed=asked.text, person=turn.actor)
    scratch.keep(kept, step.id, turn)
    return replace(work, scratch=kept)


def at_step(work: Work, step_run: str, kinds: frozenset[StepKind]) -> tuple[StepRun, StepSpec]:
    """The open step, if the command means it. Raises `RefusedError` otherwise, and while the order is interrupted."""
    step, spec = work.open_step, work.open_spec
    if step is None or spec is None or step.id != step_run:
        raise RefusedError(Code.STEP_NOT_OPEN)
    if not work.is_running:
        raise RefusedError(Code.ORDER_PAUSED, work.response.job_order)
    if spec.kind not in kinds:
        needs_machine = spec.kind is StepKind.MACHINE_CYCLE
        raise RefusedError(Code.STEP_NEEDS_MACHINE if needs_machine else Code.STEP_OTHER_KIND, spec.title)
    return step, spec


OUTSIDE = frozenset({Code.ABOVE_LIMIT, Code.BELOW_LIMIT, Code.TEN_TIMES_USUAL})
"""Refusals of a number that is one: a person may accept that the part fails."""


def check_limits(spec: StepSpec, value: float) -> None:
    """Raise `RefusedError` for a value outside the limits; the screen asks the same before it sends one."""
    shown = number.plain(value, spec.decimals)
    above = spec.high is not None and value > spec.high
    below = spec.low is not None and value < spec.low
    if (above or below) and _is_ten_times_usual(spec, value):
        raise RefusedError(Code.TEN_TIMES_USUAL, shown, spec.unit)
    if above and spec.high is not None:
        raise RefusedError(Code.ABOVE_LIMIT, shown, number.plain(spec.high, spec.decimals), spec.unit)
    if below and spec.low is not None:
        raise RefusedError(Code.BELOW_LIMIT, shown, number.plain(spec.low, spec.decimals), spec.unit)


def _is_ten_times_usual(spec: StepSpec, value: float) -> bool:
    """A mark typed one place too far: a tenth of it would be usual."""
    if spec.usual_low is None or spec.usual_high is None:
        return False
    return spec.usual_low <= value / USUAL_FACTOR <= spec.usual_high


def _remember_entry(work: Work, step: StepRun, entries: tuple[str, ...], refusal: RefusedError, turn: Turn) -> Work:
    """The entry is refused, and kept."""
    kept = scratch.Scratch(typed="", person=turn.actor, entries=entries)
    scratch.keep(kept, step.id, turn)
    turn.refuse(refusal.code, *refusal.words)
    return replace(work, scratch=kept)


def _check_serial(work: Work, spec: StepSpec, serial: str) -> None:
    if not serial:
        raise RefusedError(Code.SERIAL_EMPTY)
    if spec.pattern and not _fits(spec.pattern, serial):
        raise RefusedError(Code.SERIAL_PATTERN, serial)
    if serial in work.serials:
        raise RefusedError(Code.SERIAL_TWICE, serial)


def _fits(pattern: str, serial: str) -> bool:
    """Whether the whole serial fits; of a pattern that is none, nothing does."""
    try:
        return len(serial) <= LONGEST_SERIAL and re.fullmatch(pattern, serial) is not None
    except re.error:
        return False


def _decided(work: Work, verdict: Verdict, turn: Turn, command: str) -> Work:
    if verdict is Verdict.GOOD:
        return progress.go_on(progress.close_step(work, verdict, turn, closed_by=command), turn)
    return progress.fail_unit(work, Code.UNIT_BAD_CHECK, turn, command)


def _result(
    step: StepRun,
    spec: StepSpec,
    verdict: Verdict,
    turn: Turn,
    *,
    text: str,
    value: float | None = None,
    source: str = "typed",
    entries: tuple[str, ...] = (),
) -> CheckResult:
    return CheckResult(
        id=turn.new_id(),
        step_run=step.id,
        unit=step.unit,
        job_order=step.job_order,
        key=spec.key,
        title=spec.title,
        value=value,
        text=text,
        measure_unit=spec.unit,
        low=spec.low,
        high=spec.high,
        verdict=verdict,
        source=source,
        entries=entries,
        actor=turn.actor,
        at=turn.now.wall,
    )
