"""What a lead asks, in words."""

from __future__ import annotations

from hmi.clock import Moment
from hmi.presenters.durations import clock_time, due_time, elapsed
from hmi.presenters.names import present_name
from hmi.presenters.picture import Picture
from hmi.presenters.reasons import Choice, pause_reasons
from hmi.presenters.words import breakable, joined, translate
from hmi.station.topics import RequestView
from station_db.records.keeping import RequestAction


def present_request(request: RequestView) -> str:
    """What is asked."""
    match request.action:
        case RequestAction.PAUSE_ORDER:
            return translate("requests", "A lead asks: pause {0}.").format(request.subject)
        case RequestAction.RESUME_ORDER:
            return translate("requests", "A lead asks: go on with {0}.").format(request.subject)
        case _:
            return translate("requests", "A lead answers an open count.")


def present_facts(request: RequestView, picture: Picture, now: Moment) -> tuple[tuple[str, str], ...]:
    """Why, who and when; for a count, how many in which time."""
    since = translate("requests", "{0} ago").format(elapsed(request.asked_at, now.wall))
    asked_at = joined(due_time(request.asked_at, now.wall, picture.zone), since)
    rows = (
        (translate("requests", "Why"), breakable(request.reason)),
        (translate("requests", "Parts"), _parts(request, picture)),
        (translate("requests", "Pause as"), _pause(request)),
        (translate("requests", "Asked by"), breakable(present_name(picture, request.asked_by))),
        (translate("requests", "Asked at"), asked_at),
    )
    return tuple(row for row in rows if row[1])


def accept_words(request: RequestView) -> str:
    """The key that does it."""
    match request.action:
        case RequestAction.PAUSE_ORDER:
            return translate("requests", "Pause the order")
        case RequestAction.RESUME_ORDER:
            return translate("requests", "Go on")
        case _:
            return translate("requests", "Take the numbers")


def refusal_reasons() -> tuple[Choice, ...]:
    """Why it is not done. The keys are recorded and never change."""
    return (
        Choice("unit_first", translate("requests", "Unit is in work")),
        Choice("machine", translate("requests", "Machine needs it")),
        Choice("not_right", translate("requests", "It is not right")),
        Choice("other", translate("reasons", "Other")),
    )


def _parts(request: RequestView, picture: Picture) -> str:
    if request.action != RequestAction.SETTLE_COUNT:
        return ""
    good, _, bad = request.value.partition(",")
    said = translate("requests", "{0} good, {1} bad").format(good.strip() or "?", bad.strip() or "?")
    if request.gap_from_at is None or request.gap_to_at is None:
        return said
    times = (clock_time(at, picture.zone) for at in (request.gap_from_at, request.gap_to_at))
    return joined(said, translate("requests", "{0} to {1}").format(*times))


def _pause(request: RequestView) -> str:
    if request.action != RequestAction.PAUSE_ORDER:
        return ""
    return next((choice.text for choice in pause_reasons() if choice.key == request.value), "")
