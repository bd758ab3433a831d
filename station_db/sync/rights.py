"""Who may do what at a PostgreSQL centre: roles, grants, forced row-level security, and the watermark that only rises.

A station is the role `station_<id>`. The group `lineside_station` carries what every station may; row-level security narrows
it to its own rows. Nobody may update or delete the journal; nobody may delete anything.
"""

from __future__ import annotations

from collections.abc import Iterator

from station_db.records.base import CENTRE
from station_db.sync import guards
from station_db.tables import (
    CENTRE_HEAD,
    JOURNAL,
    LOCAL,
    METADATA,
    SET_ASIDE,
    SIGNAL_BLOCK,
    SIGNAL_CURVE,
    SIGNAL_WATERMARK,
    STATION,
    TYPED,
    WATERMARK,
)

STATIONS, LEAD, PLANNER = "lineside_station", "lead", "planner"
LOGINS = (LEAD, PLANNER)


def role_of(station_id: str) -> str:
    """The role of a station."""
    return f"station_{station_id}"


OWN = "station_id = (SELECT lineside_self())"
ADDRESSED = f"station_id = '{CENTRE}' AND addressee IN ('', (SELECT lineside_self()))"
BEGINS = f"{OWN} AND last_seq = 0"
SAID_BY_STATIONS = (
    "last_heard_at, app_version, epoch, last_seq, oldest_unsent_at, schema, clock_offset_us, signals_waiting, last_backup_at"
)


def statements(owner: str, schema: str) -> Iterator[str]:
    """Everything but the roles themselves, which must exist. `owner` and `schema` are quoted. Run again, it ends the same."""
    yield from guards.statements(schema)
    for table in METADATA.tables:
        yield from _guarded(table, owner)
    yield from _journal(owner)
    for name in (*TYPED, SET_ASIDE.name):
        yield from _own_rows(name)
    yield from _watermark()
    yield from _signals()
    yield from _station()
    yield f"GRANT SELECT ON {CENTRE_HEAD.name}, alembic_version TO {STATIONS}, {LEAD}, {PLANNER}"
    yield _policy(CENTRE_HEAD.name, "all_read", "SELECT", STATIONS, using="true")
    # The depth of the centre's epochs orders what comes down.
    yield _policy("epoch", "centre_read", "SELECT", STATIONS, using=f"station_id = '{CENTRE}'")


def _guarded(table: str, owner: str) -> Iterator[str]:
    """Row-level security that binds the owner too; what is there for all but a station: the owner's work, reading for leads."""
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"REVOKE ALL ON {table} FROM PUBLIC, {STATIONS}, {LEAD}, {PLANNER}"
    yield f"DROP POLICY IF EXISTS owner_all ON {table}"
    if table != JOURNAL.name:
        yield _policy(table, "owner_all", "ALL", owner, using="true", check="true")
    if table not in {local.name for local in LOCAL}:
        yield f"GRANT SELECT ON {table} TO {LEAD}, {PLANNER}"
        yield _policy(table, "plant_read", "SELECT", f"{LEAD}, {PLANNER}", using="true")


def _journal(owner: str) -> Iterator[str]:
    yield f"GRANT SELECT, INSERT ON journal TO {STATIONS}"
    yield f"REVOKE UPDATE, DELETE, TRUNCATE ON journal FROM {owner}"
    yield _policy("journal", "own_append", "INSERT", STATIONS, check=OWN)
    yield _policy("journal", "own_and_addressed_read", "SELECT", STATIONS, using=f"{OWN} OR ({ADDRESSED})")
    yield _policy("journal", "owner_read", "SELECT", owner, using="true")
    yield _policy("journal", "owner_append", "INSERT", owner, check=f"station_id = '{CENTRE}'")


def _own_rows(table: str) -> Iterator[str]:
    yield f"GRANT SELECT, INSERT, UPDATE ON {table} TO {STATIONS}"
    yield _policy(table, "own_read", "SELECT", STATIONS, using=OWN)
    yield _policy(table, "own_insert", "INSERT", STATIONS, check=OWN)
    yield _policy(table, "own_update", "UPDATE", STATIONS, using=OWN, check=OWN)


def _watermark() -> Iterator[str]:
    yield f"GRANT SELECT, INSERT, UPDATE ON {WATERMARK.name} TO {STATIONS}"
    yield _policy(WATERMARK.name, "own_read", "SELECT", STATIONS, using=OWN)
    yield _policy(WATERMARK.name, "own_begin", "INSERT", STATIONS, check=BEGINS)
    yield _policy(WATERMARK.name, "own_update", "UPDATE", STATIONS, using=OWN, check=OWN)


def _signals() -> Iterator[str]:
    """The second lane: what is there stays as it is, and its watermark rises."""
    begins = {SIGNAL_WATERMARK.name: f"{OWN} AND last_number = 0"}
    for table in (SIGNAL_BLOCK.name, SIGNAL_CURVE.name, SIGNAL_WATERMARK.name):
        yield f"GRANT SELECT, INSERT ON {table} TO {STATIONS}"
        yield _policy(table, "own_read", "SELECT", STATIONS, using=OWN)
        yield _policy(table, "own_insert", "INSERT", STATIONS, check=begins.get(table, OWN))
    yield f"GRANT UPDATE ON {SIGNAL_WATERMARK.name} TO {STATIONS}"
    yield _policy(SIGNAL_WATERMARK.name, "own_update", "UPDATE", STATIONS, using=OWN, check=OWN)


def _station() -> Iterator[str]:
    yield f"GRANT SELECT, UPDATE ({SAID_BY_STATIONS}) ON {STATION.name} TO {STATIONS}"
    yield _policy(STATION.name, "own_read", "SELECT", STATIONS, using=OWN)
    yield _policy(STATION.name, "own_update", "UPDATE", STATIONS, using=OWN, check=OWN)


def _policy(table: str, name: str, action: str, roles: str, *, using: str = "", check: str = "") -> str:
    """A policy, put in place of the one of that name."""
    rows = f" USING ({using})" if using else ""
    new_rows = f" WITH CHECK ({check})" if check else ""
    return f"DROP POLICY IF EXISTS {name} ON {table}; CREATE POLICY {name} ON {table} FOR {action} TO {roles}{rows}{new_rows}"
