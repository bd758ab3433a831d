"""Who may do what at a PostgreSQL centre, tried as each role and never as a superuser."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest

from station_db.journal import GENESIS, JournalEntry, Origin, Position, chain, entry_hash
from station_db.records.base import CENTRE, RecordId
from station_db.records.changes import Entry
from station_db.records.keeping import LeadRequest, RequestAction
from station_db.sync import appending
from station_db.sync.centre import Centre
from station_db.sync.errors import CentreBusyError, RightsError
from station_db.sync.founding import Founded, init
from station_db.sync.loading import load
from station_db.tables import METADATA
from tests.faults.postgres import Postgres
from tests.station_db.store.store_cases import START, at, counting_ids, cycle_of, open_store, person
from tests.station_db.sync.sync_cases import PLANT, connected, document, push_all, record_cycles, without_pins

REFUSED = "42501"
As = Callable[[str], psycopg.Connection]


@pytest.fixture
def as_role(server: Postgres, filled: str) -> Iterator[As]:
    """A plain connection to the filled centre as one role; what it changes is rolled back."""
    opened: list[psycopg.Connection] = []

    def connect(role: str) -> psycopg.Connection:
        opened.append(psycopg.connect(host=str(server.folder), user=role, dbname=filled, autocommit=True))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture(scope="module")
def filled(server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A centre with master data and the entries of ST-040, shared: what is refused changes nothing."""
    server.create("filled", template="founded")
    with connected(server.url("filled", "planner")) as centre:
        load(centre, without_pins(PLANT), at=START)
        load(centre, document(products=[{"id": "P-99", "name": "Only there", "addressee": "ST-050"}]), at=START)
    folder = tmp_path_factory.mktemp("station")
    store = open_store(folder)
    record_cycles(store, 1, 3)
    with connected(server.url("filled", "station_ST-040")) as centre:
        push_all(folder, centre)
    store.close()
    yield "filled"
    server.drop("filled")


def refused(connection: psycopg.Connection, statement: str, *args: object) -> bool:
    with pytest.raises(psycopg.Error) as error:
        connection.execute(statement, args or None)
    return error.value.sqlstate == REFUSED


@pytest.mark.parametrize("role", ["station_ST-040", "lead", "planner"])
def test_nobody_changes_or_deletes_the_journal(as_role: As, role: str) -> None:
    connection = as_role(role)
    for statement in ("UPDATE journal SET actor = 'me'", "DELETE FROM journal", "TRUNCATE journal"):
        assert refused(connection, statement), statement


def test_every_table_is_under_row_level_security_its_owner_too(as_role: As) -> None:
    asked = """SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY 1"""
    assert as_role("lead").execute(asked).fetchall() == [("alembic_version",)]


def test_a_station_deletes_nothing_anywhere(as_role: As) -> None:
    station = as_role("station_ST-040")
    for table in METADATA.tables:
        assert refused(station, f'DELETE FROM "{table}"'), table


def test_a_station_cannot_write_another_station_s_rows(as_role: As) -> None:
    other = as_role("station_ST-050")
    columns = ", ".join(column.name for column in METADATA.tables["journal"].columns)
    values = "'ST-040', 'e', 1, 1, 'cycle.1', 'x', '', 1, 'a', NULL, '{}', '', ''"
    assert refused(other, f"INSERT INTO journal ({columns}) VALUES ({values})")
    assert refused(other, f"INSERT INTO journal ({columns}) VALUES ({values.replace('ST-040', CENTRE)})")
    assert refused(other, "INSERT INTO product VALUES ('ST-040', 'x', 'x', 1, 1, 1)")
    assert refused(other, "INSERT INTO watermark VALUES ('ST-040', 'e', 1, 0, '', 1)")
    assert other.execute("UPDATE cycle SET number = 0").rowcount == 0
    assert other.execute("UPDATE watermark SET last_seq = 999").rowcount == 0
    assert other.execute("UPDATE station SET app_version = 'x' WHERE station_id = 'ST-040'").rowcount == 0


def test_a_station_sees_only_its_own_and_what_the_centre_has_for_it(as_role: As) -> None:
    own, other = as_role("station_ST-040"), as_role("station_ST-050")
    assert own.execute("SELECT count(*) FROM journal WHERE station_id = 'ST-040'").fetchone() == (4,)
    assert other.execute("SELECT count(*) FROM journal WHERE station_id = 'ST-040'").fetchone() == (0,)
    for table in ("cycle", "watermark", "job_order", "person"):
        assert other.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    orders = "SELECT count(*) FROM journal WHERE kind = 'job_order.1'"
    assert (own.execute(orders).fetchone(), other.execute(orders).fetchone()) == ((2,), (0,))
    only_there = "SELECT count(*) FROM journal WHERE record_id = 'P-99'"
    assert (own.execute(only_there).fetchone(), other.execute(only_there).fetchone()) == ((0,), (1,))


def test_a_watermark_begins_at_zero_and_only_rises(as_role: As) -> None:
    station = as_role("station_ST-040")
    assert refused(station, "INSERT INTO watermark VALUES ('ST-040', 'new', 2, 5, '', 1)")
    with station.transaction(force_rollback=True):
        station.execute("INSERT INTO watermark VALUES ('ST-040', 'new', 2, 0, '', 1)")
    assert refused(station, "UPDATE watermark SET last_seq = last_seq - 1 WHERE epoch = 'epoch-000001'")
    assert refused(station, "UPDATE watermark SET head = 'other' WHERE epoch = 'epoch-000001'")
    assert refused(station, "UPDATE watermark SET last_seq = last_seq + 1, epoch = 'x' WHERE epoch = 'epoch-000001'")
    assert refused(station, "UPDATE watermark SET last_seq = last_seq + 1 WHERE epoch = 'epoch-000001'")


