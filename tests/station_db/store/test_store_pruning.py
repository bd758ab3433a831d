"""Old records go only when the centre has proven to hold them; what stays can be proven still, and nothing that is open goes."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station_db.journal import GENESIS
from station_db.pruning import PIECE
from station_db.reader import Reader
from station_db.records.base import Instant, RecordId
from station_db.records.equipment import AlarmEvent, EquipmentState, ItemState
from station_db.records.orders import JobResponse, JobState, Unit, UnitState
from station_db.retention import DAY_US, Retention
from station_db.sync.against import verify_against
from station_db.sync.centre import Centre
from station_db.sync.down import pull
from station_db.sync.errors import LetGoError
from station_db.sync.founding import init
from station_db.sync.reconcile import reconcile
from station_db.sync.up import balance, marks, push
from station_db.verify import verify_store
from tests.invariants import each_record_is_at_the_centre_once, numbers_have_no_gaps, store_is_sound
from tests.station_db.store.store_cases import START, STATION, counting_ids, cycle_of, open_store, saying
from tests.station_db.sync.sync_cases import founded_sqlite, local_journal, push_all

MONTH = Retention(days=30)


def day(number: int) -> Instant:
    """The beginning of a day of the tests."""
    return Instant(START // DAY_US * DAY_US + DAY_US * number + 1)


class Plant:
    """A station and its centre."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "station"
        self.folder.mkdir()
        self.url = founded_sqlite(home)
        self.centre = Centre.connect(self.url)
        self.store = open_store(self.folder)

    def make(self, first: int, last: int, at: Instant) -> None:
        """Cycles by their numbers, recorded then."""
        self.store.commit([saying(*(cycle_of(number, ended_at=at) for number in range(first, last + 1)))], at)

    def send(self) -> None:
        """All there is."""
        push_all(self.folder, self.centre)
        self.store.apply_feed(pull(self.centre, STATION, Reader(self.folder).feed_cursor()), START)

    def compare(self, at: Instant) -> None:
        """Whole days, noting what was found the same."""
        self.store.note_reconciled(reconcile(Reader(self.folder), self.centre, at=at).days)

    def acknowledged(self) -> dict[str, int]:
        """What the centre's watermarks say."""
        return {epoch: mark.last_seq for epoch, mark in marks(self.centre, STATION).items()}

    def prune(self, at: Instant, retention: Retention = MONTH, **options: dict[str, int]) -> int:
        """As far as it goes; how many entries went."""
        gone, sent = 0, options.get("acknowledged", self.acknowledged())
        while count := self.store.prune(retention, sent, at):
            gone += count
        return gone

    def let_go(self, at: Instant, retention: Retention = MONTH) -> int:
        """Send, compare, prune."""
        self.send()
        self.compare(at)
        return self.prune(at, retention)

    def close(self) -> None:
        """Let go of both."""
        self.store.close()
        self.centre.close()


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    """A station and its centre, with a hundred cycles of day 0 and fifty of day 40."""
    made = Plant(tmp_path)
    made.make(1, 100, day(0))
    made.make(101, 150, day(40))
    yield made
    made.close()


def test_old_days_that_the_centre_holds_go_and_all_that_is_left_is_sound(plant: Plant) -> None:
    assert plant.let_go(day(45)) == 101
    report = verify_store(plant.folder)
    assert (report.is_sound, report.entries, Reader(plant.folder).epochs()[0].let_go) == (True, 53 - 1, 101)
    store_is_sound_after_pruning(plant)
    gone = [("epoch-000001", seq) for seq in range(1, 102)]
    plant.send()
    each_record_is_at_the_centre_once(plant.folder, plant.url, let_go=gone)


def store_is_sound_after_pruning(plant: Plant) -> None:
    """Every invariant of one store, and the centre's equality with it."""
    plant.send()
    numbers_have_no_gaps(plant.folder)
    assert verify_store(plant.folder).problems == ()
    against = verify_against(plant.folder, plant.url)
    assert (against.is_equal, against.problems) == (True, ()), against
    books = balance(Reader(plant.folder), plant.centre)
    assert books.captured == books.sent + books.waiting + books.set_aside


def test_nothing_goes_that_the_watermark_does_not_cover(plant: Plant) -> None:
    plant.send()
    plant.compare(day(45))
    assert plant.prune(day(45), acknowledged={}) == 0
    assert plant.prune(day(45), acknowledged={"epoch-000001": 60}) == 60
    assert len(local_journal(plant.folder)) == 151 - 60 + len(plant_said(plant))


