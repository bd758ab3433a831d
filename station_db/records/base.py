"""How a record is declared once: the decorator, the shared types, the payload. Standard library only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NewType, TypeVar, Union, dataclass_transform, get_args, get_origin, get_type_hints

Instant = NewType("Instant", int)
"""UTC, integer microseconds since 1970."""
RecordId = NewType("RecordId", str)
"""UUIDv7 text for what a station makes; a natural key (`WO-24117`) for master data."""
Digest = NewType("Digest", str)
"""SHA-256 in hex."""

CENTRE = "centre"
"""The origin whose records come down: orders, people, master data."""
STATION_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}")


def may_name_a_station(name: str) -> bool:
    """Whether a station may be called so: letters, digits, dot, dash, underscore, and not as the centre is called.

    It becomes part of a role's name at the centre.
    """
    return name != CENTRE and STATION_NAME.fullmatch(name) is not None


class Verdict(StrEnum):
    """How something turned out."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Kind:
    """What the record system knows of one declaration."""

    name: str
    version: int
    cls: type[Any]

    @property
    def tag(self) -> str:
        """The journal's `kind`, with the payload's version: `cycle.1`."""
        return f"{self.name}.{self.version}"


KINDS: dict[str, Kind] = {}
"""Every declared kind by name, filled by importing `station_db.records.catalogue`."""

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(name: str, version: int = 1) -> Callable[[type[T]], type[T]]:
    """Declare a record: a frozen, keyword-only dataclass with an `id`, known to tables, journal, export and sync."""

    def declare(cls: type[T]) -> type[T]:
        made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        if name in KINDS:
            raise ValueError(f"record kind {name!r} is declared twice")
        KINDS[name] = Kind(name, version, made)
        made.kind = name  # type: ignore[attr-defined]
        return made

    return declare


def kind_of(rec: object) -> Kind:
    """The declaration of a record. Raises `KeyError` for what is no record."""
    return KINDS[type(rec).kind]  # type: ignore[attr-defined]


PLAIN = frozenset({str, int, float, bool, NoneType})


def to_plain(value: object) -> Any:
    """Reduce a record or a part of one to JSON's own types."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {name: to_plain(getattr(value, name)) for name in _names_of(type(value))}
    return [to_plain(part) for part in value] if isinstance(value, tuple) else value


@cache
def _names_of(cls: type[Any]) -> tuple[str, ...]:
    return tuple(f.name for f in fields(cls))


def to_payload(rec: object) -> bytes:
    """The journal's payload: UTF-8 JSON, sorted keys, no spaces."""
    text = json.dumps(to_plain(rec), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def from_payload(kind_tag: str, payload: bytes) -> Any:
    """Read a payload back into its record. Fields it lacks take their defaults; fields we do not know are left out.

    Raises `KeyError` for an unknown kind, `ValueError` or `TypeError` for a payload that does not fit.
    """
    kind = KINDS[kind_tag.rpartition(".")[0]]
    return from_plain(kind.cls, json.loads(payload))


@cache
def hints_of(cls: type[Any]) -> dict[str, Any]:
    """The types of a dataclass's fields, looked up once."""
    return get_type_hints(cls)


def from_plain(hint: Any, value: Any) -> Any:
    """Build what `hint` says out of JSON's types."""
    read = _reader(hint)
    return value if read is None else read(value)


@cache
def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """What makes a value of a type, looked at once: thousands of entries are read in a row. None leaves it as it is."""
    if get_origin(hint) in (Union, UnionType):
        inner = _reader(next(part for part in get_args(hint) if part is not NoneType))
        return inner and (lambda value: None if value is None else inner(value))
    if get_origin(hint) is tuple:
        part_hint = get_args(hint)[0]
        return lambda value: tuple(from_plain(part_hint, part) for part in value)
    if is_dataclass(hint):
        return lambda value: _built(hint, value)
    if hint is float or (isinstance(hint, type) and issubclass(hint, Enum)):
        return hint
    return None


def _built(make: Any, value: Any) -> Any:
    given = {name: value[name] for name in _names_of(make) if name in value}
    for name, read in _readers_of(make):
        if name in given:
            given[name] = read(given[name])
    return make(**given)


@cache
def _readers_of(cls: type[Any]) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """The fields whose values are not as JSON has them."""
    readers = ((name, _reader(hint)) for name, hint in hints_of(cls).items())
    return tuple((name, read) for name, read in readers if read is not None)
