"""A station without a machine: people count, with an order and without, and take back what was a mistake."""

import pytest

from hmi.settings import Machine
from hmi.station import commands, topics
from station_db.records import orders as job
from station_db.records.equipment import EquipmentState
from station_db.records.production import Cycle, UnseenParts

BENCH = Machine(id="press", name="Bench", protocol="manual", options={}, tags=(), groups={"normal": 500})


@pytest.fixture
def bench(tell, the_plant):
    """Begin a story at a manual bench, with an operator."""

    def begin(**more):
        return tell(machines=(BENCH,), **more).link_up().sign_in()

    return begin


def count(story, good=0, bad=0):
    return story.ask(commands.CountParts("press", good, bad))


def handwork(story):
    return story.view(topics.HandworkTopic)


def undo(story, at=0):
    return story.ask(commands.TakeBackCount(handwork(story).entries[at].id))


def state(story):
    return story.machine.state, story.core.states["press"].reason


def test_one_part_is_a_cycle_in_the_name_of_who_counted_it(bench):
    story = count(bench(orders=False), good=1)
    cycle = story.record.one(Cycle)
    assert (cycle.machine, cycle.number, cycle.verdict, cycle.job_order) == ("press", 1, "good", None)
    assert [entry.actor for entry in story.record.journal if entry.record is cycle] == ["operator"]
    assert (story.counts.good, story.counts.cycles, story.counts.tells_good, story.counts.tells_bad) == (1, 1, True, True)


def test_several_parts_are_counted_at_once(bench):
    story = count(bench(orders=False), good=5, bad=1)
    parts = story.record.one(UnseenParts)
    assert (parts.cycles, parts.good, parts.bad, parts.reason) == (6, 5, 1, "by_hand")
    assert (story.counts.good, story.counts.bad, story.counts.cycles) == (5, 1, 6)


def test_a_count_does_the_open_machine_step_as_a_cycle_would(bench, the_plant):
    story = bench(steps=(the_plant.pressing, the_plant.confirm)).start()
    count(story, good=1)
    step = story.record.all(job.StepRun)[0]
    assert (step.state, step.cycle, step.actor) == ("done", story.record.one(Cycle).id, "operator")
    assert story.record.one(Cycle).unit == story.record.all(job.Unit)[0].id
    assert story.step.spec.key == "done"


def test_a_bad_part_fails_the_unit(bench, the_plant):
    story = count(bench(steps=(the_plant.pressing,)).start(), bad=1)
    assert (story.work.bad, story.work.last_units[0].reason) == (1, "unit_bad_hand")


def test_several_parts_do_as_many_units_and_end_the_order(bench, the_plant):
    story = count(bench(steps=(the_plant.pressing,), quantity=4).start(), good=3)
    assert (story.work.good, story.work.unit.number) == (3, 4)
    count(story, good=2)
    assert story.work.order == ""
    assert story.record.one(job.JobResponse).good == 4
    assert story.counts.good == 5


def test_units_with_other_steps_are_counted_one_by_one_and_in_their_turn(bench, the_plant):
    story = bench(steps=(the_plant.pressing, the_plant.confirm)).start()
    count(story, good=3)
    assert story.answer.code == "count_one_by_one"
    count(story, good=1)
    assert (handwork(story).why_not_code, handwork(story).why_not_args) == ("count_step_first", ("Done",))
    count(story, good=1)
    assert story.answer.code == "count_step_first"
    assert story.counts.good == 1


def test_nothing_is_counted_for_an_order_that_is_paused(bench, the_plant):
    story = bench(steps=(the_plant.pressing,)).start().ask(commands.PauseOrder("break"))
    assert count(story, good=1).answer.code == "order_paused"


@pytest.mark.parametrize(("good", "bad"), [(0, 0), (-1, 0), (2, -1), (1000, 0)])
def test_what_is_no_number_of_parts_is_refused(bench, good, bad):
    assert count(bench(orders=False), good, bad).answer.code == "count_not_one"


