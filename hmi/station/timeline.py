"""The shift's picture of the main machine: few enough spans to send with every change."""

from __future__ import annotations

from dataclasses import replace

from hmi.station.packml import waits
from hmi.station.topics import StateSpan
from station_db.records.base import Instant
from station_db.records.equipment import EquipmentState, ItemState

PAUSE_US = 60_000_000
"""A wait between two cycles shorter than this is the machine's rhythm, drawn as running. A stop never is, however short."""

Spans = tuple[StateSpan, ...]


def follow(spans: Spans, state: EquipmentState) -> Spans:
    """The state that opened now ends the last span and begins its own."""
    newest = StateSpan(state.state, state.started_at, state.ended_at, waits(state.packml))
    return _join((*_ended(spans, state.started_at), newest))


def since(spans: Spans, start: Instant) -> Spans:
    """Only what is later than `start`."""
    kept = (span for span in spans if span.ended_at is None or span.ended_at > start)
    return tuple(replace(span, started_at=max(span.started_at, start)) for span in kept)


def _ended(spans: Spans, at: Instant) -> Spans:
    if not spans or spans[-1].ended_at is not None:
        return spans
    return (*spans[:-1], replace(spans[-1], ended_at=at))


def _join(spans: Spans) -> Spans:
    """Draw the newest span into the one before where it says the same, or where only a short wait parts them."""
    *before, last = spans
    if len(before) > 1 and last.state == before[-2].state == ItemState.EXECUTING and _is_rhythm(before[-1]):
        return (*before[:-2], replace(before[-2], ended_at=last.ended_at))
    if before and _looks(before[-1]) == _looks(last) and before[-1].ended_at == last.started_at:
        return (*before[:-1], replace(before[-1], ended_at=last.ended_at))
    return spans


def _looks(span: StateSpan) -> tuple[str, bool]:
    return span.state, span.waits and span.state == ItemState.NOT_EXECUTING


def _is_rhythm(span: StateSpan) -> bool:
    ended = span.ended_at
    is_wait = span.state == ItemState.NOT_EXECUTING and span.waits
    return is_wait and ended is not None and ended - span.started_at < PAUSE_US
