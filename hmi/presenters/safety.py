"""Whether this computer may be switched off, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from hmi.clock import Moment
from hmi.presenters.numbers import grouped
from hmi.presenters.picture import Picture
from hmi.presenters.sync_needs import is_stalled, unaccounted
from hmi.presenters.words import breakable, say, translate
from hmi.station.topics import AlarmView

NOT_WRITTEN = frozenset({"engine.record_failed", "engine.record_behind"})
"""The recorder's own alarms while a disk takes no records, or too slowly."""


@dataclass(frozen=True, slots=True)
class SafetyView:
    """The claim, and what stands behind it."""

    is_safe: bool
    title: str
    sentence: str


def present_safety(picture: Picture, now: Moment) -> SafetyView:
    """What was said to be saved always is; what is not saved yet was not said to be."""
    engine = picture.hearing.of_engine(now.mono)
    if picture.station is None or not engine.is_live:
        told = translate("safety", "What was said to be saved is on the disk. Whether more waits nobody here can say.")
        return SafetyView(is_safe=False, title=translate("safety", "The recorder is away"), sentence=told)
    failing = next((alarm for alarm in picture.alarms.alarms if alarm.code in NOT_WRITTEN), None)
    if failing is not None:
        return _not_written(failing)
    return SafetyView(is_safe=True, title=translate("safety", "Safe to switch off"), sentence=_all_saved(picture))


def _not_written(failing: AlarmView) -> SafetyView:
    kept = translate("safety", "What was said to be saved is on the disk; nothing new is taken.")
    sentence = f"{breakable(say(failing.code, failing.args))} {kept}"
    return SafetyView(is_safe=False, title=translate("safety", "Not everything is saved"), sentence=sentence)


def _all_saved(picture: Picture) -> str:
    saved = translate("safety", "Everything said to be saved is on this disk.")
    return f"{saved} {_on_its_way(picture)}".strip()


def _on_its_way(picture: Picture) -> str:
    """What of it is not at the centre, and what becomes of that."""
    sync = picture.sync
    if sync.state == "none" or unaccounted(sync):
        return ""
    if not sync.records_here:
        return translate("safety", "It is at the centre too.")
    match sync.state:
        case "sending" | "synced" if not is_stalled(picture):
            told = translate("safety", "{0} records are on their way to the centre.")
        case "sending" | "synced" | "refused":
            told = translate("safety", "{0} records wait until the centre takes them.")
        case _:
            told = translate("safety", "{0} records go to the centre later, by themselves.")
    return told.format(grouped(sync.records_here))
