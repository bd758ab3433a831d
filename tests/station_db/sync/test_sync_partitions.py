"""A PostgreSQL centre keeps its journal and blocks by months: made ahead, moved without a loss, and closed to everybody."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from hmi.clock import SystemClock
from station_db import migrating
from station_db.reader import Reader
from station_db.records.base import Instant
from station_db.store import Store
from station_db.sync import partitions
from station_db.sync.founding import init
from station_db.verify import verify_origin
from tests.faults.postgres import Postgres
from tests.station_db.store.store_cases import START, counting_ids, cycle_of, saying
from tests.station_db.sync.sync_cases import connected, journal_of, local_journal, push_all

STATION = "station_ST-040"
DAY_US = 86_400_000_000
MONTH_US = 31 * DAY_US


def months_of(server: Postgres, plant: str, table: str = "journal") -> list[str]:
    """The partitions of a table, without its name."""
    with server.admin_of(plant) as admin:
        return [name.removeprefix(f"{table}_") for name in partitions.names(admin) if name.startswith(f"{table}_")]


def rows_in(server: Postgres, plant: str, table: str) -> int:
    with server.admin_of(plant) as admin:
        return one(admin, f"SELECT count(*) FROM {table}")


def one(connection: psycopg.Connection, statement: str) -> Any:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def ahead() -> list[str]:
    """This month and the three that follow."""
    now = datetime.fromtimestamp(SystemClock().moment().wall / 1_000_000, UTC)
    months = [now.year * 12 + now.month - 1 + more for more in range(partitions.MONTHS_AHEAD + 1)]
    return [f"{month // 12}_{month % 12 + 1:02}" for month in months]


@pytest.fixture
def folder(store: Store, tmp_path: Path) -> Path:
    """The store of ST-040 with cycles of three months, and of a clock that was wrong."""
    for number in range(4):
        store.commit([saying(cycle_of(number + 1))], Instant(START - number * MONTH_US))
    store.commit([saying(cycle_of(9))], Instant(5))
    return tmp_path / "station"


def test_founding_makes_this_month_and_the_next_three(server: Postgres, plant: str) -> None:
    for table in partitions.PARTITIONED:
        assert set(ahead()) <= set(months_of(server, plant, table))
        assert "default" in months_of(server, plant, table)


def test_what_fits_no_month_is_kept_all_the_same_and_put_in_its_month_by_the_next_init(
    server: Postgres, plant: str, folder: Path
) -> None:
    with connected(server.url(plant, STATION)) as centre:
        push_all(folder, centre)
        before = journal_of(centre)
    assert before == local_journal(folder)
    assert rows_in(server, plant, "journal_default") >= 3
    init(server.url(plant), (), at=START, new_id=counting_ids("again"))
    assert rows_in(server, plant, "journal_default") == 1, "only the entry of the clock that was wrong"
    assert [rows_in(server, plant, f"journal_2026_{month:02}") for month in (6, 7, 8)] == [1, 1, 1]
    with connected(server.url(plant, STATION)) as centre:
        assert journal_of(centre) == before
        push_all(folder, centre)
        with centre.reading() as connection:
            assert verify_origin(connection, "ST-040", is_whole=True).problems == []
    init(server.url(plant), (), at=START, new_id=counting_ids("again"))
    assert rows_in(server, plant, "journal_default") == 1


def drop_months(server: Postgres, plant: str) -> None:
    """As if three months had passed since anybody looked: what is there lies in the DEFAULT partition."""
    with server.admin_of(plant) as admin:
        for name in partitions.names(admin):
            if not name.endswith("default"):
                admin.execute(f"CREATE TEMP TABLE kept AS SELECT * FROM {name}")
                admin.execute(f"DROP TABLE {name}")
                admin.execute(f"INSERT INTO {name.rsplit('_', 2)[0]} SELECT * FROM kept")
                admin.execute("DROP TABLE kept")


def test_a_station_makes_the_coming_months_and_moves_what_lies_in_their_way(
    server: Postgres, plant: str, store: Store, tmp_path: Path
) -> None:
    drop_months(server, plant)
    now = SystemClock().moment().wall
    store.commit([saying(cycle_of(number)) for number in range(1, 6)], now)
    with connected(server.url(plant, STATION)) as centre:
        push_all(tmp_path / "station", centre)
        before = journal_of(centre)
        assert partitions.make_ahead(centre)
        assert set(ahead()) | {"default"} == set(months_of(server, plant))
        assert rows_in(server, plant, f"journal_{ahead()[0]}") == 5
        assert journal_of(centre) == before
        assert partitions.make_ahead(centre)
        store.commit([saying(cycle_of(6))], now)
        assert push_all(tmp_path / "station", centre) == 1
        assert journal_of(centre) == local_journal(tmp_path / "station")


def test_stations_that_make_months_at_once_do_not_hinder_each_other(server: Postgres, plant: str) -> None:
    drop_months(server, plant)
    made: list[bool] = []

    def make(name: str) -> None:
        with connected(server.url(plant, name)) as centre:
            made.append(partitions.make_ahead(centre))

    threads = [threading.Thread(target=make, args=(f"station_ST-0{4 + number % 2}0",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [True] * 6
    assert set(ahead()) | {"default"} == set(months_of(server, plant))


def test_a_reader_who_holds_the_table_only_puts_the_making_off(
    server: Postgres, plant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop_months(server, plant)
    with server.admin_of(plant) as admin:
        admin.execute("ALTER FUNCTION lineside_make_ahead() SET lock_timeout = '100ms'")
    with connected(server.url(plant, STATION)) as centre, server.admin_of(plant) as reader:
        with reader.transaction():
            reader.execute("SELECT count(*) FROM journal")
            assert not partitions.make_ahead(centre)
        assert partitions.make_ahead(centre)


def test_nobody_reaches_a_partition_but_by_its_table(server: Postgres, plant: str, folder: Path) -> None:
    with connected(server.url(plant, STATION)) as centre:
        push_all(folder, centre)
        partitions.make_ahead(centre)
    with server.admin_of(plant) as admin:
        names = partitions.names(admin)
        bare = "SELECT count(*) FROM pg_class WHERE relname = ANY(%s) AND NOT (relrowsecurity AND relforcerowsecurity)"
        assert admin.execute(bare, (list(names),)).fetchone() == (0,)
    for role in (STATION, "lead", "planner"):
        with psycopg.connect(host=str(server.folder), user=role, dbname=plant, autocommit=True) as connection:
            for name in names:
                for statement in (f"SELECT FROM {name}", f"INSERT INTO {name} DEFAULT VALUES", f"DELETE FROM {name}"):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        connection.execute(statement)


def test_only_the_owner_makes_a_month_of_his_choice(server: Postgres, plant: str) -> None:
    for role in (STATION, "lead", "planner"):
        there = psycopg.connect(host=str(server.folder), user=role, dbname=plant)
        with there as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT lineside_partition('journal', 'recorded_at', ARRAY[DATE '1999-01-01'])")


def test_a_question_for_a_day_looks_into_its_month_only(server: Postgres, plant: str) -> None:
    first = int(datetime.strptime(ahead()[1], "%Y_%m").replace(tzinfo=UTC).timestamp()) * 1_000_000
    asked = f"""EXPLAIN SELECT seq, hash FROM journal WHERE station_id = 'ST-040' AND epoch = 'e'
        AND recorded_at >= {first} AND recorded_at < {first + DAY_US}"""
    with psycopg.connect(host=str(server.folder), user=STATION, dbname=plant) as connection:
        plan = "\n".join(row[0] for row in connection.execute(asked))
    assert f"journal_{ahead()[1]}" in plan
    assert plan.count(" on journal_") == 1


@pytest.fixture
def old_centre(server: Postgres) -> Iterator[str]:
    """A centre as an earlier release made it for an owner who is no superuser: one whole journal."""
    with server.admin() as admin:
        admin.execute("CREATE ROLE old_owner LOGIN CREATEROLE")
        admin.execute('GRANT lineside_station, planner, lead, "station_ST-040" TO old_owner WITH ADMIN OPTION')
        admin.execute("CREATE DATABASE old OWNER old_owner")
    engine = create_engine(server.url("old", "old_owner"))
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(migrating.SCRIPTS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    yield "old"
    engine.dispose()
    server.drop("old")


def test_a_whole_journal_is_put_into_months_with_every_entry_and_right(server: Postgres, old_centre: str, folder: Path) -> None:
    entries = [entry for tip in Reader(folder).epochs() for entry in Reader(folder).journal_after(tip.position.epoch, 0, 99)]
    columns = "station_id, epoch, seq, recorded_at, kind, record_id, addressee, version, actor, cause, payload, prev_hash, hash"
    with server.admin_of(old_centre) as admin:
        for entry in entries:
            values = [getattr(entry, name) for name in columns.split(", ")]
            admin.execute(f"INSERT INTO journal ({columns}) VALUES ({', '.join(['%s'] * 13)})", values)
        admin.execute("INSERT INTO centre_head VALUES ('centre', 'e-of-centre', 2, 0, '')")
        admin.execute("ALTER TABLE journal ENABLE ROW LEVEL SECURITY")
        admin.execute("ALTER TABLE journal FORCE ROW LEVEL SECURITY")
        admin.execute("CREATE POLICY owner_read ON journal FOR SELECT TO old_owner USING (true)")
        admin.execute("REVOKE UPDATE, DELETE, TRUNCATE ON journal FROM old_owner")
    init(server.url(old_centre, "old_owner"), ["ST-040"], at=START, new_id=counting_ids("again"))
    assert {"2026_06", "2026_07", "2026_08", "2026_09", "default"} <= set(months_of(server, old_centre))
    assert rows_in(server, old_centre, "journal_default") == 1
    with server.admin_of(old_centre) as admin:
        assert one(admin, "SELECT count(*) FROM journal") == len(entries)
        assert one(admin, "SELECT to_regclass('journal_whole') IS NULL")
    with connected(server.url(old_centre, STATION)) as centre:
        assert journal_of(centre) == local_journal(folder)
    there = psycopg.connect(host=str(server.folder), user=STATION, dbname=old_centre)
    with there as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("DELETE FROM journal")


@pytest.fixture
def owned(server: Postgres) -> Iterator[str]:
    """A database whose owner is no superuser, and so under row-level security himself."""
    with server.admin() as admin:
        admin.execute("CREATE ROLE month_owner LOGIN CREATEROLE")
        admin.execute("GRANT lineside_station, planner, lead TO month_owner WITH ADMIN OPTION")
        admin.execute("CREATE DATABASE months OWNER month_owner")
    yield "months"
    server.drop("months")


def test_an_owner_who_is_no_superuser_makes_months_and_moves_what_lies_in_their_way(
    server: Postgres, owned: str, folder: Path
) -> None:
    as_owner = server.url(owned, "month_owner")
    with server.admin() as admin:
        admin.execute('GRANT "station_ST-040" TO month_owner WITH ADMIN OPTION')
    init(as_owner, ["ST-040"], at=START, new_id=counting_ids())
    with connected(server.url(owned, STATION)) as centre:
        push_all(folder, centre)
        before = journal_of(centre)
    assert rows_in(server, owned, "journal_default") >= 4
    init(as_owner, (), at=START, new_id=counting_ids("again"))
    assert rows_in(server, owned, "journal_default") == 1
    drop_months(server, owned)
    with server.admin_of(owned) as admin:
        for name in partitions.names(admin):
            admin.execute(f"ALTER TABLE {name} OWNER TO month_owner")
    with connected(server.url(owned, STATION)) as centre:
        assert partitions.make_ahead(centre)
        assert set(ahead()) <= set(months_of(server, owned))
        assert journal_of(centre) == before
    there = psycopg.connect(host=str(server.folder), user="month_owner", dbname=owned, autocommit=True)
    with there as connection:
        for name in ("journal", *partitions.names(connection)):
            for statement in (f"DELETE FROM {name}", f"UPDATE {name} SET station_id = ''", f"TRUNCATE {name}"):
                if name.startswith("journal"):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        connection.execute(statement)


def test_a_file_has_no_months_to_make(sqlite_url: str) -> None:
    with connected(sqlite_url) as centre:
        assert partitions.make_ahead(centre)
