"""The shift as a strip of states, ending now. Unknown time is a state of its own."""

from __future__ import annotations

from hmi.clock import Moment
from hmi.presenters.durations import SECOND_US, clock_time
from hmi.presenters.machine_state import span_kind
from hmi.presenters.picture import Picture
from hmi.station.topics import StateSpan
from widgets.display import StripSpan, StripView

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


def _filled(seen: tuple[StateSpan, ...], start: int, known_until: int, now: int) -> tuple[StripSpan, ...]:
    """What was seen; the time before, between and after it is unknown, so that the strip balances up to now."""
    spans, until = [], start
    for span in seen:
        ended_at = min(span.ended_at or known_until, now)
        spans += [_span("unknown", until, span.started_at, start), _span(span.state, span.started_at, ended_at, start)]
        until = max(until, ended_at)
    spans.append(_span("unknown", until, now, start))
    return tuple(span for span in spans if span.end > span.start)


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


def _span(state: str, started_at: int, ended_at: int, start: int) -> StripSpan:
    return StripSpan(span_kind(state), max(0.0, (started_at - start) / SECOND_US), (ended_at - start) / SECOND_US)


def _labels(start: int, end: int, zone: str) -> tuple[tuple[float, str], ...]:
    """Five times at most, the ends included."""
    moments = (start + (end - start) * part // 4 for part in range(5))
    return tuple(((at - start) / SECOND_US, clock_time(at, zone)) for at in moments)
