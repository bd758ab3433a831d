"""What PostgreSQL itself refuses a station that does more than its program would: tricks with names, times, roles and lanes."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import text

from station_db.records.base import CENTRE
from station_db.sync import logins
from station_db.sync.centre import Centre
from station_db.sync.errors import NoLoginsError, RightsError, UnknownStationError, WrongPasswordError
from station_db.sync.founding import init
from station_db.sync.up import marks
from station_db.tables import METADATA
from tests.faults.postgres import GUARDED, Postgres
from tests.station_db.store.store_cases import START, counting_ids, open_store
from tests.station_db.sync.sync_cases import connected, journal_of, push_all, record_cycles

REFUSED, TWICE = "42501", "23505"
As = Callable[[str], psycopg.Connection]
STATION, OTHER = "station_ST-040", "station_ST-050"
LANE_ROWS = {
    "signal_block": "'{who}', 's1', 1, 'press', 'force', 'float64', 5, 6, 1, 1, 1, '', '', NULL",
    "signal_curve": "'{who}', 'd1', 'press', 'c', '[]', '[]', 1, ''",
    "signal_watermark": "'{who}', 's1', 'block', 0, 1",
}


@pytest.fixture(scope="module")
def pushed(server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A centre where ST-040 has sent some cycles, shared: what is refused changes nothing."""
    server.create("pushed", template="founded")
    folder = tmp_path_factory.mktemp("station")
    store = open_store(folder)
    record_cycles(store, 1, 5)
    store.close()
    with connected(server.url("pushed", STATION)) as centre:
        push_all(folder, centre)
    yield "pushed"
    server.drop("pushed")


@pytest.fixture
def as_role(server: Postgres, pushed: str) -> Iterator[As]:
    """A plain connection as one role."""
    opened: list[psycopg.Connection] = []

    def connect(role: str) -> psycopg.Connection:
        opened.append(psycopg.connect(host=str(server.folder), user=role, dbname=pushed, autocommit=True))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


def state_of(connection: psycopg.Connection, statement: str) -> str | None:
    with pytest.raises(psycopg.Error) as error:
        connection.execute(statement)
    return error.value.sqlstate


def test_no_table_shows_or_gives_a_station_s_rows_to_another(as_role: As) -> None:
    other = as_role(OTHER)
    for table in METADATA.tables:
        for asked in (
            f"SELECT FROM \"{table}\" WHERE station_id = 'ST-040'",
            f"UPDATE \"{table}\" SET station_id = station_id WHERE station_id = 'ST-040'",
        ):
            try:
                assert other.execute(asked).rowcount == 0, asked
            except psycopg.errors.InsufficientPrivilege:
                continue


def test_nobody_gives_his_rows_to_another_station(as_role: As) -> None:
    own = as_role(STATION)
    for table in ("cycle", "watermark", "station", "epoch"):
        assert state_of(own, f"UPDATE {table} SET station_id = 'ST-050' WHERE station_id = 'ST-040'") == REFUSED, table
    assert (
        state_of(own, "INSERT INTO lead_request SELECT 'centre', 'x', 'ST-040', '', '', '', '', '', 1, false, 1, 1, 1") == REFUSED
    )


ANOTHER_TIME = """INSERT INTO journal SELECT station_id, epoch, seq, recorded_at + {later}, kind, record_id, addressee, version,
    actor, cause, payload, prev_hash, hash FROM journal WHERE station_id = 'ST-040' AND seq = 3"""


@pytest.mark.parametrize("later", [0, 1, 90 * 86_400_000_000])
def test_an_entry_is_there_once_whatever_time_a_second_one_claims(as_role: As, later: int) -> None:
    station = as_role(STATION)
    assert state_of(station, ANOTHER_TIME.format(later=later)) == TWICE
    assert station.execute("SELECT count(*) FROM journal WHERE seq = 3 AND station_id = 'ST-040'").fetchone() == (1,)


