"""What a new station, or one far behind, gets in place of the whole history, and that feed and snapshot end the same."""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from station_db.errors import FeedError
from station_db.feed import FeedCursor, Snapshot
from station_db.reader import Reader
from station_db.records.base import CENTRE, RecordId
from station_db.records.orders import JobResponse, JobState, RoutingSnapshot
from station_db.store import Store
from station_db.sync.against import Place, verify_against
from station_db.sync.centre import Centre
from station_db.sync.down import pull
from station_db.sync.loading import load
from station_db.sync.snapshot import take
from station_db.tables import FEED_CURSOR, JOURNAL, TYPED
from station_db.verify import verify_store
from tests import invariants
from tests.station_db.store.store_cases import START, at, open_store, saying
from tests.station_db.sync.sync_cases import PLANT, connected, founded_sqlite, push_all, without_pins

FEED_POINTS = ("after_feed_rows", "after_feed_cursor", "after_feed_commit")
MASTER_KINDS = ("product", "work_master", "job_order", "person", "shift_pattern")


def planner(url: str) -> str:
    return url.replace("station_ST-040", "planner")


def plant(**changed: object) -> str:
    """The demo plant with some of its order changed."""
    made = json.loads(without_pins(PLANT))
    made["job_orders"][0] |= changed
    return json.dumps(made)


def entries_of(snapshot: Snapshot) -> list[tuple[str, str, int]]:
    return [(each.entry.kind.rpartition(".")[0], each.entry.record_id, each.entry.version) for each in snapshot.entries]


def rows_at(folder: Path) -> set[tuple[object, ...]]:
    """The centre's typed rows as the station has them."""
    return Reader(folder).ask(lambda connection, _station: rows_in(connection, "ST-040"))


def rows_in(connection, station: str) -> set[tuple[object, ...]]:
    """Every row of the centre that is for a station or for all."""
    mine = select(JOURNAL.c.record_id).where(JOURNAL.c.station_id == CENTRE, JOURNAL.c.addressee.in_(("", station)))
    found = set()
    for kind in MASTER_KINDS:
        table = TYPED[kind]
        for row in connection.execute(select(table).where(table.c.station_id == CENTRE, table.c.id.in_(mine))):
            found.add((kind, *row))
    return found


def test_a_new_station_gets_the_latest_version_of_what_is_for_it_and_the_feed_goes_on(
    centre_url: str, store: Store, tmp_path: Path
) -> None:
    with connected(planner(centre_url)) as centre:
        for quantity in (3, 4, 5):
            load(centre, plant(quantity=quantity), at=START)
    with connected(centre_url) as centre:
        snapshot = take(centre, "ST-040", None)
        assert snapshot is not None
        assert ("job_order", "WO-24117", 3) in entries_of(snapshot)
        assert len({(kind, record) for kind, record, _ in entries_of(snapshot)}) == len(snapshot.entries) == 12
        store.apply_snapshot(snapshot, at(1))
        assert Reader(tmp_path / "station").resume().job_orders[0].quantity == 5
    with connected(planner(centre_url)) as centre:
        load(centre, plant(quantity=6), at=at(2))
    with connected(centre_url) as centre:
        cursor = Reader(tmp_path / "station").feed_cursor()
        assert take(centre, "ST-040", cursor) is None
        assert [each.entry.version for each in pull(centre, "ST-040", cursor)] == [4]
        store.apply_feed(pull(centre, "ST-040", cursor), at(2))
    with connected(planner(centre_url)) as centre, centre.reading() as connection:
        assert rows_at(tmp_path / "station") == rows_in(connection, "ST-040") != set()
    assert verify_store(tmp_path / "station").is_sound