@pytest.mark.parametrize("role", ["planner", "lead"])
def test_a_planner_and_a_lead_write_no_table_directly(as_role: As, role: str) -> None:
    connection = as_role(role)
    for table in METADATA.tables:
        assert refused(connection, f'INSERT INTO "{table}" DEFAULT VALUES'), table
        assert refused(connection, f'UPDATE "{table}" SET station_id = station_id'), table


def test_a_planner_and_a_lead_read_the_whole_plant(as_role: As) -> None:
    for role in ("planner", "lead"):
        assert as_role(role).execute("SELECT count(*) FROM cycle").fetchone() == (3,)


def next_entry(centre: Centre, record: object, **changed: object) -> JournalEntry:
    """The entry that would follow, with something of it changed and a hash to fit."""
    with centre.reading() as connection:
        tip = appending.tip(connection, lock=False)
    (made,) = chain(Origin(CENTRE, START), tip, (Entry(record, "planner"),), (1,))
    bare = replace(made, **changed)
    return replace(bare, hash=entry_hash(bare)) if "hash" not in changed else bare


def append(centre: Centre, entry: JournalEntry) -> None:
    with centre.writing() as connection:
        appending.append(connection, Position(entry.epoch, 2, entry.seq - 1, entry.prev_hash), (entry,))


def test_the_function_takes_master_data_from_a_planner_only(server: Postgres, plant: str) -> None:
    for role in ("lead", "station_ST-040"):
        with connected(server.url(plant, role)) as centre, pytest.raises(RightsError):
            append(centre, next_entry(centre, person(1)))
    with connected(server.url(plant, "planner")) as centre:
        append(centre, next_entry(centre, person(1)))
        with pytest.raises(RightsError, match="may not append cycle"):
            append(centre, next_entry(centre, cycle_of(1)))


def test_a_lead_s_request_is_appended_by_a_lead_only(server: Postgres, plant: str) -> None:
    asked = LeadRequest(
        id=RecordId("r1"),
        station="ST-040",
        action=RequestAction.PAUSE_ORDER,
        subject=RecordId("o"),
        reason="a tool is worn",
        asked_by="lead",
        asked_at=at(1),
    )
    said = {"addressee": "ST-040", "actor": "lead"}
    for role in ("planner", "station_ST-040"):
        with connected(server.url(plant, role)) as centre, pytest.raises(RightsError):
            append(centre, next_entry(centre, asked, **said))
    with connected(server.url(plant, "lead")) as centre:
        with pytest.raises(RightsError):
            append(centre, next_entry(centre, asked))
        with pytest.raises(RightsError, match="of a known station"):
            append(centre, next_entry(centre, replace(asked, station="ST-404"), addressee="ST-404", actor="lead"))
        append(centre, next_entry(centre, asked, **said))


MISFITS: tuple[tuple[dict[str, object], type[Exception]], ...] = (
    ({"prev_hash": GENESIS}, CentreBusyError),
    ({"seq": 7}, CentreBusyError),
    ({"epoch": "another"}, CentreBusyError),
    ({"version": 3}, CentreBusyError),
    ({"hash": "0" * 64}, RightsError),
    ({"record_id": "P-2"}, RightsError),
    ({"kind": "person.9"}, RightsError),
)


def test_the_function_refuses_an_entry_that_does_not_fit(server: Postgres, plant: str) -> None:
    with connected(server.url(plant, "planner")) as centre:
        for changed, error in MISFITS:
            with pytest.raises(error):
                append(centre, next_entry(centre, person(1), **changed))
        with centre.reading() as connection:
            tip = appending.tip(connection, lock=False)
    assert tip is not None
    assert tip.seq == 1


def test_a_member_of_planner_may_plan_under_the_own_name(server: Postgres, plant: str) -> None:
    with server.admin() as admin:
        admin.execute("CREATE ROLE anna LOGIN IN ROLE planner")
    try:
        with connected(server.url(plant, "anna")) as centre:
            assert load(centre, document(products=[{"id": "P-1", "name": "Pump"}]), at=at(1)).appended == 1
    finally:
        with server.admin() as admin:
            admin.execute("DROP ROLE anna")


def test_an_owner_who_is_no_superuser_founds_a_centre_and_cannot_change_its_journal(server: Postgres) -> None:
    with server.admin() as admin:
        admin.execute("CREATE ROLE plant_owner LOGIN CREATEROLE")
        admin.execute("GRANT lineside_station, planner, lead TO plant_owner WITH ADMIN OPTION")
        admin.execute("CREATE DATABASE owned OWNER plant_owner")
    url = server.url("owned", "plant_owner")
    assert set(init(url, ["ST-070"], at=START, new_id=counting_ids()).passwords) == {"station_ST-070"}
    with connected(url) as centre:
        load(centre, document(products=[{"id": "P-1", "name": "Pump"}]), at=at(1))
        with pytest.raises(RightsError), centre.writing() as connection:
            connection.exec_driver_sql("UPDATE journal SET actor = 'me'")
    assert init(url, ["ST-070"], at=START, new_id=counting_ids()) == Founded()
    server.drop("owned")
