"""Records as rows of their typed tables, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from station_db.columns import fields_of
from station_db.records.base import Kind


def row_of(kind: Kind, record: Any) -> dict[str, Any]:
    """The column values of a record. Raises `columns.MisfitError` for a value that its column cannot hold."""
    return {field.name: field.to_column(getattr(record, field.name)) for field in fields_of(kind.cls)}


def record_of(kind: Kind, columns: Mapping[str, Any] | RowMapping) -> Any:
    """The record that a row of its typed table holds."""
    return kind.cls(**{field.name: field.from_column(columns[field.name]) for field in fields_of(kind.cls)})
