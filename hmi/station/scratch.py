"""What is half done at the open step: the keys typed so far and the entries that were refused.

Both live in the step's `Draft` as JSON, so that neither a kill nor a power cut loses an entry somebody made.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from hmi.station.turn import Turn
from station_db.records.base import RecordId
from station_db.records.local import Draft


@dataclass(frozen=True, slots=True)
class Scratch:
    """`typed` belongs to `person` and is shown to nobody else; `entries` belong to the step."""

    typed: str = ""
    person: str = ""
    entries: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to remember."""
        return bool(self.typed or self.entries)


def keep(scratch: Scratch, step: RecordId, turn: Turn) -> None:
    """Write it to the step's draft; nothing left forgets the draft."""
    text = json.dumps({"typed": scratch.typed, "entries": scratch.entries}, ensure_ascii=False) if scratch else ""
    turn.keep_draft(Draft(step, text, scratch.person, turn.now.wall))


def read(draft: Draft | None) -> Scratch:
    """Back from the record."""
    if draft is None or not draft.text:
        return Scratch()
    kept = json.loads(draft.text)
    return Scratch(kept["typed"], draft.person, tuple(kept["entries"]))
