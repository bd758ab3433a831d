"""A live value as it may be shown: live, or old with its age and why."""

from __future__ import annotations

from hmi.clock import Monotonic
from hmi.presenters.freshness import reason
from hmi.presenters.picture import Picture
from hmi.presenters.words import joined, translate
from hmi.station.topics import MachineView, ValueSpec
from widgets.display import DisplayValue, Severity


def present_value(picture: Picture, machine: MachineView, spec: ValueSpec, value: float | None, now: Monotonic) -> DisplayValue:
    """Say how a value should look now. Limits colour it here and nowhere else."""
    freshness = picture.hearing.of_group(machine.id, spec.group, now)
    if not freshness.is_live:
        note = joined(freshness.old_text, reason(freshness, machine.name))
        text = "–" if value is None else format_value(value)
        return DisplayValue.stale(text, spec.unit, note)
    if value is None:
        return DisplayValue.missing(spec.unit, translate("value", "{0} gives no value").format(machine.name))
    return DisplayValue(format_value(value), spec.unit, _severity(spec, value))


def _severity(spec: ValueSpec, value: float) -> Severity:
    too_low = spec.low is not None and value < spec.low
    too_high = spec.high is not None and value > spec.high
    return Severity.WARNING if too_low or too_high else Severity.NORMAL


def badge_word(spec: ValueSpec, value: float | None) -> str:
    """The word of an abnormal value; empty for a normal one."""
    if value is None:
        return ""
    if spec.high is not None and value > spec.high:
        return translate("value", "too high")
    return translate("value", "too low") if spec.low is not None and value < spec.low else ""


def format_value(value: float) -> str:
    """As many digits as can be read while it moves."""
    size = abs(value)
    if size >= 1000:
        return f"{value:.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}"
