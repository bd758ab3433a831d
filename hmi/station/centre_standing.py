"""How the centre stands: since when it is away, and whether records wait too long although it answers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hmi.station import alarms
from hmi.station.alarms import Alarms
from hmi.station.codes import Code
from hmi.station.topics import SyncTopic
from hmi.station.turn import STATION, Turn
from station_db.records.base import Instant

UP = frozenset({"synced", "sending"})
LATE_US = 15 * 60 * 1_000_000
"""A record that is older than this and still here, while the centre answers, is somebody's business."""
STILL_NS = 60_000_000_000
"""A backlog whose oldest record goes up within this time drains, however old it is."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The oldest record that is not up yet, and since when (monotonic) it is the oldest while the centre answers."""

    oldest_at: Instant | None = None
    since_ns: int = 0


def seen(sync: SyncTopic, before: SyncTopic, seen_at: Instant | None, turn: Turn) -> SyncTopic:
    """The picture with its times: when all was last up, and since when the centre is away (`seen_at`: heard last)."""
    if sync.state in UP:
        synced_at = turn.now.wall if sync.state == "synced" else before.synced_at
        return replace(sync, synced_at=synced_at, offline_since=None)
    since = before.offline_since or seen_at or turn.now.wall
    return replace(sync, synced_at=before.synced_at, offline_since=since)


def waiting(known: Waiting, sync: SyncTopic, turn: Turn) -> Waiting:
    """Follow the oldest record that waits."""
    oldest = Instant(sync.oldest_unsent_at) if sync.oldest_unsent_at is not None and sync.state in UP else None
    return known if oldest == known.oldest_at else Waiting(oldest, turn.now.mono)


def tell_stalled(active: Alarms, known: Waiting, turn: Turn) -> Alarms:
    """Raise or clear the alarm of records that wait although the centre answers."""
    key = (STATION, Code.SYNC_STALLED)
    if known.oldest_at is None:
        return alarms.clear(active, key, turn)
    is_late = turn.now.wall - known.oldest_at > LATE_US
    if is_late and turn.now.mono - known.since_ns >= STILL_NS:
        return alarms.raise_alarm(active, alarms.own(STATION, Code.SYNC_STALLED, turn, priority="medium"), turn)
    return alarms.clear(active, key, turn) if not is_late else active
