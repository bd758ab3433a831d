"""What a lead is told of each station, the clock's offset, and that the numbers always balance."""

from pathlib import Path

import pytest
from sqlalchemy import text

from hmi.commands.centre_status import as_text, what_is_amiss
from station_db.reader import Reader
from station_db.records.base import Digest, Instant, RecordId
from station_db.records.keeping import Backup
from station_db.store import Store
from station_db.sync.errors import CentreBusyError
from station_db.sync.offset import measure
from station_db.sync.status import StationStands, status
from station_db.sync.stride import FIRST_BYTES, LEAST_BYTES, MOST_BYTES, Stride
from station_db.sync.up import Balance, Said, balance, push
from tests.faults.postgres import Postgres
from tests.station_db.store.store_cases import START, at, cycle_of, saying
from tests.station_db.sync.sync_cases import connected, push_all, record_cycles

MINUTE, HOUR = 60, 3600
BACKUP = Backup(id=RecordId("b"), at=at(7), file="b", size_bytes=1, digest=Digest("d"), epoch="e", seq=1, ok=True)


def stands(url: str) -> StationStands:
    """How ST-040 stands."""
    with connected(url) as centre:
        return next(each for each in status(centre).stations if each.station_id == "ST-040")


def test_all_that_a_station_says_of_itself_is_at_the_centre(centre_url: str, store: Store, tmp_path: Path) -> None:
    store.commit([saying(BACKUP), saying(cycle_of(1))], at(8))
    with connected(centre_url) as centre:
        push(Reader(tmp_path / "station"), centre, at=at(9), said=Said("2.0", clock_offset_us=-1500, signals_waiting=4))
    station = stands(centre_url)
    assert (station.app_version, station.schema, station.clock_offset_us) == ("2.0", "0003", -1500)
    assert (station.signals_waiting, station.last_backup_at) == (4, at(7) - 1500)
    assert (station.oldest_at, station.newest_at, station.entries) == (START, at(8), 3)


def test_the_numbers_balance_at_every_step(centre_url: str, store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "station"
    with connected(centre_url) as centre:
        assert balance(Reader(folder), centre) == Balance(1, 0, 1, 0)
        record_cycles(store, 1, 9)
        for sent in (4, 8, 10):
            push(Reader(folder), centre, at=at(1), limit=4)
            assert balance(Reader(folder), centre) == Balance(10, sent, 10 - sent, 0)


def test_since_when_something_waits_is_told_with_each_push_and_no_more_once_all_is_sent(
    sqlite_url: str, store: Store, tmp_path: Path
) -> None:
    for number in range(1, 4):
        store.commit([saying(cycle_of(number))], at(number))
    with connected(sqlite_url) as centre:
        push(Reader(tmp_path / "station"), centre, at=at(9), limit=3)
        assert (stands(sqlite_url).backlog, stands(sqlite_url).oldest_unsent_at) == (1, at(2))
        push(Reader(tmp_path / "station"), centre, at=at(9))
    assert (stands(sqlite_url).backlog, stands(sqlite_url).oldest_unsent_at) == (0, None)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, ()),
        ({"last_heard_at": None}, ()),
        ({"last_heard_at": None, "registered_at": at(-72 * HOUR)}, ("set up 3 days ago, never heard",)),
        ({"last_heard_at": at(-3 * HOUR)}, ("not heard for 3 h",)),
        ({"backlog": 5, "oldest_unsent_at": at(-20 * MINUTE)}, ("its oldest entry waits for 20 min though it is heard",)),
        ({"set_aside": 2}, ("2 entries are safe but in no table; see --aside ST-040",)),
        ({"clock_offset_us": 5_000_000}, ("its clock is 5.0 s behind the centre's",)),
        ({"clock_offset_us": -5_000_000}, ("its clock is 5.0 s ahead of the centre's",)),
        ({"last_backup_at": at(-50 * HOUR)}, ("no good backup for 2 days",)),
        ({"schema": "0004"}, ("it is of a newer release (0004): run `lineside centre init` with that Lineside",)),
        ({"schema": "0001"}, ("it is of an old release (0001): the centre's next one will refuse it",)),
    ],
)
def test_what_somebody_should_look_at_is_said(changed: dict[str, object], told: tuple[str, ...]) -> None:
    well = {"last_heard_at": at(-2), "backlog": 0, "schema": "0003", "clock_offset_us": 12_000, "last_backup_at": at(-MINUTE)}
    assert tuple(what_is_amiss(a_station(**(well | changed)), "0003", at(0))) == told