def test_the_cursor_stands_where_the_snapshot_was_taken_also_where_the_last_entry_is_for_others(
    sqlite_url: str, store: Store, tmp_path: Path
) -> None:
    with connected(sqlite_url) as centre:
        load(centre, plant(addressee="ST-050"), at=START)
        snapshot = take(centre, "ST-040", None)
        assert snapshot is not None
        store.apply_snapshot(snapshot, at(1))
        cursor = Reader(tmp_path / "station").feed_cursor()
        assert cursor is not None
        assert (cursor.last_seq, cursor.heard_at) == (snapshot.at.seq, at(1))
        assert pull(centre, "ST-040", cursor) == ()
        taken_at = Reader(tmp_path / "station").ask(lambda connection, _: connection.execute(select(FEED_CURSOR)).one())
        assert (taken_at.snapshot_epoch_no, taken_at.snapshot_seq) == (snapshot.at.epoch_no, snapshot.at.seq)


def test_a_station_that_works_on_an_order_gets_every_version_of_what_the_order_refers_to(
    sqlite_url: str, store: Store, tmp_path: Path
) -> None:
    with connected(sqlite_url) as centre:
        for number, quantity in enumerate((3, 4, 5)):
            made = json.loads(plant(quantity=quantity))
            made["products"][0]["name"] = f"Pump {number}"
            load(centre, json.dumps(made), at=START)
        order = next(iter(json.loads(PLANT)["job_orders"]))
        store.commit([saying(*work_on(order, JobState.RUNNING))], at(1))
        push_all(tmp_path / "station", centre)
        snapshot = take(centre, "ST-040", None)
    assert snapshot is not None
    versions = [(kind, version) for kind, record, version in entries_of(snapshot) if record in (order["id"], order["product"])]
    assert versions == [("product", 1), ("job_order", 1), ("product", 2), ("job_order", 2), ("product", 3), ("job_order", 3)]


def work_on(order: dict[str, str], state: JobState) -> tuple[RoutingSnapshot, JobResponse]:
    """The records of an order under work, or over."""
    id_ = RecordId(f"response-{order['id']}")
    routing = RoutingSnapshot(
        id=id_,
        job_order=order["id"],
        work_master=order["work_master"],
        product=order["product"],
        product_name="Pump",
        revision="C",
        steps=(),
    )
    return routing, JobResponse(id=id_, job_order=order["id"], state=state, quantity=3, started_at=START)


def test_a_new_station_is_spared_orders_it_ended_itself_and_hears_of_those_that_were_cancelled(
    sqlite_url: str, store: Store, tmp_path: Path
) -> None:
    made = json.loads(without_pins(PLANT))
    ended, cancelled = made["job_orders"]
    cancelled["cancelled"] = True
    with connected(sqlite_url) as centre:
        load(centre, json.dumps(made), at=START)
        store.commit([saying(*work_on(ended, JobState.ENDED))], at(1))
        push_all(tmp_path / "station", centre)
        new = take(centre, "ST-040", None)
        behind = take(centre, "ST-040", FeedCursor("", 0, 0, START))
    assert new is not None
    assert behind is not None
    orders = [[record for kind, record, _ in entries_of(one) if kind == "job_order"] for one in (new, behind)]
    assert orders == [[cancelled["id"]], [ended["id"], cancelled["id"]]]


def test_a_station_far_behind_gets_a_snapshot_and_keeps_what_it_has(sqlite_url: str, store: Store, tmp_path: Path) -> None:
    with connected(sqlite_url) as centre:
        load(centre, plant(), at=START)
        store.apply_feed(pull(centre, "ST-040", None), at(1))
        for quantity in range(10, 30):
            load(centre, plant(quantity=quantity), at=at(2))
        cursor = Reader(tmp_path / "station").feed_cursor()
        snapshot = take(centre, "ST-040", cursor, far=19)
        assert snapshot is not None
        assert take(centre, "ST-040", cursor, far=20) is None
        new = store.apply_snapshot(snapshot, at(3))
        with centre.reading() as connection:
            assert rows_at(tmp_path / "station") == rows_in(connection, "ST-040")
    assert [record.id for record in new] == ["WO-24117"]
    assert verify_store(tmp_path / "station").is_sound


