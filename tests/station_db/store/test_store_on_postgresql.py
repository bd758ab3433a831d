"""The same projection and the same questions on a centre's PostgreSQL as on a station's SQLite."""

import pytest
from sqlalchemy import create_engine

from station_db import journal, migrating, queries
from station_db.projection import projected, write_rows
from station_db.queries import Place, Span
from station_db.reader import Reader
from station_db.records.base import RecordId, Verdict
from station_db.records.equipment import EquipmentState, ItemState
from station_db.records.people import ShiftOccurrence
from station_db.records.production import UnseenParts
from station_db.verify import verify_origin
from tests.station_db.store.schema_checks import check_equal
from tests.station_db.store.store_cases import STATION, at, curve_of, cycle_of, open_store, saying

RECORDS = (
    *(cycle_of(number, curve_digest=curve_of(number).digest) for number in range(1, 9)),
    cycle_of(9, machine="driver", verdict=Verdict.BAD, results=()),
    cycle_of(3, curve_lost=5),
    cycle_of(4, machine="press\x00"),
    UnseenParts(id=RecordId("u"), machine="press", cycles=4, good=3, bad=1, from_at=None, to_at=at(7), reason="off"),
    EquipmentState(id=RecordId("e1"), machine="press", state=ItemState.EXECUTING, started_at=at(1), ended_at=at(5)),
    EquipmentState(id=RecordId("e2"), machine="press", state=ItemState.UNKNOWN, started_at=at(5)),
    ShiftOccurrence(
        id=RecordId("s"),
        pattern=RecordId("p"),
        name="early",
        business_date="2026-09-21",
        zone="UTC",
        started_at=at(0),
        ended_at=at(9),
    ),
)
SPAN = Span(at(2), at(9))
QUESTIONS = (
    lambda ask: ask(queries.cycles, SPAN, limit=3),
    lambda ask: ask(queries.cycles, SPAN, before=Place(at(6), RecordId("cycle-000006")), machine="press"),
    lambda ask: ask(queries.counts, Span(at(0), at(20))),
    lambda ask: ask(queries.states, SPAN),
    lambda ask: ask(queries.shifts, SPAN),
    lambda ask: ask(queries.checks, SPAN),
    lambda ask: ask(queries.link_gaps, SPAN),
    lambda ask: ask(queries.unseen_parts, SPAN),
    lambda ask: ask(queries.last_good_curves, "press", 3),
)


@pytest.fixture
def centre(server):
    server.create("centre")
    engine = create_engine(server.url("centre"))
    with engine.begin() as connection:
        migrating.upgrade(connection)
        yield connection
    engine.dispose()


def test_the_scripts_make_what_the_declarations_say_on_postgresql(server):
    server.create("schema")
    check_equal(create_engine(server.url("schema")))


def test_what_a_station_says_is_read_the_same_at_the_centre(centre, tmp_path):
    store = open_store(tmp_path)
    store.commit([saying(*RECORDS)], at(9))
    store.close()
    station = Reader(tmp_path)
    entries = station.journal_after(station.position().epoch, 0, 100)
    journal.append(centre, entries)
    write_rows(centre, [projected(entry, 1) for entry in entries])
    write_rows(centre, [projected(entry, 1) for entry in reversed(entries)])

    assert journal.entries_after(centre, STATION, entries[0].epoch, 0, 100) == entries
    for number, question in enumerate(QUESTIONS):
        here = question(lambda query, *given, **named: query(centre, STATION, *given, **named))
        assert here == question(station.ask), number
    assert verify_origin(centre, STATION, is_whole=True).problems == []
