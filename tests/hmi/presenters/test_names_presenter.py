"""Colleagues are initials to an operator; names to themselves, to quality and to leads."""

import pytest

from hmi.presenters.names import present_name
from hmi.station.topics import PeopleTopic, PersonView
from tests.hmi.screens.scenes import stage

ADA = PersonView("P-1", "Ada Quill", "AQ", "operator", needs_pin=False)
BO = PersonView("P-2", "Bo Stern", "BS", "operator", needs_pin=False)
LEAD = PersonView("P-3", "Cy Lind", "CL", "lead", needs_pin=True)
QUALITY = PersonView("P-4", "Di Wahl", "DW", "quality", needs_pin=True)


@pytest.mark.parametrize(
    ("viewer", "seen"), [(None, "AQ"), (BO, "AQ"), (ADA, "Ada Quill"), (LEAD, "Ada Quill"), (QUALITY, "Ada Quill")]
)
def test_a_name_is_for_its_owner_and_those_who_lead(viewer: PersonView | None, seen: str) -> None:
    picture = stage(PeopleTopic(signed_in=viewer, people=(ADA, BO, LEAD, QUALITY))).desk.picture
    assert present_name(picture, "P-1") == seen


def test_somebody_who_was_forgotten_is_an_id() -> None:
    assert present_name(stage(PeopleTopic(people=(BO,))).desk.picture, "P-1") == "P-1"
