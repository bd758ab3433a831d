"""Native partitions by month on a PostgreSQL centre: the journal by `recorded_at`, blocks of signals by `from_at`.

Months are made ahead by `centre init` and, when one nears its end, by whichever station looks first. What fits no month lies in
the DEFAULT partition until its month is made: a wrong clock never costs an entry. Rows are only ever copied, counted and then
let go of together with the table they came from, because nobody may delete from the journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import text

from station_db.sync.centre import Centre
from station_db.sync.errors import CentreBusyError
from station_db.sync.rights import STATIONS

PARTITIONED = {"journal": "recorded_at", "signal_block": "from_at"}
"""The tables, each with the column whose month decides."""
MONTHS_AHEAD = 3
ARRANGING_LOCK = 0x4C4E5041
EARLIEST = "2020-01-01"
"""Before it no month is made: a clock that says so is wrong, and its rows stay in the DEFAULT partition."""
STATION_WAIT = "2s"
"""How long a station's call waits for readers to let go of a table; it is only an errand, and the next look will do."""

MONTH_OF = """
CREATE OR REPLACE FUNCTION lineside_month(at bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date_trunc('month', to_timestamp(at / 1000000.0) AT TIME ZONE 'UTC')::date $$
"""
THIS_MONTH = "date_trunc('month', now() AT TIME ZONE 'UTC')::date"
NEWEST = f"({THIS_MONTH} + interval '{MONTHS_AHEAD} months')::date"
AHEAD = f"ARRAY(SELECT generate_series({THIS_MONTH}, {NEWEST}, interval '1 month')::date)"

IS_THERE = text("SELECT to_regproc('lineside_make_ahead') IS NOT NULL")
MAKE_AHEAD = text("SELECT lineside_make_ahead()")


def make_ahead(centre: Centre) -> bool:
    """Make the coming months where they are missing, with the rights of any station; whether all of them are there now.

    A centre of an older release, or in a file, has no months. Raises `CentreError`, but not for a table that is in use: the
    next call does it.
    """
    if not centre.is_postgresql:
        return True
    try:
        with centre.writing() as connection:
            if connection.scalar(IS_THERE):
                connection.execute(MAKE_AHEAD)
    except CentreBusyError:
        return False
    return True


def arrange(driver: Any) -> None:
    """As the owner: make the coming months, and every month of which rows lie in the DEFAULT partition."""
    for table, column in PARTITIONED.items():
        month = f"lineside_month({column})"
        bounds = f"{column} >= extract(epoch FROM DATE '{EARLIEST}') * 1000000 AND {month} <= {NEWEST}"
        found = f"SELECT DISTINCT {month} FROM {table}_default WHERE {bounds}"  # noqa: S608  # names of ours
        months = [row[0] for row in driver.execute(found).fetchall()]
        driver.execute(f"SELECT lineside_partition(%s, %s, {AHEAD} || %s::date[])", (table, column, months))


def names(driver: Any) -> tuple[str, ...]:
    """Every partition there is."""
    asked = """SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
        WHERE p.relname = ANY(%s) AND p.relnamespace = current_schema()::regnamespace ORDER BY 1"""
    return tuple(row[0] for row in driver.execute(asked, (list(PARTITIONED),)).fetchall())


def guarded(partition: str, owner: str) -> Iterator[str]:
    """Nobody but the owner comes to a partition, and he only reads it: all others go through the table and its policies."""
    yield f"ALTER TABLE {partition} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {partition} FORCE ROW LEVEL SECURITY"
    yield f"REVOKE ALL ON {partition} FROM PUBLIC"
    yield f"REVOKE UPDATE, DELETE, TRUNCATE ON {partition} FROM {owner}"
    yield f"DROP POLICY IF EXISTS owner_read ON {partition}"
    yield f"CREATE POLICY owner_read ON {partition} FOR SELECT TO {owner} USING (true)"


