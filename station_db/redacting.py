"""Taking a person's data out of the entries of origin `centre` while the chain goes on through them.

What an entry reads afterwards follows from what it read before, so whoever is told of it does the same to his copy. The id
stays as the pseudonym; name, initials, badge and PIN go, and nobody can sign in with it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, select, update

from station_db.journal import JournalEntry, entry_hash, entry_of
from station_db.projection import projected
from station_db.records.base import CENTRE, KINDS, from_payload
from station_db.records.keeping import Redaction
from station_db.records.people import Person
from station_db.rows import record_of
from station_db.tables import COMMAND_OUTCOME, DRAFT, JOURNAL, TYPED

GONE = "-"
BLANK = {"name": GONE, "initials": GONE, "badge": "", "pin_hash": "", "active": False}
"""What a person's fields read afterwards."""
PERSON = "person"
REDACTION = "redaction"


def blank(entry: JournalEntry) -> JournalEntry:
    """The entry of a person as it reads without personal data; it keeps the hash it was made with."""
    said = json.loads(entry.payload)
    blanked = said | {name: value for name, value in BLANK.items() if name in said}
    text = json.dumps(blanked, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return replace(entry, payload=text.encode())


def is_blank(entry: JournalEntry) -> bool:
    """Whether it is a person's and has no personal data; then another hash than its own is no damage yet.

    Whether the centre has said so, `verify` sees: the entry that says it may come down later.
    """
    if entry.kind.rpartition(".")[0] != PERSON:
        return False
    try:
        return blank(entry).payload == entry.payload
    except (ValueError, TypeError):
        return False


def entries_of(connection: Connection, person: str) -> tuple[JournalEntry, ...]:
    """Every version of a person, in order."""
    wanted = (JOURNAL.c.station_id == CENTRE, JOURNAL.c.record_id == person, JOURNAL.c.kind.startswith(f"{PERSON}."))
    rows = connection.execute(select(JOURNAL).where(*wanted).order_by(JOURNAL.c.recorded_at, JOURNAL.c.seq)).mappings()
    return tuple(entry_of(row) for row in rows)


def put_blank(connection: Connection, entry: JournalEntry) -> None:
    """Put a blanked entry in the place of the one it was made of, with its row; on SQLite, where no rights forbid it."""
    place = (JOURNAL.c.station_id == CENTRE, JOURNAL.c.epoch == entry.epoch, JOURNAL.c.seq == entry.seq)
    connection.execute(update(JOURNAL).where(*place, JOURNAL.c.hash == entry.hash).values(payload=entry.payload))
    row = projected(entry, 0).row
    values = {name: row[name] for name in BLANK}
    table = TYPED[PERSON]
    made_by = (table.c.station_id == CENTRE, table.c.id == entry.record_id, table.c.row_seq == entry.seq)
    connection.execute(update(table).where(*made_by, table.c.row_version == entry.version).values(values))


def follow(connection: Connection, redactions: Iterable[Redaction]) -> tuple[Person, ...]:
    """Do at a station what the centre did, within the caller's transaction; the people as they read now.

    A redaction that does not fit its entry, or whose entry is not here, changes nothing.
    """
    people: dict[str, Person] = {}
    for redaction in redactions:
        entry = _named(connection, redaction)
        if entry is None:
            continue
        _forget_locally(connection, entry)
        blanked = blank(entry)
        put_blank(connection, blanked)
        people[entry.record_id] = from_payload(blanked.kind, blanked.payload)
    return tuple(people.values())


def follow_all(connection: Connection) -> None:
    """The same for every redaction there is: entries from older copies may have come back."""
    table = TYPED[REDACTION]
    rows = connection.execute(select(table).where(table.c.station_id == CENTRE)).mappings()
    follow(connection, [record_of(KINDS[table.name], row) for row in rows])


def _named(connection: Connection, redaction: Redaction) -> JournalEntry | None:
    """The entry that a redaction names, if taking the data out of it gives what it says."""
    if redaction.origin != CENTRE:
        return None
    place = (JOURNAL.c.station_id == CENTRE, JOURNAL.c.epoch == redaction.epoch, JOURNAL.c.seq == redaction.seq)
    row = connection.execute(select(JOURNAL).where(*place)).mappings().first()
    if row is None or row["hash"] != redaction.old_hash or row["record_id"] != redaction.person:
        return None
    entry = entry_of(row)
    if entry.kind.rpartition(".")[0] != PERSON or entry_hash(blank(entry)) != redaction.new_hash:
        return None
    return entry


def _forget_locally(connection: Connection, entry: JournalEntry) -> None:
    """What else the station has of the person: half-typed entries, and answers that name them."""
    connection.execute(delete(DRAFT).where(DRAFT.c.person == entry.record_id))
    said = json.loads(entry.payload)
    named = {said[field] for field in ("name", "badge") if said.get(field) not in (None, "", GONE)}
    for row in connection.execute(select(COMMAND_OUTCOME.c.station_id, COMMAND_OUTCOME.c.id, COMMAND_OUTCOME.c.args)).all():
        args: list[str] = json.loads(row.args)
        if named & set(args):
            _put_args(connection, row, [GONE if arg in named else arg for arg in args])


def _put_args(connection: Connection, row: Any, args: Sequence[str]) -> None:
    place = (COMMAND_OUTCOME.c.station_id == row.station_id, COMMAND_OUTCOME.c.id == row.id)
    connection.execute(update(COMMAND_OUTCOME).where(*place).values(args=json.dumps(args)))
