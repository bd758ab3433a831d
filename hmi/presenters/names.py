"""Who is named how on a screen: colleagues by their initials, in full only to themselves and to those who lead."""

from __future__ import annotations

from hmi.presenters.picture import Picture
from station_db.records.people import PersonRole

SEE_NAMES = frozenset({PersonRole.LEAD, PersonRole.QUALITY})


def present_name(picture: Picture, person_id: str) -> str:
    """A person's name or initials, as whoever is signed in may see it; the id of somebody who is not known here any more."""
    person = next((person for person in picture.people.people if person.id == person_id), None)
    if person is None:
        return person_id
    viewer = picture.people.signed_in
    may_see = viewer is not None and (viewer.id == person_id or viewer.role in SEE_NAMES)
    return person.name if may_see else person.initials
