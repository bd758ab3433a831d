"""Who may sign in, who is here, and which reasons a person may choose from."""

from __future__ import annotations

from dataclasses import dataclass

from hmi.presenters.picture import Picture
from hmi.presenters.words import joined, translate
from station_db.records.people import PersonRole


@dataclass(frozen=True, slots=True)
class NameTile:
    """A person as a tile."""

    key: str
    text: str
    needs_pin: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A reason as a tile; `key` is what is recorded."""

    key: str
    text: str


def present_names(picture: Picture) -> tuple[NameTile, ...]:
    """Everybody who may sign in here, at most eight as tiles; a badge works for all."""
    return tuple(NameTile(person.id, person.name, person.needs_pin) for person in picture.people.people[:8])


def present_signed_in(picture: Picture) -> str:
    """Name and role of who is here; empty for nobody."""
    person = picture.people.signed_in
    return joined(person.name, role_word(person.role)) if person else ""


def role_word(role: str) -> str:
    """A role in plain words."""
    match role:
        case PersonRole.SETTER:
            return translate("people", "setter")
        case PersonRole.QUALITY:
            return translate("people", "quality")
        case PersonRole.LEAD:
            return translate("people", "shift lead")
        case _:
            return translate("people", "operator")


def bad_reasons() -> tuple[Choice, ...]:
    """Why a part is bad: few enough that a small panel stays calm."""
    return (
        Choice("scratched", translate("reasons", "Scratched")),
        Choice("size_wrong", translate("reasons", "Size is wrong")),
        Choice("press_fit", translate("reasons", "Press fit")),
        Choice("screw", translate("reasons", "Screw")),
        Choice("seal", translate("reasons", "Seal")),
        Choice("dropped", translate("reasons", "Dropped")),
        Choice("other", translate("reasons", "Other")),
    )


def pause_reasons() -> tuple[Choice, ...]:
    """Why work pauses."""
    return (
        Choice("break", translate("reasons", "Break")),
        Choice("tool_change", translate("reasons", "Tool change")),
        Choice("no_material", translate("reasons", "No material")),
        Choice("other", translate("reasons", "Other")),
    )
