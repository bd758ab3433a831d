"""Entries whose personal data were taken out: which ones, by the centre's own word, and what they read now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, select

from station_db.journal import JournalEntry, entry_hash, entry_of
from station_db.records.base import CENTRE
from station_db.tables import JOURNAL

KIND = "redaction"
Place = tuple[str, int]
"""Epoch and number."""
Hashes = tuple[str, str]
"""What the entry carries, and what it hashes to as it reads now."""


def redactions_of(connection: Connection, origin: str) -> Mapping[Place, Hashes]:
    """What the centre's journal here says was redacted of an origin. Only entries that carry their own hash are believed."""
    return {
        (said["epoch"], said["seq"]): (said["old_hash"], said["new_hash"])
        for said in _said(connection)
        if said["origin"] == origin
    }


def is_sound(entry: JournalEntry, redacted: Mapping[Place, Hashes]) -> bool:
    """Whether an entry carries its own hash, or was redacted to exactly what it reads now."""
    own = entry_hash(entry)
    return own == entry.hash or redacted.get((entry.epoch, entry.seq)) == (entry.hash, own)


def _said(connection: Connection) -> Iterator[dict[str, Any]]:
    wanted = (JOURNAL.c.station_id == CENTRE, JOURNAL.c.kind.startswith(f"{KIND}."))
    for row in connection.execute(select(JOURNAL).where(*wanted)).mappings():
        entry = entry_of(row)
        if entry_hash(entry) == entry.hash:
            with suppress(ValueError, KeyError, TypeError):
                yield _checked(json.loads(entry.payload))


def _checked(said: dict[str, Any]) -> dict[str, Any]:
    return {name: said[name] for name in ("origin", "epoch", "seq", "old_hash", "new_hash")}
