"""The balance of the record: what was captured is at the centre, set aside there, or waits here; in every picture."""

from __future__ import annotations

from dataclasses import replace

from hmi.engine.acknowledged import Acknowledged
from hmi.station.topics import SyncTopic
from station_db.reader import EpochTip, Reader


def balanced(sync: SyncTopic, reader: Reader, known: Acknowledged) -> SyncTopic:
    """The picture with its numbers, from one look at the journal and what the centre last said.

    A centre may have more of an earlier epoch than a store that was put back: what this one lacks it never captured.
    """
    tips = reader.epochs()
    captured = sum(tip.position.seq for tip in tips)
    arrived = sum(_arrived(tip, known) for tip in tips)
    set_aside = min(known.set_aside, arrived)
    return replace(
        sync,
        captured=captured,
        sent=arrived - set_aside,
        set_aside=set_aside,
        records_here=captured - arrived,
        oldest_unsent_at=_oldest(reader, tips, known),
    )


def _arrived(tip: EpochTip, known: Acknowledged) -> int:
    """What is let go of here was proven to be there, whatever is remembered."""
    return min(tip.position.seq, max(tip.let_go, known.marks.get(tip.position.epoch, 0)))


def _oldest(reader: Reader, tips: tuple[EpochTip, ...], known: Acknowledged) -> int | None:
    """When the first entry that waits was recorded."""
    for tip in tips:
        sent = _arrived(tip, known)
        if sent < tip.position.seq:
            return reader.journal_after(tip.position.epoch, sent, 1)[0].recorded_at
    return None
