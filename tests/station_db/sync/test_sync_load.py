"""Orders and master data: all of a document or nothing, once, and to whom it is addressed."""

import json
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from station_db.errors import FeedError
from station_db.feed import FeedCursor
from station_db.journal import GENESIS, FeedEntry
from station_db.reader import Reader
from station_db.records.base import Instant
from station_db.records.orders import JobOrder
from station_db.records.resume import VanishedOrders
from station_db.store import Store
from station_db.sync import appending
from station_db.sync.documents import DocumentError
from station_db.sync.down import pull
from station_db.sync.errors import CentrePutBackError, OtherCentreError
from station_db.sync.founding import init
from station_db.sync.loading import feed_of, load
from tests.faults.postgres import Postgres
from tests.station_db.store.store_cases import START, at, counting_ids
from tests.station_db.sync.sync_cases import PLANT, connected, document, without_pins

ORDER = {"id": "WO-1", "product": "P-310", "work_master": "P-310-assembly@C", "quantity": 3}


@pytest.fixture(params=["sqlite", "postgresql"])
def planner_url(request: pytest.FixtureRequest) -> str:
    """A founded centre of either kind, as a planner reaches it."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    server: Postgres = request.getfixturevalue("server")
    return server.url(request.getfixturevalue("plant"), "planner")


def mistakes(text: str, url: str) -> list[str]:
    with connected(url) as centre:
        with pytest.raises(DocumentError) as error:
            load(centre, text, at=START)
        with centre.reading() as connection:
            assert appending.tip(connection, lock=False).seq == 1
    return [str(mistake) for mistake in error.value.mistakes]


def test_a_document_loaded_twice_appends_nothing_the_second_time(planner_url: str) -> None:
    with connected(planner_url) as centre:
        first, second = (load(centre, without_pins(PLANT), at=at(second)) for second in (1, 2))
    assert (first.appended, first.unchanged) == (11, 0)
    assert (second.appended, second.unchanged) == (0, 11)


def test_only_what_changed_is_appended_as_the_next_version(planner_url: str) -> None:
    changed = json.loads(without_pins(PLANT))
    with connected(planner_url) as centre:
        load(centre, json.dumps(changed), at=at(1))
        changed["job_orders"][0]["quantity"] = 30
        assert load(centre, json.dumps(changed), at=at(2)).appended == 1
        last = pull(centre, "ST-040", None)[-1].entry
    assert (last.record_id, last.version) == ("WO-24117", 2)


def test_every_mistake_is_named_with_its_line_and_path_and_nothing_is_loaded(sqlite_url: str) -> None:
    text = """{
      "products": [{"id": "P-1", "name": "Pump"}, {"id": "P-1", "name": "Pump"}],
      "work_masters": [
        {"id": "R@1", "product": "P-1", "revision": "1", "steps": [
          {"number": 1, "key": "a", "kind": "weld", "title": "Weld"},
          {"number": 2, "key": "b", "kind": "numeric", "title": "Gauge", "low": 2.0, "high": 1.0}
        ]}
      ],
      "job_orders": [
        {"id": "WO-1", "product": "P-1", "work_master": "R@1",
         "quantity": -3}
      ],
      "people": [{"id": "x", "name": "X", "initials": "X", "badge": "1", "role": "operator", "pin": "12", "shoe": 43}]
    }"""
    found = mistakes(text, sqlite_url)
    places = [found_one.split(":")[0] for found_one in found]
    assert places == [
        "line 5, work_masters[0].steps[0].kind",
        "line 6, work_masters[0].steps[1]",
        "line 11, job_orders[0].quantity",
        "line 13, people[0].pin",
        "line 13, people[0].shoe",
    ]
    assert "low 2.0 is above high 1.0" in found[1]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"product": "P-404"}, "job_orders[0].product: there is no product 'P-404'"),
        ({"work_master": "R@9"}, "job_orders[0].work_master: there is no work master 'R@9'"),
        ({"addressee": "ST-404"}, "job_orders[0].addressee: there is no station 'ST-404'"),
        ({"quantity": 2.5}, "job_orders[0].quantity: "),
        ({"due_at": "2026-10-01T10:00:00"}, "job_orders[0].due_at: "),
        ({"id": "a\x00b"}, "job_orders[0].id: it holds control characters"),
    ],
)
def test_an_order_must_fit_the_plant(sqlite_url: str, changes: dict[str, object], said: str) -> None:
    plant = json.loads(without_pins(PLANT)) | {"job_orders": [ORDER | changes]}
    assert any(said in mistake for mistake in mistakes(json.dumps(plant, indent=1), sqlite_url))


def test_ids_and_badges_stand_once_in_a_document(sqlite_url: str) -> None:
    someone = {"name": "X", "initials": "X", "badge": "1", "role": "operator"}
    text = document(
        products=[{"id": "P-1", "name": "Pump"}, {"id": "P-1", "name": "Other"}],
        people=[{"id": "x", **someone}, {"id": "y", **someone}],
    )
    assert [mistake.partition(", ")[2] for mistake in mistakes(text, sqlite_url)] == [
        "products[1].id: 'P-1' stands here twice",
        "people[1].badge: '1' stands here twice",
    ]


def test_broken_json_is_named_by_its_line(sqlite_url: str) -> None:
    assert mistakes('{"products": [\n  {"id": }\n]}', sqlite_url) == ["line 2: this is no JSON: Expecting value"]


def test_a_routing_never_changes_and_an_order_stays_where_it_is(sqlite_url: str) -> None:
    plant = json.loads(without_pins(PLANT))
    with connected(sqlite_url) as centre:
        load(centre, json.dumps(plant), at=START)
        plant["work_masters"][0]["steps"][3]["high"] = 0.06
        plant["job_orders"][0]["addressee"] = "ST-050"
        with pytest.raises(DocumentError) as error:
            load(centre, json.dumps(plant), at=START)
    assert [mistake.path for mistake in error.value.mistakes] == ["work_masters[0].id", "job_orders[0].addressee"]


@pytest.mark.timeout(20)  # hashing a PIN is slow on purpose
def test_a_pin_enters_only_as_its_hash(sqlite_url: str) -> None:
    with connected(sqlite_url) as centre:
        load(centre, PLANT, at=START)
        assert load(centre, PLANT, at=START).appended == 0
        sent = pull(centre, "ST-040", None)
    payloads = b"".join(each.entry.payload for each in sent)
    assert b"274913" not in payloads
    setter = next(json.loads(each.entry.payload) for each in sent if each.entry.record_id == "at")
    assert setter["pin_hash"].startswith("$argon2id$v=19$m=65536,t=3")
    assert PasswordHasher().verify(setter["pin_hash"], "274913")


def test_a_station_gets_what_is_for_it_or_for_all_in_order(centre_url: str) -> None:
    orders = [ORDER | {"id": f"WO-{n}", "addressee": to} for n, to in enumerate(("ST-040", "ST-050", ""))]
    plant = json.loads(without_pins(PLANT)) | {"job_orders": orders}
    with connected(centre_url.replace("station_ST-040", "planner")) as centre:
        load(centre, json.dumps(plant), at=START)
    with connected(centre_url) as centre:
        first = pull(centre, "ST-040", None, limit=4)
        rest = pull(centre, "ST-040", cursor_after(first))
    numbers = [each.entry.seq for each in (*first, *rest)]
    assert numbers == sorted(set(numbers))
    assert [each.entry.record_id for each in (*first, *rest) if each.entry.kind == "job_order.1"] == ["WO-0", "WO-2"]


def cursor_after(feed: tuple[FeedEntry, ...]) -> FeedCursor:
    return FeedCursor(feed[-1].entry.epoch, feed[-1].epoch_no, feed[-1].entry.seq, Instant(0))


def test_what_came_down_is_applied_once_and_the_cursor_goes_on(centre_url: str, store: Store, tmp_path: Path) -> None:
    with connected(centre_url.replace("station_ST-040", "planner")) as centre:
        load(centre, without_pins(PLANT), at=START)
    reader = Reader(tmp_path / "station")
    with connected(centre_url) as centre:
        feed = pull(centre, "ST-040", reader.feed_cursor())
        assert len(store.apply_feed(feed, at(1))) == 12
        assert store.apply_feed(feed, at(1)) == ()
        assert pull(centre, "ST-040", reader.feed_cursor()) == ()
    assert [order.id for order in reader.resume().job_orders] == ["WO-24117", "WO-24121"]


def test_a_station_without_a_centre_takes_the_same_document_through_the_same_door(store: Store, tmp_path: Path) -> None:
    reader, new_id = Reader(tmp_path / "station"), counting_ids("local")
    feed = feed_of(reader, without_pins(PLANT), at=START, new_id=new_id)
    assert feed[0].entry.prev_hash == GENESIS
    assert any(isinstance(record, JobOrder) for record in store.apply_feed(feed, at(1)))
    assert feed_of(reader, without_pins(PLANT), at=START, new_id=new_id) == ()
    more = feed_of(reader, document(products=[{"id": "P-2", "name": "Valve"}]), at=START, new_id=new_id)
    assert [each.entry.seq for each in more] == [feed[-1].entry.seq + 1]
    store.apply_feed(more, at(2))
    with pytest.raises(DocumentError, match="no station 'ST-050'"):
        feed_of(reader, document(products=[{"id": "P-3", "name": "V", "addressee": "ST-050"}]), at=START, new_id=new_id)


def test_a_centre_takes_over_from_what_a_station_loaded_by_itself(sqlite_url: str, store: Store, tmp_path: Path) -> None:
    reader = Reader(tmp_path / "station")
    store.apply_feed(feed_of(reader, without_pins(PLANT), at=START, new_id=counting_ids("local")), at(1))
    plant = json.loads(without_pins(PLANT))
    plant["job_orders"][0]["quantity"] = 77
    with connected(sqlite_url) as centre:
        load(centre, json.dumps(plant), at=at(2))
        store.apply_feed(pull(centre, "ST-040", reader.feed_cursor()), at(3))
    assert reader.resume().job_orders[0].quantity == 77
    with pytest.raises(DocumentError, match="from a centre"):
        feed_of(reader, PLANT, at=at(4), new_id=counting_ids())


def test_a_centre_put_back_behind_what_a_station_has_is_found_and_goes_on_in_a_new_epoch(
    sqlite_url: str, store: Store, tmp_path: Path
) -> None:
    path, reader = Path(sqlite_url.removeprefix("sqlite:///")), Reader(tmp_path / "station")
    backup = path.read_bytes()
    with connected(sqlite_url) as centre:
        load(centre, without_pins(PLANT), at=at(1))
        store.apply_feed(pull(centre, "ST-040", None), at(1))
    path.write_bytes(backup)
    with connected(sqlite_url) as centre, pytest.raises(CentrePutBackError):
        pull(centre, "ST-040", reader.feed_cursor())
    init(sqlite_url, [], at=at(2), new_id=counting_ids("again"), restored=True)
    with connected(sqlite_url) as centre:
        load(centre, document(products=[{"id": "P-9", "name": "New"}]), at=at(3))
        records = store.apply_feed(pull(centre, "ST-040", reader.feed_cursor()), at(3))
    assert [record.id for record in records[:-1]] == ["again-000001", "P-9"]
    assert records[-1] == VanishedOrders(frozenset({"WO-24117", "WO-24121"})) == VanishedOrders(reader.resume().vanished)


def test_a_new_centre_in_the_old_ones_place_is_told_apart_and_serves_once_it_opened_another_epoch(
    sqlite_url: str, store: Store, tmp_path: Path
) -> None:
    reader = Reader(tmp_path / "station")
    with connected(sqlite_url) as centre:
        load(centre, without_pins(PLANT), at=at(1))
        store.apply_feed(pull(centre, "ST-040", None), at(1))
    Path(sqlite_url.removeprefix("sqlite:///")).unlink()
    init(sqlite_url, ["ST-040"], at=at(2), new_id=counting_ids("fresh"))
    with connected(sqlite_url) as centre, pytest.raises(OtherCentreError) as refusal:
        pull(centre, "ST-040", reader.feed_cursor())
    assert "second computer" not in str(refusal.value)
    init(sqlite_url, [], at=at(3), new_id=counting_ids("again"), restored=True)
    with connected(sqlite_url) as centre:
        load(centre, document(products=[{"id": "P-9", "name": "New"}]), at=at(4))
        records = store.apply_feed(pull(centre, "ST-040", reader.feed_cursor()), at(4))
    assert [record.id for record in records[:-1]] == ["again-000001", "P-9"]
    assert records[-1] == VanishedOrders(frozenset({"WO-24117", "WO-24121"})) == VanishedOrders(reader.resume().vanished)


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 900 + "]" * 900, '{"products": ' + "9" * 5000 + "}"])
def test_a_document_that_is_nested_too_deeply_or_too_long_to_read_is_one_mistake(sqlite_url: str, text: str) -> None:
    with connected(sqlite_url) as centre, pytest.raises(DocumentError) as refusal:
        load(centre, text, at=at(1))
    assert len(refusal.value.mistakes) == 1


def test_a_feed_for_another_station_is_refused(sqlite_url: str, store: Store) -> None:
    with connected(sqlite_url) as centre:
        load(centre, document(products=[{"id": "P-9", "name": "New", "addressee": "ST-050"}]), at=at(3))
        with pytest.raises(Exception) as refused:
            store.apply_feed(pull(centre, "ST-050", None), at(3))
    assert isinstance(refused.value, FeedError)
