"""How a declared field becomes a column: its type from its hint, its value there and back."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from sqlalchemy import BigInteger, Boolean, Column, Float, Text
from sqlalchemy.types import TypeEngine

from station_db.records.base import from_plain, hints_of, to_plain

INT64 = range(-(2**63), 2**63)
NUL, SHOWN_NUL = "\x00", "\ufffd"


class MisfitError(ValueError):
    """A value that its column cannot hold."""


@dataclass(frozen=True, slots=True)
class Field:
    """One declared field: its name, its full hint, the plain type its column holds, and whether it may be empty.

    `plain` is `str`, `int`, `float` or `bool`; `packed` says that the column holds JSON text of something larger.
    """

    name: str
    hint: Any
    plain: type
    packed: bool
    optional: bool

    def column(self) -> Column[Any]:
        """The column of a typed table."""
        return Column(self.name, _column_type(self.plain), nullable=self.optional)

    def to_column(self, value: object) -> Any:
        """The column's value. Raises `MisfitError` where it does not fit."""
        if value is None:
            if not self.optional:
                raise MisfitError(f"{self.name} is empty")
            return None
        if self.packed:
            return _pack(value)
        if self.plain is str and type(value) is str and NUL not in value:
            return value
        return _checked(self.name, self.plain, to_plain(value))

    def from_column(self, value: Any) -> Any:
        """The field's value again."""
        if value is None:
            return None
        return from_plain(self.hint, json.loads(value) if self.packed else value)


@cache
def fields_of(cls: type[Any]) -> tuple[Field, ...]:
    """The fields of a record class, `id` first."""
    return tuple(_field(f.name, hints_of(cls)[f.name]) for f in fields(cls))


def _field(name: str, hint: Any) -> Field:
    bare, optional = _without_none(hint)
    plain = _plain_type(bare)
    return Field(name, hint, plain or str, packed=plain is None, optional=optional)


def _without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) not in (Union, UnionType):
        return hint, False
    parts = [part for part in get_args(hint) if part is not NoneType]
    return parts[0], len(parts) < len(get_args(hint))


def _plain_type(hint: Any) -> type | None:
    """The type of a simple field; None for tuples and nested dataclasses, which are packed."""
    base = getattr(hint, "__supertype__", hint)
    if get_origin(base) is tuple or is_dataclass(base):
        return None
    if issubclass(base, Enum):
        return str
    if base not in (str, int, float, bool):
        raise TypeError(f"no column for {hint!r}")
    return base


def _column_type(plain: type) -> TypeEngine[Any]:
    match plain.__name__:
        case "int":
            return BigInteger()
        case "float":
            return Float(53)
        case "bool":
            return Boolean()
        case _:
            return Text()


def _pack(value: object) -> str:
    return json.dumps(to_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _checked(name: str, plain: type, value: Any) -> Any:
    """Refuse what one database would take and the other not; a NUL in a text is shown, as PostgreSQL cannot hold it."""
    if plain is float and type(value) is int:
        value = float(value)
    if not isinstance(value, plain) or (plain is int and isinstance(value, bool)):
        raise MisfitError(f"{name} is {type(value).__name__}, not {plain.__name__}")
    if plain is int and value not in INT64:
        raise MisfitError(f"{name} does not fit 64 bits")
    if plain is float and not isfinite(value):
        raise MisfitError(f"{name} is not finite")
    return value.replace(NUL, SHOWN_NUL) if plain is str else plain(value)