def test_two_who_add_the_same_entry_at_once_with_different_times_leave_one(as_role: As) -> None:
    one, two = as_role(STATION), as_role(STATION)
    make = ANOTHER_TIME.replace("epoch, seq,", "epoch, 99,", 1)
    one.execute("BEGIN")
    one.execute(make.format(later=1))
    two.execute("SET lock_timeout = 50")
    assert state_of(two, make.format(later=2)) == "55P03"
    one.execute("COMMIT")
    assert state_of(two, make.format(later=2)) == TWICE


def test_a_session_that_could_not_see_what_another_added_may_not_add(as_role: As) -> None:
    station = as_role(STATION)
    for level in ("REPEATABLE READ", "SERIALIZABLE"):
        station.execute(f"SET default_transaction_isolation = '{level}'")
        assert state_of(station, ANOTHER_TIME.replace("epoch, seq,", "epoch, 98,", 1).format(later=1)) == REFUSED


def test_a_temporary_table_of_that_name_deceives_no_watermark(as_role: As) -> None:
    station = as_role(STATION)
    station.execute("CREATE TEMP TABLE journal AS SELECT * FROM public.journal")
    station.execute("INSERT INTO pg_temp.journal SELECT station_id, epoch, 7, 1, '', '', '', 1, '', '', '', hash, 'x'"
                    " FROM public.journal WHERE station_id = 'ST-040' AND seq = 6")  # fmt: skip
    assert state_of(station, "UPDATE watermark SET last_seq = 7, head = 'x'") == REFUSED


NEXT_ENTRIES = """INSERT INTO journal SELECT station_id, epoch, n, recorded_at, kind, record_id, addressee, version, actor, cause,
    payload, CASE n WHEN 7 THEN {prev} ELSE 'x' END, 'hash of ' || n FROM journal, unnest(ARRAY[{numbers}]) AS n
    WHERE station_id = 'ST-040' AND seq = 6"""


@pytest.mark.parametrize(
    ("numbers", "prev", "head", "state"),
    [
        ("7, 8, 9", "hash", "hash of 9", None),
        ("7, 9", "hash", "hash of 9", REFUSED),
        ("7, 8, 9", "'of another entry'", "hash of 9", REFUSED),
        ("7, 8, 9", "hash", "hash of 8", REFUSED),
    ],
)
def test_a_watermark_rises_only_over_entries_that_are_all_there_and_join(
    as_role: As, numbers: str, prev: str, head: str, state: str | None
) -> None:
    station = as_role(STATION)
    station.execute("BEGIN")
    station.execute(f"UPDATE watermark SET last_seq = 9, head = '{head}'")
    station.execute(NEXT_ENTRIES.format(numbers=numbers, prev=prev))
    if state is None:
        station.execute("SET CONSTRAINTS ALL IMMEDIATE")
    else:
        assert state_of(station, "SET CONSTRAINTS ALL IMMEDIATE") == state
    station.execute("ROLLBACK")


@pytest.mark.parametrize("changed", ["epoch_no = 9", "epoch = 'another'"])
def test_a_watermark_stays_that_of_its_epoch(as_role: As, changed: str) -> None:
    station = as_role(STATION)
    station.execute("BEGIN")  # what the entries say is asked at its end only
    assert state_of(station, f"UPDATE watermark SET last_seq = 99, {changed}") == REFUSED


def test_a_function_of_that_name_makes_nobody_another_station(server: Postgres, as_role: As, pushed: str) -> None:
    with server.admin_of(pushed) as admin:
        admin.execute(f'CREATE SCHEMA evil AUTHORIZATION "{OTHER}"')
    other = as_role(OTHER)
    other.execute("CREATE FUNCTION evil.substr(text, integer) RETURNS text LANGUAGE sql AS $$ SELECT 'ST-040' $$")
    other.execute("SET search_path = evil, public, pg_catalog")
    assert other.execute("SELECT count(*) FROM journal WHERE station_id = 'ST-040'").fetchone() == (0,)
    assert other.execute("SELECT lineside_self()").fetchone() == ("ST-050",)


