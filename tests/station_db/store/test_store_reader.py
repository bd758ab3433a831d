import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import pytest

from station_db import queries
from station_db.centre_word import conflicts_of
from station_db.errors import ForeignDatabaseError
from station_db.queries import Place, Span
from station_db.reader import Backlog, Reader
from station_db.records.base import RecordId, Verdict
from station_db.records.equipment import AlarmEvent, EngineRun, EquipmentState, ItemState, LinkGap, MachineWrite, WriteState
from station_db.records.keeping import ConflictKind, OrderConflict
from station_db.records.orders import (
    CheckResult,
    JobResponse,
    JobState,
    Permit,
    PermitState,
    RoutingSnapshot,
    StepKind,
    StepRun,
    StepState,
    Unit,
    UnitState,
)
from station_db.records.people import PersonRole, ShiftOccurrence, SignIn
from station_db.records.production import CountGap, UnseenParts
from station_db.records.resume import ShiftCount
from tests.station_db.store.store_cases import at, curve_of, cycle_changes, cycle_of, open_store, saying


@pytest.fixture
def told(tmp_path):
    """Tell a store some records and get a reader of it."""
    store = open_store(tmp_path)

    def tell(*records):
        store.commit([saying(*records)], at(0))
        return Reader(tmp_path)

    yield tell
    store.close()


