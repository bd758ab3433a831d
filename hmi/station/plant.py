"""The master data as far as it came down: who may work here, what may be made, when the shifts are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from station_db.records.base import RecordId
from station_db.records.keeping import LeadRequest
from station_db.records.orders import JobOrder, Product, WorkMaster
from station_db.records.people import Person, ShiftPattern
from station_db.records.resume import Resume, VanishedOrders


@dataclass(frozen=True, slots=True)
class Plant:
    """Master data by id."""

    people: Mapping[RecordId, Person] = field(default_factory=dict[RecordId, Person])
    products: Mapping[RecordId, Product] = field(default_factory=dict[RecordId, Product])
    work_masters: Mapping[RecordId, WorkMaster] = field(default_factory=dict[RecordId, WorkMaster])
    orders: Mapping[RecordId, JobOrder] = field(default_factory=dict[RecordId, JobOrder])
    patterns: Mapping[RecordId, ShiftPattern] = field(default_factory=dict[RecordId, ShiftPattern])
    requests: Mapping[RecordId, LeadRequest] = field(default_factory=dict[RecordId, LeadRequest])
    vanished: frozenset[RecordId] = frozenset()
    """Orders that the centre does not know any more since it was put back."""

    @property
    def has_people(self) -> bool:
        """Whether anybody could sign in."""
        return any(person.active for person in self.people.values())


LEARN: Mapping[type, Callable[[Plant, Any], Plant]] = {
    Person: lambda plant, person: replace(plant, people={**plant.people, person.id: person}),
    Product: lambda plant, product: replace(plant, products={**plant.products, product.id: product}),
    WorkMaster: lambda plant, routing: replace(plant, work_masters={**plant.work_masters, routing.id: routing}),
    JobOrder: lambda plant, order: replace(plant, orders={**plant.orders, order.id: order}, vanished=plant.vanished - {order.id}),
    LeadRequest: lambda plant, request: replace(plant, requests={**plant.requests, request.id: request}),
    VanishedOrders: lambda plant, gone: replace(plant, vanished=plant.vanished | gone.orders),
    ShiftPattern: lambda plant, pattern: replace(plant, patterns={**plant.patterns, pattern.id: pattern}),
}


def learn(plant: Plant, records: Iterable[Any]) -> Plant:
    """Take over what the centre sent; kinds the core has no use for are left to the record."""
    for record in records:
        change = LEARN.get(type(record))
        plant = plant if change is None else change(plant, record)
    return plant


def remembered(resume: Resume) -> Plant:
    """The master data in the record."""
    master = (*resume.people, *resume.products, *resume.work_masters, *resume.job_orders, *resume.shift_patterns)
    return learn(Plant(), (*master, *resume.requests, VanishedOrders(resume.vanished)))
