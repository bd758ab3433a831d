"""A million entries in months, and the questions a centre is asked of them: `python -m tests.station_db.sync.long_million`.

Prints bytes a row and what each question takes on this machine, whole and in months. Nothing of it runs in the suite.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import psycopg

from station_db.sync import partitions
from station_db.sync.founding import init
from tests.faults.postgres import Postgres, postgres
from tests.station_db.store.store_cases import START, counting_ids

STATIONS, MONTHS, TIMES = 20, 24, 5
FILL = """
INSERT INTO {table} SELECT 'ST-' || lpad((n % {stations})::text, 3, '0'), 'epoch-1', n / {stations} + 1,
  {start} - ({rows} - n) * ({months} * 2629800000000 / {rows}), 'cycle.1', 'c-' || n, '', 1, 'machine:press', NULL,
  convert_to(repeat('x', 330) || n, 'UTF8'), md5(n::text) || md5(n::text), md5((n + 1)::text) || md5(n::text)
FROM generate_series(0, {rows} - 1) AS n
"""
QUESTIONS = {
    "the next 2,000 entries behind a number": """SELECT * FROM {table} WHERE station_id = 'ST-003' AND epoch = 'epoch-1'
        AND seq > {middle} ORDER BY seq LIMIT 2000""",
    "count and hashes of a day": """SELECT count(*), max(hash) FROM {table} WHERE station_id = 'ST-003' AND epoch = 'epoch-1'
        AND recorded_at >= {day} AND recorded_at < {day} + 86400000000""",
    "all versions of a record": "SELECT * FROM {table} WHERE station_id = 'ST-003' AND record_id = 'c-{known}'",
    "what the watermark's trigger asks of 500": """SELECT count(*) FROM {table} WHERE station_id = 'ST-003' AND epoch = 'epoch-1'
        AND seq > {middle} AND seq <= {middle} + 500""",
}


def fill(admin: psycopg.Connection, table: str, rows: int) -> None:
    """Entries of twenty stations over two years."""
    admin.execute(FILL.format(table=table, rows=rows, stations=STATIONS, months=MONTHS, start=START))
    admin.execute(f"VACUUM ANALYZE {table}")


def took_ms(ask: Callable[[], object]) -> float:
    """The median of five, after one that warms up."""
    ask()
    spans: list[float] = []
    for _ in range(TIMES):
        began = time.perf_counter()
        ask()
        spans.append((time.perf_counter() - began) * 1000)
    return sorted(spans)[TIMES // 2]


def arrange(server: Postgres, rows: int) -> psycopg.Connection:
    """The journal in months, and beside it the same in one piece."""
    server.create("million")
    init(server.url("million"), (), at=START, new_id=counting_ids())
    admin = server.admin_of("million")
    admin.execute("CREATE TABLE whole (LIKE journal)")
    admin.execute("ALTER TABLE whole ADD PRIMARY KEY (station_id, epoch, seq)")
    admin.execute("CREATE INDEX ON whole (station_id, record_id)")
    fill(admin, "whole", rows)
    admin.execute("ALTER TABLE journal DISABLE TRIGGER USER")
    fill(admin, "journal", rows)
    began = time.perf_counter()
    partitions.arrange(admin)
    print(f"{rows:,} rows put into {len(partitions.names(admin)) - 5} months in {time.perf_counter() - began:.1f} s")
    admin.execute("ALTER TABLE journal ENABLE TRIGGER USER")
    admin.execute("VACUUM ANALYZE journal")
    return admin


def report(admin: psycopg.Connection, rows: int) -> None:
    """Bytes and questions."""
    size = "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('journal')"
    row = admin.execute(size).fetchone()
    print(f"{row[0] / rows if row else 0:.0f} bytes a row with its indexes")
    middle = rows // STATIONS // 2
    known, day = middle * STATIONS + 3, START - MONTHS * 2_629_800_000_000 // 2
    for name, question in QUESTIONS.items():
        spans = [
            took_ms(lambda: admin.execute(question.format(table=table, middle=middle, day=day, known=known)).fetchall())  # noqa: B023  # called at once
            for table in ("whole", "journal")
        ]
        print(f"{name}: whole {spans[0]:.2f} ms, in months {spans[1]:.2f} ms")


def main() -> None:
    """Make them and ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with postgres() as server:
        admin = arrange(server, rows)
        try:
            report(admin, rows)
        finally:
            admin.close()


if __name__ == "__main__":
    main()