def test_a_snapshot_applied_twice_or_late_changes_nothing_but_when_the_centre_was_heard(
    sqlite_url: str, store: Store, tmp_path: Path
) -> None:
    with connected(sqlite_url) as centre:
        load(centre, plant(), at=START)
        old = take(centre, "ST-040", None)
        load(centre, plant(quantity=9), at=at(2))
        new = take(centre, "ST-040", None)
    assert old is not None
    assert new is not None
    assert len(store.apply_snapshot(new, at(2))) == 12
    assert store.apply_snapshot(new, at(3)) == store.apply_snapshot(old, at(4)) == ()
    resume = Reader(tmp_path / "station").resume()
    assert (resume.job_orders[0].quantity, resume.centre_seen_at) == (9, at(4))


def test_a_snapshot_that_does_not_fit_is_refused_whole(sqlite_url: str, store: Store, tmp_path: Path) -> None:
    with connected(sqlite_url) as centre:
        load(centre, plant(addressee="ST-050"), at=START)
        mine, other = (take(centre, station, None) for station in ("ST-040", "ST-050"))
    assert mine is not None
    assert other is not None
    for wrong in (other, Snapshot(mine.entries[::-1], mine.at), Snapshot((*mine.entries, mine.entries[-1]), mine.at)):
        with pytest.raises(FeedError):
            store.apply_snapshot(wrong, at(1))
        assert Reader(tmp_path / "station").feed_cursor() is None


def test_the_proof_against_the_centre_knows_what_a_snapshot_leaves_out_and_finds_what_it_must_not(
    sqlite_url: str, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "station"
    made = json.loads(plant())
    with connected(sqlite_url) as centre:
        for quantity in (3, 4, 5):
            made["job_orders"][0]["quantity"] = quantity
            load(centre, json.dumps(made), at=START)
        store.commit([saying(*work_on(made["job_orders"][1], JobState.ENDED))], at(1))
        push_all(folder, centre)
        snapshot = take(centre, "ST-040", None)
        assert snapshot is not None
        store.apply_snapshot(snapshot, at(1))
        made["job_orders"][1]["quantity"] = 7
        load(centre, json.dumps(made), at=at(2))
        assert verify_against(folder, sqlite_url).down.missing == 1
        store.apply_feed(pull(centre, "ST-040", Reader(folder).feed_cursor()), at(2))
    report = verify_against(folder, sqlite_url)
    assert (report.is_equal, report.down.missing) == (True, 0)
    spoiled = next(each.entry for each in snapshot.entries if each.entry.kind.startswith("person"))
    with closing(sqlite3.connect(folder / "record.db")) as record:
        record.execute("DELETE FROM journal WHERE station_id = 'centre' AND seq = ?", (spoiled.seq,))
        record.commit()
    assert verify_against(folder, sqlite_url).down.missing_at == [Place(spoiled.epoch, spoiled.seq)]


KILLED = """
import sys
from collections.abc import Callable
from pathlib import Path
from station_db.sync.snapshot import take
from tests.station_db.store.store_cases import at, open_store
from tests.station_db.sync.sync_cases import connected
folder, url = Path(sys.argv[1]), sys.argv[2]
store = open_store(folder)
with connected(url) as centre:
    snapshot = take(centre, "ST-040", None)
store.apply_snapshot(snapshot, at(1))
"""


@pytest.mark.timeout(20)  # three processes start one after the other
def test_a_kill_at_any_point_leaves_nothing_of_a_snapshot_or_all_of_it(
    sqlite_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with connected(sqlite_url) as centre:
        load(centre, plant(), at=START)
    kills = 0
    for point in FEED_POINTS:
        folder = tmp_path / point
        folder.mkdir()
        open_store(folder).close()
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, str(folder), sqlite_url], env={**os.environ, "LINESIDE_CRASH": point}, check=False
        )
        kills += killed.returncode == -9
        reader = Reader(folder)
        is_whole = point == "after_feed_commit"
        assert (reader.feed_cursor() is not None, len(reader.resume().job_orders)) == (is_whole, 2 * is_whole)
        invariants.store_is_sound(folder)
        store = open_store(folder)
        with connected(sqlite_url) as centre:
            snapshot = take(centre, "ST-040", None)
            assert snapshot is not None
            store.apply_snapshot(snapshot, at(2))
        store.close()
        assert len(Reader(folder).resume().job_orders) == 2
    record_property("feed_kills", kills)
    assert kills == len(FEED_POINTS)


