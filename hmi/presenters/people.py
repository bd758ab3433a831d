"""Who may sign in and who is here."""

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
