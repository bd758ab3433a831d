"""From what a document says to the records it means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from station_db.records.base import Instant, RecordId
from station_db.records.orders import JobOrder, Product, WorkMaster
from station_db.records.people import Person, ShiftPattern
from station_db.sync.document_model import Document, JobOrderEntry, PersonEntry, ShiftPatternEntry, WorkMasterEntry
from station_db.sync.json_lines import Path
from station_db.sync.master import Master
from station_db.sync.pins import Pins


def records_of(document: Document, known: Master, pins: Pins) -> Iterator[tuple[Path, Any, str]]:
    """The document's records in an order in which each finds what it refers to, with their paths and addressees."""
    for at, product in enumerate(document.products):
        yield ("products", at), Product(id=RecordId(product.id), name=product.name), product.addressee
    for at, master in enumerate(document.work_masters):
        yield ("work_masters", at), _work_master(master), master.addressee
    for at, order in enumerate(document.job_orders):
        yield ("job_orders", at), _job_order(order), order.addressee
    for at, person in enumerate(document.people):
        yield ("people", at), _person(person, known, pins), person.addressee
    for at, shift in enumerate(document.shift_patterns):
        yield ("shift_patterns", at), _shift(shift), shift.addressee


def _work_master(entry: WorkMasterEntry) -> WorkMaster:
    steps = tuple(step.spec() for step in entry.steps)
    return WorkMaster(id=RecordId(entry.id), product=RecordId(entry.product), revision=entry.revision, steps=steps)


def _job_order(entry: JobOrderEntry) -> JobOrder:
    return JobOrder(
        id=RecordId(entry.id),
        product=RecordId(entry.product),
        work_master=RecordId(entry.work_master),
        quantity=entry.quantity,
        sequence=entry.sequence,
        priority=entry.priority,
        due_at=None if entry.due_at is None else _instant(entry.due_at),
        cancelled=entry.cancelled,
    )


def _instant(when: datetime) -> Instant:
    return Instant((when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))


def _person(entry: PersonEntry, known: Master, pins: Pins) -> Person:
    old = known.get(("person", entry.id))
    old_hash: str = old.record.pin_hash if old else ""
    return Person(
        id=RecordId(entry.id),
        name=entry.name,
        initials=entry.initials,
        badge=entry.badge,
        role=entry.role,
        pin_hash=old_hash if entry.pin is None else pins.hash_of(entry.pin, old_hash),
        language=entry.language,
        active=entry.active,
    )


def _shift(entry: ShiftPatternEntry) -> ShiftPattern:
    weekdays = tuple(sorted(set(entry.weekdays)))
    return ShiftPattern(
        id=RecordId(entry.id),
        name=entry.name,
        start=entry.start,
        minutes=entry.minutes,
        weekdays=weekdays,
        planned=entry.planned,
    )