def test_every_function_of_ours_looks_for_names_in_a_path_of_its_own(server: Postgres, pushed: str) -> None:
    asked = """SELECT proname, prosecdef, proconfig::text FROM pg_proc
        WHERE proname LIKE 'lineside%' AND proname <> 'lineside_month' ORDER BY 1"""
    with server.admin_of(pushed) as admin:
        found = admin.execute(asked).fetchall()
    assert len(found) >= 9
    for name, _, path in found:
        assert "search_path=pg_catalog, public, pg_temp" in str(path), name


@pytest.mark.parametrize("role", ["station_ST-050", "planner", "lead", "postgres"])
def test_no_station_becomes_somebody_else(as_role: As, role: str) -> None:
    assert state_of(as_role(STATION), f'SET ROLE "{role}"') == REFUSED
    assert state_of(as_role(STATION), f'SET SESSION AUTHORIZATION "{role}"') == REFUSED


def test_the_group_of_all_stations_is_nobody(as_role: As) -> None:
    station = as_role(STATION)
    station.execute("SET ROLE lineside_station")
    assert station.execute("SELECT count(*) FROM journal").fetchone() == (1,), "only what the centre has for all"
    assert state_of(station, "INSERT INTO watermark VALUES ('ST-040', 'e', 2, 0, '', 1)") == REFUSED
    assert state_of(station, "INSERT INTO watermark VALUES (NULL, 'e', 2, 0, '', 1)") in (REFUSED, "23502")


def test_a_station_appends_nothing_as_the_centre(as_role: As) -> None:
    call = "SELECT lineside_append('e', 1, 1, 'product.1', 'x', '', 1, 'me', '', '', '', '')"
    assert state_of(as_role(STATION), call) == REFUSED
    may = "SELECT has_function_privilege(%s, oid, 'EXECUTE') FROM pg_proc WHERE proname = 'lineside_append'"
    for role, expected in ((STATION, False), ("planner", True), ("lead", True)):
        assert as_role("lead").execute(may, (role,)).fetchone() == (expected,)


@pytest.mark.parametrize("table", LANE_ROWS)
def test_signals_are_added_by_their_station_and_never_changed(as_role: As, table: str) -> None:
    station, other = as_role(STATION), as_role(OTHER)
    insert = f"INSERT INTO {table} VALUES ({LANE_ROWS[table]})"
    station.execute(insert.format(who="ST-040"))
    assert state_of(other, insert.format(who="ST-040")) == REFUSED
    assert state_of(station, insert.format(who=CENTRE)) == REFUSED
    assert other.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    for role in (STATION, "lead", "planner"):
        assert state_of(as_role(role), f"DELETE FROM {table}") == REFUSED
        assert state_of(as_role(role), f"TRUNCATE {table}") == REFUSED
    if table != "signal_watermark":
        assert state_of(station, f"UPDATE {table} SET machine = 'x'") == REFUSED
    assert as_role("lead").execute(f"SELECT count(*) > 0 FROM {table}").fetchone() == (True,)


def test_a_block_is_there_once_whatever_time_a_second_one_claims(as_role: As) -> None:
    station = as_role(STATION)
    insert = f"INSERT INTO signal_block VALUES ({LANE_ROWS['signal_block'].format(who='ST-040').replace('s1', 's2')})"
    station.execute(insert)
    assert state_of(station, insert.replace("5, 6", "9, 9")) == TWICE
    station.execute(f"{insert} ON CONFLICT DO NOTHING")


def test_the_second_lane_s_watermark_begins_at_nothing_and_only_rises(as_role: As) -> None:
    station = as_role(STATION)
    begin = "INSERT INTO signal_watermark VALUES ('ST-040', 's3', 'block', {}, 1)"
    assert state_of(station, begin.format(4)) == REFUSED
    station.execute(begin.format(0))
    station.execute("UPDATE signal_watermark SET last_number = 9 WHERE series = 's3'")
    for back in ("last_number = 3", "last_number = 9", "last_number = 10, series = 'x'", "last_number = 10, lane = 'curve'"):
        assert state_of(station, f"UPDATE signal_watermark SET {back} WHERE series = 's3'") == REFUSED, back
    assert as_role(OTHER).execute("UPDATE signal_watermark SET last_number = 99").rowcount == 0


