"""Which actions of the strip are open, and why one is not."""

from __future__ import annotations

from hmi.presenters.picture import Picture
from hmi.presenters.words import translate
from station_db.records.orders import JobState

_COMMANDS = {"bad_part": "BadPart", "pause": "PauseOrder", "finish": "FinishOrder"}


def present_strip(picture: Picture) -> dict[str, str]:
    """Action to the reason why it is closed; empty where it is open."""
    return {key: _why_not(picture, key) for key in _COMMANDS}


def _why_not(picture: Picture, key: str) -> str:
    if not picture.work.order:
        return translate("strip", "no order")
    if picture.people.signed_in is None:
        return translate("strip", "sign in first")
    if _COMMANDS[key] not in picture.people.allowed:
        return translate("strip", "not your role")
    if key == "pause" and picture.work.state == JobState.INTERRUPTED:
        return translate("strip", "is paused")
    return ""