def plant_said(plant: Plant) -> list[str]:
    """What pruning wrote itself."""
    entries = Reader(plant.folder).journal_after("epoch-000001", 151, 1000)
    assert {entry.actor for entry in entries} == {"station"}
    return [entry.record_id for entry in entries]


def test_nothing_goes_by_its_age_alone(plant: Plant) -> None:
    assert plant.prune(day(4000), acknowledged={"epoch-000001": 10**9}) == 0
    plant.send()
    assert plant.prune(day(4000)) == 0
    assert len(local_journal(plant.folder)) == 151


def test_nothing_within_the_recovery_window_goes_whatever_the_days_say(plant: Plant) -> None:
    assert plant.let_go(day(29), Retention(days=1)) == 0
    assert plant.let_go(day(32), Retention(days=1, recovery_days=60)) == 0
    assert plant.let_go(day(32), Retention(days=1)) == 101


def test_an_entry_that_a_clock_put_back_adds_to_a_compared_day_stays(plant: Plant) -> None:
    plant.send()
    plant.compare(day(45))
    plant.make(151, 160, day(0))
    plant.send()
    assert plant.prune(day(100)) == 151
    assert {seq for _, seq, _ in local_journal(plant.folder)} >= set(range(152, 162))


def test_an_open_record_keeps_its_first_entry_and_all_behind_it(plant: Plant, tmp_path: Path) -> None:
    state = EquipmentState(id=RecordId("state-1"), machine="press", state=ItemState.EXECUTING, started_at=day(40))
    plant.store.commit([saying(state)], day(40))
    plant.make(161, 170, day(41))
    assert plant.let_go(day(90)) == 151
    assert Reader(plant.folder).resume().states == (state,)
    store_is_sound_after_pruning(plant)


def test_what_belongs_to_an_open_order_stays_and_how_a_closed_one_ended_is_written_again(plant: Plant) -> None:
    ended = response("WO-1", JobState.ENDED)
    plant.store.commit([saying(ended, unit("U-1", "WO-1"))], day(41))
    plant.store.commit([saying(response("WO-2", JobState.RUNNING), unit("U-2", "WO-2"))], day(42))
    plant.make(171, 200, day(43))
    assert plant.let_go(day(90)) == 153
    reader = Reader(plant.folder)
    assert {one.id for one in reader.resume().responses} == {"R-WO-1", "R-WO-2"}
    assert [one.id for one in reader.resume().units] == ["U-2"]
    assert plant.let_go(day(200)) == 0, "the open order is where it stops"
    store_is_sound_after_pruning(plant)


def response(order: str, state: JobState) -> JobResponse:
    """An order as it stands here."""
    over = day(42) if state is JobState.ENDED else None
    return JobResponse(
        id=RecordId(f"R-{order}"), job_order=RecordId(order), state=state, quantity=1, started_at=day(41), ended_at=over
    )


def unit(name: str, order: str) -> Unit:
    """A good unit of an order."""
    return Unit(
        id=RecordId(name),
        job_order=RecordId(order),
        response=RecordId(f"R-{order}"),
        number=1,
        state=UnitState.GOOD,
        started_at=day(41),
        ended_at=day(41),
    )


def test_kinds_that_are_kept_longer_are_written_again_and_leave_when_their_time_is_over(plant: Plant) -> None:
    alarm = AlarmEvent(
        id=RecordId("A-1"), source="press", code="jam", priority="high", text="Jam", came_at=day(0), went_at=day(0)
    )
    seen = AlarmEvent(
        id=RecordId("A-2"),
        source="press",
        code="oil",
        priority="high",
        text="Oil",
        came_at=day(0),
        went_at=day(0),
        acknowledged_at=day(0),
        acknowledged_by="P-1",
    )
    plant.store.commit([saying(alarm, seen)], day(40))
    plant.make(151, 160, day(41))
    longer = Retention(days=30, kinds={"alarm_event": 100})
    assert plant.let_go(day(90), longer) == 163
    assert rows(plant, "alarm_event") == ["A-1", "A-2"]
    plant.make(161, 170, day(200))
    plant.make(171, 180, day(201))
    plant.let_go(day(300), longer)
    assert rows(plant, "alarm_event") == ["A-1"], "nobody has acknowledged it"
    store_is_sound_after_pruning(plant)


def rows(plant: Plant, kind: str) -> list[str]:
    """The records of a kind."""
    with closing(sqlite3.connect(plant.folder / "record.db")) as record:
        return [row[0] for row in record.execute(f"SELECT id FROM {kind} WHERE station_id = 'ST-040' ORDER BY id")]