def test_what_a_station_says_of_itself_is_said_in_its_own_row_and_columns_only(as_role: As) -> None:
    station = as_role(STATION)
    said = "schema = '0003', clock_offset_us = 5, signals_waiting = 1, last_backup_at = 7"
    assert station.execute(f"UPDATE station SET {said}").rowcount == 1
    assert state_of(station, "UPDATE station SET registered_at = 1") == REFUSED
    assert state_of(station, "INSERT INTO station (station_id, registered_at) VALUES ('ST-099', 1)") == REFUSED


@pytest.fixture
def guarded(server: Postgres) -> Iterator[str]:
    """A centre whose server asks for passwords."""
    server.create(GUARDED)
    init(server.url(GUARDED), ["ST-091"], at=START, new_id=counting_ids(), passwords={"station_ST-091": "first"})
    yield GUARDED
    server.drop(GUARDED)
    with server.admin() as admin:
        admin.execute('DROP ROLE IF EXISTS "station_ST-091"')


def test_a_new_password_is_the_only_one_from_then_on(server: Postgres, guarded: str) -> None:
    station, owner = server.url(guarded, "station_ST-091"), server.url(guarded)
    Centre.connect(station, "first").close()
    second = logins.renew(owner, "ST-091")
    assert len(second) >= 20
    with pytest.raises(WrongPasswordError):
        Centre.connect(station, "first")
    Centre.connect(station, second).close()
    with pytest.raises(UnknownStationError):
        logins.renew(owner, "ST-404")
    with pytest.raises(RightsError):
        logins.renew(server.url(guarded, "station_ST-091"), "ST-091", password=second, secret="third")


def test_a_removed_station_is_let_in_no_more_also_where_it_is_connected_and_keeps_its_rows(
    server: Postgres, guarded: str
) -> None:
    station, owner = server.url(guarded, "station_ST-091"), server.url(guarded)
    with connected(station, password="first") as centre:
        with centre.writing() as connection:
            connection.execute(text("INSERT INTO watermark VALUES ('ST-091', 'e', 1, 0, '', 1)"))
        logins.remove(owner, "ST-091")
        with pytest.raises(RightsError):
            marks(centre, "ST-091")
    with pytest.raises(WrongPasswordError):
        Centre.connect(station, "first")
    with connected(owner) as centre:
        assert marks(centre, "ST-091").keys() == {"e"}
    again = init(owner, ["ST-091"], at=START, new_id=counting_ids("again"))
    assert again.passwords.keys() == {"station_ST-091"}
    with connected(station, password=again.passwords["station_ST-091"]) as centre:
        assert marks(centre, "ST-091").keys() == {"e"}
        assert journal_of(centre, "ST-091") == []


def test_who_was_let_in_by_two_owners_is_let_in_no_more_by_neither(server: Postgres, guarded: str) -> None:
    """The two may have a centre each on the same server, whose roles are of both."""
    with server.admin() as admin:
        admin.execute("CREATE ROLE neighbour CREATEROLE")
        admin.execute('GRANT lineside_station, "station_ST-091" TO neighbour WITH ADMIN OPTION')
        admin.execute('SET ROLE neighbour; GRANT lineside_station TO "station_ST-091"; RESET ROLE')
        with connected(server.url(guarded, "station_ST-091"), password="first") as centre:
            logins.remove(server.url(guarded), "ST-091")
            with pytest.raises(RightsError):
                marks(centre, "ST-091")
        admin.execute("DROP OWNED BY neighbour; DROP ROLE neighbour")


def test_a_file_has_no_logins_and_says_so(sqlite_url: str) -> None:
    for change in (logins.renew, logins.remove):
        with pytest.raises(NoLoginsError, match=r"use PostgreSQL"):
            change(sqlite_url, "ST-040")


def test_the_server_never_hears_the_password_itself(server: Postgres, pushed: str) -> None:
    with server.admin_of(pushed) as admin, admin.transaction(force_rollback=True):
        logins.allow(admin, "station_ST-040", "s3cret")
        (kept,) = admin.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'station_ST-040'").fetchone() or ("",)
    assert kept.startswith("SCRAM-SHA-256$")
