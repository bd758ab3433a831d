"""What came of each command, so that the same id asked again gets the same answer, over restarts too."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from hmi.station.codes import Code
from hmi.station.commands import Answer
from station_db.records.base import Instant
from station_db.records.local import CommandOutcome

KEPT = 500
"""Answers held in memory; a screen asks within seconds."""

Outcomes = Mapping[str, Answer]


def answer(command: str, refusal: tuple[Code, tuple[str, ...]] | None) -> Answer:
    """Done, or refused with the reason."""
    return Answer(command, done=True) if refusal is None else Answer(command, done=False, code=refusal[0].value, args=refusal[1])


def keep(outcomes: Outcomes, given: Answer) -> Outcomes:
    """Remember the newest, forget the oldest."""
    newest = {**outcomes, given.id: given}
    return dict(islice(newest.items(), max(len(newest) - KEPT, 0), None))


def row(given: Answer, at: Instant) -> CommandOutcome:
    """The answer as it is kept."""
    return CommandOutcome(given.id, given.done, given.code, given.args, at)