def functions(schema: str, owner: str) -> Iterator[str]:
    """What makes months, and who may ask for it. `schema` and `owner` are quoted."""
    yield MONTH_OF
    yield _partition_sql(schema)
    yield _make_ahead_sql(schema)
    yield "REVOKE ALL ON FUNCTION lineside_partition(text, text, date[]) FROM PUBLIC"
    yield "REVOKE ALL ON FUNCTION lineside_make_ahead() FROM PUBLIC"
    yield f"GRANT EXECUTE ON FUNCTION lineside_make_ahead() TO {STATIONS}, {owner}"


def _partition_sql(schema: str) -> str:
    guards = "\n    ".join(f"EXECUTE format('{statement}', child, current_user);" for statement in guarded("%1$I", "%2$I"))
    return f"""
CREATE OR REPLACE FUNCTION lineside_partition(parent text, by text, months date[]) RETURNS integer LANGUAGE plpgsql
SET search_path = pg_catalog, {schema}, pg_temp AS $$
DECLARE
  rest text := parent || '_default';
  old text := parent || '_moving';
  month date; child text; wanted date[]; has_rows boolean; before bigint; after bigint;
BEGIN
  PERFORM pg_advisory_xact_lock({ARRANGING_LOCK});
  wanted := ARRAY(SELECT DISTINCT m FROM unnest(months) AS m
    WHERE NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = '{schema}'::regnamespace
      AND relname = parent || to_char(m, '_YYYY_MM')) ORDER BY m);
  IF wanted = '{{}}' THEN
    RETURN 0;
  END IF;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent);
  EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE lineside_month(%I) = ANY($1))', rest, by) INTO has_rows USING wanted;
  IF has_rows THEN
    EXECUTE format('SELECT count(*) FROM %I', parent) INTO before;
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, rest);
    EXECUTE format('ALTER TABLE %I RENAME TO %I', rest, old);
    child := rest;
    EXECUTE format('CREATE TABLE {schema}.%I PARTITION OF %I DEFAULT', child, parent);
    EXECUTE format('INSERT INTO %I SELECT * FROM %I WHERE lineside_month(%I) <> ALL($1)', child, old, by) USING wanted;
    {guards}
  END IF;
  FOREACH month IN ARRAY wanted LOOP
    child := parent || to_char(month, '_YYYY_MM');
    EXECUTE format('CREATE TABLE {schema}.%I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)', child, parent,
      (extract(epoch FROM month) * 1000000)::bigint, (extract(epoch FROM month + interval '1 month') * 1000000)::bigint);
    IF has_rows THEN
      EXECUTE format('INSERT INTO %I SELECT * FROM %I WHERE lineside_month(%I) = $1', child, old, by) USING month;
    END IF;
    {guards}
  END LOOP;
  IF has_rows THEN
    EXECUTE format('SELECT count(*) FROM %I', parent) INTO after;
    IF after <> before THEN
      RAISE EXCEPTION '% rows of % became %', before, parent, after;
    END IF;
    EXECUTE format('DROP TABLE %I', old);
  END IF;
  RETURN cardinality(wanted);
END $$
"""  # noqa: S608  # nothing of it comes from outside


def _make_ahead_sql(schema: str) -> str:
    calls = " + ".join(f"lineside_partition('{table}', '{column}', {AHEAD})" for table, column in PARTITIONED.items())
    newest = " AND ".join(
        f"to_regclass('{schema}.{table}' || to_char({NEWEST}, '_YYYY_MM')) IS NOT NULL" for table in PARTITIONED
    )
    return f"""
CREATE OR REPLACE FUNCTION lineside_make_ahead() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, {schema}, pg_temp SET lock_timeout = '{STATION_WAIT}' AS $$
BEGIN
  IF {newest} THEN
    RETURN 0;
  END IF;
  RETURN {calls};
END $$
"""  # nothing of it comes from outside
