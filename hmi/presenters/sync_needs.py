"""What of the way to the centre, or of the record's safety, waits for a person; nothing while all heals by itself."""

from __future__ import annotations

from dataclasses import dataclass

from hmi.presenters.durations import elapsed, span
from hmi.presenters.numbers import grouped
from hmi.presenters.picture import Picture
from hmi.presenters.words import breakable, say, translate
from hmi.station.codes import Code
from hmi.station.topics import SyncTopic
from widgets.display import Severity

MEGA = 1_000_000


@dataclass(frozen=True, slots=True)
class Need:
    """Something for a person to do: `brief` for the header, `sentence` with cause and what to do for the page."""

    brief: str
    sentence: str
    severity: Severity = Severity.WARNING


def present_needs(picture: Picture, wall: int) -> tuple[Need, ...]:
    """All there is, worst first."""
    sync = picture.sync
    found = (_unbalanced(sync), _refused(sync), _stalled(picture, wall), _aside(sync), _backup(sync, wall), _clock(sync))
    return tuple(need for need in found if need is not None)


def unaccounted(sync: SyncTopic) -> int:
    """By how many the sum does not come out: captured = sent + waiting + set aside. Without a centre there is no sum."""
    return 0 if sync.state == "none" else sync.captured - sync.sent - sync.records_here - sync.set_aside


def _unbalanced(sync: SyncTopic) -> Need | None:
    """It is said, never made to come out."""
    off = unaccounted(sync)
    if not off:
        return None
    told = translate("sync", "The numbers do not add up, by {0}. Call IT and keep this computer.").format(grouped(abs(off)))
    return Need(translate("sync", "count is wrong"), told, Severity.ALARM)


def _refused(sync: SyncTopic) -> Need | None:
    if sync.state != "refused":
        return None
    why = say(sync.reason_code, sync.reason_args) or say(Code.SYNC_REFUSED.value)
    return Need(translate("sync", "centre refuses"), breakable(why))


def is_stalled(picture: Picture) -> bool:
    """Records wait although the centre answers. The engine judges this; the screen has no second opinion."""
    return any(alarm.code == Code.SYNC_STALLED.value and alarm.is_active for alarm in picture.alarms.alarms)


def _stalled(picture: Picture, wall: int) -> Need | None:
    if not is_stalled(picture):
        return None
    oldest = picture.sync.oldest_unsent_at
    waits = translate("sync", "The oldest record has waited for {0}.").format(elapsed(oldest, wall)) if oldest else ""
    told = translate("sync", "The centre answers, but records do not get there. They are safe here. Call IT.")
    return Need(translate("sync", "not sent"), " ".join(filter(None, (told, waits))))


def _aside(sync: SyncTopic) -> Need | None:
    count = all_aside(sync)
    if not count:
        return None
    told = translate("sync", "{0} entries are stored but not in their tables. Nothing is lost. Show them to IT.")
    return Need(translate("sync", "{0} set aside").format(grouped(count)), told.format(grouped(count)))


def all_aside(sync: SyncTopic) -> int:
    """Ours at the centre, and the centre's here as far as they are listed."""
    return sync.set_aside + sum(not item.is_ours for item in sync.items)


def _backup(sync: SyncTopic, wall: int) -> Need | None:
    backup = sync.backup
    if not backup.failing_code:
        return None
    none = translate("sync", "There is no good backup yet.")
    last = translate("sync", "The last good backup is {0} old.").format(elapsed(backup.at, wall)) if backup.at else none
    return Need(translate("sync", "backup fails"), breakable(f"{last} {say(backup.failing_code, backup.failing_args)}"))


def _clock(sync: SyncTopic) -> Need | None:
    if not sync.is_clock_suspect:
        return None
    told = translate("sync", "The times of new records may be wrong; their order is right. Set this computer's clock.")
    off = clock_off(sync.clock_offset_us)
    which = translate("sync", "This clock is {0}.").format(off) if off else ""
    return Need(translate("sync", "clock is off"), f"{which} {told}".strip())


def clock_off(offset_us: int | None) -> str:
    """How far this clock is from the centre's; it lacks `offset_us` of it."""
    if offset_us is None:
        return ""
    if abs(offset_us) < MEGA:
        return translate("sync", "less than 1 s off the centre's")
    away = span(abs(offset_us) / MEGA)
    if offset_us > 0:
        return translate("sync", "{0} behind the centre's").format(away)
    return translate("sync", "{0} ahead of the centre's").format(away)
