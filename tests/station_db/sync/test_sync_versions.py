"""Stations and centres up to two releases apart go together; what an older centre has no place for waits there, safe."""

import re
import sqlite3
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import select

from station_db import migrating
from station_db.reader import Reader
from station_db.records.base import Instant, RecordId
from station_db.records.keeping import ClockCheck
from station_db.store import Store
from station_db.sync import aside, versions
from station_db.sync.against import verify_against
from station_db.sync.centre import Centre
from station_db.sync.errors import CentreNewerError, CentreOlderError
from station_db.sync.founding import init
from station_db.sync.lanes import push_signals
from station_db.sync.status import status
from station_db.sync.up import balance, push
from station_db.tables import TYPED
from tests.faults.postgres import Postgres
from tests.station_db.store.store_cases import START, at, counting_ids, cycle_of, saying
from tests.station_db.sync import older_program
from tests.station_db.sync.sync_cases import connected, founded_sqlite, journal_of, local_journal, push_all, record_cycles

CHECK = ClockCheck(id=RecordId("check-1"), source="centre", at=Instant(START), offset_us=5)


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of the release before this one."""
    return older_program.program(tmp_path_factory.mktemp("older"), "0002")


def call(url: str, **named: object) -> dict[str, object]:
    """What a script is filled in with."""
    return {"url": url, "at": START, **named}


@pytest.mark.timeout(30)  # another program starts
def test_an_older_station_pushes_into_a_newer_centre(older: Path, centre_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "station"
    folder.mkdir(exist_ok=True)
    older_program.run(older, older_program.RECORD_AND_PUSH.format(**call(centre_url, folder=str(folder))))
    with connected(centre_url) as centre:
        (station,) = (each for each in status(centre).stations if each.station_id == "ST-040")
        with centre.reading() as connection:
            assert len(connection.scalars(select(TYPED["cycle"].c.id)).all()) == 9
        assert (station.entries, station.set_aside, station.app_version, station.schema) == (10, 0, "old", None)


@pytest.fixture(params=["sqlite", "postgresql"])
def older_centre(request: pytest.FixtureRequest, older: Path, tmp_path: Path) -> tuple[str, str]:
    """A centre as the release before founded it: its owner's address and the station's."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'older.db'}"
        older_program.run(older, older_program.FOUND.format(**call(url)))
        return url, url
    server: Postgres = request.getfixturevalue("server")
    server.create("older")
    request.addfinalizer(lambda: server.drop("older"))  # noqa: PT021  only this kind of centre needs it
    older_program.run(older, older_program.FOUND.format(**call(server.url("older"))))
    return server.url("older"), server.url("older", "station_ST-040")


@pytest.mark.timeout(30)  # another program starts
@pytest.mark.xdist_group("postgresql")
def test_what_an_older_centre_has_no_place_for_is_in_its_tables_after_its_upgrade(
    older_centre: tuple[str, str], store: Store, tmp_path: Path
) -> None:
    owner_url, url = older_centre
    folder = tmp_path / "station"
    record_cycles(store, 1, 5)
    store.commit([saying(CHECK)], at(1))
    with connected(url) as centre:
        assert centre.schema == "0002"
        assert push_all(folder, centre) == 7
        assert push_signals(Reader(folder), centre, at=at(2)) == 0
        (item,) = aside.items(centre, "ST-040")
        assert (item.kind, item.record_id) == ("clock_check.1", "check-1")
        assert "the centre is older" in item.reason
        assert aside.retry(centre, "ST-040", at(2)) == 0
        found = balance(Reader(folder), centre)
        assert (found.captured, found.sent, found.waiting, found.set_aside) == (7, 6, 0, 1)
        assert status(centre).stations[0].set_aside == 1
        with pytest.raises(CentreOlderError):
            centre.require_same_release()
    init(owner_url, (), at=at(3), new_id=counting_ids("upgrade"))
    with connected(url) as centre:
        assert centre.schema == migrating.HEAD
        assert aside.items(centre, "ST-040") == ()
        with centre.reading() as connection:
            assert connection.scalars(select(TYPED["clock_check"].c.offset_us)).all() == [5]
        assert journal_of(centre) == local_journal(folder)
    assert verify_against(folder, url).up.is_equal


@pytest.mark.parametrize("apart", range(-3, 5))
def test_two_releases_apart_go_together_and_no_more(sqlite_url: str, apart: int) -> None:
    schema = f"{int(migrating.HEAD) + apart:04}"
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as file:
        file.execute("UPDATE alembic_version SET version_num = ?", (schema,))
    file.close()
    if abs(apart) <= versions.SPAN:
        Centre.connect(sqlite_url).close()
        return
    with pytest.raises(CentreNewerError if apart > 0 else CentreOlderError) as refused:
        Centre.connect(sqlite_url)
    assert "goes on recording" in str(refused.value)


def test_a_newer_centre_with_columns_of_its_own_takes_what_this_program_sends(
    sqlite_url: str, store: Store, tmp_path: Path
) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as file:
        file.execute("ALTER TABLE cycle ADD COLUMN colour TEXT")
        file.execute("CREATE TABLE laser_cut (station_id TEXT, id TEXT)")
        file.execute("UPDATE alembic_version SET version_num = ?", (f"{int(migrating.HEAD) + 2:04}",))
    file.close()
    record_cycles(store, 1, 5)
    with connected(sqlite_url) as centre:
        assert push_all(tmp_path / "station", centre) == 6
        assert balance(Reader(tmp_path / "station"), centre).set_aside == 0
        assert journal_of(centre) == local_journal(tmp_path / "station")


def test_a_row_goes_in_without_a_column_it_leaves_empty_and_waits_where_it_fills_it(tmp_path: Path, store: Store) -> None:
    url = founded_sqlite(tmp_path)
    with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
        file.execute("ALTER TABLE cycle DROP COLUMN curve_digest")
        file.execute("UPDATE alembic_version SET version_num = '0002'")
    file.close()
    store.commit([saying(cycle_of(1)), saying(cycle_of(2, curve_digest="d")), saying(cycle_of(3))], at(1))
    with connected(url) as centre:
        assert push(Reader(tmp_path / "station"), centre, at=at(2)).set_aside == 1
        with centre.reading() as connection:
            assert sorted(connection.scalars(select(TYPED["cycle"].c.number))) == [1, 3]
        assert [item.reason for item in aside.items(centre, "ST-040")] == [
            "the centre is older: it has no place for cycle.curve_digest"
        ]


def test_what_a_release_adds_may_stay_empty_so_that_older_programs_can_go_on() -> None:
    scripts = [each for each in ScriptDirectory(str(migrating.SCRIPTS)).walk_revisions() if each.down_revision]
    for script in scripts:
        text = Path(script.path).read_text(encoding="utf-8")
        added = re.findall(r"op\.add_column\(.*", text)
        assert [each for each in added if "nullable=True" not in each and "server_default" not in each] == [], script.revision
        assert re.findall(r"op\.(?:drop|rename|alter)_\w+", text) == [], script.revision
    assert len(scripts) == int(migrating.HEAD) - 1
