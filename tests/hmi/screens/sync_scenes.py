"""How the way to the centre may stand, as topics; each adds up."""

from __future__ import annotations

from dataclasses import replace

from hmi.station import topics
from hmi.station.codes import Code
from tests.hmi.screens.scenes import MINUTE, MONO, NOW, SECOND_NS, at

DAY = 24 * 60 * MINUTE
CENTRE = "postgresql://station_040@centre.plant.example:5432/lineside"
BACKUP = topics.BackupView(at("10:00"), "E:/backups/record-2026-11-21-0900.db")
LONG = (
    "cycle.3 is newer than this centre can read: it knows cycle up to version 2, from a station of version 0.9; "
    "column results_extra is not there, and end_force may not be null (row of unit H000186, order WO-24117)"
)


def sync(state: str, *, waiting: int = 0, aside: int = 0, captured: int = 48_212, **more: object) -> topics.SyncTopic:
    """The topic in a state; what is sent makes the sum come out."""
    base = topics.SyncTopic(
        state=state,
        captured=captured,
        sent=captured - waiting - aside,
        records_here=waiting,
        set_aside=aside,
        items=items(min(aside, 50)),
        synced_at=NOW - 12_000_000,
        clock_offset_us=400_000,
        centre=CENTRE,
        backup=BACKUP,
        oldest_unsent_at=NOW - 2_000_000 if waiting else None,
    )
    return replace(base, **more)


def items(count: int) -> tuple[topics.SetAsideView, ...]:
    """The newest first; every third is the centre's, set aside here, and one reason is short."""
    return tuple(
        topics.SetAsideView(
            place=f"0193b2c4e7:{48_000 - back}",
            kind=("cycle.3", "check_result.1", "weld_spot.1")[back % 3],
            reason="unknown kind" if back % 3 == 2 else LONG,
            at=NOW - back * 47 * MINUTE - 3 * MINUTE,
        )
        for back in range(count)
    )


def alarm(code: str, *args: str, priority: str = "high") -> topics.AlarmsTopic:
    """An alarm of the station's own."""
    return topics.AlarmsTopic((topics.AlarmView("centre", code, priority, NOW - 4 * MINUTE, args=args),))


NONE = topics.SyncTopic("none", backup=BACKUP)
NO_BACKUP = topics.SyncTopic("none")
SYNCED = sync("synced")
DRAINING = sync("sending", waiting=129_996, captured=1_302_144, oldest_unsent_at=NOW - 30 * DAY, signals_waiting=1_302)
OFFLINE = sync(
    "offline",
    waiting=214,
    offline_since=NOW - 44 * MINUTE,
    oldest_unsent_at=NOW - 44 * MINUTE,
    synced_at=NOW - 44 * MINUTE,
    reason_code="engine.centre_unreachable",
    next_try_ns=MONO + 23 * SECOND_NS,
    signals_waiting=31,
)
LONG_OFFLINE = replace(
    sync("offline", waiting=129_996, captured=1_302_144, clock_offset_us=None),
    offline_since=NOW - 30 * DAY,
    oldest_unsent_at=NOW - 30 * DAY,
    synced_at=NOW - 30 * DAY,
)
FORK = "epoch 0193b2c4e7 has another entry 48,001 at the centre: two computers recorded as ST-040"
SCHEMA = "its schema is older than ours (2, we need 3)"


def refused(reason: str, remedy: str) -> topics.SyncTopic:
    """The centre does not take the records until somebody does something."""
    return sync("refused", waiting=214, reason_code="engine.centre_refused", reason_args=(reason, remedy))


STALLED = sync("sending", waiting=214, oldest_unsent_at=NOW - 17 * MINUTE), alarm(Code.SYNC_STALLED.value)
ONE_ASIDE = sync("synced", aside=1)
MANY_ASIDE = sync("sending", aside=60, waiting=3)
BACKUP_FAILS = sync(
    "synced",
    backup=replace(BACKUP, at=NOW - 4 * DAY, failing_code="engine.record_failed", failing_args=("no space left on E:",)),
)
CLOCK_OFF = sync("synced", clock_offset_us=-3 * 3_600_000_000, is_clock_suspect=True)
BROKEN = replace(sync("synced"), sent=48_209)
