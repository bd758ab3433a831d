"""Row 6: eight hours without a centre (5.76 M samples in blocks, 20 k journal entries) drained into PostgreSQL, exactly once.

Ours is the shipped way: `up.push` and `lanes.push_signals` as the station's own role, with row-level security, partitions and
the rows of every entry, until nothing waits; what then stands at the centre is counted. The baselines write the samples alone,
a row each, into a plain table as a superuser: SQLAlchemy's ORM (a commit a row), Core `executemany` with ON CONFLICT DO NOTHING,
and psycopg's binary COPY. They are measured on a part (2 k, 20 k and 500 k rows) and scaled up. The server runs without fsync,
which helps whoever commits often. Medians of five.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psycopg
from sqlalchemy import BigInteger, Column, Double, MetaData, Select, Table, Text, create_engine, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, registry

from benchmarks.outage import record_entries, record_signals
from benchmarks.store_of_tags import STATION
from benchmarks.table import Row
from benchmarks.tags_by_second import START
from hmi.clock import new_id
from station_db.reader import Reader
from station_db.records.base import Instant
from station_db.sync.centre import Centre
from station_db.sync.founding import init
from station_db.sync.lanes import push_signals
from station_db.sync.up import push
from station_db.tables import JOURNAL, SIGNAL_BLOCK
from tests.faults.postgres import Postgres, postgres

ROUNDS, HOURS, CYCLES = 5, 8, 4975
SAMPLES = HOURS * 3600 * 200
LIMIT_S = 3.0
BASELINES = {"ORM, a commit a row": (2_000, 1000), "executemany": (20_000, 40), "binary COPY": (500_000, 10)}
"""How many rows of each are measured, and how many times faster we mean to be."""
SAMPLE = Table(
    "sample",
    MetaData(),
    Column("tag", Text, primary_key=True),
    Column("at", BigInteger, primary_key=True),
    Column("value", Double),
)


class _Sample:
    """A row of the ORM's."""

    def __init__(self, tag: str, at: int, value: float) -> None:
        self.tag, self.at, self.value = tag, at, value


registry().map_imperatively(_Sample, SAMPLE)


def run() -> list[Row]:
    """Measure all in turns."""
    with tempfile.TemporaryDirectory() as made, postgres() as server:
        folder = Path(made)
        entries = record_entries(folder, CYCLES, HOURS / 24)
        record_signals(folder, HOURS)
        rounds = [_round(server, folder, entries) for _ in range(ROUNDS)]
    ours = median(each["ours"] for each in rounds)
    rows = [Row(6, f"8 h outage drained, {entries:,} entries", f"{ours:.2f} s", "", "", f"<= {LIMIT_S:g} s", met=ours <= LIMIT_S)]
    return rows + [_against(name, ours, median(each[name] for each in rounds)) for name in BASELINES]


def _against(name: str, ours: float, theirs: float) -> Row:
    goal = BASELINES[name][1]
    ratio = theirs / ours
    return Row(6, f"beside {name}", f"{ours:.2f} s", f"{theirs:,.0f} s", f"{ratio:,.0f}x", f">= {goal:,}x", met=ratio >= goal)


def _round(server: Postgres, folder: Path, entries: int) -> dict[str, float]:
    took = {"ours": drained(server, folder, entries)}
    ways: dict[str, Callable[[Postgres, int], float]] = dict(zip(BASELINES, (_orm, _executemany, _copy), strict=True))
    for name, way in ways.items():
        part = BASELINES[name][0]
        took[name] = _in_a_table(server, way, part) * SAMPLES / part
    return took


def drained(server: Postgres, folder: Path, entries: int) -> float:
    """Seconds until nothing waits; what arrived is what was recorded."""
    server.create("drained")
    init(server.url("drained"), (STATION,), at=Instant(START), new_id=new_id)
    centre, reader = Centre.connect(server.url("drained", f"station_{STATION}")), Reader(folder)
    began_s = time.perf_counter()
    while push(reader, centre, at=Instant(START)).entries:
        pass
    while push_signals(reader, centre, at=Instant(START)):
        pass
    took_s = time.perf_counter() - began_s
    with centre.reading() as connection:
        arrived, blocks = (connection.scalar(_count(each)) for each in (JOURNAL, SIGNAL_BLOCK))
    centre.close()
    server.drop("drained")
    assert (arrived, blocks) == (entries, len(reader.blocks_after(0, 10**12))), "exactly once"
    return took_s


def _count(table: Table) -> Select[tuple[int]]:
    return select(func.count()).select_from(table).where(table.c.station_id == STATION)


def _in_a_table(server: Postgres, way: Callable[[Postgres, int], float], rows: int) -> float:
    server.create("plain")
    with server.admin_of("plain") as admin:
        admin.execute("CREATE TABLE sample (tag text, at bigint, value double precision, PRIMARY KEY (tag, at))")
    took_s = way(server, rows)
    server.drop("plain")
    return took_s


def _orm(server: Postgres, rows: int) -> float:
    engine = create_engine(server.url("plain"))
    began_s = time.perf_counter()
    with Session(engine) as session:
        for number in range(rows):
            session.add(_Sample(*_sample(number)))
            session.commit()
    took_s = time.perf_counter() - began_s
    engine.dispose()
    return took_s


def _executemany(server: Postgres, rows: int) -> float:
    engine = create_engine(server.url("plain"))
    made = [dict(zip(("tag", "at", "value"), _sample(number), strict=True)) for number in range(rows)]
    began_s = time.perf_counter()
    with engine.begin() as connection:
        for start in range(0, rows, 1000):
            connection.execute(insert(SAMPLE).on_conflict_do_nothing(), made[start : start + 1000])
    took_s = time.perf_counter() - began_s
    engine.dispose()
    return took_s


def _copy(server: Postgres, rows: int) -> float:
    made = [_sample(number) for number in range(rows)]
    with psycopg.connect(server.url("plain")) as connection, connection.cursor() as cursor:
        began_s = time.perf_counter()
        with cursor.copy("COPY sample FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["text", "int8", "float8"])
            for row in made:
                copy.write_row(row)
        connection.commit()
        return time.perf_counter() - began_s


def _sample(number: int) -> tuple[str, int, float]:
    return f"tag_{number % 200}", START + number // 200 * 1_000_000, number * 0.1
