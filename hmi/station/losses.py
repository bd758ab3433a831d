"""Values of a working link that are gone for good: a gap in the record, one for as long as they keep getting lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from drivers.reading import Lost
from hmi.station.legible import legible
from hmi.station.turn import Turn
from station_db.records.base import Instant
from station_db.records.equipment import LinkGap

CODE = "values_lost"
REST_US = 10_000_000
"""Losses that follow each other sooner are one gap; its end is written down this often."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A gap that may go on, and how far the record knows of it."""

    gap: LinkGap
    kept_to: Instant


Losses = Mapping[str, Loss]
"""The last of each machine."""


def take(losses: Losses, lost: Lost, turn: Turn) -> Losses:
    """Values were lost: a new gap, or more of the one before."""
    to_at = Instant(max(lost.since, lost.at))
    known = losses.get(lost.device)
    if known is None or not _goes_on(known.gap, lost.since, to_at):
        return {**losses, lost.device: _kept(_gap(lost, to_at, turn), turn)}
    gap = replace(known.gap, from_at=min(known.gap.from_at, lost.since), to_at=max(known.gap.to_at or to_at, to_at))
    longer = replace(known, gap=gap)
    return {**losses, lost.device: _kept(gap, turn) if to_at - known.kept_to >= REST_US else longer}


def settle(losses: Losses, turn: Turn) -> Losses:
    """Time went by: a gap that grew since it was written down is written down as it is."""
    due = {
        machine: _kept(loss.gap, turn)
        for machine, loss in losses.items()
        if loss.gap.to_at != loss.kept_to and turn.now.wall - loss.kept_to >= REST_US
    }
    return {**losses, **due} if due else losses


def _goes_on(gap: LinkGap, since: Instant | int, to_at: Instant) -> bool:
    """Whether a loss belongs to the one before; after a clock that was set back none does."""
    return since - (gap.to_at or 0) <= REST_US and gap.from_at - to_at <= REST_US


def _gap(lost: Lost, to_at: Instant, turn: Turn) -> LinkGap:
    count = "" if lost.count is None else f" ({lost.count})"
    reason = f"{legible(lost.reason)}{count}"
    return LinkGap(id=turn.new_id(), machine=lost.device, from_at=Instant(lost.since), to_at=to_at, code=CODE, reason=reason)


def _kept(gap: LinkGap, turn: Turn) -> Loss:
    turn.keep(gap)
    return Loss(gap, gap.to_at or gap.from_at)
