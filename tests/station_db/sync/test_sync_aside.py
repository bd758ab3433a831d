"""What could not be read into a table is listed, handed out whole, and read when it can be, whatever came since."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from station_db.reader import Reader
from station_db.store import Store
from station_db.sync import aside
from station_db.sync.against import verify_against
from station_db.sync.up import Balance, balance, push
from station_db.tables import SET_ASIDE, TYPED
from tests.faults.postgres import Postgres
from tests.station_db.store.store_cases import at, cycle_of, saying
from tests.station_db.sync.sync_cases import connected, push_all

WITHOUT = {"cycle": frozenset(TYPED["cycle"].columns.keys())}


def test_a_retry_reads_what_it_can_and_newer_versions_stay(centre_url: str, store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "station"
    store.commit([saying(cycle_of(number)) for number in (1, 2, 3)], at(1))
    with connected(centre_url) as centre:
        centre.lacking = WITHOUT
        assert push(Reader(folder), centre, at=at(1)).set_aside == 3
        centre.lacking = {}
        store.commit([saying(cycle_of(2, curve_lost=9))], at(2))
        push_all(folder, centre)
        assert [item.record_id for item in aside.items(centre, "ST-040", limit=2)] == ["cycle-000003", "cycle-000002"]
        assert balance(Reader(folder), centre) == Balance(captured=5, sent=2, waiting=0, set_aside=3)
        assert aside.retry(centre, "ST-040", at(3)) == 3
        assert aside.retry(centre, "ST-040", at(4)) == 0
        with centre.reading() as connection:
            rows = connection.execute(select(TYPED["cycle"].c.number, TYPED["cycle"].c.curve_lost)).all()
            read = connection.scalars(select(SET_ASIDE.c.projected_at)).all()
        assert sorted(map(tuple, rows)) == [(1, 0), (2, 9), (3, 0)]
        assert read == [at(3)] * 3
        assert balance(Reader(folder), centre).set_aside == 0
    report = verify_against(folder, centre_url)
    assert (report.up.is_equal, report.problems) == (True, ())


def test_what_still_cannot_be_read_stays_listed(server: Postgres, plant: str, store: Store, tmp_path: Path) -> None:
    store.commit([saying(cycle_of(number)) for number in range(1, 9)], at(1))
    with server.admin_of(plant) as admin:
        admin.execute("ALTER TABLE cycle ADD CONSTRAINT odd CHECK (number NOT IN (5, 6))")
    with connected(server.url(plant, "station_ST-040")) as centre:
        assert push(Reader(tmp_path / "station"), centre, at=at(1)).set_aside == 2
        assert aside.retry(centre, "ST-040", at(2)) == 0
        with server.admin_of(plant) as admin:
            admin.execute("ALTER TABLE cycle DROP CONSTRAINT odd, ADD CHECK (number <> 6)")
        assert aside.retry(centre, "ST-040", at(3)) == 1
        assert [item.record_id for item in aside.items(centre, "ST-040")] == ["cycle-000006"]


def test_a_lead_gets_it_whole_as_json_lines(centre_url: str, store: Store, tmp_path: Path) -> None:
    store.commit([saying(cycle_of(number)) for number in range(1, 4)], at(1))
    with connected(centre_url) as centre, pytest.MonkeyPatch.context() as patch:
        patch.setattr(aside, "AT_ONCE", 2)
        centre.lacking = WITHOUT
        push(Reader(tmp_path / "station"), centre, at=at(1))
        told = [json.loads(line) for line in aside.lines(centre, "ST-040")]
    assert [each["seq"] for each in told] == [2, 3, 4]
    assert json.loads(told[0]["payload"])["number"] == 1
    assert told[0]["hash"] == Reader(tmp_path / "station").journal_after("epoch-000001", 1, 1)[0].hash
