"""A comparison of station and centre finds every difference that is planted."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from station_db.store import Store
from station_db.sync import against
from station_db.sync.against import CentreReport, verify_against
from station_db.sync.down import pull
from station_db.sync.loading import load
from tests.faults.postgres import Postgres
from tests.station_db.store.store_cases import START, at, open_store
from tests.station_db.sync.sync_cases import PLANT, connected, document, founded_sqlite, push_all, record_cycles, without_pins


@pytest.fixture(scope="module")
def equal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a station and a centre that hold the same, to be copied."""
    folder = tmp_path_factory.mktemp("equal")
    url = founded_sqlite(folder)
    (folder / "station").mkdir()
    store = open_store(folder / "station")
    record_cycles(store, 1, 9)
    fill(url, url, store, folder / "station")
    store.close()
    return folder


@pytest.fixture
def synced(equal: Path, tmp_path: Path) -> Callable[..., CentreReport]:
    """Change the centre by statements, then compare."""
    shutil.copytree(equal, tmp_path, dirs_exist_ok=True)

    def compare(*statements: str) -> CentreReport:
        with sqlite3.connect(tmp_path / "centre.db") as centre:
            for statement in statements:
                centre.execute(statement)
        centre.close()
        return verify_against(tmp_path / "station", f"sqlite:///{tmp_path / 'centre.db'}")

    return compare


def fill(planner_url: str, url: str, store: Store, folder: Path) -> None:
    with connected(planner_url) as centre:
        load(centre, without_pins(PLANT), at=START)
    with connected(url) as centre:
        push_all(folder, centre)
        store.apply_feed(pull(centre, "ST-040", None), at(1))


def test_a_station_and_its_centre_hold_the_same(synced: Callable[..., CentreReport]) -> None:
    report = synced()
    assert report.is_equal
    assert str(report) == "0 missing of 10, 0 extra, 0 different"
    assert report.down.checked == 12


def test_what_was_recorded_since_is_counted_as_missing(synced: Callable[..., CentreReport], tmp_path: Path) -> None:
    store = open_store(tmp_path / "station", prefix="copied")
    record_cycles(store, 10, 12)
    store.close()
    report = synced()
    assert report.up.missing == 4
    assert [place.seq for place in report.up.missing_at] == [1, 2, 3, 4]


def test_a_role_of_its_own_compares_what_it_may_see(server: Postgres, plant: str, store: Store, tmp_path: Path) -> None:
    record_cycles(store, 1, 3)
    url = server.url(plant, "station_ST-040")
    fill(server.url(plant, "planner"), url, store, tmp_path / "station")
    as_station, as_lead = (verify_against(tmp_path / "station", each) for each in (url, server.url(plant, "lead")))
    assert as_station.is_equal, as_station
    assert as_lead.is_equal, as_lead
    assert (as_station.is_centre_whole, as_lead.is_centre_whole) == (False, True)


def test_planted_differences_are_found(synced: Callable[..., CentreReport]) -> None:
    deleted = synced("DELETE FROM journal WHERE station_id = 'ST-040' AND seq = 4")
    assert [place.seq for place in deleted.up.missing_at] == [4]
    changed = synced("UPDATE journal SET hash = 'x' WHERE station_id = 'ST-040' AND seq = 5")
    assert [place.seq for place in changed.up.differing_at] == [5]
    added = synced(
        "INSERT INTO journal SELECT station_id, epoch, 99, recorded_at, kind, record_id, addressee, version, actor, cause,"
        " payload, prev_hash, hash FROM journal WHERE station_id = 'ST-040' AND seq = 6"
    )
    assert [place.seq for place in added.up.extra_at] == [99]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE journal SET payload = CAST('{}' AS BLOB) WHERE station_id = 'ST-040' AND seq = 4", "changed"),
        ("UPDATE cycle SET number = 1000 WHERE number = 5", "row_differs"),
        ("DELETE FROM cycle WHERE number = 5", "row_missing"),
        ("UPDATE watermark SET last_seq = 3", "watermark"),
        ("UPDATE journal SET actor = 'x' WHERE station_id = 'centre' AND seq = 3", "changed"),
        ("DELETE FROM journal WHERE station_id = 'centre' AND seq = 3", "gap"),
        ("UPDATE job_order SET quantity = 1000", "row_differs"),
    ],
)
def test_planted_damage_at_the_centre_is_found(synced: Callable[..., CentreReport], statement: str, code: str) -> None:
    report = synced(statement)
    assert not report.is_equal
    assert code in {problem.code for problem in report.problems}


def test_an_order_that_has_not_come_down_yet_is_missing_here(synced: Callable[..., CentreReport], tmp_path: Path) -> None:
    with connected(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
        load(centre, '{"products": [{"id": "P-2", "name": "Valve"}]}', at=at(5))
    assert synced().down.missing == 1


def test_what_is_missing_behind_thousands_for_other_stations_is_found(
    synced: Callable[..., CentreReport], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(against, "PAGE", 4)
    others = [{"id": f"P-{number}", "name": "Valve", "addressee": "ST-050"} for number in range(9)]
    with connected(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
        load(centre, document(products=others), at=at(5))
        load(centre, document(products=[{"id": "P-9", "name": "Valve"}]), at=at(6))
    assert synced().down.missing == 1
