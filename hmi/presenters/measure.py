"""A numeric check as the card and the pad show it: limits, what is usual, what was typed, the last value."""

from __future__ import annotations

from dataclasses import dataclass

from hmi.presenters.words import joined, translate
from hmi.station.topics import OpenStep
from station_db.records.orders import StepSpec
from widgets.display import LimitView


@dataclass(frozen=True, slots=True)
class MeasureView:
    """The value box of a numeric step. `value` is what was typed so far."""

    caption: str
    value: str
    unit: str
    last: str
    hints: str
    limits: LimitView | None = None


def present_measure(step: OpenStep) -> MeasureView:
    """Say what is measured, against which limits, and what is half typed."""
    spec = step.spec
    return MeasureView(
        caption=translate("measure", "half typed") if step.draft else translate("measure", "tap to type"),
        value=step.draft or "–",
        unit=spec.unit,
        last=_last(step),
        hints=joined(limits_text(spec), _usual(spec), _last(step)),
        limits=_range(step),
    )


def _range(step: OpenStep) -> LimitView | None:
    """The range with the last value's place on it; None where a side is open."""
    spec = step.spec
    if spec.low is None or spec.high is None:
        return None
    return LimitView(spec.low, spec.high, number(spec.low, spec.decimals), number(spec.high, spec.decimals), step.last_value)


def number(value: float | None, decimals: int) -> str:
    """A number with the step's decimals; empty for none."""
    return "" if value is None else f"{value:.{decimals}f}"


def limits_text(spec: StepSpec) -> str:
    """`Limits 0.000 to 0.050 mm`, or the one limit there is."""
    low, high = number(spec.low, spec.decimals), number(spec.high, spec.decimals)
    if low and high:
        return translate("measure", "Limits {0} to {1} {2}").format(low, high, spec.unit)
    if low:
        return translate("measure", "At least {0} {1}").format(low, spec.unit)
    return translate("measure", "At most {0} {1}").format(high, spec.unit) if high else ""


def _usual(spec: StepSpec) -> str:
    if spec.usual_low is None or spec.usual_high is None:
        return ""
    return translate("measure", "usual {0} to {1}").format(
        number(spec.usual_low, spec.decimals), number(spec.usual_high, spec.decimals)
    )


def _last(step: OpenStep) -> str:
    if step.last_value is None:
        return ""
    return translate("measure", "last unit {0}").format(number(step.last_value, step.spec.decimals))
