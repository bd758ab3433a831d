"""The sync page: is it safe to switch off, where every record is, what waits for a person, what happens next."""

from __future__ import annotations

from dataclasses import dataclass

from hmi.clock import Moment
from hmi.presenters.durations import age, clock_seconds, due_time, elapsed
from hmi.presenters.numbers import grouped
from hmi.presenters.picture import Picture
from hmi.presenters.sync_chip import offline_since
from hmi.presenters.sync_needs import Need, all_aside, clock_off, present_needs
from hmi.presenters.words import breakable, joined, say, translate
from hmi.station.commands import Body, ExportSetAside, RetrySync
from hmi.station.topics import BackupView, SetAsideView, SyncTopic
from resources.words.english import ENGLISH
from widgets.display import AsideText, CountText


@dataclass(frozen=True, slots=True)
class SyncView:
    """All of the page, ready to be drawn. `balance` is empty where there is nothing to balance."""

    state: str
    balance: tuple[CountText, ...]
    needs: tuple[Need, ...]
    facts: tuple[tuple[str, str], ...]
    asides: tuple[AsideText, ...]
    asides_title: str


def present_page(picture: Picture, now: Moment) -> SyncView:
    """Say how the page looks now; nothing is claimed of a recorder that was never heard."""
    if picture.station is None:
        return SyncView("", (), (), (), (), "")
    sync = picture.sync
    return SyncView(
        state=_state(picture, now),
        balance=present_balance(sync),
        needs=present_needs(picture, now.wall),
        facts=_facts(picture, now),
        asides=tuple(_aside(item, now.wall) for item in sync.items),
        asides_title=_asides_title(sync),
    )


def present_balance(sync: SyncTopic) -> tuple[CountText, ...]:
    """Captured = sent + waiting + set aside; without a centre there is nothing to compare."""
    if sync.state == "none":
        return ()
    return (
        CountText(translate("sync", "captured"), grouped(sync.captured)),
        CountText(translate("sync", "sent"), grouped(sync.sent)),
        CountText(translate("sync", "waiting here"), grouped(sync.records_here)),
        CountText(translate("sync", "set aside"), grouped(sync.set_aside)),
    )


def _state(picture: Picture, now: Moment) -> str:
    sync = picture.sync
    match sync.state:
        case "none":
            return translate("sync", "no centre is set up")
        case "synced":
            return translate("sync", "synced")
        case "sending":
            return translate("sync", "sending")
        case "refused":
            return translate("sync", "the centre refuses")
        case _:
            return offline_since(sync, now.wall, picture.zone)


def _facts(picture: Picture, now: Moment) -> tuple[tuple[str, str], ...]:
    """Name and value; what is not known is left out."""
    sync, zone = picture.sync, picture.zone
    rows = [
        (translate("sync", "Why"), breakable(say(sync.reason_code, sync.reason_args)) if sync.state == "offline" else ""),
        (translate("sync", "Next try"), _next_try(picture, now)),
        (translate("sync", "Last synced"), _when(sync.synced_at, now.wall, zone)),
        (translate("sync", "Oldest waiting"), _when(sync.oldest_unsent_at, now.wall, zone)),
        (translate("sync", "Curves and signals"), _signals(sync)),
        (translate("sync", "Centre"), breakable(sync.centre)),
        (translate("sync", "This clock"), clock_off(sync.clock_offset_us)),
        (translate("sync", "Last good backup"), _backup(sync.backup, now.wall, zone)),
    ]
    return tuple((name, value) for name, value in rows if value)


def _next_try(picture: Picture, now: Moment) -> str:
    """Only what is true: an engine that is away tries nothing."""
    sync = picture.sync
    if sync.next_try_ns is None or not picture.hearing.of_engine(now.mono).is_live:
        return ""
    left = sync.next_try_ns - now.mono
    return translate("sync", "in {0}, by itself").format(age(left)) if left > 0 else translate("sync", "now")


def _when(at: int | None, wall: int, zone: str) -> str:
    """The time of day, with the date where it is not today, and how long ago."""
    if at is None:
        return ""
    is_fresh = abs(wall - at) < 3_600_000_000
    time = clock_seconds(at, zone) if is_fresh else due_time(at, wall, zone)
    return joined(time, translate("sync", "{0} ago").format(elapsed(at, wall)))


def _signals(sync: SyncTopic) -> str:
    if sync.state == "none":
        return ""
    if not sync.signals_waiting:
        return translate("sync", "none waiting")
    return translate("sync", "{0} pieces waiting; records go first").format(grouped(sync.signals_waiting))


def _backup(backup: BackupView, wall: int, zone: str) -> str:
    if backup.at is None:
        return translate("sync", "none yet")
    return joined(_when(backup.at, wall, zone), breakable(backup.place))


def _aside(item: SetAsideView, wall: int) -> AsideText:
    name = f"kind.{item.kind.partition('.')[0]}"
    where = translate("sync", "ours, at the centre") if item.is_ours else translate("sync", "from the centre, here")
    return AsideText(
        title=joined(say(name) if name in ENGLISH else breakable(item.kind), where),
        reason=breakable(item.reason),
        age=elapsed(item.at, wall),
        place=translate("sync", "entry {0}").format(breakable(item.place)),
    )


def _asides_title(sync: SyncTopic) -> str:
    if all_aside(sync) > len(sync.items):
        return translate("sync", "Set aside: the newest {0}").format(len(sync.items))
    return translate("sync", "Set aside")


def why_no_retry(picture: Picture) -> str:
    """Why `Try now` is closed; empty where it is open."""
    return _why_closed(picture, RetrySync)


def why_no_export(picture: Picture) -> str:
    """Why `Export` is closed; empty where it is open."""
    if not all_aside(picture.sync):
        return translate("sync", "nothing to export")
    return _why_closed(picture, ExportSetAside)


def _why_closed(picture: Picture, body: type[Body]) -> str:
    if body.__name__ in picture.people.allowed:
        return ""
    if picture.people.signed_in is None:
        return translate("sync", "sign in first")
    return translate("sync", "not for your role")
