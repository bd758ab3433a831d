"""Deciding what a document changes: which records are new or different, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from station_db.records.changes import Entry
from station_db.records.orders import JobOrder, WorkMaster
from station_db.records.people import Person
from station_db.redacting import GONE
from station_db.sync.document_records import records_of
from station_db.sync.documents import DocumentError, Mistake, Parsed
from station_db.sync.json_lines import Path
from station_db.sync.master import Known, Master
from station_db.sync.pins import Pins
from station_db.tables import STATION


@dataclass(frozen=True, slots=True)
class Change:
    """A record to append, and the version it becomes."""

    entry: Entry
    version: int


@dataclass(slots=True)
class Planned:
    """What a document comes to."""

    changed: list[Change] = field(default_factory=list[Change])
    unchanged: int = 0
    mistakes: list[Mistake] = field(default_factory=list[Mistake])


def stations_of(connection: Connection) -> frozenset[str]:
    """The stations a centre knows."""
    return frozenset(connection.scalars(select(STATION.c.station_id)))


def plan(parsed: Parsed, known: Master, stations: frozenset[str], pins: Pins) -> Planned:
    """Compare a document with what is known. Raises `DocumentError` with every mistake."""
    planned, after = Planned(), dict(known)
    for path, record, addressee in records_of(parsed.document, known, pins):
        planned.mistakes += _against(parsed, path, record, addressee, after, stations)
        old = known.get((record.kind, record.id))
        if old is not None and (old.record, old.addressee) == (record, addressee):
            planned.unchanged += 1
            continue
        version = old.version + 1 if old else 1
        planned.changed.append(Change(Entry(record, actor="", addressee=addressee), version))
        after[record.kind, record.id] = Known(record, version, addressee)
    if planned.mistakes:
        raise DocumentError(tuple(planned.mistakes))
    return planned


def _against(
    parsed: Parsed, path: Path, record: Any, addressee: str, known: Master, stations: frozenset[str]
) -> Iterator[Mistake]:
    """What speaks against a record, seen with everything else."""
    if addressee and addressee not in stations:
        yield parsed.mistake((*path, "addressee"), f"there is no station {addressee!r}")
    old = known.get((record.kind, record.id))
    if old is not None and old.addressee != addressee:
        yield parsed.mistake((*path, "addressee"), f"{record.id!r} was for {old.addressee or 'all'} and stays there")
    match record:
        case WorkMaster():
            yield from _refers(parsed, (*path, "product"), ("product", record.product), addressee, known)
            if old is not None and old.record != record:
                yield parsed.mistake((*path, "id"), f"{record.id!r} never changes: give the new routing a new revision and id")
        case JobOrder():
            yield from _refers(parsed, (*path, "product"), ("product", record.product), addressee, known)
            yield from _refers(parsed, (*path, "work_master"), ("work_master", record.work_master), addressee, known)
            yield from _makes_product(parsed, path, record, known)
        case Person():
            if old is not None and old.record.name == GONE and not old.record.badge:
                yield parsed.mistake((*path, "id"), f"{record.id!r} was forgotten: whoever comes gets a new id")
            yield from _badge(parsed, path, record, known)
        case _:
            return


def _refers(parsed: Parsed, path: Path, key: tuple[str, str], addressee: str, known: Master) -> Iterator[Mistake]:
    target = known.get(key)
    words = key[0].replace("_", " ")
    if target is None:
        yield parsed.mistake(path, f"there is no {words} {key[1]!r}")
    elif target.addressee not in ("", addressee):
        yield parsed.mistake(path, f"{words} {key[1]!r} is only for {target.addressee}")


def _makes_product(parsed: Parsed, path: Path, order: JobOrder, known: Master) -> Iterator[Mistake]:
    routing = known.get(("work_master", order.work_master))
    if routing is not None and routing.record.product != order.product:
        yield parsed.mistake(
            (*path, "work_master"), f"{order.work_master!r} makes {routing.record.product!r}, not {order.product!r}"
        )


def _badge(parsed: Parsed, path: Path, person: Person, known: Master) -> Iterator[Mistake]:
    for (kind, other), each in known.items():
        if kind == "person" and other != person.id and each.record.badge == person.badge and each.record.active and person.active:
            yield parsed.mistake((*path, "badge"), f"badge {person.badge!r} belongs to {other!r}")
