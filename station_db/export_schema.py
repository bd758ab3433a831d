"""What the files of an export mean: every kind of record, field by field, out of the declarations."""

from __future__ import annotations

from dataclasses import is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from station_db.columns import fields_of
from station_db.records.base import CENTRE, Digest, Instant, Kind, RecordId, hints_of
from station_db.records.catalogue import KINDS

PERSONAL = {"person": ("name", "initials", "badge", "pin_hash")}
"""Fields that are exported only where names are asked for, and then in files of their own."""
JSON_TYPES: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}
MEANINGS: dict[Any, str] = {
    Instant: "UTC, integer microseconds since 1970",
    RecordId: "id of a record",
    Digest: "SHA-256 in hex",
}
UNITS = {"_us": "us", "_ms": "ms", "_bytes": "byte", "minutes": "min"}
HASH = (
    "SHA-256 over prev_hash, station_id, epoch, seq, recorded_at, kind, record_id, addressee, version, actor, cause, payload; "
    "each preceded by its length as eight bytes, big-endian; numbers as decimal digits; null has the length 2^64-1 and no bytes"
)
PLACE = {
    "origin": {"type": "string", "description": f"who made the record: a station, or '{CENTRE}'"},
    "version": {"type": "integer", "description": "which version of the record this is: the latest within the export"},
    "epoch_no": {"type": "integer", "description": "depth of the epoch that the version was written in"},
    "seq": {"type": "integer", "description": "number of its journal entry in that epoch"},
}
"""Columns before a record's own."""
JOURNAL = {
    "station_id": "who wrote it",
    "epoch": "id of the epoch",
    "seq": "number in the epoch, without gaps",
    "recorded_at": MEANINGS[Instant],
    "kind": "kind and payload version, as cycle.1",
    "record_id": "which record",
    "addressee": "a station, or empty for all",
    "version": "version of the record",
    "actor": "a person's id, machine:<id>, or station",
    "cause": "the command that led to it, or null",
    "payload": "the record as canonical JSON text; null where it names a person",
    "prev_hash": "hash of the entry before it",
    "hash": HASH,
}
CSV_RULES = {
    "encoding": "UTF-8 with byte order mark",
    "text": "one leading apostrophe is not part of a text: take it away",
    "null": "an empty cell of a field that may be null; of any other text field it is a text without letters",
    "nested": "lists and objects are JSON text, without an apostrophe before it",
    "boolean": "true or false",
}


def schema() -> dict[str, Any]:
    """The document `schema.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Records of a Lineside station",
        "place": PLACE,
        "csv": CSV_RULES,
        "journal": JOURNAL,
        "curves": "JSON lines; data is base64 of little-endian float32, one channel after the other, count samples each",
        "signals": "CSV per tag: at (UTC us), value, quality (0 good, 1 uncertain, 2 missing)",
        "kinds": {name: _kind(kind) for name, kind in sorted(KINDS.items())},
    }


def _kind(kind: Kind) -> dict[str, Any]:
    hidden = PERSONAL.get(kind.name, ())
    properties: dict[str, Any] = {}
    for field in fields_of(kind.cls):
        told = _field(field.name, field.hint)
        properties[field.name] = told | {"personal": True} if field.name in hidden else told
    return {"description": kind.cls.__doc__ or "", "tag": kind.tag, "type": "object", "properties": properties}


def _field(name: str, hint: Any) -> dict[str, Any]:
    told = _of_hint(hint)
    unit = next((unit for ending, unit in UNITS.items() if name.endswith(ending)), None)
    return told | {"unit": unit} if unit else told


def _of_hint(hint: Any) -> dict[str, Any]:
    if get_origin(hint) in (Union, UnionType):
        inner = _of_hint(next(part for part in get_args(hint) if part is not NoneType))
        return inner | {"nullable": True}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _of_hint(get_args(hint)[0])}
    if is_dataclass(hint) and isinstance(hint, type):
        parts = {name: _field(name, of) for name, of in hints_of(hint).items()}
        return {"type": "object", "description": hint.__doc__ or "", "properties": parts}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"type": "string", "enum": [member.value for member in hint], "description": hint.__doc__ or ""}
    told = {"type": JSON_TYPES[getattr(hint, "__supertype__", hint)]}
    return told | {"description": MEANINGS[hint]} if hint in MEANINGS else told
