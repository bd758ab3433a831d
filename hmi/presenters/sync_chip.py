"""The header's word on where the records are: at the centre, or safe here and how many."""

from __future__ import annotations

from hmi.clock import Moment
from hmi.presenters.durations import clock_time, elapsed
from hmi.presenters.numbers import grouped
from hmi.presenters.picture import Picture
from hmi.presenters.sync_needs import present_needs
from hmi.presenters.words import translate
from hmi.station.topics import SyncTopic
from resources.assets import IconName
from widgets.display import ChipText

DAY_US = 86_400_000_000


def present_sync(picture: Picture, now: Moment) -> ChipText:
    """Calm while all heals by itself, however long that takes; a badge only where a person has to do something."""
    if picture.station is None:
        return ChipText()
    if not picture.hearing.of_engine(now.mono).is_live:
        return ChipText(plain=translate("sync", "unknown"), icon=IconName.CLOUD_OFF)
    needs = present_needs(picture, now.wall)
    if needs:
        return ChipText(strong=needs[0].brief, below=_where(picture, now), severity=needs[0].severity)
    return _calm(picture, now)


def _calm(picture: Picture, now: Moment) -> ChipText:
    sync = picture.sync
    match sync.state:
        case "none":
            return ChipText(plain=translate("sync", "stored here"), icon=IconName.CHECK)
        case "synced":
            return ChipText(plain=translate("sync", "synced"), below=_since_synced(sync, now.wall), icon=IconName.CLOUD)
        case "sending":
            return ChipText(strong=translate("sync", "sending"), below=_to_go(sync), icon=IconName.CLOUD_UP)
        case _:
            offline = offline_since(sync, now.wall, picture.zone)
            return ChipText(strong=offline, below=_safe_here(sync), icon=IconName.CLOUD_OFF)


def _where(picture: Picture, now: Moment) -> str:
    """Where the records are, in the second line."""
    sync = picture.sync
    if sync.state == "none":
        return translate("sync", "stored here")
    if sync.records_here:
        return _safe_here(sync)
    return translate("sync", "synced") if sync.state == "synced" else offline_since(sync, now.wall, picture.zone)


def offline_since(sync: SyncTopic, wall: int, zone: str) -> str:
    """`offline since 09:58`; from a day on how long."""
    since = sync.offline_since or sync.oldest_unsent_at
    if since is None:
        return translate("sync", "offline")
    if wall - since < DAY_US:
        return translate("sync", "offline since {0}").format(clock_time(since, zone))
    return translate("sync", "offline for {0} d").format((wall - since) // DAY_US)


def _since_synced(sync: SyncTopic, wall: int) -> str:
    return translate("sync", "{0} ago").format(elapsed(sync.synced_at, wall)) if sync.synced_at else ""


def _to_go(sync: SyncTopic) -> str:
    return translate("sync", "{0} to go").format(grouped(sync.records_here)) if sync.records_here else ""


def _safe_here(sync: SyncTopic) -> str:
    return translate("sync", "{0} safe here").format(grouped(sync.records_here)) if sync.records_here else ""
