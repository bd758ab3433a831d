"""Master data as it stands: everything of origin `centre`, at a centre or at a station."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from station_db.records.base import CENTRE, KINDS
from station_db.records.catalogue import MASTER
from station_db.rows import record_of
from station_db.tables import JOURNAL, TYPED


@dataclass(frozen=True, slots=True)
class Known:
    """A record as it stands, in which version and for whom."""

    record: Any
    version: int
    addressee: str


Master = Mapping[tuple[str, str], Known]
"""Everything of origin `centre`, by kind and id."""


def known_master(connection: Connection) -> Master:
    """What is there already, at a centre or at a station."""
    addressees = _addressees(connection)
    found: dict[tuple[str, str], Known] = {}
    for kind in MASTER:
        for row in connection.execute(select(TYPED[kind]).where(TYPED[kind].c.station_id == CENTRE)).mappings():
            addressee = addressees.get((row["row_epoch_no"], row["row_seq"]), "")
            found[kind, row["id"]] = Known(record_of(KINDS[kind], row), row["row_version"], addressee)
    return found


def _addressees(connection: Connection) -> dict[tuple[int, int], str]:
    """For whom each entry was, by the depth of its epoch and its number."""
    epoch = TYPED["epoch"].c
    depths = {row.id: row.epoch_no for row in connection.execute(select(epoch.id, epoch.epoch_no))}
    entries = select(JOURNAL.c.epoch, JOURNAL.c.seq, JOURNAL.c.addressee).where(JOURNAL.c.station_id == CENTRE)
    return {(depths.get(row.epoch, 0), row.seq): row.addressee for row in connection.execute(entries)}