def test_a_machine_that_counts_is_not_counted_by_hand(tell):
    story = tell(orders=False).scan().sign_in()
    assert count(story, good=1).answer.code == "count_by_machine"
    assert handwork(story) == topics.HandworkTopic()


def test_nobody_counts_without_a_name(tell):
    story = tell(machines=(BENCH,), orders=False).link_up()
    assert count(story, good=1).answer.code == "nobody_signed_in"


def test_a_station_that_knows_nobody_counts_without_a_name(tell):
    story = tell(machines=(BENCH,), orders=False, people=()).link_up()
    assert count(story, good=1).answer.done
    assert undo(story).answer.done
    assert {entry.actor for entry in story.record.journal if type(entry.record) is Cycle} == {"station"}
    assert set(story.view(topics.PeopleTopic).allowed) == {
        "SignIn",
        "CountParts",
        "TakeBackCount",
        "SettleGap",
        "RetrySync",
        "ExportSetAside",
    }
    assert story.ask(commands.BadPart("u", "damaged")).answer.code == "nobody_signed_in"


def test_a_count_is_taken_back_by_a_record_of_its_own(bench):
    story = count(count(bench(orders=False), good=1), good=5)
    undo(story)
    assert story.answer.done
    assert (story.counts.good, story.counts.cycles) == (1, 1)
    assert [(one.cycles, one.good, one.reason) for one in story.record.all(UnseenParts)] == [
        (5, 5, "by_hand"),
        (-5, -5, "taken_back"),
    ]
    assert [entry.is_taken_back for entry in handwork(story).entries] == [True, False]
    undo(story)
    assert story.answer.code == "count_too_old"
    before = story.counts
    assert story.kill().link_up().counts == before


def test_a_count_can_be_taken_back_for_ten_seconds(bench):
    story = count(bench(orders=False), good=1).pass_time(9.0)
    assert handwork(story).entries[0].undo_until_ns > story.mono
    assert undo(story).answer.done
    count(story, good=1).pass_time(12.0)
    assert handwork(story).entries[0].undo_until_ns < story.mono
    assert undo(story).answer.code == "count_too_old"


def test_a_unit_counted_by_mistake_is_no_part_of_the_order(bench, the_plant):
    story = bench(steps=(the_plant.pressing,), quantity=4).start()
    count(story, good=1)
    count(story, good=2)
    undo(story)
    assert (story.work.good, story.work.bad, story.counts.good) == (1, 0, 1)
    assert [unit.reason for unit in story.work.last_units if unit.reason] == ["unit_taken_back"] * 2
    figures = story.work.good, story.counts
    story.kill().link_up()
    assert (story.work.good, story.counts) == figures


def test_a_unit_that_went_on_is_not_taken_back(bench, the_plant):
    story = bench(steps=(the_plant.pressing, the_plant.confirm)).start()
    count(story, good=1)
    assert undo(story).answer.code == "count_went_on"
    assert story.counts.good == 1


def test_the_last_counts_are_shown_after_a_restart_and_stay(bench):
    story = count(count(bench(orders=False), good=1), good=5)
    story.kill().link_up().sign_in()
    entries = handwork(story).entries
    assert [(entry.good, entry.undo_until_ns) for entry in entries] == [(5, 0), (1, 0)]
    assert undo(story).answer.code == "count_too_old"
    assert count(story, good=1).record.newest(Cycle).number == 2


def test_the_state_is_what_people_say_and_nothing_is_guessed(bench, the_plant):
    story = bench(steps=(the_plant.pressing,), quantity=9)
    count(story, good=1)
    assert state(story) == ("unknown", "nobody_says")
    assert state(story.start()) == ("executing", "")
    assert state(story.ask(commands.PauseOrder("no_material"))) == ("not_executing", "no_material")
    assert state(story.ask(commands.ResumeOrder())) == ("executing", "")
    assert state(story.ask(commands.FinishOrder())) == ("unknown", "nobody_says")
    states = len(story.record.all(EquipmentState))
    assert len(story.alive().alive().tick(0.5).record.all(EquipmentState)) == states
