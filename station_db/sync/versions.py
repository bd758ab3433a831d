"""Stations and centres of different releases: a release is the number of its schema, `0003`, and two steps apart go together.

A newer centre has what an older program writes, as columns are only ever added and may stay empty. An older centre keeps every
entry; what its tables have no place for is set aside there until `lineside centre init` brings it up to date.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, inspect

from station_db import migrating
from station_db.sync.errors import CentreNewerError, CentreOlderError
from station_db.tables import METADATA

SPAN = 2
"""So many releases apart, either way, station and centre understand each other."""

Lacking = Mapping[str, frozenset[str]]
"""By table, the columns that this program writes and a centre does not have yet; all of them where it lacks the table."""


def check(url: str, schema: str | None) -> None:
    """Raise `CentreNewerError` or `CentreOlderError` for a centre too far from this program."""
    said = f"its schema is {schema}, this program's is {migrating.HEAD}"
    if schema is None or not schema.isdecimal():
        raise CentreNewerError(url, said)
    apart = int(schema) - int(migrating.HEAD)
    if apart > SPAN:
        raise CentreNewerError(url, said)
    if apart < -SPAN:
        raise CentreOlderError(url, said)


def check_same(url: str, schema: str) -> None:
    """Raise where the centre is not of this very release, which changing or proving it as a whole takes."""
    said = f"its schema is {schema}, this program's is {migrating.HEAD}"
    if schema > migrating.HEAD:
        raise CentreNewerError(url, said)
    if schema < migrating.HEAD:
        raise CentreOlderError(url, said)


def lacking(connection: Connection) -> Lacking:
    """What a centre has no place for; nothing at one of this release."""
    inspector: Any = inspect(connection)
    there = set(inspector.get_table_names())
    found: dict[str, frozenset[str]] = {}
    for name, table in METADATA.tables.items():
        has = {str(column["name"]) for column in inspector.get_columns(name)} if name in there else set[str]()
        found[name] = frozenset(column.name for column in table.columns) - has
    return {name: columns for name, columns in found.items() if columns}
