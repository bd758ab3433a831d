"""An order the centre changed, in words: what happened, both versions side by side, and what each decision does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hmi.clock import Moment
from hmi.presenters.durations import due_time
from hmi.presenters.picture import Picture
from hmi.presenters.reasons import Choice
from hmi.presenters.words import breakable, joined, translate
from hmi.station.topics import ConflictView, OrderSide
from station_db.records.keeping import ConflictDecision, ConflictKind


@dataclass(frozen=True, slots=True)
class SideRow:
    """One thing an order asks for, as started here and at the centre now."""

    name: str
    ours: str
    theirs: str

    @property
    def is_changed(self) -> bool:
        """Whether the two differ."""
        return self.ours != self.theirs


@dataclass(frozen=True, slots=True)
class ConflictText:
    """The card of a conflict. `follow_note` says what following does to the work here."""

    title: str
    rows: tuple[SideRow, ...]
    note: str
    follow: str
    follow_note: str


def present_conflict(conflict: ConflictView, picture: Picture, now: Moment) -> ConflictText:
    """What a person needs to decide."""
    ends = translate("conflicts", "The order ends here with the unit in work. What was made stays.")
    match conflict.kind:
        case ConflictKind.CANCELLED:
            title, follow = translate("conflicts", "{0} was cancelled at the centre."), translate("conflicts", "End it here")
        case ConflictKind.VANISHED:
            title, follow = translate("conflicts", "The centre no longer knows {0}."), translate("conflicts", "End it here")
        case ConflictKind.SHARED:
            title = translate("conflicts", "{0} runs at another station too.")
            follow = translate("conflicts", "Leave it to them")
        case _:
            title, follow, ends = translate("conflicts", "{0} was changed at the centre."), *_following(conflict)
    return ConflictText(
        title=title.format(conflict.order),
        rows=_rows(conflict, picture, now),
        note=translate("conflicts", "Until somebody decides, work goes on as it was started."),
        follow=follow,
        follow_note=ends,
    )


def _following(conflict: ConflictView) -> tuple[str, str]:
    ours, theirs = conflict.ours, conflict.theirs
    follow = translate("conflicts", "Take the change")
    if ours is None or theirs is None:
        return follow, ""
    if (ours.product, ours.work_master) != (theirs.product, theirs.work_master):
        note = translate("conflicts", "Another product or work plan: the order ends here with the unit in work.")
        return translate("conflicts", "End it here"), note
    if ours.quantity != theirs.quantity:
        return follow, translate("conflicts", "{0} pieces are made here instead of {1}.").format(theirs.quantity, ours.quantity)
    return follow, translate("conflicts", "The work stays the same, the due time is the new one.")


def _rows(conflict: ConflictView, picture: Picture, now: Moment) -> tuple[SideRow, ...]:
    if conflict.kind == ConflictKind.SHARED:
        here = picture.station.id if picture.station else ""
        return (SideRow(translate("conflicts", "Station"), here, ", ".join(conflict.stations)),)
    if conflict.ours is None or conflict.theirs is None:
        return (_lost(conflict.ours, picture, now),)
    says: tuple[tuple[str, Callable[[OrderSide], str]], ...] = (
        (translate("conflicts", "Pieces"), lambda side: f"{side.quantity}"),
        (translate("conflicts", "Product"), lambda side: joined(side.product, side.product_name)),
        (translate("conflicts", "Work plan"), lambda side: side.work_master),
        (translate("conflicts", "Due"), lambda side: _due(side.due_at, picture, now)),
        (translate("conflicts", "State"), _state),
    )
    return tuple(SideRow(name, breakable(say(conflict.ours)), breakable(say(conflict.theirs))) for name, say in says)


def _lost(ours: OrderSide | None, picture: Picture, now: Moment) -> SideRow:
    """An order that only we have."""
    pieces = translate("conflicts", "{0} pieces").format(ours.quantity) if ours else ""
    here = joined(pieces, ours.product, ours.work_master, _due(ours.due_at, picture, now)) if ours else ""
    return SideRow(translate("conflicts", "Order"), breakable(here), translate("conflicts", "not there"))


def _due(at: int | None, picture: Picture, now: Moment) -> str:
    return translate("conflicts", "no time") if at is None else due_time(at, now.wall, picture.zone)


def _state(side: OrderSide) -> str:
    return translate("conflicts", "cancelled") if side.is_cancelled else translate("conflicts", "to be made")


def why_not_decided(picture: Picture) -> str:
    """Why nobody can decide now; empty where somebody can."""
    return _why_not(picture, "DecideConflict", translate("conflicts", "setter or lead"))


def why_not_answered(picture: Picture) -> str:
    """Why nobody can answer a request now; empty where somebody can."""
    return _why_not(picture, "AnswerRequest", translate("pad", "not your role"))


def _why_not(picture: Picture, command: str, other_role: str) -> str:
    if command in picture.people.allowed:
        return ""
    return translate("conflicts", "sign in first") if picture.people.signed_in is None else other_role


def decision_reasons(decision: ConflictDecision) -> tuple[Choice, ...]:
    """Why it is decided so. The keys are recorded and never change."""
    if decision is ConflictDecision.FOLLOW:
        return (
            Choice("agreed", translate("conflicts", "Agreed with the planner")),
            Choice("no_need", translate("conflicts", "No longer needed")),
            Choice("others_make_it", translate("conflicts", "Others make it")),
            Choice("other", translate("reasons", "Other")),
        )
    return (
        Choice("agreed", translate("conflicts", "Agreed with the planner")),
        Choice("almost_done", translate("conflicts", "Almost done")),
        Choice("material_set", translate("conflicts", "Material is set up")),
        Choice("other", translate("reasons", "Other")),
    )


def say_waiting(picture: Picture) -> str:
    """The key that leads to what waits for a decision; empty where nothing does."""
    conflicts, requests = picture.conflicts.conflicts, picture.requests.requests
    if len(conflicts) + len(requests) > 1:
        return translate("conflicts", "{0} questions from the centre").format(len(conflicts) + len(requests))
    if conflicts:
        return translate("conflicts", "{0} differs at the centre: decide").format(conflicts[0].order)
    return translate("conflicts", "A lead asks: answer") if requests else ""