def test_a_feed_goes_in_pieces_of_so_many_bytes_and_a_large_entry_goes_alone(centre_url: str) -> None:
    with connected(planner(centre_url)) as centre:
        load(centre, plant(), at=START)
    with connected(centre_url) as centre:
        whole = pull(centre, "ST-040", None)
        cursor, pieces = None, []
        while piece := pull(centre, "ST-040", cursor, limit_bytes=400):
            pieces.append(piece)
            cursor = FeedCursor(piece[-1].entry.epoch, piece[-1].epoch_no, piece[-1].entry.seq, START)
    assert [each for piece in pieces for each in piece] == list(whole)
    assert 3 < len(pieces) < len(whole)
    for piece in pieces:
        assert sum(len(each.entry.payload) for each in piece[:-1]) < 400


ACTIONS = st.one_of(
    st.tuples(st.just("load"), st.integers(1, 4), st.sampled_from(["", "ST-040", "ST-050"]), st.integers(1, 5)),
    st.tuples(st.just("cancel"), st.integers(1, 4)),
    st.tuples(st.just("fetch"), st.integers(1, 4)),
    st.tuples(st.just("snapshot"), st.integers(0, 3)),
    st.tuples(st.just("restart")),
)


@pytest.mark.timeout(60)  # a dozen schedules, each with a store and a centre of its own
@settings(max_examples=12, deadline=None)
@given(st.lists(ACTIONS, max_size=14))
def test_whatever_the_order_of_loads_cancels_fetches_and_restarts_the_station_ends_with_the_centres_rows(
    schedule: list[tuple[object, ...]],
) -> None:
    with tempfile.TemporaryDirectory() as made:
        Interleaving(Path(made)).run(schedule)


class Interleaving:
    """A centre, a station and a schedule of what happens to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "station"
        self.folder.mkdir()
        self.url = founded_sqlite(folder)
        self.store = open_store(self.folder)
        self.orders: dict[int, dict[str, object]] = {}

    def run(self, schedule: list[tuple[object, ...]]) -> None:
        with connected(self.url) as centre:
            load(centre, without_orders(), at=START)
            for action, *args in schedule:
                getattr(self, action)(centre, *args)
            self.fetch(centre, 500, until_all=True)
            with centre.reading() as connection:
                assert rows_at(self.folder) == rows_in(connection, "ST-040")
        self.store.close()
        invariants.history_is_untouched(self.folder)

    def load(self, centre: Centre, number: int, addressee: str, quantity: int) -> None:
        known = self.orders.get(number, {"id": f"WO-{number}", "product": "P-310", "work_master": "P-310-assembly@C"})
        self.orders[number] = {"addressee": addressee} | known | {"quantity": quantity}
        load(centre, json.dumps({"job_orders": [self.orders[number]]}), at=at(1))

    def cancel(self, centre: Centre, number: int) -> None:
        if number in self.orders:
            self.orders[number]["cancelled"] = True
            load(centre, json.dumps({"job_orders": [self.orders[number]]}), at=at(2))

    def fetch(self, centre: Centre, limit: int, *, until_all: bool = False) -> None:
        while entries := pull(centre, "ST-040", Reader(self.folder).feed_cursor(), limit=limit):
            self.store.apply_feed(entries, at(3))
            if not until_all:
                return

    def snapshot(self, centre: Centre, far: int) -> None:
        snapshot = take(centre, "ST-040", Reader(self.folder).feed_cursor(), far=far)
        if snapshot is not None:
            self.store.apply_snapshot(snapshot, at(3))

    def restart(self, _centre: Centre) -> None:
        self.store.close()
        self.store = open_store(self.folder)


def without_orders() -> str:
    return json.dumps(json.loads(without_pins(PLANT)) | {"job_orders": []})