@pytest.mark.parametrize("ahead_s", [3 * 24 * HOUR, -3 * 24 * HOUR])
def test_a_station_whose_clock_is_days_off_is_missed_as_soon_as_any(
    sqlite_url: str, store: Store, tmp_path: Path, ahead_s: int
) -> None:
    with connected(sqlite_url) as centre:
        push(Reader(tmp_path / "station"), centre, at=at(ahead_s), said=Said("1", clock_offset_us=-ahead_s * 1_000_000))
    assert not [each for each in what_is_amiss(stands(sqlite_url), "0003", at(MINUTE)) if "heard" in each]
    assert "not heard for 60 min" in what_is_amiss(stands(sqlite_url), "0003", at(HOUR))


def a_station(**given: object) -> StationStands:
    """A station that is well but for what is given."""
    plain: dict[str, object] = {"station_id": "ST-040", "registered_at": at(0), "app_version": "1", "epochs": (), "entries": 9}
    missing = dict.fromkeys(("last_heard_at", "oldest_at", "newest_at", "backlog", "oldest_unsent_at"))
    return StationStands(**(plain | missing | {"set_aside": 0} | given))


def test_the_text_has_a_line_a_station(sqlite_url: str, store: Store, tmp_path: Path) -> None:
    record_cycles(store, 1, 3)
    with connected(sqlite_url) as centre:
        push_all(tmp_path / "station", centre)
        told = as_text(status(centre), {"ST-040": ("look here",), "ST-050": ()}, at(5)).splitlines()
    assert "4 here  heard 4 s ago  0 waiting  0 set aside  schema 0003" in told[1]
    assert told[2] == "    ! look here"
    assert "not heard yet" in told[3]


def test_the_offset_is_known_to_half_the_quickest_round(server: Postgres, plant: str) -> None:
    asked = iter([0, 400_000, 10_000_000, 10_100_000] + [20_000_000, 21_000_000] * 3)
    with connected(server.url(plant, "station_ST-040")) as centre:
        found = measure(centre, lambda: Instant(next(asked)))
    assert found is not None
    assert found.within_us == 50_000
    assert found.offset_us > 10**15


def test_a_centre_in_a_file_has_no_clock_to_say_anything(sqlite_url: str) -> None:
    with connected(sqlite_url) as centre:
        assert measure(centre, lambda: Instant(5)) is None


def test_what_is_sent_at_once_follows_the_line() -> None:
    stride = Stride()
    assert stride.limit_bytes == FIRST_BYTES
    for _ in range(20):
        stride.took(0.01)
    assert stride.limit_bytes == MOST_BYTES
    stride.broke()
    assert stride.limit_bytes == MOST_BYTES // 8
    for _ in range(20):
        stride.took(2.0)
    assert stride.limit_bytes == LEAST_BYTES


def test_a_piece_the_centre_gives_up_on_is_made_smaller(server: Postgres, plant: str, store: Store, tmp_path: Path) -> None:
    record_cycles(store, 1, 3)
    with connected(server.url(plant, "station_ST-040")) as centre, server.admin_of(plant) as admin:
        with centre.writing() as connection:
            connection.execute(text("SET statement_timeout = '50ms'"))
        admin.execute("BEGIN")
        admin.execute("LOCK TABLE watermark IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(CentreBusyError):
            push(Reader(tmp_path / "station"), centre, at=at(1))
        admin.execute("ROLLBACK")
        assert centre.stride.limit_bytes == LEAST_BYTES
        assert push_all(tmp_path / "station", centre) == 4


def test_a_push_keeps_to_its_bytes_but_sends_at_least_one(sqlite_url: str, store: Store, tmp_path: Path) -> None:
    record_cycles(store, 1, 9)
    reader = Reader(tmp_path / "station")
    with connected(sqlite_url) as centre:
        assert push(reader, centre, at=at(1), limit_bytes=1).entries == 1
        assert 1 < push(reader, centre, at=at(1), limit_bytes=1000).entries < 9
