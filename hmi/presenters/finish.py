"""What an order comes to when it is finished now."""

from __future__ import annotations

from dataclasses import dataclass

from hmi.presenters.picture import Picture
from hmi.presenters.words import translate


@dataclass(frozen=True, slots=True)
class FinishView:
    """The page: figures, what is left undone, and the confirmation."""

    title: str
    rows: tuple[tuple[str, str], ...]
    warning: str
    action: str


def present_finish(picture: Picture) -> FinishView:
    """Say what was made and what would stay undone."""
    work = picture.work
    left = max(0, work.quantity - work.good)
    rows = (
        (translate("finish", "Good"), translate("finish", "{0} of {1}").format(work.good, work.quantity)),
        (translate("finish", "Bad"), f"{work.bad}"),
        (translate("finish", "Not made"), f"{left}"),
        (translate("finish", "In work"), _open_unit(picture)),
    )
    return FinishView(
        title=translate("finish", "Finish {0}?").format(work.order),
        rows=tuple(row for row in rows if row[1]),
        warning=_warning(picture, left),
        action=translate("finish", "Finish {0}").format(work.order),
    )


def _open_unit(picture: Picture) -> str:
    work = picture.work
    if work.unit is None or work.step is None:
        return ""
    return translate("finish", "unit {0}, step {1} of {2}").format(work.unit.number, work.step.spec.number, len(work.steps))


def _warning(picture: Picture, left: int) -> str:
    """A unit already worked on counts as bad when the order ends."""
    if picture.work.step and picture.work.step.spec.number > 1:
        return translate("finish", "The unit in work is not finished: it counts as bad.")
    return translate("finish", "The order ends with fewer than ordered.") if left else ""