def test_a_journal_whose_beginning_is_gone_without_a_word_is_damaged(plant: Plant) -> None:
    plant.let_go(day(45))
    with closing(sqlite3.connect(plant.folder / "record.db")) as record, record:
        record.execute("DELETE FROM journal WHERE station_id = 'ST-040' AND seq = 102")
    assert {problem.code for problem in verify_store(plant.folder).problems} >= {"gap", "unlinked"}


def test_an_anchor_that_no_entry_of_the_chain_tells_of_is_damage(plant: Plant) -> None:
    plant.send()
    with closing(sqlite3.connect(plant.folder / "record.db")) as record, record:
        head = record.execute("SELECT hash FROM journal WHERE seq = 50").fetchone()[0]
        record.execute("DELETE FROM journal WHERE seq <= 50 AND kind = 'cycle.1'")
        record.execute("DELETE FROM cycle WHERE row_seq <= 50")
        said = "INSERT INTO pruned VALUES ('ST-040', 'x', 'epoch-000001', 50, ?, 50, 1, 1, 1, 1, 152)"
        record.execute(said, (head,))
    assert "row_unknown" in {problem.code for problem in verify_store(plant.folder).problems}


def test_a_centre_that_lost_what_was_let_go_here_gets_nothing_and_the_reason_is_said(plant: Plant, tmp_path: Path) -> None:
    plant.let_go(day(45))
    url = f"sqlite:///{tmp_path / 'other.db'}"
    init(url, [STATION], at=START, new_id=counting_ids("other"))
    other = Centre.connect(url)
    with pytest.raises(LetGoError):
        push(Reader(plant.folder), other, at=day(45))
    other.close()


def test_a_station_starts_again_in_the_same_epoch_when_the_beginning_of_it_is_gone(plant: Plant) -> None:
    plant.let_go(day(45))
    before = Reader(plant.folder).resume()
    plant.store.close()
    plant.store = open_store(plant.folder, prefix="again")
    assert len(Reader(plant.folder).epochs()) == 1
    assert Reader(plant.folder).resume() == before
    store_is_sound(plant.folder)


def test_of_a_replaced_epoch_the_last_entry_stays_and_then_its_heir_is_next(plant: Plant) -> None:
    plant.let_go(day(45))
    plant.store.close()
    plant.store = open_store(plant.folder, machine="another panel", prefix="heir")
    plant.make(201, 240, day(46))
    plant.make(241, 250, day(47))
    plant.let_go(day(100))
    tips = Reader(plant.folder).epochs()
    assert [tip.let_go for tip in tips] == [tips[0].position.seq - 1, 51]
    assert tips[1].began_with != GENESIS
    store_is_sound_after_pruning(plant)


def test_a_piece_is_small_and_the_rest_goes_next_time(plant: Plant) -> None:
    plant.make(1001, 1000 + 2 * PIECE, day(41))
    plant.make(3001, 3001, day(42))
    plant.send()
    plant.compare(day(90))
    assert plant.store.prune(MONTH, plant.acknowledged(), day(90)) == PIECE
    store_is_sound_after_pruning(plant)


def test_a_damaged_store_of_which_old_records_went_is_made_again_from_where_it_begins(plant: Plant) -> None:
    plant.let_go(day(45))
    plant.store.close()
    before = local_journal(plant.folder)
    record = bytearray((plant.folder / "record.db").read_bytes())
    record[:100] = b"\xff" * 100
    (plant.folder / "record.db").write_bytes(record)
    plant.store = open_store(plant.folder, prefix="anew")
    tips = Reader(plant.folder).epochs()
    assert (tips[0].let_go, len(tips)) == (101, 2)
    assert set(before) <= set(local_journal(plant.folder))
    store_is_sound_after_pruning(plant)


@pytest.mark.timeout(30)  # each example has a store and a centre of its own
@given(days=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), min_size=1, max_size=6), sent=st.integers(0, 200))
@settings(max_examples=8, deadline=None)
def test_whatever_was_sent_and_compared_what_goes_is_at_the_centre(days: list[tuple[int, int]], sent: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        plant = Plant(Path(made))
        number = 0
        for at, count in days:
            plant.make(number + 1, number + count, day(at))
            number += count
        push(Reader(plant.folder), plant.centre, at=day(0), limit=sent or 1)
        plant.compare(day(100))
        before = local_journal(plant.folder)
        plant.prune(day(100))
        gone = set(before) - set(local_journal(plant.folder))
        acknowledged = plant.acknowledged()
        assert all(seq <= acknowledged[epoch] for epoch, seq, _ in gone)
        store_is_sound_after_pruning(plant)
        plant.close()
