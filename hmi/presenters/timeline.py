"""The shift as a strip of states, ending now. Unknown time is a state of its own."""

from __future__ import annotations

from hmi.clock import Moment
from hmi.presenters.durations import SECOND_US, clock_time, span
from hmi.presenters.machine_state import span_kind
from hmi.presenters.picture import Picture
from hmi.presenters.words import joined, translate
from hmi.station.topics import StateSpan
from widgets.display import SpanKind, StripSpan, StripView

HOUR_US = 3600 * SECOND_US


def present_timeline(picture: Picture, now: Moment) -> StripView | None:
    """Say how the shift went until now; what was not heard since is unknown. None while nothing was ever seen."""
    window = _window(picture, now)
    if window is None:
        return None
    start, end = window
    known_until = _known_until(picture, now)
    spans = _filled(picture.timeline.spans, start, known_until, now.wall)
    return StripView(
        start=0.0,
        end=(end - start) / SECOND_US,
        now=(now.wall - start) / SECOND_US,
        spans=spans,
        labels=_labels(start, end, picture.zone),
    )


def say_timeline(view: StripView | None) -> str:
    """The strip in words: how long it ran, stopped, waited, was off or was not seen."""
    if view is None:
        return translate("timeline", "Nothing was seen yet")
    lasted = {kind: sum(part.end - part.start for part in view.spans if part.kind is kind) for kind in SpanKind}
    told = (f"{_word(kind)} {span(seconds)}" for kind, seconds in lasted.items() if seconds >= 1)
    return joined(translate("timeline", "The shift so far"), *told)


def _word(kind: SpanKind) -> str:
    match kind:
        case SpanKind.RAN:
            return translate("timeline", "ran")
        case SpanKind.STOPPED:
            return translate("timeline", "stopped")
        case SpanKind.IDLE:
            return translate("timeline", "waited")
        case SpanKind.PAUSE:
            return translate("timeline", "off")
        case SpanKind.UNKNOWN:
            return translate("timeline", "unknown")


def _filled(seen: tuple[StateSpan, ...], start: int, known_until: int, now: int) -> tuple[StripSpan, ...]:
    """What was seen; the time before, between and after it is unknown, so that the strip balances up to now."""
    spans, until = [], start
    for state in seen:
        ended_at = min(state.ended_at or known_until, now)
        spans += [_unknown(until, state.started_at, start), _strip_span(span_kind(state), state.started_at, ended_at, start)]
        until = max(until, ended_at)
    spans.append(_unknown(until, now, start))
    return tuple(part for part in spans if part.end > part.start)


def _window(picture: Picture, now: Moment) -> tuple[int, int] | None:
    """The shift, or without one the last eight hours that were seen."""
    shift = picture.station.shift if picture.station else None
    if shift:
        return shift.started_at, max(shift.ended_at, now.wall)
    spans = picture.timeline.spans
    return (max(spans[0].started_at, now.wall - 8 * HOUR_US), now.wall) if spans else None


def _known_until(picture: Picture, now: Moment) -> int:
    machine = picture.main_machine
    if machine is None:
        return now.wall
    freshness = picture.hearing.of_device(machine.id, now.mono)
    if freshness.is_live or freshness.age_ns is None:
        return now.wall
    return now.wall - freshness.age_ns // 1000


def _unknown(started_at: int, ended_at: int, start: int) -> StripSpan:
    return _strip_span(SpanKind.UNKNOWN, started_at, ended_at, start)


def _strip_span(kind: SpanKind, started_at: int, ended_at: int, start: int) -> StripSpan:
    return StripSpan(kind, max(0.0, (started_at - start) / SECOND_US), (ended_at - start) / SECOND_US)


def _labels(start: int, end: int, zone: str) -> tuple[tuple[float, str], ...]:
    """Five times at most, the ends included; each is said once."""
    moments = (start + (end - start) * part // 4 for part in range(5))
    named = {clock_time(at, zone): (at - start) / SECOND_US for at in reversed(tuple(moments))}
    return tuple((at, text) for text, at in reversed(named.items()))
