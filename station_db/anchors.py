"""Where a chain begins after older entries were let go: the number and hash of an epoch's last entry that is no longer here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from station_db.tables import TYPED


@dataclass(frozen=True, slots=True)
class Anchor:
    """An epoch's entries up to `seq`, the last of which had the hash `head`, were let go."""

    seq: int
    head: str


def anchors_of(connection: Connection, station_id: str) -> Mapping[str, Anchor]:
    """The anchor of each epoch that has one."""
    pruned = TYPED["pruned"].c
    rows = connection.execute(select(pruned.epoch, pruned.up_to_seq, pruned.head).where(pruned.station_id == station_id))
    return {row.epoch: Anchor(row.up_to_seq, row.head) for row in rows}


def begins_at(anchor: Anchor | None, first_seq: int, begins_with: str) -> Anchor:
    """What an epoch's first entry here must follow: its anchor if it is the very next one, else what the epoch began with.

    A backup that is older than its anchor brings back what was let go, and then begins where the epoch did.
    """
    if anchor is not None and first_seq == anchor.seq + 1:
        return anchor
    return Anchor(0, begins_with)
