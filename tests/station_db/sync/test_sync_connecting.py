"""What a centre that cannot be used says, and how long one that does not answer is waited for."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from station_db.store import Store
from station_db.sync import dialling
from station_db.sync.centre import Centre
from station_db.sync.errors import (
    CentreBusyError,
    CentreError,
    CentreLostError,
    CentreNewerError,
    CentreOlderError,
    CentreTimeoutError,
    CentreUnreachableError,
    CentreUrlError,
    NotACentreError,
    NotInitialisedError,
    StationNameError,
    TransientCentreError,
    WrongPasswordError,
)
from station_db.sync.founding import Founded, init
from station_db.sync.up import marks
from tests.faults.postgres import GUARDED, Postgres
from tests.faults.proxy import Mode, Proxy, proxy
from tests.station_db.store.store_cases import START, counting_ids, open_store
from tests.station_db.sync.sync_cases import STATIONS, connected, journal_of, local_journal, push_all, record_cycles


def refusal(url: str, password: str = "") -> CentreError:
    """The error of connecting, which must say what to do and must not say the password."""
    with pytest.raises(CentreError) as error:
        Centre.connect(url, password).close()
    assert error.value.remedy in str(error.value)
    assert "s3cret" not in str(error.value)
    return error.value


def test_founding_in_a_folder_that_is_not_there_names_it_and_promises_nothing(tmp_path: Path) -> None:
    with pytest.raises(CentreUnreachableError, match=r"there is no folder .*nowhere") as error:
        init(f"sqlite:///{tmp_path}/nowhere/centre.db", STATIONS, at=START, new_id=counting_ids())
    assert "goes on recording" not in str(error.value)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "centre.db",
        "mysql://host/db",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://host",
        "postgresql://u@127.0.0.1/d?sslmod=x",
        "postgresql://u@127.0.0.1/d?sslmode=verify_full",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    assert type(refusal(url)) is CentreUrlError


def test_a_missing_file_an_empty_one_and_a_foreign_one_are_told_apart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'centre.db'}"
    assert type(refusal(url)) is NotInitialisedError
    assert not (tmp_path / "centre.db").exists()
    assert type(refusal(f"sqlite:///{tmp_path / 'gone' / 'centre.db'}")) is CentreUnreachableError
    (tmp_path / "centre.db").touch()
    assert type(refusal(url)) is NotInitialisedError
    (tmp_path / "centre.db").write_text("not a database at all, but long enough to be looked at " * 9)
    assert type(refusal(url)) is NotACentreError


def test_a_foreign_database_is_neither_used_nor_changed(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE customers (id)")
    other.close()
    before = path.read_bytes()
    assert type(refusal(f"sqlite:///{path}")) is NotACentreError
    with pytest.raises(NotACentreError):
        init(f"sqlite:///{path}", STATIONS, at=START, new_id=counting_ids())
    assert path.read_bytes() == before


def test_a_station_s_own_store_is_no_centre(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    url = f"sqlite:///{tmp_path / 'record.db'}"
    assert type(refusal(url)) is NotACentreError
    with pytest.raises(NotACentreError):
        init(url, STATIONS, at=START, new_id=counting_ids())


def test_a_newer_and_an_older_schema_are_told_apart(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("station_db.migrating.HEAD", "0099")
    assert type(refusal(sqlite_url)) is CentreOlderError
    monkeypatch.undo()
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as centre:
        centre.execute("UPDATE alembic_version SET version_num = '9999'")
    centre.close()
    assert type(refusal(sqlite_url)) is CentreNewerError


def test_a_database_that_nobody_founded_says_so(server: Postgres) -> None:
    assert type(refusal(server.url("postgres"))) is NotInitialisedError
    assert type(refusal(server.url("nowhere"))) is NotInitialisedError


def test_a_wrong_password_a_missing_one_and_an_unknown_user_are_refused(server: Postgres) -> None:
    server.create(GUARDED)
    roles = {"station_ST-090": "s3cret-right"}
    url = server.url(GUARDED)
    assert init(url, ["ST-090"], at=START, new_id=counting_ids(), passwords=roles).passwords == roles
    station = server.url(GUARDED, "station_ST-090")
    Centre.connect(station, "s3cret-right").close()
    for password in ("s3cret-wrong", ""):
        assert type(refusal(station, password)) is WrongPasswordError
    assert type(refusal(server.url(GUARDED, "nobody"), "s3cret")) is WrongPasswordError
    server.drop(GUARDED)


def test_founding_again_changes_nothing(server: Postgres, plant: str, sqlite_url: str) -> None:
    for url in (server.url(plant), sqlite_url):
        with connected(url) as centre:
            before = journal_of(centre, "centre")
        assert init(url, STATIONS, at=START, new_id=counting_ids("again")) == Founded()
        with connected(url) as centre:
            assert journal_of(centre, "centre") == before


@pytest.mark.parametrize("name", ["centre", "", "ST 040", 'ST"; DROP', "x" * 60])
def test_a_station_s_name_must_fit_a_role(tmp_path: Path, name: str) -> None:
    with pytest.raises(StationNameError):
        init(f"sqlite:///{tmp_path / 'centre.db'}", [name], at=START, new_id=counting_ids())
    assert not (tmp_path / "centre.db").exists()


def test_a_sqlite_centre_uses_the_rollback_journal_and_waits_for_the_disk(sqlite_url: str) -> None:
    with connected(sqlite_url) as centre, centre.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_locked_sqlite_centre_is_busy_and_nothing_else(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("station_db.sync.dialling.SQLITE_BUSY_S", 0.05)
    with connected(sqlite_url) as one, connected(sqlite_url) as two, one.writing(), pytest.raises(CentreBusyError), two.writing():
        pass


@pytest.fixture
def way(server: Postgres) -> Iterator[Proxy]:
    """A misbehaving way to the server."""
    with proxy(server.socket) as made:
        yield made


def test_nobody_there_and_a_cut_line_are_transient(server: Postgres, plant: str, way: Proxy) -> None:
    url = server.url(plant, "station_ST-040", port=way.port)
    with connected(url) as centre:
        way.set_mode(Mode.CUT)
        with pytest.raises(CentreLostError):
            marks(centre, "ST-040")
    assert isinstance(refusal(url), TransientCentreError)
    assert type(refusal(server.url(plant, port=1))) is CentreUnreachableError


@pytest.mark.parametrize("mode", [Mode.HALF_OPEN, Mode.DEAF])
def test_a_centre_that_never_answers_is_given_up_at_the_deadline(server: Postgres, plant: str, way: Proxy, mode: Mode) -> None:
    centre = Centre.connect(server.url(plant, "station_ST-040", port=way.port), step_s=0.3)
    way.set_mode(mode)
    began = time.monotonic()
    with pytest.raises(CentreTimeoutError):
        marks(centre, "ST-040")
    centre.close()
    assert time.monotonic() - began < 2


def test_dialling_a_centre_that_never_answers_ends_too(
    server: Postgres, plant: str, way: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(dialling.POSTGRES, "connect_timeout", 2)
    way.set_mode(Mode.HALF_OPEN)
    began = time.monotonic()
    assert isinstance(refusal(server.url(plant, "station_ST-040", port=way.port)), TransientCentreError)
    assert time.monotonic() - began < 4


def test_whoever_waits_on_the_centre_is_freed_by_shutting_it_from_another_thread(
    server: Postgres, plant: str, way: Proxy
) -> None:
    centre = Centre.connect(server.url(plant, "station_ST-040", port=way.port))
    way.set_mode(Mode.HALF_OPEN)
    ended: list[Exception] = []

    def wait() -> None:
        try:
            marks(centre, "ST-040")
        except CentreLostError as error:
            ended.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while waiting.is_alive():
        centre.shut()
        waiting.join(0.02)
    assert len(ended) == 1
    centre.close()


def test_an_outage_in_every_way_ends_with_each_entry_once(
    server: Postgres, plant: str, store: Store, way: Proxy, tmp_path: Path
) -> None:
    url, folder, number = server.url(plant, "station_ST-040", port=way.port), tmp_path / "station", 0
    for mode in (Mode.DEAF, Mode.CUT, Mode.HALF_OPEN, Mode.DEAF):
        with connected(url, step_s=0.2) as centre:
            record_cycles(store, number + 1, number + 5)
            number += 5
            way.set_mode(mode)
            with pytest.raises(CentreLostError):
                push_all(folder, centre, limit=3)
            way.set_mode(Mode.PASS)
    way.delay_s = 0.005
    way.set_mode(Mode.SLOW)
    with connected(url) as centre:
        push_all(folder, centre)
        assert journal_of(centre) == local_journal(folder)


def test_an_address_s_own_options_come_behind_ours_and_our_promises_hold_at_any_server(server: Postgres, plant: str) -> None:
    with server.admin() as admin:
        admin.execute(f"ALTER DATABASE {plant} SET synchronous_commit = off")
    asked = "&options=-c%20work_mem%3D8MB%20-c%20lock_timeout%3D1s"
    with connected(server.url(plant, "station_ST-040") + asked) as centre, centre.reading() as connection:
        settings = {"work_mem": "8MB", "lock_timeout": "1s", "statement_timeout": "10s", "synchronous_commit": "on"}
        for name, value in settings.items():
            assert connection.exec_driver_sql(f"SHOW {name}").scalar() == value


def test_a_statement_that_takes_too_long_is_ended_by_the_server(server: Postgres, plant: str) -> None:
    with connected(server.url(plant, "station_ST-040")) as centre:
        with centre.reading() as connection:
            driver: psycopg.Connection = connection.connection.driver_connection
            for name, value in (("statement", "10s"), ("lock", "5s"), ("idle_in_transaction_session", "30s")):
                assert driver.execute(f"SHOW {name}_timeout").fetchone() == (value,)
            said = driver.info.get_parameters()
            assert (said["tcp_user_timeout"], said["keepalives_idle"]) == ("15000", "10")
        with pytest.raises(CentreBusyError), centre.reading() as connection:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 20; SELECT pg_sleep(2)")