ANOTHER_PROGRAM = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT COUNT(*) FROM journal").fetchone()
connection.close()
"""


def test_another_program_that_looks_into_the_record_never_takes_the_log_from_the_writer_that_also_reads(tmp_path):
    """POSIX lets go of all locks of a process on a file when any of its handles to it is closed."""
    folder, died = tmp_path / "store", tmp_path / "died"
    store = open_store(folder)
    Reader(folder).resume()
    subprocess.run([sys.executable, "-c", ANOTHER_PROGRAM, str(folder / "record.db")], check=True)
    saved = store.commit([saying(EngineRun(id=RecordId("run-9"), version="9", started_at=at(1)))], at(1))
    shutil.copytree(folder, died)
    store.close()
    with closing(sqlite3.connect(died / "record.db")) as record:
        assert record.execute("SELECT MAX(seq) FROM journal").fetchone() == (saved.seq,)


@pytest.mark.parametrize("content", [b"", b"no database at all " * 20])
def test_a_file_that_is_no_store_is_said_to_be_none(tmp_path, content):
    (tmp_path / "record.db").write_bytes(content)
    with pytest.raises(ForeignDatabaseError):
        Reader(tmp_path)


def test_a_database_of_another_program_is_said_to_be_none(tmp_path):
    with closing(sqlite3.connect(tmp_path / "record.db")) as other, other:
        other.execute("CREATE TABLE cycle (id)")
    with pytest.raises(ForeignDatabaseError):
        Reader(tmp_path)


def response(number, state, ended_at=None):
    order = RecordId(f"WO-{number}")
    return JobResponse(
        id=RecordId(f"JR-{number}"), job_order=order, state=state, quantity=3, started_at=at(number), ended_at=ended_at
    )


def test_alarms_nobody_has_seen_are_remembered_for_a_week(told):
    week = 7 * 86_400 * 1_000_000
    guard = AlarmEvent(id=RecordId("a"), source="press", code="@guard", priority="low", text="", came_at=at(3), went_at=at(4))
    seen_before = replace(guard, id=RecordId("b"), came_at=at(0), acknowledged_at=at(2), acknowledged_by="mk")
    oil = replace(guard, id=RecordId("c"), code="oil")
    standing = replace(guard, id=RecordId("d"), code="jam", went_at=None)
    unseen_before = replace(standing, id=RecordId("e"), came_at=at(0), went_at=at(1))
    long_ago = replace(guard, id=RecordId("f"), code="belt", came_at=at(3) - week - 60_000_000)
    seen = replace(guard, id=RecordId("g"), code="door", acknowledged_at=at(4), acknowledged_by="mk")
    resume = told(guard, seen_before, oil, standing, unseen_before, long_ago, seen).resume()
    assert set(resume.alarms_unseen) == {guard, oil}
    assert resume.alarms == (standing,)


def work_on(number):
    """A unit of an order with a step, its check and its permit."""
    order, run = RecordId(f"WO-{number}"), RecordId(f"JR-{number}")
    unit, step = RecordId(f"U-{number}"), RecordId(f"S-{number}")
    routing = RoutingSnapshot(
        id=run, job_order=order, work_master=RecordId("M"), product=RecordId("P"), product_name="Pump", revision="1", steps=()
    )
    numeric = {"number": 4, "key": "runout", "step_kind": StepKind.NUMERIC, "state": StepState.OPEN}
    step_run = StepRun(id=step, unit=unit, job_order=order, opened_at=at(number), **numeric)
    measured = {"key": "runout", "title": "", "value": 0.02, "verdict": Verdict.GOOD, "actor": "P-1", "at": at(number)}
    check = CheckResult(id=RecordId(f"C-{number}"), step_run=step, unit=unit, job_order=order, **measured)
    used = {"machine": "press", "cycle_number": number, "state": PermitState.USED, "asked_at": at(number)}
    permit = Permit(id=RecordId(f"R-{number}"), step_run=step, unit=unit, **used)
    piece = Unit(id=unit, job_order=order, response=run, number=1, state=UnitState.OPEN, started_at=at(number))
    return routing, piece, step_run, check, permit


def shift(number, start, end):
    name, date = f"shift {number}", "2026-09-21"
    return ShiftOccurrence(
        id=RecordId(name),
        pattern=RecordId("early"),
        name=name,
        business_date=date,
        zone="UTC",
        started_at=at(start),
        ended_at=at(end),
    )


def state(number, start, end=None, machine="press"):
    ended_at = None if end is None else at(end)
    return EquipmentState(
        id=RecordId(f"state {number}"), machine=machine, state=ItemState.EXECUTING, started_at=at(start), ended_at=ended_at
    )


def test_a_new_store_resumes_with_nothing(told):
    resume = told().resume()
    assert (resume.running_order, resume.shift, resume.sign_in, resume.last_run, resume.counts) == (None, None, None, None, ())


def test_the_open_order_comes_with_its_work_and_no_others(told):
    done = response(1, JobState.ENDED, at(5))
    waiting, running = response(2, JobState.INTERRUPTED), response(3, JobState.RUNNING)
    routing, unit, step, check, permit = work_on(3)
    resume = told(done, running, waiting, *work_on(1), routing, unit, step, check, permit).resume()
    assert resume.responses == (done, waiting, running)
    assert (resume.running_order, resume.routing) == (RecordId("WO-3"), routing)
    assert (resume.units, resume.steps, resume.checks, resume.permits) == ((unit,), (step,), (check,), (permit,))


def test_an_interrupted_order_is_resumed_when_none_runs(told):
    assert told(response(1, JobState.ENDED, at(5)), response(2, JobState.INTERRUPTED)).resume().running_order == "WO-2"
    assert told(response(2, JobState.ABORTED, at(9))).resume().running_order is None


def test_whatever_is_open_is_resumed_and_what_is_over_is_not(told):
    write = MachineWrite(id=RecordId("w"), machine="press", tag="permit", value=1.0, state=WriteState.ASKED, asked_at=at(1))
    alarm = AlarmEvent(id=RecordId("a"), source="press", code="oil", priority="low", text="", came_at=at(1))
    gap = LinkGap(id=RecordId("g"), machine="press", from_at=at(1), code="down", reason="")
    sign_in = SignIn(id=RecordId("s"), person=RecordId("P-1"), role=PersonRole.OPERATOR, method="badge", started_at=at(1))
    run = EngineRun(id=RecordId("r"), version="1.0", started_at=at(1))
    over = (
        replace(write, id=RecordId("w2"), state=WriteState.CONFIRMED),
        replace(alarm, id=RecordId("a2"), went_at=at(2)),
        replace(gap, id=RecordId("g2"), to_at=at(2)),
        replace(sign_in, id=RecordId("s2"), ended_at=at(2)),
    )
    resume = told(write, alarm, gap, sign_in, run, *over).resume()
    assert (resume.writes, resume.alarms, resume.gaps) == ((write,), (alarm,), (gap,))
    assert (resume.sign_in, resume.last_run, resume.last_at) == (sign_in, run, at(0))


def test_states_reach_back_over_two_shifts_and_to_each_machines_newest(told):
    shifts = (shift(1, 0, 100), shift(2, 100, 200), shift(3, 200, 300))
    states = (
        state(1, 0, 90),
        state(2, 90, 150),
        state(3, 150, 250),
        state(4, 250),
        state(5, 0, 10, "old"),
        state(6, 10, 20, "old"),
    )
    resume = told(*shifts, *states).resume()
    assert resume.shift == shifts[2]
    assert [found.id for found in resume.states] == ["state 6", "state 2", "state 3", "state 4"]


def test_the_last_twenty_cycles_of_each_machine_and_this_shifts_counts(told):
    cycles = [cycle_of(number) for number in range(1, 31)]
    bad = cycle_of(100, machine="driver", verdict=Verdict.BAD)
    unseen = UnseenParts(
        id=RecordId("u"), machine="press", cycles=4, good=3, bad=1, from_at=None, to_at=at(29), reason="app was off"
    )
    gap = CountGap(id=RecordId("gap"), machine="press", counter="good", old=1, new=900, from_at=None, to_at=at(26), reason="jump")
    earlier = replace(gap, id=RecordId("earlier"), to_at=at(3))
    others = (replace(gap, id=RecordId("settled"), settled=True), earlier)
    resume = told(shift(1, 25, 200), *cycles, bad, unseen, gap, *others).resume()
    assert [cycle.number for cycle in resume.cycles] == [*range(11, 31), 100]
    assert resume.counts == (ShiftCount("driver", 0, 1, 1), ShiftCount("press", 6 + 3, 1, 6 + 4))
    assert resume.count_gaps == (gap, earlier)
    assert resume.unseen == (unseen,)


def test_settled_and_taken_back_parts_are_in_the_counts_exactly_once(told):
    gap = CountGap(
        id=RecordId("gap"), machine="press", counter="good", old=412, new=3, from_at=at(10), to_at=at(26), reason="jump"
    )
    answer = {"settled_good": 7, "settled_bad": 2, "settled_by": "mk", "settled_at": at(90), "settled_reason": "sheet"}
    settled = replace(gap, settled=True, **answer)

    def parts(key, good, bad, reason, when=26):
        numbers = {"cycles": good + bad, "good": good, "bad": bad}
        return UnseenParts(id=RecordId(key), machine="press", from_at=at(10), to_at=at(when), reason=reason, **numbers)

    said = (parts("s", 7, 2, "settled"), parts("h", 5, 0, "by_hand", 30), parts("b", -5, 0, "taken_back", 30))
    reader = told(shift(1, 25, 60), shift(2, 60, 200), cycle_of(27), gap, settled, *said)
    assert reader.ask(queries.counts, Span(at(25), at(60))) == (ShiftCount("press", 8, 2, 10),)
    assert reader.ask(queries.counts, Span(at(60), at(200))) == ()
    assert reader.resume().count_gaps == ()


def test_cycles_come_in_pages_newest_first(told):
    reader = told(*(cycle_of(number) for number in range(1, 11)), cycle_of(11, machine="driver", ended_at=at(10)))
    span = Span(at(2), at(11))
    numbers, before = [], None
    while page := reader.ask(queries.cycles, span, before=before, limit=4):
        numbers += [cycle.number for cycle in page]
        before = Place(page[-1].ended_at, page[-1].id)
    assert numbers == [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]
    assert [cycle.number for cycle in reader.ask(queries.cycles, span, machine="driver")] == [11]


def test_states_are_clipped_to_the_time_asked_for(told):
    reader = told(state(1, 0, 10), state(2, 10, 20), state(3, 20), state(4, 0, 5))
    found = reader.ask(queries.states, Span(at(5), at(15)), machine="press")
    assert [(one.id, one.started_at, one.ended_at) for one in found] == [("state 1", at(5), at(10)), ("state 2", at(10), at(15))]
    assert reader.ask(queries.states, Span(at(30), at(40)))[0].ended_at is None


def test_shifts_checks_gaps_and_unseen_parts_are_found_by_time(told):
    unseen = UnseenParts(id=RecordId("u"), machine="press", cycles=4, good=3, bad=1, from_at=at(1), to_at=at(7), reason="off")
    gap = LinkGap(id=RecordId("g"), machine="press", from_at=at(1), to_at=at(6), code="down", reason="")
    shifts = (shift(1, 0, 5), shift(2, 5, 9))
    check = work_on(6)[3]
    reader = told(*shifts, check, gap, unseen)
    span = Span(at(5), at(8))
    assert reader.ask(queries.shifts, span) == (shifts[1],)
    assert reader.ask(queries.checks, span) == (check,)
    assert reader.ask(queries.link_gaps, span) == (gap,)
    assert reader.ask(queries.unseen_parts, span) == (unseen,)
    assert reader.ask(queries.counts, span) == (ShiftCount("press", 3, 1, 4),)
    assert reader.ask(queries.counts, Span(at(8), at(9))) == ()


def test_the_last_good_curves_are_those_of_good_cycles(tmp_path, told):
    store_reader = told(cycle_of(9, verdict=Verdict.BAD, curve_digest=curve_of(9).digest), cycle_of(8))
    assert store_reader.ask(queries.last_good_curves, "press", 3) == ()
    reader = told(*(change.record for number in (1, 2, 3) for change in cycle_changes(number).entries))
    assert reader.ask(queries.last_good_curves, "press", 2) == (curve_of(3).digest, curve_of(2).digest)
    assert reader.curve(curve_of(3).digest) is None


def test_the_backlog_is_what_lies_behind_the_watermarks_of_all_epochs(tmp_path):
    for prefix, machine in (("first", "panel"), ("second", "clone")):
        store = open_store(tmp_path, prefix=prefix, machine=machine)
        store.commit([cycle_changes(1), cycle_changes(2)], at(10 if prefix == "first" else 20))
        store.close()
    reader = Reader(tmp_path)
    assert reader.unsent({}) == Backlog(6, at(0))
    assert reader.unsent({"first-000001": 1}) == Backlog(5, at(10))
    assert reader.unsent({"first-000001": 3, "second-000001": 2}) == Backlog(1, at(20))
    assert reader.unsent({"first-000001": 3, "second-000001": 3}) == Backlog()
    assert [tip.began_with for tip in reader.epochs()][1] == reader.epochs()[0].position.head


def test_of_answered_writes_only_those_of_people_that_nobody_can_vouch_for_are_told(told):
    def write(key, state, permit=None):
        return MachineWrite(id=RecordId(key), machine="press", tag="speed", value=1.0, state=state, asked_at=at(1), permit=permit)

    mine = write("a", WriteState.UNKNOWN)
    others = (write("b", WriteState.UNKNOWN, RecordId("p")), write("c", WriteState.CONFIRMED), write("d", WriteState.REFUSED))
    assert told(mine, *others).resume().writes == (mine,)


def test_what_the_centre_changed_is_in_the_order_of_the_record_however_the_clock_went(told):
    for second in (9, 5, 7):
        of_order = {"job_order": RecordId("WO-1"), "conflict": ConflictKind.CHANGED, "ours": "{}", "theirs": "{}"}
        reader = told(OrderConflict(id=RecordId(f"c-{second}"), opened_at=at(second), **of_order))
    said = reader.ask(lambda connection, station: conflicts_of(connection, station, RecordId("WO-1")))
    assert [conflict.id for conflict in said] == ["c-9", "c-5", "c-7"]
