"""Counting by hand in words: the counts, why a key is closed, the last entries and what may be taken back."""

from __future__ import annotations

from dataclasses import dataclass

from hmi.clock import Moment
from hmi.presenters.counts import at_least
from hmi.presenters.durations import clock_seconds
from hmi.presenters.picture import Picture
from hmi.presenters.words import joined, translate
from hmi.station.topics import HandCount

ROWS = 3
"""Entries shown."""
SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class EntryText:
    """One entry; `undo` is what its button says, empty where it can't be taken back."""

    key: str
    text: str
    undo: str = ""


@dataclass(frozen=True, slots=True)
class HandView:
    """The card: counts of the shift, why one part or several can't be counted now (empty: they can)."""

    title: str
    good: str
    bad: str
    entries: tuple[EntryText, ...]
    one_reason: str = ""
    several_reason: str = ""


def present_handwork(picture: Picture, now: Moment) -> HandView:
    """Say what was counted and what may be."""
    handwork, counts = picture.handwork, picture.counts
    machine = picture.machine(handwork.machine)
    exact = counts.unexplained == 0
    who = _why_nobody(picture)
    return HandView(
        title=machine.name if machine else "",
        good=at_least(counts.good, exact=exact),
        bad=at_least(counts.bad, exact=exact),
        entries=tuple(_entry(entry, picture.zone, now) for entry in handwork.entries[:ROWS]),
        one_reason=who or _say(handwork.why_not_code, handwork.why_not_args),
        several_reason=who or _say(handwork.several_code, handwork.several_args),
    )


def _entry(entry: HandCount, zone: str, now: Moment) -> EntryText:
    left = (entry.undo_until_ns - now.mono) // SECOND_NS
    good = translate("handwork", "+{0} good").format(entry.good) if entry.good else ""
    bad = translate("handwork", "+{0} bad").format(entry.bad) if entry.bad else ""
    state = translate("handwork", "taken back") if entry.is_taken_back else ""
    undo = translate("handwork", "Undo ({0} s)").format(left + 1) if left >= 0 and entry.undo_until_ns else ""
    return EntryText(entry.id, joined(clock_seconds(entry.at, zone), good, bad, state), undo)


def _why_nobody(picture: Picture) -> str:
    if "CountParts" in picture.people.allowed:
        return ""
    is_nobody = picture.people.signed_in is None
    return translate("strip", "sign in first") if is_nobody else translate("strip", "not your role")


def _say(code: str, args: tuple[str, ...]) -> str:
    """Short enough to stand on a key."""
    match code:
        case "":
            return ""
        case "order_paused":
            return translate("handwork", "order is paused")
        case "count_one_by_one":
            return translate("handwork", "one by one")
        case _:
            return translate("handwork", "first: {0}").format(*args) if args and args[0] else translate("handwork", "not now")
