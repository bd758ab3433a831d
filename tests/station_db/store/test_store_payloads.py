import dataclasses
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from station_db import migrating
from station_db.columns import SHOWN_NUL
from station_db.connecting import writer_engine
from station_db.errors import ProjectionError
from station_db.journal import GENESIS, Origin, Position, chain, entry_hash
from station_db.projection import project
from station_db.records.base import Instant, from_payload, hints_of, to_payload
from station_db.records.catalogue import KINDS
from station_db.records.changes import Entry
from station_db.rows import record_of
from station_db.tables import TYPED

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Every value a hint allows."""
    base = getattr(hint, "__supertype__", hint)
    if get_origin(base) in (Union, UnionType):
        return st.one_of(*(st.none() if part is NoneType else values(part) for part in get_args(base)))
    if get_origin(base) is tuple:
        return st.lists(values(get_args(base)[0]), max_size=2).map(tuple)
    if dataclasses.is_dataclass(base):
        return st.fixed_dictionaries({name: values(part) for name, part in hints_of(base).items()}).map(
            lambda given: base(**given)
        )
    return st.sampled_from(list(base)) if issubclass(base, Enum) else SIMPLE[base]


RECORDS = st.sampled_from(sorted(KINDS)).flatmap(lambda name: values(KINDS[name].cls))


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    engine = writer_engine(tmp_path_factory.mktemp("payloads") / "made.db")
    with engine.begin() as made:
        migrating.upgrade(made)
        yield made
    engine.dispose()


def entry_for(record, seq=0):
    (made,) = chain(Origin("ST-040", Instant(1)), Position("e", 1, seq, GENESIS), (Entry(record, "P-1"),), [1])
    return made


@settings(max_examples=150, deadline=None)
@given(record=RECORDS)
def test_a_payload_gives_its_record_back(record):
    kind = KINDS[type(record).kind]
    assert from_payload(kind.tag, to_payload(record)) == record


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(record=RECORDS)
def test_a_row_gives_its_record_back_but_for_a_nul(connection, record):
    kind = KINDS[type(record).kind]
    table = TYPED[kind.name]
    connection.execute(table.delete())
    project(connection, entry_for(record), 1)
    row = connection.execute(select(table)).mappings().one()
    assert record_of(kind, row) == without_nul(record)


def without_nul(record):
    """What a text column can hold; inside packed fields a NUL is escaped and stays."""
    texts = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    plain = {name: text for name, text in texts.items() if isinstance(text, str) and not isinstance(text, Enum)}
    return dataclasses.replace(record, **{name: text.replace("\x00", SHOWN_NUL) for name, text in plain.items()})


@given(left=TEXT, right=TEXT, cause=st.none() | TEXT)
def test_no_two_entries_share_a_hash_by_moving_a_letter(left, right, cause):
    entry = entry_for(KINDS["product"].cls(id="A", name="x"))
    one = dataclasses.replace(entry, addressee=left, actor=right, cause=cause)
    moved = dataclasses.replace(entry, addressee=left + right, actor="", cause=cause)
    assert (entry_hash(one) == entry_hash(moved)) == (right == "")
    assert entry_hash(dataclasses.replace(one, cause="" if cause is None else None)) != entry_hash(one)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("unheard_of.1", b"{}"),
        ("product.1", b"not json"),
        ("product.1", b"[]"),
        ("product.1", b'{"id":"A"}'),
        ("product.1", b'{"id":"A","name":7}'),
        ("product.1", b'{"id":"B","name":"x"}'),
        ("job_response.1", b'{"id":"A","job_order":"W","quantity":1,"started_at":1,"state":"upside_down"}'),
        ("job_order.1", b'{"id":"A","product":"P","work_master":"W","quantity":true}'),
        ("machine_write.1", b'{"id":"A","machine":"m","tag":"t","value":1e999,"state":"asked","asked_at":1}'),
    ],
)
def test_an_entry_that_cannot_be_read_is_refused_by_name_and_writes_nothing(connection, kind, payload):
    entry = dataclasses.replace(entry_for(KINDS["product"].cls(id="A", name="x")), kind=kind, payload=payload)
    with pytest.raises(ProjectionError) as refusal:
        project(connection, entry, 1)
    assert (refusal.value.kind, refusal.value.record_id) == (kind, "A")


def test_an_older_or_newer_payload_is_read_as_far_as_it_goes(connection):
    payload = b'{"id":"A","product":"P","quantity":3,"work_master":"W","something_new":[1]}'
    entry = dataclasses.replace(entry_for(KINDS["product"].cls(id="A", name="x")), kind="job_order.9", payload=payload)
    assert project(connection, entry, 1) == KINDS["job_order"].cls(id="A", product="P", quantity=3, work_master="W")


def test_only_a_later_entry_replaces_a_row(connection):
    product, table = KINDS["product"].cls, TYPED["product"]

    def name_after(name, epoch_no, seq):
        project(connection, entry_for(product(id="late", name=name), seq - 1), epoch_no)
        return connection.scalar(select(table.c.name).where(table.c.id == "late"))

    assert name_after("first", 1, 5) == "first"
    assert name_after("earlier", 1, 4) == "first"
    assert name_after("same", 1, 5) == "first"
    assert name_after("later", 1, 6) == "later"
    assert name_after("next epoch", 2, 1) == "next epoch"
    assert name_after("old epoch", 1, 9) == "next epoch"
