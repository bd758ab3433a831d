"""The shift's numbers: exact, or `at least` while something is unexplained or unheard."""

from __future__ import annotations

from hmi.clock import Moment
from hmi.presenters.picture import Picture
from hmi.presenters.settling import say_open
from hmi.presenters.words import translate
from widgets.display import CountText

UNKNOWN = "–"
"""Where the machine never says."""


def present_counts(picture: Picture, now: Moment) -> tuple[CountText, ...]:
    """The machine's good and bad, the plan of this shift and the order, as many as there are."""
    good_of, bad_of = _captions(picture)
    if picture.station is None:
        return (CountText(good_of, UNKNOWN), CountText(bad_of, UNKNOWN))
    counts = picture.counts
    exact = counts.unexplained == 0 and _is_heard(picture, now)
    planned = translate("counts", "of {0}").format(counts.planned) if counts.planned else ""
    good = CountText(good_of, UNKNOWN)
    if counts.tells_good:
        good = CountText(good_of, at_least(counts.good, exact=exact), planned, hatched=not exact)
    bad = CountText(bad_of, UNKNOWN)
    if counts.tells_bad:
        bad = CountText(bad_of, at_least(counts.bad, exact=exact), hatched=not exact)
    return tuple(count for count in (good, bad, _plan(picture, now), _order(picture)) if count is not None)


def _captions(picture: Picture) -> tuple[str, str]:
    """These are the machine's own figures; an order's, where people judge too, are others. A question is said over them."""
    asked = sum(question.is_now for question in picture.questions.questions)
    good, bad = _names(picture)
    return (say_open(asked) if asked else good), bad


def _names(picture: Picture) -> tuple[str, str]:
    machine = picture.main_machine
    if machine is None:
        return translate("counts", "Good"), translate("counts", "Bad")
    return translate("counts", "{0}: good").format(machine.name), translate("counts", "{0}: bad").format(machine.name)


def at_least(number: int, *, exact: bool) -> str:
    """`182`, or `≥ 182` where more may have been made than was seen."""
    return f"{number}" if exact else f"≥ {number}"


def _is_heard(picture: Picture, now: Moment) -> bool:
    machine = picture.main_machine
    return machine is not None and picture.hearing.of_device(machine.id, now.mono).is_live


def _order(picture: Picture) -> CountText | None:
    work = picture.work
    if not work.order:
        return None
    return CountText(work.order, f"{work.good}", translate("counts", "of {0}").format(work.quantity))


def _plan(picture: Picture, now: Moment) -> CountText | None:
    shift = picture.station.shift if picture.station else None
    planned = picture.counts.planned
    if shift is None or not planned or not picture.counts.tells_good:
        return None
    passed = (now.wall - shift.started_at) / max(1, shift.ended_at - shift.started_at)
    ahead = picture.counts.good - round(planned * min(max(passed, 0.0), 1.0))
    return CountText(_ahead(ahead), translate("counts", "{0} left").format(max(0, planned - picture.counts.good)))


def _ahead(parts: int) -> str:
    if parts == 0:
        return translate("counts", "On plan")
    text = translate("counts", "{0} behind plan") if parts < 0 else translate("counts", "{0} ahead of plan")
    return text.format(abs(parts))
