"""A machine's state in plain words: Running, Waiting, Stopped, Off, Unknown. Unknown is never drawn as another."""

from __future__ import annotations

from hmi.clock import Moment
from hmi.presenters.durations import elapsed
from hmi.presenters.freshness import reason
from hmi.presenters.picture import Picture
from hmi.presenters.words import translate
from hmi.station.packml import waits
from hmi.station.topics import MachineView, StateSpan
from station_db.records.equipment import ItemState
from station_db.records.orders import StepKind
from widgets.display import ChipText, Glyph, Severity, SpanKind

_SPANS = {
    Glyph.RUN: SpanKind.RAN,
    Glyph.IDLE: SpanKind.IDLE,
    Glyph.STOP: SpanKind.STOPPED,
    Glyph.PAUSE: SpanKind.PAUSE,
    Glyph.UNKNOWN: SpanKind.UNKNOWN,
}


def glyph_of(state: str, packml: str = "") -> Glyph:
    """Which shape a state has; each state has one of its own, so that none needs colour."""
    match state:
        case ItemState.EXECUTING:
            return Glyph.RUN
        case ItemState.NOT_EXECUTING:
            return Glyph.IDLE if waits(packml) else Glyph.STOP
        case ItemState.OUT_OF_SERVICE | ItemState.NOT_AVAILABLE:
            return Glyph.PAUSE
        case _:
            return Glyph.UNKNOWN


def span_kind(span: StateSpan) -> SpanKind:
    """How a stretch looks on the timeline: only a real stop is a stop."""
    kind = _SPANS[glyph_of(span.state)]
    return SpanKind.IDLE if kind is SpanKind.STOPPED and span.waits else kind


def word_of(glyph: Glyph) -> str:
    """The plain word of a shape."""
    match glyph:
        case Glyph.RUN:
            return translate("state", "Running")
        case Glyph.IDLE:
            return translate("state", "Waiting")
        case Glyph.STOP:
            return translate("state", "Stopped")
        case Glyph.PAUSE:
            return translate("state", "Off")
        case Glyph.UNKNOWN:
            return translate("state", "Unknown")


def present_state(picture: Picture, machine: MachineView | None, now: Moment) -> ChipText:
    """The machine's state as it may be believed now, with how long it has lasted."""
    if machine is None:
        return ChipText(strong=word_of(Glyph.UNKNOWN), glyph=Glyph.UNKNOWN)
    freshness = picture.hearing.of_device(machine.id, now.mono)
    if not freshness.is_live:
        why = reason(freshness, machine.name)
        return ChipText(strong=word_of(Glyph.UNKNOWN), below=why, glyph=Glyph.UNKNOWN, severity=Severity.WARNING)
    return _heard(picture, machine, now)


def _heard(picture: Picture, machine: MachineView, now: Moment) -> ChipText:
    glyph = glyph_of(machine.state, machine.packml)
    since = elapsed(machine.since, now.wall)
    awaited = blocking_step(picture, machine)
    if awaited and glyph is Glyph.IDLE:
        return ChipText(strong=word_of(glyph), plain=since, glyph=glyph, below=translate("state", "for: {0}").format(awaited))
    severity = Severity.ALARM if glyph is Glyph.STOP else Severity.NORMAL
    return ChipText(strong=word_of(glyph), plain=since, glyph=glyph, severity=severity)


def blocking_step(picture: Picture, machine: MachineView) -> str:
    """What a person must do before this machine may go on; empty where nobody is waited for."""
    step = picture.work.step
    if step is None or not machine.permit_required:
        return ""
    its_turn = step.spec.kind is StepKind.MACHINE_CYCLE and step.spec.machine == machine.id
    return "" if its_turn else step.spec.title
