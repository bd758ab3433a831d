"""What happened, as rows: cycles, checks, states and stops of a shift."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hmi.presenters.curves import Samples
from hmi.presenters.durations import SECOND_US, clock_seconds, span
from hmi.presenters.machine_state import glyph_of, word_of
from hmi.presenters.measure import number
from hmi.presenters.value import format_value
from hmi.presenters.words import joined, translate
from station_db.records.base import Verdict
from station_db.records.equipment import EquipmentState, ItemState
from station_db.records.local import Curve
from station_db.records.orders import CheckResult
from station_db.records.production import Cycle
from widgets.display import RowText, Severity

STOP_US = 60 * SECOND_US
"""Shorter pauses are the machine's rhythm."""


def cycle_row(cycle: Cycle, zone: str) -> RowText:
    """When, which, how long, the end value, the verdict."""
    seconds = "" if cycle.duration_ms is None else translate("history", "{0} s").format(f"{cycle.duration_ms / 1000:.2f}")
    word, severity = _verdict(cycle.verdict)
    return RowText(cycle.id, (clock_seconds(cycle.ended_at, zone), f"{cycle.number}", seconds, _end_value(cycle)), word, severity)


def _end_value(cycle: Cycle) -> str:
    known = next((result for result in cycle.results if result.value is not None), None)
    return f"{format_value(known.value)} {known.unit}".strip() if known and known.value is not None else ""


def _verdict(verdict: Verdict) -> tuple[str, Severity]:
    match verdict:
        case Verdict.GOOD:
            return translate("history", "good"), Severity.NORMAL
        case Verdict.BAD:
            return translate("history", "bad"), Severity.ALARM
        case _:
            return translate("history", "unknown"), Severity.WARNING


def check_row(check: CheckResult, zone: str) -> RowText:
    """When, what, the value, the verdict."""
    decimals = len(check.text.replace(",", ".").partition(".")[2])
    value = f"{number(check.value, decimals)} {check.measure_unit}".strip() if check.value is not None else check.text
    word, severity = _verdict(check.verdict)
    return RowText(check.id, (clock_seconds(check.at, zone), check.title, value), word, severity)


def state_row(state: EquipmentState, zone: str, now: int) -> RowText:
    """When, which state, how long."""
    return RowText(
        state.id, (clock_seconds(state.started_at, zone), word_of(glyph_of(state.state, state.packml)), _lasted(state, now))
    )


def stop_row(state: EquipmentState, zone: str, now: int) -> RowText:
    """When, how long, why."""
    why = state.reason or translate("history", "no reason yet")
    return RowText(state.id, (clock_seconds(state.started_at, zone), _lasted(state, now), why))


def stops(states: Sequence[EquipmentState], now: int) -> tuple[EquipmentState, ...]:
    """The times in which the machine stood for a minute or longer."""
    standing = (state for state in states if state.state in (ItemState.NOT_EXECUTING, ItemState.OUT_OF_SERVICE))
    return tuple(state for state in standing if (state.ended_at or now) - state.started_at >= STOP_US)


def _lasted(state: EquipmentState, now: int) -> str:
    lasted = span(((state.ended_at or now) - state.started_at) / SECOND_US)
    return lasted if state.ended_at else joined(lasted, translate("history", "so far"))


def cycle_facts(cycle: Cycle, zone: str) -> tuple[tuple[str, str], ...]:
    """All that is known of one cycle."""
    results = tuple(
        (name_words(r.name), f"{format_value(r.value)} {r.unit}".strip()) for r in cycle.results if r.value is not None
    )
    lost = ((translate("history", "Samples lost"), f"{cycle.curve_lost}"),) if cycle.curve_lost else ()
    return (
        (translate("history", "Ended"), clock_seconds(cycle.ended_at, zone)),
        (translate("history", "Verdict"), _verdict(cycle.verdict)[0]),
        *results,
        *lost,
    )


def name_words(name: str) -> str:
    """A result's name as words: `end_force` is `end force`."""
    return name.replace("_", " ")


def samples_of(curve: Curve) -> Samples:
    """A stored curve as channels by samples."""
    return np.frombuffer(curve.data, dtype="<f4").reshape(len(curve.names), curve.count)


def no_curve_reason(cycle: Cycle) -> str:
    """Why a cycle shows no curve, in words."""
    if cycle.curve_digest is None:
        return translate("history", "The machine gave no curve for this cycle.")
    return translate("history", "The curve is not kept here any more.")


def say_unreadable(reason: str) -> str:
    """Why history can't be shown."""
    return translate("history", "History can't be read: {0}.").format(reason)


def was_seen(states: Sequence[EquipmentState]) -> bool:
    """Whether the machine ever said what it did."""
    return any(state.state is not ItemState.UNKNOWN for state in states)


def empty_sentence(kind: str, *, was_seen: bool = True) -> str:
    """One sentence for a list without rows; no stop is only said where the machine was seen."""
    match kind:
        case "cycles":
            return translate("history", "No cycle in this time.")
        case "checks":
            return translate("history", "No check in this time.")
        case "stops" if not was_seen:
            return translate("history", "Stops are unknown: the machine did not say its state.")
        case "stops":
            return translate("history", "No stop in this time.")
        case _:
            return translate("history", "No state is recorded in this time.")
