"""How orders and master data enter a centre: in order, behind the head row, which is the lock.

On PostgreSQL only one function may do it (`planner_function`); on SQLite the same steps are taken here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection, select, text, update

from station_db import journal
from station_db.journal import JournalEntry, Position, columns_of
from station_db.projection import projected, write_rows
from station_db.records.base import CENTRE
from station_db.sync.errors import CentreBusyError
from station_db.tables import CENTRE_HEAD

Done = TypeVar("Done")
TRIES = 30
PATIENCE_S = 10.0

ARGUMENTS = ("epoch", "seq", "recorded_at", "kind", "record_id", "addressee", "version", "actor", "cause", "payload")
CALL = text(f"SELECT lineside_append({', '.join(f':{name}' for name in (*ARGUMENTS, 'prev_hash', 'hash'))})")


def tip(connection: Connection, *, lock: bool) -> Position | None:
    """Where the centre's own journal stands; with `lock` nobody else appends until the transaction ends."""
    asked = select(CENTRE_HEAD).where(CENTRE_HEAD.c.station_id == CENTRE)
    row = connection.execute(asked.with_for_update() if lock else asked).first()
    return None if row is None else Position(row.epoch, row.epoch_no, row.last_seq, row.head)


def append(connection: Connection, at: Position, entries: Sequence[JournalEntry]) -> None:
    """Append entries that follow `at`, with their rows. The centre refuses any that does not fit."""
    if not entries:
        return
    if connection.dialect.name == "postgresql":
        for entry in entries:
            connection.execute(CALL, columns_of(entry))
    else:
        append_as_owner(connection, at, entries)


def outlasting(step: Callable[[], Done]) -> Done:
    """Do it again where somebody else appended in between: on PostgreSQL the place behind the head is taken by whoever is first.

    Nothing of `step` counts until it is through. Raises its `CentreBusyError` when it is still so after a while.
    """
    until_s = time.monotonic() + PATIENCE_S
    for _ in range(TRIES):
        try:
            return step()
        except CentreBusyError:
            if time.monotonic() > until_s:
                raise
    return step()


def append_as_owner(connection: Connection, at: Position, entries: Sequence[JournalEntry]) -> None:
    """The same without the function: for a SQLite centre, and for the entry that opens an epoch."""
    journal.append(connection, entries)
    write_rows(connection, [projected(entry, at.epoch_no) for entry in entries])
    moved = update(CENTRE_HEAD).where(CENTRE_HEAD.c.station_id == CENTRE)
    tip_now = {"epoch": at.epoch, "epoch_no": at.epoch_no, "last_seq": entries[-1].seq, "head": entries[-1].hash}
    connection.execute(moved.values(tip_now))
